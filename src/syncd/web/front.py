"""What every page and every answer of the API needs: the desk, who may come in, the templates, the letter box."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syncd.engine.permits.letters import Box, box_of
from syncd.engine.world import World
from syncd.web import draw, forms, phrases, plots
from syncd.web.access import Access, Person, Role
from syncd.web.desk import Desk
from syncd.web.login import Logins
from syncd.web.picture import Picture
from syncd.web.waits import standings

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Front:
    """Built once with the application. Everything in it may be used from any thread."""

    world: World
    access: Access
    logins: Logins
    desk: Desk
    open_to_all: bool = False
    """Whoever reaches the address is an operator: the demo, which only this machine reaches."""

    @cached_property
    def box(self) -> Box:
        return box_of(self.world.store)

    @property
    def now(self) -> datetime:
        return self.world.clock()

    @cached_property
    def stamp(self) -> str:
        """Names the static files as they are, so that browsers may keep them."""
        digest = hashlib.sha256()
        for path in sorted(STATIC.rglob("*.*")):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:10]

    def picture(self, backlog: str = "") -> Picture:
        """Raises 503 while the first reading goes on."""
        picture = self.desk.picture(backlog)
        if picture is None:
            missing = " and ".join(self.desk.unread) or "every source"
            raise HTTPException(503, f"{missing} is still being read for the first time; there is no ranking yet")
        return picture

    def reading(self, request: Request, person: Person | None, *, status: int = 200) -> HTMLResponse:
        """What stands in place of a page until there is a ranking."""
        desk = self.desk
        shown = {"unread": desk.unread, "progress": desk.progress, "trouble": desk.trouble}
        return self.page(request, person, "reading.html", shown, status=status)

    def page(
        self,
        request: Request,
        person: Person | None,
        template: str,
        context: Mapping[str, object],
        *,
        status: int = 200,
    ) -> HTMLResponse:
        """A template with what all of them show. An answer to htmx is the template's own part, without the frame."""
        standing = [] if is_part(request) else standings(self.desk, self.now)  # the menu's numbers
        theme = request.cookies.get("syncd_theme", "")
        shown = {
            "request": request,
            "person": person,
            "may_act": person is not None and person.may(Role.OPERATOR),
            "open_to_all": self.open_to_all,
            "token": forms.token_for(request),
            "theme": theme if theme in THEMES else "",
            "stamp": self.stamp,
            "now": self.now,
            "part": is_part(request),
            "refused": self.world.refused if person is not None else None,
            "here": request.url.path,
            "menu_waiting": sum(one.needs_a_person for one in standing),
            "menu_broken": sum(one.word == "broken" for one in standing),
            **context,
        }
        answer = HTMLResponse(self._templates.get_template(template).render(shown), status)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        # With no-referrer browsers call the origin of our own forms "null", and nobody could tell it from a foreign one.
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Vary"] = "HX-Request"
        forms.keep(request, answer)
        return answer

    @cached_property
    def _templates(self) -> Environment:
        templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters.update(
            number=phrases.number,
            score=phrases.score,
            percent=phrases.percent,
            value=phrases.value,
            moment=phrases.moment,
            path=phrases.path,
            span=phrases.span,
            sentence=phrases.sentence,
            framework=phrases.framework,
        )
        templates.globals.update(
            count=phrases.count,
            ago=phrases.when,
            draw=draw,
            plots=plots,
        )
        return templates


def by_htmx(request: Request) -> bool:
    """Whether a page that is open asks, and keeps what stands there if it gets no answer. Going back in history does not."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def is_part(request: Request) -> bool:
    """Whether a part of a page is asked for. A page that looks again (live.js) takes several from the whole."""
    return by_htmx(request) and "syncd-looks" not in request.headers
