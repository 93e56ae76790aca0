"""Framework, scale, adjustments, pins and blockers → a score for each open piece of work, all at once.

`core.scoring.receipt` walks the same steps for one piece of work and must end in the same number, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import FactValue, Work
from syncd.core.expressions.backends import truth
from syncd.core.expressions.coded import AnyColumn, Coded
from syncd.core.expressions.functions import missing_in, round_column
from syncd.core.expressions.vocabulary import View
from syncd.core.issue import Ref
from syncd.core.rules import Adjustment, Quadrants, Rules
from syncd.core.scoring.blockers import lifted
from syncd.core.scoring.compared import comparisons, scoring_expressions
from syncd.core.scoring.outcome_pull import held, pull_limit, pulls
from syncd.core.scoring.requirements import Requirements
from syncd.core.scoring.scale import Floats, Population
from syncd.core.scoring.scores import NO_CLASS, NO_QUADRANT, Scored, Scores, quadrant_code
from syncd.core.scoring.table import Table

__all__ = ["NO_PINS", "TOO_LARGE", "Pins", "Scored", "Scores", "names_read", "rounded", "score_all", "score_table"]

Pins = Mapping[Ref, tuple[float, str]]
"""Scores that people set: the value, and how we know."""

NO_PINS: Pins = MappingProxyType({})
TOO_LARGE = "its score is beyond the range of numbers"


def score_all(
    works: Sequence[Work], rules: Rules, as_of: date, parents: Mapping[Ref, Work], pinned: Pins = NO_PINS
) -> Scores:
    """The score of each open piece of work, by its ref. Closed work has no entry, but may stand in `parents`."""
    return score_table(Table([work for work in works if work.open], rules, as_of, parents), rules, pinned)


def score_table(table: Table, rules: Rules, pinned: Pins = NO_PINS) -> Scores:
    """The same over a table that may have served other rules before; it must serve these (`Table.serves`)."""
    count = len(table)
    columns = table.columns(names_read(rules))
    columns |= comparisons(scoring_expressions(rules), columns, count)[1]
    raw = np.array(rules.framework.formula.vector(columns, count), dtype=np.float64)
    without_value = np.isnan(raw)
    requirements = Requirements(rules, View.of(rules, table.as_of))
    classes = _classes(requirements, rules.framework.class_fact, columns, count)
    lacking = without_value | _lacking(rules, columns, classes)
    raw[lacking] = np.nan
    scores = Population.of(raw).scaled(raw, rules.scale)
    with np.errstate(all="ignore"):
        scores = rounded(_all_adjusted(scores, rules, columns), rules)
    scores[~np.isfinite(scores)] = np.nan

    def why_unscored(place: int) -> str:
        if not lacking[place]:
            return TOO_LARGE
        work = table.works[place]
        parent = None if work.parent is None else table.all.get(work.parent)
        value = None if without_value[place] else 0.0
        return requirements.why_unscored(work, parent, value) or TOO_LARGE

    fixed = {table.places[ref]: float(value) for ref, (value, _) in pinned.items() if ref in table.places}
    for place, value in fixed.items():
        scores[place] = value
    if rules.policy.blockers:
        _lift(table, scores, classes, frozenset(fixed))
    quadrants = None if rules.framework.quadrants is None else _quadrants(rules.framework.quadrants, columns, raw)
    return Scores(table.places, scores, raw, classes, quadrants, why_unscored)


def names_read(rules: Rules) -> frozenset[str]:
    """The names that scoring reads of each piece of work, in all backlogs."""
    names: set[str] = set()
    if rules.backlogs:
        for backlog in rules.backlogs:
            names |= backlog.filter.names if backlog.filter is not None else frozenset()
        return frozenset(names.union(*map(names_read, rules.parts)))
    if rules.horizons.team is not None:
        names |= rules.horizons.team.names
    for expression in scoring_expressions(rules):
        names |= expression.names
    names.update(name for name, fact in rules.facts.items() if fact.required)
    if rules.framework.class_fact is not None:
        names.add(rules.framework.class_fact)
    return frozenset(names)


def rounded(scores: Floats, rules: Rules) -> Floats:
    """As they are shown. Adding zero turns a minus zero into a plain one."""
    return round_column(scores, float(rules.policy.score_digits)) + 0.0


def _classes(
    requirements: Requirements, class_fact: str | None, columns: Mapping[str, AnyColumn], count: int
) -> npt.NDArray[np.int32]:
    """The class of each, 0 for the best; NO_CLASS without classes and for an unknown one."""
    if class_fact is None:
        return np.full(count, NO_CLASS, dtype=np.int32)

    def index(value: FactValue | None) -> int:
        found = requirements.class_of_value(value)
        return NO_CLASS if found is None else found

    column = columns[class_fact]
    values, codes = (
        (column.values, column.codes) if isinstance(column, Coded) else np.unique(column, return_inverse=True)
    )
    return np.array([index(value) for value in values.tolist()], dtype=np.int32)[codes]


def _lacking(rules: Rules, columns: Mapping[str, AnyColumn], classes: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Where something is missing that has to be there; a missing value of the formula is the caller's."""
    lacking = np.zeros(classes.size, dtype=np.bool_)
    if rules.framework.class_fact is not None:
        lacking |= classes == NO_CLASS
    for name, fact in rules.facts.items():
        if fact.required:
            column = columns[name]
            lacking |= missing_in(column.values)[column.codes] if isinstance(column, Coded) else missing_in(column)
    return lacking


