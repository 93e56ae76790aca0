"""How far outcomes may pull at a score: what all adjustments that read `okr.*` do together is held within a limit.

The pull is the score with these adjustments less the score without them, so that what stands after them in the rules
(a factor, a floor) is counted where it makes the pull larger, and nothing can get around the limit by its place.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from syncd.core.rules import Adjustment, Rules, Scale
from syncd.core.scoring.scale import Floats

DEFAULT: Final = 20.0
"""Points, where scores run from 0 to 100. Raw scores have no common unit, so there the limit is what people write."""


def pull_limit(rules: Rules) -> float | None:
    """In points of score, up as down; None: nothing is held, or nothing pulls."""
    if not any(pulls(adjustment) for adjustment in rules.adjustments):
        return None
    if rules.okrs.pull_at_most is not None:
        return rules.okrs.pull_at_most
    return None if rules.scale is Scale.RAW else DEFAULT


def pulls(adjustment: Adjustment) -> bool:
    expressions = (adjustment.when, adjustment.multiply, adjustment.add)
    return any(name.startswith("okr.") for one in expressions if one is not None for name in one.names)


def held(scores: Floats, without: Floats, limit: float) -> Floats:
    """The scores, with the difference to what they are without the pull held within ± limit."""
    pull = scores - without
    return np.where(np.abs(pull) > limit, without + np.clip(pull, -limit, limit), scores)
