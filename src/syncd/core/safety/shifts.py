"""How far one ranking lies from another: the share of pairs that change places, and how far the scores moved as a whole."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from syncd.core.reports.whatif import kendall

Standing = tuple[str, float | None]
"""An issue's id and its score, None for unscored work. A ranking is a sequence of these, first place first."""


def churn(before: Sequence[Standing], after: Sequence[Standing], top: int | None = None) -> tuple[float, int]:
    """(share of all pairs that change places, how many issues were compared).

    Only issues that are in both rankings count; with `top` only those that stood or stand among the first so many.
    0 is the same order, 0.5 what shuffling gives, 1 the opposite.
    """
    was, now = ({id_: at for at, (id_, _) in enumerate(one)} for one in (before, after))
    both = [id_ for id_ in was if id_ in now and (top is None or was[id_] < top or now[id_] < top)]
    return (1 - kendall([now[id_] for id_ in both])) / 2, len(both)


def shift(before: Sequence[Standing], after: Sequence[Standing]) -> tuple[float, int]:
    """(the largest difference between the shares that score at or below any one score, how many issues were compared).

    That is the statistic of Kolmogorov and Smirnov, 0 … 1, over the issues that are in both rankings, so that closing work
    moves nothing; unscored work counts as below every score.
    """
    was, now = ({id_: -math.inf if score is None else score for id_, score in one} for one in (before, after))
    both = [id_ for id_ in was if id_ in now]
    if not both:
        return 0.0, 0
    one, other = (sorted(ranking[id_] for id_ in both) for ranking in (was, now))
    far = max(abs(bisect_right(one, at) - bisect_right(other, at)) for at in {*one, *other})
    return far / len(both), len(both)
