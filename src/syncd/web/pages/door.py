"""Coming in and going out: a token of `access:` is typed once, then a cookie says who it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from syncd.web import forms
from syncd.web.front import Front


def router(front: Front) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    def ask(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
        person = front.access.person(request)
        return front.page(request, person, "login.html", {"next": _here(next), "sentence": "", "ways": _ways(front)})

    @routes.post("/login")
    def come_in(
        request: Request,
        secret: Annotated[str, Form(max_length=2000)] = "",
        token: Annotated[str, Form()] = "",
        next: Annotated[str, Form(max_length=2000)] = "/",
    ) -> Response:
        forms.check(request, None, token)
        person = front.access.by_token(secret.strip())
        if person is None:
            said = {"next": _here(next), "sentence": "nobody has this token; ask your operator for one", "ways": True}
            return front.page(request, None, "login.html", said, status=401)
        answer = RedirectResponse(_here(next), 303)
        front.logins.begin(request, answer, person)
        return answer

    @routes.post("/logout")
    def leave(request: Request, token: Annotated[str, Form()] = "") -> Response:
        forms.check(request, front.access.person(request), token)
        answer = RedirectResponse("/login", 303)
        front.logins.end(answer)
        return answer

    @routes.get("/favicon.ico")
    def icon() -> Response:
        return RedirectResponse(f"/static/icon.svg?v={front.stamp}", 308)

    return routes


def _here(address: str) -> str:
    """Never to another site: what begins with two slashes or with a backslash would lead there."""
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and "\n" not in address
    return address if safe else "/"


def _ways(front: Front) -> bool:
    """Whether anybody has a token that could be typed here."""
    return bool(front.world.loaded.settings.access.tokens)
