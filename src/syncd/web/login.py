"""Signing in on the page: a token of `access:` is typed once, then a signed cookie says who it is for twelve hours.

The cookie is signed with the token itself: it ends with the token, and any replica can check it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time

from fastapi import Request, Response

from syncd.config.text.service import AccessText
from syncd.web.access import Person

COOKIE = "syncd_login"
SECONDS = 12 * 3600


class Logins:
    """A `Finder` for `Access`, and what sets and ends its cookie."""

    def __init__(self, text: AccessText) -> None:
        self._tokens = {one.name: (one.token.get_secret_value().encode(), one.role) for one in text.tokens}

    def __call__(self, request: Request) -> Person | None:
        name, _, rest = request.cookies.get(COOKIE, "").partition(".")
        until, _, signature = rest.partition(".")
        try:
            known = self._tokens.get(base64.urlsafe_b64decode(name.encode()).decode())
        except (binascii.Error, ValueError):
            return None
        if known is None or not (until.isascii() and until.isdigit()) or len(until) > 12 or int(until) < time.time():
            return None
        if not hmac.compare_digest(signature.encode(), _signature(known[0], name, until).encode()):
            return None
        return Person(base64.urlsafe_b64decode(name.encode()).decode(), known[1], ambient=True)

    def begin(self, request: Request, response: Response, person: Person) -> None:
        name = base64.urlsafe_b64encode(person.name.encode()).decode()
        until = str(int(time.time()) + SECONDS)
        value = f"{name}.{until}.{_signature(self._tokens[person.name][0], name, until)}"
        response.set_cookie(
            COOKIE, value, max_age=SECONDS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
        )

    def end(self, response: Response) -> None:
        response.delete_cookie(COOKIE)


def _signature(token: bytes, name: str, until: str) -> str:
    return hmac.new(token, f"syncd login {name} {until}".encode(), hashlib.sha256).hexdigest()
