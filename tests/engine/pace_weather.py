"""A pace whose waits only move a clock, and answers as the vendors give them: what the tests of pacing are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from syncd.connector.protocol import Answer, Call
from syncd.engine.pacing.pace import Pace
from syncd.engine.stop import Stop

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GITHUB, JIRA = "api.github.com", "acme.atlassian.net"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class ClockStop(Stop):
    """Its waits take no time: they move the clock, and are remembered."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.check()
        self.slept.append(seconds)
        self._clock.forward(seconds)


class Desk:
    """One source's pace, its clock, and the moments at which its requests left."""

    def __init__(self, *, seconds_between_writes: float = 0.0) -> None:
        self.clock = Clock()
        self.stop = ClockStop(self.clock)
        self.pace = Pace("demo", self.stop, self.clock, seconds_between_writes=seconds_between_writes)
        self.told: list[str] = []
        self.pace.on_pause = lambda pause: self.told.append(pause.sentence(self.clock()))

    def ask(self, call: Call, answer: Answer | None = None, *, takes: float = 0.0) -> float:
        """Sends one request and returns the second, counted from noon, at which it left."""
        self.pace.before(call)
        left = (self.clock.now - NOON).total_seconds()
        self.clock.forward(takes)
        self.pace.after(call, answer or Answer(200, takes, {}))
        return left


def get(resource: str = "issues", host: str = GITHUB) -> Call:
    return Call(host, "GET", resource, False)


def put(resource: str = "issue", host: str = JIRA) -> Call:
    return Call(host, "PUT", resource, True)


def github(
    status: int = 200, *, remaining: int | None = None, limit: int = 5000, reset: float = 3600, **more: str
) -> Answer:
    """As GitHub answers; `reset` in seconds after noon."""
    headers = {"x-github-request-id": "1"}
    if remaining is not None:
        headers |= {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(int((NOON + timedelta(seconds=reset)).timestamp())),
            "x-ratelimit-resource": "core",
        }
    return Answer(status, 0.1, headers | {name.replace("_", "-"): value for name, value in more.items()})


def jira(status: int, **more: str) -> Answer:
    return Answer(status, 0.1, {name.replace("_", "-"): value for name, value in more.items()})


def http_date(seconds: float) -> str:
    """As a header tells a moment; in seconds after noon."""
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)
