"""The only retry and the only sleep: pacing by the servers' own headers, the write gate, and the count of every request.

One `Pace` per source. A limit pauses its bucket (host and resource), not the whole source, unless the server says so.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from syncd.connector.errors import Refused, Transient
from syncd.connector.protocol import Answer, Call
from syncd.engine.stop import Stop, Stopped

T = TypeVar("T")

LONGEST_WAIT = timedelta(seconds=90)
"""A pause beyond this is not waited for inside a cycle: the source is left for a later cycle, and says until when."""


@dataclass(frozen=True, slots=True)
class Pause:
    until: datetime
    because: str


class GateClosed(Refused):
    """A mutating request wanted to leave while writing is not allowed. Nothing was sent."""


class Pace:
    """The engine's side of every request of one source (`connector.protocol.Transport`)."""

    def __init__(self, source: str, stop: Stop, clock: Callable[[], datetime]) -> None:
        self.source = source
        self.requests: Counter[str] = Counter()
        self._stop = stop
        self._clock = clock
        self._pauses: dict[tuple[str, str], Pause] = {}
        self._closed_because: str | None = "writing was not asked for"
        self._lock = threading.Lock()
        self.on_pause: Callable[[Pause], None] | None = None

    # the transport

    def before(self, call: Call) -> None:
        self._stop.check()
        if call.mutates and self._closed_because is not None:
            raise GateClosed(f"{self.source}: a write was stopped at the gate: {self._closed_because}")
        pause = self._pause_for(call)
        if pause is not None:
            left = pause.until - self._clock()
            if left > LONGEST_WAIT:
                raise Transient(
                    f"{self.source} is paused until {pause.until:%H:%M} UTC by {pause.because}",
                    retry_after=left.total_seconds(),
                    scope=pause.because,
                    until=pause.until,
                )
            self._stop.sleep(left.total_seconds())
        with self._lock:
            self.requests[call.resource] += 1

    def after(self, call: Call, answer: Answer) -> None:
        pause = read_limits(call, answer, self._clock())
        if pause is None:
            return
        bucket, found = pause
        with self._lock:
            self._pauses[(call.host, bucket)] = found
        if self.on_pause is not None:
            self.on_pause(found)

    def _pause_for(self, call: Call) -> Pause | None:
        now = self._clock()
        with self._lock:
            for bucket in (_bucket(call), _quota("graphql" if call.resource == "graphql" else "core"), "*"):
                pause = self._pauses.get((call.host, bucket))
                if pause is not None and pause.until > now:
                    return pause
                self._pauses.pop((call.host, bucket), None)
        return None

    @property
    def pause(self) -> Pause | None:
        """The longest pause in force, for status."""
        now = self._clock()
        with self._lock:
            live = [pause for pause in self._pauses.values() if pause.until > now]
        return max(live, key=lambda pause: pause.until, default=None)

    # the gate

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The one place where the gate opens; it closes again however the block ends."""
        self._closed_because = None
        try:
            yield
        finally:
            self._closed_because = "the writing of this cycle is over"

    # the retry and the sleep

    def rest(self, seconds: float) -> None:
        """Waits; raises Stopped as soon as stopping is asked for."""
        self._stop.sleep(seconds)

    def patiently(self, work: Callable[[], T], *, attempts: int = 5) -> T:
        """Calls `work` again after each Transient, as long as the server asks or with growing pauses; then lets it out."""
        retrying = Retrying(
            retry=retry_if_exception(_worth_another_try),
            stop=stop_after_attempt(attempts),
            wait=_ServerSays(wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)),
            sleep=self._stop.sleep,
            reraise=True,
        )
        return retrying(work)


def _worth_another_try(error: BaseException) -> bool:
    if not isinstance(error, Transient) or isinstance(error, Stopped):
        return False
    return error.retry_after is None or error.retry_after <= LONGEST_WAIT.total_seconds()


class _ServerSays(wait_base):
    """What the server asked for, else the given growing wait."""

    def __init__(self, otherwise: wait_base) -> None:
        self._otherwise = otherwise

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after if isinstance(error, Transient) else None
        return asked if asked is not None else self._otherwise(retry_state)


def _bucket(call: Call) -> str:
    return f"{call.method} {call.resource}"


def _quota(resource: str) -> str:
    """GitHub counts its hourly requests by resource."""
    return f"quota {resource}"


def read_limits(call: Call, answer: Answer, now: datetime) -> tuple[str, Pause] | None:
    """What an answer's headers say about waiting: (bucket, pause), bucket "*" for the whole host; None: go on.

    GitHub: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    Jira: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
    """
    headers = answer.headers
    limited = answer.status == 429 or (answer.status == 503 and "retry-after" in headers)
    if answer.status == 403:
        limited = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    spent = headers.get("x-ratelimit-remaining") == "0" and "x-ratelimit-resource" in headers
    if not limited and not spent:
        return None
    reason = headers.get("ratelimit-reason", "")
    until = _retry_at(headers, now) or (now + timedelta(seconds=60) if limited else None)
    if until is None or reason == "jira-per-issue-on-write":
        return None
    resource = headers.get("x-ratelimit-resource")
    if resource is not None:
        if spent:
            return _quota(resource), Pause(until, f"GitHub's hourly limit ({resource})")
        return "*", Pause(until, "GitHub's secondary limit")
    if reason == "jira-burst-based":
        return _bucket(call), Pause(until, f"Jira's burst limit on {call.resource}")
    return "*", Pause(until, "Jira's quota" if reason else f"the limit of {call.host}")


def _retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to go on: Retry-After in seconds or as a date, else the reset time as epoch seconds or ISO 8601."""
    asked = headers.get("retry-after")
    if asked is not None:
        if asked.strip().isdigit():
            return now + timedelta(seconds=max(1, int(asked)))
        try:
            return parsedate_to_datetime(asked)
        except ValueError:
            pass
    reset = headers.get("x-ratelimit-reset")
    if reset is None:
        return None
    if reset.isdigit():
        return datetime.fromtimestamp(int(reset) + 1, UTC)
    try:
        found = datetime.fromisoformat(reset)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
