"""What an author writes so that the conformance kit can play the people and the weather of their tracker.

A sandbox is one tracker of its own (a simulator, a test server, a file in a folder), empty at the start, with one scope in
which people work. The kit makes a new one for every check.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from syncd.connector.hint import WebhookRequest
from syncd.connector.protocol import Connector, Spec, Wiring
from syncd.core.issue import FieldValue
from syncd.testing.httpsim import Fault, HttpSimulator, Reply, Request


class Weather(StrEnum):
    """What can go wrong between a connector and its tool."""

    DROPPED = "dropped"
    """The connection ends before the request has any effect."""
    LOST = "lost"
    """The request has its effect, and its answer never comes."""
    BROKEN = "broken"
    """The tool fails inside: status 500, without any effect."""
    LIMITED = "limited"
    """The tool asks to come back after `RETRY_AFTER` seconds; no effect."""
    PAGE = "page"
    """A web page comes instead of an answer, with status 200 and without effect: a login, a proxy, maintenance."""
    TRUNCATED = "truncated"
    """The request has its effect, and its answer ends in the middle."""
    LOCKED = "locked"
    """The tool does not let us in any more: a revoked token, a withdrawn permission."""


class On(StrEnum):
    """Which requests the weather strikes."""

    READING = "reading"
    WRITING = "writing"


RETRY_AFTER = 7
"""Seconds that a limited tool asks for in `Weather.LIMITED`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What people see of an issue."""

    title: str
    done: bool
    labels: frozenset[str]
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """The fields of `Sandbox.fields` by their configured names; None for empty."""


class Sandbox(ABC):
    """One tracker with its people. Class attributes say what the tool is like; the methods play it."""

    spec: ClassVar[Spec]
    """The connector under test, as its entry point names it."""
    fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {}
    """Every kind of field that can be written, by configured name, each with two values to try. Numbers are floats; give one with
    a fraction (12.5) where the field holds such, since two whole ones say that it holds none: the kit also runs syncd itself
    on the first number field, with scores that fit."""
    page: ClassVar[int] = 100
    """The largest number of issues that one answer of the tool holds (make it small where you can: checks get quicker)."""
    cannot: ClassVar[Mapping[Weather, str]] = {}
    """Weather that this tool can never have, each with the reason."""
    counted: ClassVar[tuple[str, str] | None] = None
    """For connectors that count: a query that finds every issue of the sandbox, and one that the tool does not understand."""
    person: ClassVar[str | None] = None
    """For connectors that tell authors: a name of the account that plays the people, as `bots` could list it."""
    setup_requests: ClassVar[int] = 3
    """A full pull may take this many requests besides one for each full or begun page."""
    quiet_requests: ClassVar[int] = 1
    """What a pull costs when nothing changed, in a new process and however many issues there are."""

    def __init__(self, folder: Path) -> None:
        """`folder` is empty and the sandbox's own."""
        self.folder = folder

    def close(self) -> None:
        """Ends whatever was started."""
        return

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """What a person would write under `sources: NAME:` to use this tracker, with secrets as plain text."""

    def connector(self, wiring: Wiring) -> Connector:
        """A connector as a new process would build it."""
        return self.spec.build(self.spec.settings.model_validate(dict(self.settings())), wiring)

    # the people

    @abstractmethod
    def add(self, title: str, labels: Sequence[str] = ()) -> str:
        """A person creates an issue at the end of the native order; its immutable id, as in `Ref.id`."""

    @abstractmethod
    def edit(
        self,
        id_: str,
        *,
        title: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
    ) -> None:
        """A person changes the title, adds and removes labels, or sets fields (None clears)."""

    @abstractmethod
    def finish(self, id_: str) -> None:
        """A person closes the issue as done."""

    @abstractmethod
    def delete(self, id_: str) -> None:
        """A person deletes the issue for good."""

    @abstractmethod
    def look(self, id_: str) -> Seen:
        """What people see now, read without the connector."""

    def say(self, id_: str, text: str) -> None:
        """A person comments on the issue. This and the next three only for tools with comments (`Spec.note`)."""
        raise self._no_comments()

    def said(self, id_: str) -> Sequence[str]:
        """All comments as people see them, oldest first."""
        raise self._no_comments()

    def reword(self, id_: str, text: str) -> None:
        """A person with all rights replaces the text of the issue's last comment."""
        raise self._no_comments()

    def unsay(self, id_: str) -> None:
        """A person with all rights deletes the issue's last comment."""
        raise self._no_comments()

    def _no_comments(self) -> LookupError:
        return LookupError(
            f"{type(self).__name__} does not say how people comment: write Sandbox.say, said, reword and unsay"
        )

    def delivery(self, id_: str, secret: str) -> WebhookRequest:
        """A person changes the issue, and this is the webhook that the tool sends of it, with `secret` entered there. Only for
        connectors that read webhooks (`Spec.hint`)."""
        raise LookupError(f"{type(self).__name__} does not say what webhooks look like: write Sandbox.delivery")

    def order(self) -> Sequence[str] | None:
        """The native order as people see it, ids, top first; None where the tool has none."""
        return None

    # time, requests, weather

    def now(self) -> datetime:
        """The tool's clock. Give your simulator's where it has one of its own."""
        return datetime.now(UTC)

    def later(self, seconds: float) -> None:
        """Time passes at the tool. A tool that runs on real time needs nothing here."""
        return

    def requests(self) -> int | None:
        """How many requests the tool has received so far; None where it cannot count."""
        return None

    def write_requests(self, edits: int) -> int:
        """What writing this many edits may cost at most, warmed up."""
        return edits

    def weather(self, kind: Weather, on: On, after: int = 0) -> AbstractContextManager[None]:
        """While the block runs, this weather strikes all requests of that kind but the first `after`.

        Called for every weather that is not in `cannot`.
        """
        raise LookupError(
            f"{type(self).__name__} does not say how the tool behaves when it is '{kind}' while {on}: "
            "write Sandbox.weather, or give the reason why this can never happen in Sandbox.cannot"
        )


