"""The backlog, and why a piece of work stands where it stands."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from syncd.web.access import Person
from syncd.web.api.backlog import Wanted, backlog, choices
from syncd.web.api.work import compared, explained, in_backlog
from syncd.web.front import Front, is_part
from syncd.web.phrases import path

ON_A_PAGE = 100


class Asked(Wanted):
    page: int = 1


def router(front: Front) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    viewer = Depends(front.access.viewer)

    @routes.get("/")
    def home() -> Response:
        return RedirectResponse("/backlog", 303)

    @routes.get("/backlog")
    def show(request: Request, asked: Annotated[Asked, Query()], person: Person = viewer) -> HTMLResponse:
        picture = front.desk.picture(asked.of)
        if picture is None:
            return front.reading(request, person)
        page = max(1, min(asked.page, 1_000_000))
        found = backlog(picture, asked, (page - 1) * ON_A_PAGE, ON_A_PAGE)
        pages = max(1, -(-found.found // ON_A_PAGE))
        if page > pages:
            page = pages
            found = backlog(picture, asked, (page - 1) * ON_A_PAGE, ON_A_PAGE)
        shown = {
            "picture": picture,
            "found": found,
            "asked": asked,
            "choices": None if is_part(request) else choices(picture),
            "page_number": page,
            "pages": pages,
            "address": lambda to: address(asked, to),
            "welcome": "syncd_seen" not in request.cookies,
            "filtered": bool(_chosen(asked).keys() - {"of"}),
        }
        answer = front.page(request, person, "backlog.html", shown)
        if is_part(request):
            answer.headers["HX-Replace-Url"] = address(asked, page)
        return answer

    @routes.get("/work/{key:path}")
    def why(
        request: Request,
        key: str,
        above: Annotated[str, Query(max_length=200)] = "",
        person: Person = viewer,
    ) -> HTMLResponse:
        picture = in_backlog(front, key)
        found = explained(front, picture, key)
        answer, trouble = None, ""
        if above.strip():
            try:
                answer = compared(picture, found.issue.key, above)
            except HTTPException as error:
                trouble = str(error.detail)
        shown = {
            "picture": picture,
            "work": found,
            "above": above.strip(),
            "compared": answer,
            "trouble": trouble,
            "ranks": [(one.day, float(one.rank) if one.rank is not None else None) for one in found.history],
            # What is kept is the score at which it last moved; today's may differ by less than the dead band.
            "scores": [*((one.day, one.score) for one in found.history), (picture.decision.as_of, found.score)],
        }
        if is_part(request) and above:
            return front.page(request, person, "parts/above.html", shown)
        return front.page(request, person, "work.html", shown)

    return routes


def address(asked: Asked, page: int) -> str:
    """The address of what is shown, with what was chosen and nothing else, to keep or to send to somebody."""
    chosen = _chosen(asked)
    if page > 1:
        chosen["page"] = str(page)
    return "/backlog" + ("?" + urlencode(chosen) if chosen else "")


def address_of(key: str) -> str:
    return f"/work/{path(key)}"


def _chosen(asked: Wanted) -> dict[str, str]:
    texts = {name: getattr(asked, name) for name in ("of", "q", "source", "scope", "objective", "horizon", "label")}
    chosen = {name: text for name, text in texts.items() if text}
    return {**chosen, "orphans": "true"} if asked.orphans else chosen
