"""When work will be done, by the recent pace: the exact odds of what drawing past weeks at random would give.

A week to come is taken for one of the last weeks, each as likely as the other. The sums of many such weeks have a known
distribution, so nothing is simulated and the same history always gives the same answer. It says nothing about work that
is put in front, nor about a team that grows or goes on holiday: it is the pace going on as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

WEEKS = 12
"""So many weeks back are looked at, at most."""
LEAST = 4
"""With fewer weeks, or fewer pieces of work done in them, nothing can be said."""
FAR = 104
"""Weeks ahead; what takes longer has no date."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many pieces of work were done in each of the last weeks, oldest first; the last one ended on `until`."""

    until: date
    weeks: tuple[int, ...]

    @property
    def known(self) -> bool:
        """Whether there is enough to go by."""
        return len(self.weeks) >= LEAST and sum(self.weeks) >= LEAST

    @property
    def median(self) -> float:
        return float(np.median(self.weeks)) if self.weeks else 0.0


def pace(done: Iterable[date], since: date, until: date) -> Pace:
    """From the days on which work was done. `since` is when the first issue was opened: before, there was nothing to do."""
    count = min(WEEKS, max(0, (until - since).days // 7))
    weeks = [0] * count
    for day in done:
        back = (until - day).days // 7
        if 0 <= back < count and day <= until:
            weeks[count - 1 - back] += 1
    return Pace(until, tuple(weeks))


class Forecast:
    """Of a queue that is worked off from the top at one pace."""

    def __init__(self, known: Pace, longest: int) -> None:
        """`longest` is the last place in the queue that will be asked for."""
        self.pace = known
        self._odds = _odds(known.weeks, longest) if known.known else None

    def chance(self, place: int, by: date) -> float | None:
        """How likely the piece at this place (1 is next) is done by a day; None where nothing can be said. Only whole
        weeks count, so that the answer errs on the careful side."""
        if self._odds is None or place < 1:
            return None
        weeks = (by - self.pace.until).days // 7
        if weeks <= 0:
            return 0.0
        return float(self._odds[min(weeks, FAR), place])

    def day(self, place: int, share: float) -> date | None:
        """The first day by which it is done with this likelihood; None where nothing can be said, or beyond two years."""
        if self._odds is None or place < 1:
            return None
        enough = np.flatnonzero(self._odds[:, place] >= share - 1e-12)
        return self.pace.until + timedelta(days=7 * int(enough[0])) if enough.size else None


def _added(some: npt.NDArray[np.float64], more: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The distribution of the sum of two; thousands of pieces a week are added by their spectra."""
    if some.size * more.size < 4_000_000:
        return np.convolve(some, more)
    size = some.size + more.size - 1
    return np.clip(np.fft.irfft(np.fft.rfft(some, size) * np.fft.rfft(more, size), size), 0.0, None)


def _odds(weeks: Sequence[int], longest: int) -> npt.NDArray[np.float64]:
    """At [n, p]: how likely n weeks bring at least p pieces."""
    one = np.bincount(np.array(weeks), minlength=1) / len(weeks)
    exactly = np.zeros(longest + 1)
    exactly[0] = 1.0
    found = np.empty((FAR + 1, longest + 2))
    for n in range(FAR + 1):
        below = np.concatenate(([0.0], np.cumsum(exactly)))
        found[n] = np.clip(1.0 - below, 0.0, 1.0)
        exactly = _added(exactly, one)[: longest + 1]
    found[:, 0] = 1.0
    # The rounding of sums must not make a later day less likely, nor the impossible possible.
    found[found < 1e-12] = 0.0
    found = np.minimum.accumulate(np.maximum.accumulate(found, axis=0), axis=1)
    return found[:, : longest + 1]
