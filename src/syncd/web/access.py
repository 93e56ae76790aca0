"""Who may come in: tokens, a trusted proxy's word, and the two roles. Webhooks, health and metrics are open to all.

A route asks with `Depends(access.viewer)` or `Depends(access.operator)` and gets the `Person`. Whoever is not let in gets
401 (nobody said who they are) or 403 (they may not do this), in one sentence.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import HTTPException, Request

from syncd.config.text.service import AccessText, ProxyText, Role

__all__ = ["Access", "Finder", "Person", "Role"]

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever sends a request: a person, or a program with a token."""

    name: str
    role: Role
    ambient: bool = False
    """Whether the browser says so by itself (a cookie, a proxy): then a change must also show that a page of ours asked."""

    def may(self, role: Role) -> bool:
        return self.role is Role.OPERATOR or role is Role.VIEWER


Finder = Callable[[Request], Person | None]
"""One way of telling who sends a request; None when this way says nothing."""

SOMEBODY = Person("somebody", Role.VIEWER, ambient=True)
"""Whoever looks where looking is public."""


class Access:
    """The configured ways in. `also` are further ones, such as a page's signed cookie; the first that knows decides."""

    def __init__(self, text: AccessText, *also: Finder) -> None:
        self._tokens = [(_digest(one.token.get_secret_value()), Person(one.name, one.role)) for one in text.tokens]
        self._proxy = text.proxy
        self._public = text.public
        self._finders: tuple[Finder, ...] = (self._by_bearer, *also, self._by_proxy)

    def by_token(self, token: str) -> Person | None:
        """Looks at every token, whichever fits, so that the time tells nothing."""
        given, found = _digest(token), None
        for digest, person in self._tokens:
            if hmac.compare_digest(digest, given):
                found = person
        return found

    def person(self, request: Request) -> Person | None:
        """Who sends it; None when nobody says, or what they say is wrong."""
        for finder in self._finders:
            if (person := finder(request)) is not None:
                return person
        wrong_token = request.headers.get("authorization") is not None
        return SOMEBODY if self._public and not wrong_token else None

    def viewer(self, request: Request) -> Person:
        """A dependency for what only shows."""
        return self._let_in(request, Role.VIEWER)

    def operator(self, request: Request) -> Person:
        """A dependency for what changes something."""
        return self._let_in(request, Role.OPERATOR)

    def _let_in(self, request: Request, role: Role) -> Person:
        person = self.person(request)
        if person is None or (person is SOMEBODY and not person.may(role)):
            raise HTTPException(401, self._how(), {"WWW-Authenticate": 'Bearer realm="syncd"'})
        if not person.may(role):
            raise HTTPException(403, f"{person.name} is a viewer; this needs the role operator")
        return person

    def _how(self) -> str:
        if not self._tokens and self._proxy is None:
            return "nobody may come in yet: add `access:` with a token or a proxy to syncd.yaml"
        return "say who you are: send `Authorization: Bearer TOKEN` with one of the tokens of `access:`"

    def _by_bearer(self, request: Request) -> Person | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.by_token(token.strip()) if scheme.casefold() == "bearer" and token else None

    def _by_proxy(self, request: Request) -> Person | None:
        """Only the address that the connection really comes from counts; what a header says of it does not."""
        proxy = self._proxy
        if proxy is None or request.client is None or not _from(proxy, request.client.host):
            return None
        names = request.headers.getlist(proxy.header)
        if len(names) != 1 or not (name := names[0].strip()) or len(name) > LONGEST_NAME:
            return None  # two names are a proxy that let the sender's own header through
        said = request.headers.getlist(proxy.groups) if proxy.groups else []
        if len(said) > 1:
            return None  # and so are two lists of groups
        known = {name, *(group for part in ",".join(said).split(",") if (group := part.strip()))}
        if known & set(proxy.operators):
            return Person(name, Role.OPERATOR, ambient=True)
        if proxy.viewers is None or known & set(proxy.viewers):
            return Person(name, Role.VIEWER, ambient=True)
        return None


def _from(proxy: ProxyText, host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in proxy.trusted)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
