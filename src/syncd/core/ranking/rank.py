"""From scores to one ranked backlog: a total order that stays put under noise, and the horizons that it fills.

Ranking what was just ranked, with unchanged scores, gives the same answer: everything here is built around that law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked, Work
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pins
from syncd.core.ranking.horizons import fill
from syncd.core.ranking.ranking import Ranking
from syncd.core.ranking.stood import Placed, Stood
from syncd.core.ranking.strength import Strengths
from syncd.core.ranking.teams import teams_of
from syncd.core.rules import Rules
from syncd.core.scoring.precedence import blockers_first, inherit
from syncd.core.scoring.rows import Places, Rows
from syncd.core.scoring.scores import Scored, Scores, in_columns
from syncd.core.scoring.table import Table

__all__ = ["Placed", "placed", "rank", "rank_rows"]


def rank(
    works: Sequence[Work],
    scores: Mapping[Ref, Scored],
    memory: Mapping[Ref, Placed],
    pins: Mapping[Ref, Pins],
    rules: Rules,
) -> Ranking:
    """Order the open work and fill the horizons. `works` may hold closed work, which is left out."""
    rows = Rows([work for work in works if work.open])
    return rank_rows(rows, in_columns(rows.places, scores), Stood.of(rows, memory), pins, rules)


def rank_rows(
    rows: Rows, scores: Scores, stood: Stood, pins: Mapping[Ref, Pins], rules: Rules, backlog: str = ""
) -> Ranking:
    """The same over rows that may be ranked again by other rules; `scores` has one value for each row.

    Teams are told apart over a `Table` only, since their names are read from columns.
    """
    anchored = stood.anchored(scores.score, rules.policy.deadband)
    own = Strengths.of(anchored, scores.classes)
    order, strengths = _ordered(rows, own, stood, rules.policy.blockers)
    horizons = rules.horizons
    teams = teams_of(rows, horizons) if isinstance(rows, Table) else None
    levels = fill(order, rows, scores, stood.levels(horizons.names), pins, strengths, horizons, teams)
    return Ranking(rows, scores, order, levels, pins, [horizon.name for horizon in horizons.names], teams, backlog)


def placed(ranked: Sequence[Ranked], memory: Mapping[Ref, Placed], rules: Rules) -> dict[Ref, Placed]:
    """What the next decision must remember of this one."""
    deadband = rules.policy.deadband
    return {
        one.work.ref: Placed(one.rank, one.horizon, _anchored(one.score, memory.get(one.work.ref), deadband))
        for one in ranked
    }


def _anchored(score: float | None, last: Placed | None, deadband: float) -> float | None:
    if score is None or last is None or last.score is None or abs(score - last.score) >= deadband:
        return score
    return last.score


def _ordered(rows: Rows, own: Strengths, stood: Stood, blockers: bool) -> tuple[Places, Strengths]:
    """The rows, best first, and their strengths with what they inherit from the work that waits for them."""
    first = np.lexsort((rows.ties, stood.rank)) if np.isfinite(stood.rank).any() else np.argsort(rows.ties)
    blocked, blocker = rows.waiting if blockers else (np.empty(0, np.int64), np.empty(0, np.int64))
    if not blocked.size:
        return own.sorted(first), own
    involved = np.unique(np.concatenate((blocked, blocker)))
    before = own.some(involved)
    waits = rows.waits(before)
    lent = {row: strength for row, strength in inherit(before, waits).items() if strength != before[row]}
    strengths = own.lent(lent)
    order = strengths.sorted(first)
    if lent:
        order = _own_strength_decides(order, strengths, own, rows, stood, np.array(sorted(lent), dtype=np.int64))
    return np.array(blockers_first(order.tolist(), waits), dtype=np.int64) if waits else order, strengths


def _own_strength_decides(
    order: Places, strengths: Strengths, own: Strengths, rows: Rows, stood: Stood, lent: Places
) -> Places:
    """Among new work of equal strength, what is strong by itself goes before what borrowed its strength."""
    groups: npt.NDArray[np.int64] = strengths.groups(order)
    group_of = np.empty_like(groups)
    group_of[order] = groups
    mixed = np.isin(groups, group_of[lent])
    some = order[mixed]
    inner = np.lexsort((rows.ties[some], *own.keys(some), stood.rank[some], groups[mixed]))
    order = order.copy()
    order[mixed] = some[inner]
    return order
