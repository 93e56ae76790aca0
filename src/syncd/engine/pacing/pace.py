"""The only retry and the only sleep: pacing by the servers' own headers, the write gate, and the count of every request.

One `Pace` per source, used by every thread of its connector; sources of one account share its `Account`. A limit pauses its bucket (see `limits`), not the whole
source, unless the server says so. Every wait ends at once when stopping is asked for.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from syncd.connector.errors import Reach, Refused, Transient
from syncd.connector.protocol import Answer, Call
from syncd.core.permission.leave import WriteKind
from syncd.engine.pacing import limits
from syncd.engine.pacing.buckets import ANY, Account, Key
from syncd.engine.pacing.limits import HOST, Pause, Quota
from syncd.engine.permits.holds import Held, Hold
from syncd.engine.stop import Stop, Stopped

T = TypeVar("T")

LONGEST_WAIT: Final = timedelta(seconds=90)
"""A pause beyond this is not waited for inside a cycle: the source is left for a later cycle, and says until when."""
IN_FLIGHT: Final = 8
"""Requests to one host at a time. GitHub allows 100 and advises one; Jira's own clients use up to ten."""
_SECONDARY: Final = (60.0, 960.0)
"""Seconds of the first and the longest pause for a limit whose end nobody named."""


class GateClosed(Refused):
    """A mutating request wanted to leave while writing is not allowed. Nothing was sent."""


