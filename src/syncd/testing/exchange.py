"""What passes between a client and a simulator: a request, a reply, and the faults that come in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Still percent-encoded, without the query."""
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def parts(self) -> tuple[str, ...]:
        """The decoded path segments: /repos/a/b%2Fc → ("repos", "a", "b/c")."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def json(self) -> Any:
        """The decoded body; None when it is empty. Raises ValueError when it is not JSON."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. A `body` that is not bytes is sent as JSON; None sends no body."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as it leaves."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class Fault:
    """Goes wrong for the next `times` requests that match.

    `reply` None drops the connection. `after_effect` True handles the request first and then loses its answer. With
    `change`, the request is handled and its honest answer is changed on the way back. `silent` keeps the connection open
    and never answers, until the caller goes away.
    """

    matches: Callable[[Request], bool]
    reply: Reply | None = None
    after_effect: bool = False
    times: int = 1
    change: Callable[[Reply], Reply] | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One logged call: what came and what went back (None: the connection was dropped)."""

    request: Request
    reply: Reply | None
