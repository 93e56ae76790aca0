"""Several backlogs over the same work: which piece belongs where, each backlog scored and ranked by itself, and all of
them as one order.

Work belongs to the first backlog whose filter holds, so that an issue has one rank and nothing is written twice. As one
order they interleave by rank: the first of each, in the order of the rules, then the second of each, and so on.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked, Work
from syncd.core.expressions.backends import truth
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pins
from syncd.core.ranking.rank import rank_rows
from syncd.core.ranking.ranking import Ranking
from syncd.core.ranking.stood import Placed, Stood
from syncd.core.rules import Rules
from syncd.core.scoring.score import score_table
from syncd.core.scoring.scores import Scored, Scores
from syncd.core.scoring.table import Table


@dataclass(frozen=True, slots=True)
class Part:
    """One backlog, scored and ranked."""

    rules: Rules
    """Of this backlog alone."""
    scores: Scores
    ranked: Ranking


Parts = Mapping[str, Part]
"""By name, in the order of the rules."""


def parts_of(
    open_works: Sequence[Work],
    works: Mapping[Ref, Work],
    rules: Rules,
    as_of: date,
    memory: Mapping[Ref, Placed],
    pins: Mapping[Ref, Pins],
) -> Parts:
    """Every backlog, also an empty one. `works` is all work, closed work included."""
    whole = Table(open_works, rules, as_of, works)
    pinned = pinned_scores(pins)
    found: dict[str, Part] = {}
    owner = owners(whole, rules)
    for place, name in enumerate(rules.backlog_names):
        own = rules.of(name)
        table = whole
        if owner is not None:
            table = Table([open_works[row] for row in np.flatnonzero(owner == place).tolist()], own, as_of, works)
        scores = score_table(table, own, pinned)
        found[name] = Part(own, scores, rank_rows(table, scores, Stood.of(table, memory), pins, own, name))
    return found


def owners(table: Table, rules: Rules) -> npt.NDArray[np.int32] | None:
    """For each row the place of its backlog in `backlog_names`, −1 for none; None where there is a single backlog."""
    if not rules.backlogs:
        return None
    owner = np.full(len(table), -1, dtype=np.int32)
    for place, backlog in enumerate(rules.backlogs):
        free = owner < 0
        if backlog.filter is not None:
            free &= truth(backlog.filter.vector(table.columns(backlog.filter.names), len(table)))
        owner[free] = place
    if len(rules.backlog_names) > len(rules.backlogs):
        owner[owner < 0] = len(rules.backlogs)
    return owner


def interleaved(parts: Parts) -> Sequence[Ranked]:
    """All backlogs as one order, by rank and then by the order of the rules."""
    rankings = [part.ranked for part in parts.values()]
    if len(rankings) == 1:
        return rankings[0]
    return tuple(sorted((row for ranked in rankings for row in ranked), key=lambda row: row.rank))


def all_scores(parts: Parts) -> Mapping[Ref, Scored]:
    scores = [part.scores for part in parts.values()]
    return scores[0] if len(scores) == 1 else ChainMap(*map(dict, scores))


def pinned_scores(pins: Mapping[Ref, Pins]) -> dict[Ref, tuple[float, str]]:
    return {ref: (pin.score.value, pin.score.because) for ref, pin in pins.items() if pin.score is not None}
