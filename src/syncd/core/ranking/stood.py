"""Where each row stood in the last decision, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np
import numpy.typing as npt

from syncd.core.issue import Ref
from syncd.core.rules import Horizon
from syncd.core.scoring.rows import Rows
from syncd.core.scoring.scale import Floats


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a piece of work stood in the last decision.

    `score` is the anchor: the score at which it last moved. Differences below the dead band are measured from there, so
    that many small steps add up to a move, and one that goes back and forth moves nothing.
    """

    rank: int
    horizon: str | None
    score: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Stood:
    rank: Floats
    """Infinite for new work."""
    anchor: Floats
    """NaN for new work, and for work that had no score."""
    horizons: tuple[str | None, ...]
    """The different horizons …"""
    horizon: npt.NDArray[np.int32]
    """… and for each row the place of its own among them; −1 for new work."""

    @classmethod
    def of(cls, rows: Rows, memory: Mapping[Ref, Placed]) -> Stood:
        count = len(rows)
        if not memory:
            return cls(np.full(count, inf), np.full(count, nan), (), np.full(count, -1, dtype=np.int32))
        found = [memory.get(ref) for ref in rows.places]
        names: dict[str | None, int] = {}
        return cls(
            np.array([inf if one is None else one.rank for one in found], dtype=np.float64),
            np.array([nan if one is None or one.score is None else one.score for one in found], dtype=np.float64),
            horizon=np.array(
                [-1 if one is None else names.setdefault(one.horizon, len(names)) for one in found], dtype=np.int32
            ),
            horizons=tuple(names),
        )

    def levels(self, horizons: Sequence[Horizon]) -> npt.NDArray[np.int64]:
        """For each row the place of its horizon among these; their number where it is none of them."""
        level = {horizon.name: index for index, horizon in enumerate(horizons)}
        table = np.array([*(level.get(name or "", len(horizons)) for name in self.horizons), len(horizons)])
        found: npt.NDArray[np.int64] = table[self.horizon]
        return found

    def anchored(self, scores: Floats, deadband: float) -> Floats:
        """The scores, and the old anchor where the difference is within the dead band."""
        with np.errstate(invalid="ignore"):
            moved = ~(np.abs(scores - self.anchor) < deadband)
        return np.where(np.isnan(scores) | moved, scores, self.anchor)