class Pace:
    """The engine's side of every request of one source (`connector.protocol.Transport`)."""

    def __init__(
        self,
        source: str,
        stop: Stop,
        clock: Callable[[], datetime],
        *,
        seconds_between_writes: float = 0.0,
        in_flight: int = IN_FLIGHT,
        account: Account | None = None,
    ) -> None:
        self.source = source
        self.requests: Counter[str] = Counter()
        """Requests that left, by resource."""
        self.outcomes: Counter[tuple[str, str]] = Counter()
        """Answers by resource and outcome."""
        self.moved_at = time.monotonic()
        """When a request last left or came back."""
        self.writes_in_flight = 0
        """Mutating requests that left and have no answer yet."""
        self.answered: Counter[str] = Counter()
        """Answers that came back, by host."""
        self.seconds = 0.0
        """How long these answers took together."""
        self.on_pause: Callable[[Pause], None] | None = None
        """Told once of each pause that people should know of."""
        self.on_answer: Callable[[Call, Answer], None] | None = None
        """Told of each answer, for traces."""
        self.hold: Callable[[], Hold | None] | None = None
        """Asked before each mutating request: a person's hold."""
        self.wards: list[Callable[[], Stopped | None]] = []
        """Asked before each mutating request, too: each says why it must not leave now, or None."""
        self.kinds: Collection[WriteKind] = tuple(WriteKind)
        """The kinds of write that the present requests make, for wards."""
        self._under: Hold | None = None
        self._stop = stop
        self._clock = clock
        self._between_writes = timedelta(seconds=seconds_between_writes)
        account = account or Account(in_flight)
        self._buckets, self._lock, self._landed = account.buckets, account.lock, account.landed
        self._closed_because: str | None = "writing was not asked for"
        self._retired = False

    # the transport

    def before(self, call: Call) -> None:
        """Returns when the request may leave; raises Transient when that is too far away, or GateClosed, or Held, or Stopped."""
        turn: datetime | None = None
        while True:
            self._stop.check()
            if self._retired:
                raise Stopped
            if call.mutates and self._closed_because is not None:
                raise GateClosed(f"{self.source}: a write was stopped at the gate: {self._closed_because}")
            if call.mutates and self.hold is not None and (hold := self.hold()) is not None and hold != self._under:
                raise Held(self.source, hold)
            if call.mutates and (barred := self._barred()) is not None:
                raise barred
            news: Pause | None = None
            with self._lock:
                now = self._clock()
                self._buckets.heed(now)
                if turn is not None and turn - now > LONGEST_WAIT:
                    turn = now  # nobody gets a turn so late: the clock was set back
                pause = self._buckets.pause_of(call, now)
                if pause is None and turn is None:
                    turn, pause, news = self._take_turn(call, now)
                if pause is None and turn is not None and turn <= now:
                    if self._buckets.depart(call):
                        self.requests[call.resource] += 1
                        self.writes_in_flight += call.mutates
                        return
                    self._landed.wait(0.05)
                    continue
            self._tell(news)
            until = pause.until if pause is not None else turn
            assert until is not None
            if pause is not None and until - now > LONGEST_WAIT:
                raise self._paused(pause, now)
            self._stop.sleep(max((until - now).total_seconds(), 0.001))

    def after(self, call: Call, answer: Answer) -> None:
        with self._lock:
            now = self._clock()
            self._buckets.heed(now)
            self.moved_at = time.monotonic()
            self.writes_in_flight -= call.mutates
            self.outcomes[call.resource, _outcome(answer.status)] += 1
            self._buckets.land()
            self._landed.notify()
            if answer.status:
                self.answered[call.host] += 1
                self.seconds += answer.seconds
            news = self._buckets.learn(call, limits.read(call, answer, now), now)
        self._tell(news)
        if self.on_answer is not None:
            self.on_answer(call, answer)

    def _take_turn(self, call: Call, now: datetime) -> tuple[datetime | None, Pause | None, Pause | None]:
        """(when it leaves, None, None), or the pause instead when that is too far away, and the news of it."""
        turn = self._buckets.turn(call, now, self._between_writes)
        if turn.key is None or turn.at - now <= LONGEST_WAIT:
            self._buckets.reserve(call, turn.at)
            return turn.at, None, None
        pause = Pause(turn.at, turn.because)
        return None, pause, pause if self._buckets.pause(turn.key, pause, now) else None

    def _paused(self, pause: Pause, now: datetime) -> Transient:
        left = (pause.until - now).total_seconds()
        return Transient(f"{self.source} is paused {pause.sentence(now)}", left, pause.because, pause.until)

    def _tell(self, news: Pause | None) -> None:
        if news is not None and self.on_pause is not None:
            self.on_pause(news)

    def retire(self) -> None:
        """The source was configured anew or removed: nothing leaves through this any more."""
        self._retired = True

    @property
    def under(self) -> Hold | None:
        """The hold that the present writing may ignore."""
        return self._under

    def _barred(self) -> Stopped | None:
        return next((reason for ward in self.wards if (reason := ward()) is not None), None)

    # what is known

    @property
    def pause(self) -> Pause | None:
        """The longest pause in force, for status."""
        with self._lock:
            now = self._clock()
            self._buckets.heed(now)
            return self._buckets.longest(now)

    @property
    def quotas(self) -> dict[Key, Quota]:
        """What is left, by host and name of the quota, as the last answers told."""
        with self._lock:
            return dict(self._buckets.quotas)

    def keep(self, pause: Pause) -> None:
        """A pause that an earlier process met: it holds for everything, since nobody knows for which requests it was."""
        with self._lock:
            self._buckets.pause((ANY, HOST), pause, self._clock())

    def heed(self, error: Exception | None) -> None:
        """A limit that stood in an answer's body, where only the connector sees it: the whole source pauses."""
        if not isinstance(error, Transient) or error.reach is not Reach.ACCOUNT:
            return
        first, most = _SECONDARY
        with self._lock:
            now = self._clock()
            if self._buckets.whole(now):
                return  # the headers of that answer said it, or another thread did
            wait = _asked(error, now)
            because = error.scope or f"a limit of {self.source}"
            first = wait if wait is not None else first
            pause = self._buckets.strike((ANY, HOST), because, now, first=first, most=max(most, first))
            news = pause if self._buckets.pause((ANY, HOST), pause, now) else None
        self._tell(news)

    # the gate

    @contextmanager
    def writing(self, under: Hold | None = None) -> Iterator[None]:
        """The one place where the gate opens; it closes again however the block ends.

        `under` is a hold that this writing may ignore, since its person asked for both (an undo); any other ends it.
        """
        self._closed_because, self._under = None, under
        try:
            yield
        finally:
            self._under = None
            self._closed_because = "the writing of this cycle is over"

    # the retry and the sleep

    def rest(self, seconds: float) -> None:
        """Waits; raises Stopped as soon as stopping is asked for."""
        self._stop.sleep(seconds)

    def patiently(self, work: Callable[[], T], *, attempts: int = 5) -> T:
        """Calls `work` again after each Transient, as long as the server asks or with growing pauses; then lets it out."""
        retrying = Retrying(
            retry=retry_if_exception(self._worth_another_try),
            stop=stop_after_attempt(attempts),
            wait=_ServerSays(self._clock, wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)),
            sleep=self._stop.sleep,
            reraise=True,
        )

        def heeding() -> T:
            try:
                return work()
            except Transient as error:
                self.heed(error)
                raise

        return retrying(heeding)

    def _worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, Transient) or isinstance(error, Stopped):
            return False
        asked = _asked(error, self._clock())
        return asked is None or asked <= LONGEST_WAIT.total_seconds()


def _outcome(status: int) -> str:
    """Seven words: what of an answer is worth a line in a graph."""
    if status == 0:
        return "unreachable"
    if status in (403, 401):
        return "forbidden"
    if status == 429:
        return "limited"
    if status == 304:
        return "unchanged"
    return "ok" if status < 400 else "refused" if status < 500 else "failed"


class _ServerSays(wait_base):
    """What the server asked for, else the given growing wait."""

    def __init__(self, clock: Callable[[], datetime], otherwise: wait_base) -> None:
        self._clock = clock
        self._otherwise = otherwise

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = _asked(error, self._clock()) if isinstance(error, Transient) else None
        return asked if asked is not None else self._otherwise(retry_state)


def _asked(error: Transient, now: datetime) -> float | None:
    """Seconds that the server asked to wait."""
    if error.retry_after is not None:
        return max(error.retry_after, 0.0)
    return max((error.until - now).total_seconds(), 0.0) if error.until is not None else None
