"""What this process did so far, as counts that only grow, and what its last cycle showed: the ground of metrics and health."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from syncd.engine.report import CycleResult, SourceOutcome

BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Seconds; a cycle's phases are counted by these."""


@dataclass(slots=True)
class Durations:
    """How long something took, each time: a histogram."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    @property
    def cumulative(self) -> list[tuple[str, float]]:
        """Pairs of an upper bound and how many took no longer, as Prometheus wants them."""
        pairs, so_far = [], 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            so_far += count
            pairs.append((bound, float(so_far)))
        return pairs


@dataclass(slots=True)
class SourcePulse:
    edits: int = 0
    moves: int = 0
    not_written: int = 0
    brakes: Counter[str] = field(default_factory=Counter)
    last: SourceOutcome | None = None


class Pulse:
    """Fed by the daemon's thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.cycles: Counter[str] = Counter()
        """By outcome: done, failed (a source could not be read), crashed."""
        self.phases: dict[str, Durations] = {}
        self.sources: dict[str, SourcePulse] = {}
        self.messages: Counter[tuple[str, str]] = Counter()
        """By receiver and outcome: arrived, failed."""
        self.deaf: dict[str, bool] = {}
        """By receiver, whether the last message did not arrive."""
        self.refusals = 0
        """How often a changed configuration was refused."""
        self.beat_at = time.monotonic()
        """When the daemon's loop last came by."""
        self.failing = 0
        """Cycles in a row that ended with an error of their own."""

    def beat(self) -> None:
        self.beat_at = time.monotonic()

    def tell(self, result: CycleResult) -> None:
        with self._lock:
            failed = any(outcome.error for outcome in result.sources.values())
            self.cycles["failed" if failed else "done"] += 1
            for phase, seconds in result.phases.items():
                self.phases.setdefault(phase, Durations()).add(seconds)
            for name, outcome in result.sources.items():
                self._count(self.sources.setdefault(name, SourcePulse()), outcome)
            for name in self.sources.keys() - result.sources.keys():
                del self.sources[name]
        self.beat()

    def _count(self, pulse: SourcePulse, outcome: SourceOutcome) -> None:
        tripped = {brake.code for brake in outcome.brakes}
        before = {brake.code for brake in pulse.last.brakes} if pulse.last is not None else set()
        pulse.brakes.update(tripped - before)  # a brake that stays on was tripped once
        if outcome.applied is not None:
            pulse.edits += outcome.applied.edits
            pulse.moves += outcome.applied.moves
            pulse.not_written += len(outcome.applied.failed)
        pulse.last = outcome

    def messaged(self, receiver: str, *, arrived: bool) -> None:
        with self._lock:
            self.messages[receiver, "arrived" if arrived else "failed"] += 1
            self.deaf[receiver] = not arrived

    def crashed(self) -> None:
        with self._lock:
            self.cycles["crashed"] += 1
            self.failing += 1

    def worked(self) -> int:
        """After a cycle that did not end so. Returns how many before it did."""
        with self._lock:
            failed, self.failing = self.failing, 0
        return failed