class HttpSandbox(Sandbox):
    """A sandbox over an `HttpSimulator`, whose weather is that of every HTTP tool."""

    http: HttpSimulator
    replies: ClassVar[Mapping[Weather, Reply]] = {}
    """The tool's own forms of `broken`, `limited`, `page` and `locked`, where they differ from the usual ones."""

    @abstractmethod
    def mutates(self, request: Request) -> bool:
        """Whether the request changes something at the tool."""

    def requests(self) -> int:
        return len(self.http.calls)

    @contextmanager
    def weather(self, kind: Weather, on: On, after: int = 0) -> Iterator[None]:
        left = after

        def struck(request: Request) -> bool:
            nonlocal left
            if self.mutates(request) is not (on is On.WRITING):
                return False
            left -= 1
            return left < 0

        fault = _fault(kind, struck, {**_USUAL, **self.replies})
        self.http.faults.append(fault)
        try:
            yield
        finally:
            self.http.faults.remove(fault)


_FOREVER = 1_000_000
_USUAL: Mapping[Weather, Reply] = {
    Weather.BROKEN: Reply(500, {"message": "Internal Server Error"}),
    Weather.LIMITED: Reply(429, {"message": "Too Many Requests"}, {"Retry-After": str(RETRY_AFTER)}),
    Weather.PAGE: Reply(200, b"<!DOCTYPE html><html><title>Log in</title></html>", {"Content-Type": "text/html"}),
    Weather.LOCKED: Reply(401, {"message": "Unauthorized"}),
}


def _fault(kind: Weather, struck: Callable[[Request], bool], replies: Mapping[Weather, Reply]) -> Fault:
    match kind:
        case Weather.DROPPED:
            return Fault(struck, None, times=_FOREVER)
        case Weather.LOST:
            return Fault(struck, None, after_effect=True, times=_FOREVER)
        case Weather.TRUNCATED:
            return Fault(struck, times=_FOREVER, change=half)
        case _:
            return Fault(struck, replies[kind], times=_FOREVER)


def half(reply: Reply) -> Reply:
    """The same answer, ending in the middle of its body."""
    whole = reply.content
    return Reply(reply.status, whole[: len(whole) // 2], reply.headers) if whole else reply


__all__ = ["RETRY_AFTER", "HttpSandbox", "On", "Sandbox", "Seen", "Weather", "half"]
