"""What the order follows, for all rows at once: unscored after scored, class (best first), then the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.core.scoring.precedence import Strength
from syncd.core.scoring.rows import Places
from syncd.core.scoring.scale import Floats
from syncd.core.scoring.scores import NO_CLASS

_BELOW_ALL_CLASSES = 1_000_000
"""Where the class is unknown. Without classes all work stands here, and the class says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """One `Strength` a row, in two columns."""

    rough: npt.NDArray[np.int64]
    """Smaller is stronger: the class, and behind all classes the same for unscored work."""
    fine: Floats
    """Minus the score, 0 where there is none."""

    @classmethod
    def of(cls, scores: Floats, classes: npt.NDArray[np.int32]) -> Strengths:
        unscored = np.isnan(scores)
        known = np.where(classes == NO_CLASS, _BELOW_ALL_CLASSES, classes).astype(np.int64)
        return cls(known + unscored * (2 * _BELOW_ALL_CLASSES), np.where(unscored, 0.0, -scores))

    def at(self, row: int) -> Strength:
        unscored, class_ = divmod(int(self.rough[row]), 2 * _BELOW_ALL_CLASSES)
        return unscored, class_, float(self.fine[row])

    def some(self, rows: Places) -> dict[int, Strength]:
        return {row: self.at(row) for row in rows.tolist()}

    def lent(self, strengths: Mapping[int, Strength]) -> Strengths:
        """With other strengths for some rows."""
        if not strengths:
            return self
        rough, fine = self.rough.copy(), self.fine.copy()
        for row, (unscored, class_, minus) in strengths.items():
            rough[row], fine[row] = unscored * 2 * _BELOW_ALL_CLASSES + class_, minus
        return Strengths(rough, fine)

    def sorted(self, first: Places) -> Places:
        """All rows, strongest first; rows of equal strength in the order of `first`."""
        rough, fine = self.keys(first)[::-1]
        if rough.size and (rough == rough[0]).all():
            return first[np.argsort(fine, kind="stable")]
        return first[np.lexsort((fine, rough))]

    def keys(self, rows: Places) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """For `numpy.lexsort`, the last one counting most."""
        return self.fine[rows], self.rough[rows]

    def groups(self, order: Places) -> npt.NDArray[np.int64]:
        """For rows in order of strength a number for each: the same for equal strengths, and rising."""
        fine, rough = self.keys(order)
        changes = (fine[1:] != fine[:-1]) | (rough[1:] != rough[:-1])
        return np.concatenate((np.zeros(min(1, order.size), np.int64), np.cumsum(changes)))