def _quadrants(quadrants: Quadrants, columns: Mapping[str, AnyColumn], raw: Floats) -> npt.NDArray[np.int8]:
    """Only what has a number of its own: without value or effort there is nothing to tell apart."""
    high_value = truth(quadrants.high_value.vector(columns, raw.size))
    high_effort = truth(quadrants.high_effort.vector(columns, raw.size))
    return np.where(np.isnan(raw), np.int8(NO_QUADRANT), quadrant_code(high_value, high_effort))


def _all_adjusted(scores: Floats, rules: Rules, columns: Mapping[str, AnyColumn]) -> Floats:
    limit = pull_limit(rules)
    without: Floats | None = None  # the same as the scores until something pulls
    for adjustment in rules.adjustments:
        pulling = limit is not None and pulls(adjustment)
        if without is None and pulling:
            without = scores
        elif without is not None and not pulling:
            without = _adjusted(without, adjustment, columns)
        scores = _adjusted(scores, adjustment, columns)
    return scores if limit is None or without is None else held(scores, without, limit)


def _adjusted(scores: Floats, adjustment: Adjustment, columns: Mapping[str, AnyColumn]) -> Floats:
    """× multiply, + add, at least, at most, where the condition holds. A factor or summand without value changes nothing."""
    count = scores.size
    holds = np.ones(count, dtype=np.bool_)
    if adjustment.when is not None:
        holds = truth(adjustment.when.vector(columns, count))
    if adjustment.multiply is not None:
        factor = adjustment.multiply.vector(columns, count)
        scores = np.where(holds & ~np.isnan(factor), scores * factor, scores)
    if adjustment.add is not None:
        summand = adjustment.add.vector(columns, count)
        scores = np.where(holds & ~np.isnan(summand), scores + summand, scores)
    if adjustment.at_least is not None:
        scores = np.where(holds & (scores < adjustment.at_least), adjustment.at_least, scores)
    if adjustment.at_most is not None:
        scores = np.where(holds & (scores > adjustment.at_most), adjustment.at_most, scores)
    return scores


def _lift(table: Table, scores: Floats, classes: npt.NDArray[np.int32], fixed: frozenset[int]) -> None:
    """Blockers get the best score and the best class of what waits for them; a pinned score stays what it is."""
    blocks = table.blocks
    if not blocks:
        return
    involved = {*blocks, *chain.from_iterable(blocks.values())}
    own = {place: float(score) for place in involved if not np.isnan(score := scores[place])}
    # The best class has the lowest index.
    own_class = {place: -float(index) for place in involved if (index := classes[place]) != NO_CLASS}
    for place, score in lifted(own, blocks).items():
        if place not in fixed:
            scores[place] = score
    if own_class:
        for place, negative in lifted(own_class, blocks).items():
            classes[place] = -int(negative)
