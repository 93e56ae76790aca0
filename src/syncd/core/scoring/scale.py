"""Raw scores on a common scale: where each stands among all that have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from syncd.core.rules import Scale

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The raw scores of the open backlog, ascending. Closed and unscored work is not among them."""

    ascending: Floats

    @classmethod
    def of(cls, raw: Floats) -> Population:
        """From raw scores in any order, NaN for unscored."""
        known = np.sort(raw[~np.isnan(raw)])
        known.setflags(write=False)
        return cls(known)

    @property
    def size(self) -> int:
        return self.ascending.size

    def scaled(self, raw: Floats, scale: Scale) -> Floats:
        """The raw scores on the scale; NaN stays NaN."""
        if scale is Scale.RAW or not self.size:
            return raw
        if scale is Scale.MINMAX:
            low, high = self.ascending[0], self.ascending[-1]
            with np.errstate(all="ignore"):
                # Each divided by two first: the distance of two huge numbers may be beyond the largest.
                inside = (raw / 2 - low / 2) / (high / 2 - low / 2) * 100.0
            return np.where(np.isnan(raw), raw, np.where(high > low, inside, 50.0))
        at_or_below = np.searchsorted(self.ascending, raw, side="right")
        middle_rank = (self.rank_below(raw, "left") + at_or_below + 1) / 2
        return np.where(np.isnan(raw), raw, middle_rank / self.size * 100.0)

    def rank_below(self, raw: Floats, side: Literal["left", "right"] = "left") -> npt.NDArray[np.intp]:
        """How many of the population stand below."""
        return np.searchsorted(self.ascending, raw, side=side)
