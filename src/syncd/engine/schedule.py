"""When a source is asked next: intervals that differ a little, and growing pauses for one that fails.

A failing source backs off alone. What made it fail is rarely over within a second and often within a minute, so the first
pause is short and later ones double, up to a quarter of an hour or the poll interval, whichever is longer.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

JITTER: Final = 0.1
"""Share by which intervals differ, so that many sources and daemons do not ask at the same second."""
FIRST: Final = timedelta(seconds=30)
AHEAD: Final = timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""
LONGEST: Final = timedelta(minutes=15)


def spread(interval: timedelta, *of: object) -> timedelta:
    """The interval, up to JITTER shorter or longer: always the same for the same `of`, and another for every other."""
    share = zlib.crc32("|".join(map(str, of)).encode()) / 0xFFFFFFFF * 2 - 1
    return interval * (1 + JITTER * share)


def over(since: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Whether the interval is over. A moment that lies ahead was told by a clock that went wrong: it counts for nothing."""
    return since is None or not -AHEAD <= now - since < interval


@dataclass(slots=True)
class Schedule:
    """One source's. Moments are seconds of a monotonic clock: nobody sets it back."""

    source: str
    failures: int = 0
    """In a row."""
    due_at: float = 0.0

    def due(self, now: float) -> bool:
        return self.due_at <= now

    def worked(self, now: float, poll: timedelta) -> None:
        self.failures = 0
        self.due_at = now + spread(poll, self.source, now).total_seconds()

    def failed(self, now: float, poll: timedelta) -> None:
        self.failures += 1
        pause = min(min(FIRST, poll) * 2 ** min(self.failures - 1, 20), max(LONGEST, poll))
        self.due_at = now + spread(pause, self.source, now).total_seconds()

    def wake(self) -> None:
        """There is news of it. One that fails goes on resting: news do not heal it."""
        if not self.failures:
            self.due_at = 0.0

    def at_once(self) -> None:
        """A person changed something: it may work again."""
        self.due_at = 0.0
