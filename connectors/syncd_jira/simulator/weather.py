"""What goes wrong between a site and its callers, as words that a `_simulator` line or a test can say.

A dropped connection, another answer instead, a log-in page with status 200, half a body, a slow answer; before the
request had its effect or after it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from syncd.testing.httpsim import Fault, Reply, Request

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in - Jira</title></head><body><form></form></body></html>"
PROXY_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
HTML = {"Content-Type": "text/html;charset=UTF-8"}
KINDS = ("drop", "answer", "html", "login", "truncated", "empty", "slow")


@dataclass(frozen=True, slots=True)
class Weather:
    """For the next `times` requests whose "METHOD path" fits `route`, a pattern such as `PUT */issue/*`."""

    kind: str
    route: str = "*"
    times: int = 1
    after: bool = False
    """The request had its effect before its answer got lost."""
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How slow."""


def weather(given: Mapping[str, Any]) -> Fault:
    """The fault that a line describes. Raises ValueError for one that it cannot describe."""
    try:
        wanted = Weather(**given)
    except TypeError as error:
        raise ValueError(f"the Jira simulator knows no such weather: {error}") from None

    def fits(request: Request) -> bool:
        return fnmatchcase(f"{request.method} {request.path}", wanted.route)

    def fault(reply: Reply | None) -> Fault:
        return Fault(fits, reply, after_effect=wanted.after, times=wanted.times)

    match wanted.kind:
        case "drop":
            return fault(None)
        case "answer":
            body = {"errorMessages": ["The service is temporarily unavailable."], "errors": {}}
            return fault(Reply(wanted.status, body, wanted.headers))
        case "html":
            return fault(Reply(wanted.status, PROXY_PAGE, {**HTML, **wanted.headers}))
        case "login":
            return fault(Reply(200, LOGIN_PAGE, {**HTML, "X-Seraph-LoginReason": "OUT", **wanted.headers}))
        case "empty":
            return fault(Reply(200, b"", wanted.headers))
        case "truncated":
            return Fault(fits, times=wanted.times, change=_half)
        case "slow":
            return Fault(fits, times=wanted.times, change=lambda reply: _late(reply, wanted.seconds))
    raise ValueError(f"the Jira simulator knows no weather {wanted.kind!r}; it knows {', '.join(KINDS)}")


def _half(reply: Reply) -> Reply:
    """The request was served, and a proxy passed on only the first half of the answer."""
    content = reply.content
    return replace(reply, body=content[: len(content) // 2])


def _late(reply: Reply, seconds: float) -> Reply:
    time.sleep(seconds)
    return reply
