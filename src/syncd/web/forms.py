"""Only our own pages may ask for a deed: every form carries a token that belongs to a cookie no other site can read.

The token is derived from the cookie, so any replica can check a form that another one has served.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response

from syncd.web.access import Person

COOKIE = "syncd_seed"
HEADER = "x-syncd-form"
_SEED_BYTES = 32
_REFUSED = "this form did not come from a page of syncd, or its page is too old; load the page again"


def in_one_line(text: str) -> str:
    """A person's words for the record: without control characters, which a server's database takes for an error and a
    terminal for an order."""
    return "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign) != "Cc")


def token_for(request: Request) -> str:
    """The token of this browser's forms; a new browser gets its cookie with `keep`."""
    seed = request.cookies.get(COOKIE, "")
    if len(seed) < _SEED_BYTES:
        seed = getattr(request.state, "seed", "") or secrets.token_urlsafe(_SEED_BYTES)
        request.state.seed = seed
    return _token_of(seed)


def keep(request: Request, response: Response) -> None:
    if seed := getattr(request.state, "seed", ""):
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, seed, httponly=True, samesite="strict", secure=secure, path="/")


def check(request: Request, person: Person | None, token: str) -> None:
    """Raises 403 unless the form is one of ours. A program that sends its own token with each request needs no form."""
    if person is not None and not person.ambient:
        return
    seed = request.cookies.get(COOKIE, "")
    given = token or request.headers.get(HEADER, "")
    ours = len(seed) >= _SEED_BYTES and hmac.compare_digest(given.encode(), _token_of(seed).encode())
    if not ours or not _from_here(request):
        raise HTTPException(403, _REFUSED)


def _token_of(seed: str) -> str:
    return hmac.new(seed.encode(), b"syncd form", hashlib.sha256).hexdigest()


def _from_here(request: Request) -> bool:
    """What the browser says about where the form was. An old browser says nothing; then the token alone decides."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
