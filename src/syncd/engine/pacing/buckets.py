"""What is known of one account's limits: pauses, spacing, quotas and requests on their way, by host and bucket.

Knows no clock and takes no lock: `Pace` gives the time and lets one thread in at a time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from syncd.connector.protocol import Call
from syncd.engine.pacing.limits import HOST, Pause, Quota, Said, Spacing, bucket_of, quota_bucket

ANY: Final = "*"
"""Stands for every host of the account."""
WORTH_TELLING: Final = timedelta(seconds=5)
"""Shorter pauses are part of normal work."""
STRIKES_LAST: Final = timedelta(minutes=5)
"""A limit met again within this time after its pause makes the next pause longer."""

SET_BACK: Final = timedelta(seconds=1)
"""Two readings of a clock by two threads may come in the wrong order by less."""

Key = tuple[str, str]
"""Host and bucket."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a request may leave, and which bucket makes it wait."""

    at: datetime
    key: Key | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class _Strike:
    count: int
    over: datetime


@dataclass(slots=True)
class Buckets:
    in_flight: int
    """At most so many requests to a host at a time."""
    quotas: dict[Key, Quota] = field(default_factory=dict)
    """By host and name, as the last answer told it."""
    _pauses: dict[Key, Pause] = field(default_factory=dict)
    _spacing: dict[Key, Spacing] = field(default_factory=dict)
    _left: dict[Key, datetime] = field(default_factory=dict)
    """When the last request of a bucket left, or will leave."""
    _wrote: dict[str, datetime] = field(default_factory=dict)
    """The same for writes, by host."""
    _counts_in: dict[Key, str] = field(default_factory=dict)
    """By host and bucket of a request: the quota that it counts in, as the server said."""
    _strikes: dict[Key, _Strike] = field(default_factory=dict)
    _flying: dict[threading.Thread, str] = field(default_factory=dict)
    _now: datetime | None = None

    def heed(self, now: datetime) -> None:
        """Keeps what is left of all waits when the clock was set back: a second between two writes must not become hours."""
        back = self._now - now if self._now is not None else timedelta(0)
        self._now = now
        if back < SET_BACK:
            return
        self._pauses = {key: replace(pause, until=pause.until - back) for key, pause in self._pauses.items()}
        self._strikes = {key: replace(strike, over=strike.over - back) for key, strike in self._strikes.items()}
        self._spacing = {key: replace(spacing, until=spacing.until - back) for key, spacing in self._spacing.items()}
        self._left = {key: at - back for key, at in self._left.items()}
        self._wrote = {host: at - back for host, at in self._wrote.items()}

    # pauses

    def pause_of(self, call: Call, now: datetime) -> Pause | None:
        """The pause that holds this request back the longest."""
        live = [pause for key in (*self._keys(call), (ANY, HOST)) if (pause := self._live(key, now)) is not None]
        return max(live, key=lambda pause: pause.until, default=None)

    def longest(self, now: datetime) -> Pause | None:
        """The longest pause of all that are in force."""
        live = [pause for key in list(self._pauses) if (pause := self._live(key, now)) is not None]
        return max(live, key=lambda pause: pause.until, default=None)

    def whole(self, now: datetime) -> bool:
        """Whether everything pauses at some host."""
        return any(self._live(key, now) is not None for key in list(self._pauses) if key[1] == HOST)

    def pause(self, key: Key, pause: Pause, now: datetime) -> bool:
        """Never makes a pause shorter. True when people should hear of it."""
        before = self._live(key, now)
        if before is not None and before.until >= pause.until:
            return False
        self._pauses[key] = pause
        known = before.until if before is not None else now
        return pause.until - known >= WORTH_TELLING

    def strike(self, key: Key, because: str, now: datetime, *, first: float, most: float) -> Pause:
        """The pause for a limit whose end nobody named: the next one is twice as long, if it comes soon."""
        last = self._strikes.get(key)
        count = last.count + 1 if last is not None and now - last.over <= STRIKES_LAST else 0
        seconds = max(min(first * 2.0 ** min(count, 20), most), min(first, most))
        pause = Pause(now + timedelta(seconds=seconds), because)
        self._strikes[key] = _Strike(count, pause.until)
        return pause

    def _live(self, key: Key, now: datetime) -> Pause | None:
        pause = self._pauses.get(key)
        if pause is None or pause.until > now:
            return pause
        del self._pauses[key]
        return None

    # answers

    def learn(self, call: Call, said: Said, now: datetime) -> Pause | None:
        """Keeps what an answer said; returns the pause that people should hear of."""
        if said.quota_bucket is not None:
            self._counts_in[call.host, bucket_of(call)] = said.quota_bucket
        if said.quota is not None:
            self.quotas[call.host, said.quota.name] = said.quota
        for bucket in (HOST, bucket_of(call), said.quota_bucket):
            if bucket is not None and (bucket != HOST or said.quota is not None):
                self._spacing.pop((call.host, bucket), None)
        if said.spacing is not None:
            self._spacing[call.host, said.spacing.bucket] = said.spacing
        if said.limit is None:
            return None
        key = (call.host, said.limit.bucket)
        if said.limit.until is not None:
            pause = Pause(said.limit.until, said.limit.because)
        elif (live := self._live(key, now)) is not None:
            pause = live  # others were on their way when the limit was met: that is no second strike
        else:
            pause = self.strike(key, said.limit.because, now, first=said.limit.first, most=said.limit.most)
        return pause if self.pause(key, pause, now) else None

    # turns

    def turn(self, call: Call, now: datetime, between_writes: timedelta) -> Turn:
        """The earliest moment for this request by the spacing of its buckets and of writes. Nothing is reserved."""
        turn = Turn(now)
        for key in self._keys(call):
            spacing, last = self._spacing.get(key), self._left.get(key)
            if spacing is None or last is None or spacing.until <= now:
                continue
            at = min(last + timedelta(seconds=spacing.seconds), max(spacing.until, last))
            if at > turn.at:
                turn = Turn(at, key, spacing.because)
        wrote = self._wrote.get(call.host) if call.mutates and between_writes else None
        if wrote is not None and wrote + between_writes > turn.at:
            turn = Turn(wrote + between_writes, (call.host, HOST), "the pace of writing that is configured")
        return turn

    def reserve(self, call: Call, at: datetime) -> None:
        """This request leaves then; the next of its buckets keeps its distance."""
        for key in self._keys(call):
            self._left[key] = max(at, self._left.get(key, at))
        if call.mutates:
            self._wrote[call.host] = max(at, self._wrote.get(call.host, at))

    def depart(self, call: Call) -> bool:
        """False when too many requests to the host are on their way. A thread has one at a time."""
        me = threading.current_thread()
        self._flying.pop(me, None)
        if sum(host == call.host for host in self._flying.values()) >= self.in_flight:
            for thread in [thread for thread in self._flying if not thread.is_alive()]:
                del self._flying[thread]
            if sum(host == call.host for host in self._flying.values()) >= self.in_flight:
                return False
        self._flying[me] = call.host
        return True

    def land(self) -> None:
        self._flying.pop(threading.current_thread(), None)

    def _keys(self, call: Call) -> tuple[Key, Key, Key]:
        bucket = bucket_of(call)
        assumed = quota_bucket("graphql" if call.resource == "graphql" else "core")
        quota = self._counts_in.get((call.host, bucket), assumed)
        return (call.host, bucket), (call.host, quota), (call.host, HOST)


class Account:
    """What all sources share that work with one account of one server: its limits, and the lock that guards them."""

    def __init__(self, in_flight: int) -> None:
        self.buckets = Buckets(in_flight)
        self.lock = threading.Lock()
        self.landed = threading.Condition(self.lock)
