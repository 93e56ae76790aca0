"""Framework, scale, adjustments, pins and blockers → a score for each open piece of work, all at once.

`core.receipt` walks the same steps for one piece of work and must end in the same number, to the last bit.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np

from syncd.core.backends import truth
from syncd.core.backlog import Work
from syncd.core.blockers import lifted
from syncd.core.columns import work_columns
from syncd.core.compared import comparisons, scoring_expressions
from syncd.core.functions import Column, missing_in, round_column
from syncd.core.issue import Ref
from syncd.core.requirements import Requirements
from syncd.core.rules import Adjustment, Quadrants, Rules
from syncd.core.scale import Floats, Population
from syncd.core.vocabulary import View

Pins = Mapping[Ref, tuple[float, str]]
"""Scores that people set: the value, and how we know."""

NO_PINS: Pins = MappingProxyType({})
TOO_LARGE = "its score is beyond the range of numbers"


@dataclass(frozen=True, slots=True)
class Scored:
    score: float | None
    """Rounded to `policy.score_digits` (a pinned one stands as the person wrote it); None: unscored."""
    raw: float | None = None
    """What the framework gave; None where something is missing, even if a pin or blocked work gave a score."""
    class_index: int | None = None
    """0 is the best class of the framework; None without classes, and where the class is unknown."""
    reason: str | None = None
    """Why it is unscored; None when it has a score."""
    quadrant: str | None = None
    """quick win, big bet, fill-in or money pit, where the framework tells them apart."""


def score_all(
    works: Sequence[Work], rules: Rules, as_of: date, parents: Mapping[Ref, Work], pinned: Pins = NO_PINS
) -> dict[Ref, Scored]:
    """The score of each open piece of work, by its ref. Closed work has no entry, but may stand in `parents`."""
    works = [work for work in works if work.open]
    columns = work_columns(works, rules, as_of, parents, names_read(rules))
    columns |= comparisons(scoring_expressions(rules), columns, len(works))[1]
    raw = np.array(rules.framework.formula.vector(columns, len(works)), dtype=np.float64)
    classes, reasons = _judged(works, rules, as_of, parents, columns, raw)
    raw[list(reasons)] = np.nan
    scores = Population.of(raw).scaled(raw, rules.scale)
    with np.errstate(all="ignore"):
        for adjustment in rules.adjustments:
            scores = _adjusted(scores, adjustment, columns)
        scores = rounded(scores, rules)
    for place in np.flatnonzero(~np.isfinite(scores)).tolist():
        reasons.setdefault(place, TOO_LARGE)
    found = [*map(Scored, scores.tolist(), raw.tolist(), classes)]
    if rules.framework.quadrants is not None:
        _place_in_quadrants(found, rules.framework.quadrants, columns, raw)
    for place, reason in reasons.items():
        kept = found[place].raw if reason is TOO_LARGE else None
        found[place] = Scored(None, kept, classes[place], reason, found[place].quadrant)
    places = {work.ref: place for place, work in enumerate(works)}
    fixed = {places[ref]: float(value) for ref, (value, _) in pinned.items() if ref in places}
    for place, value in fixed.items():
        found[place] = replace(found[place], score=value, reason=None)
    if rules.policy.blockers:
        _lift(found, works, places, fixed)
    return dict(zip(places, found, strict=True))


def names_read(rules: Rules) -> frozenset[str]:
    """The names that scoring reads of each piece of work."""
    names: set[str] = set()
    for expression in scoring_expressions(rules):
        names |= expression.names
    names.update(name for name, fact in rules.facts.items() if fact.required)
    return frozenset(names)


def rounded(scores: Floats, rules: Rules) -> Floats:
    """As they are shown. Adding zero turns a minus zero into a plain one."""
    return round_column(scores, float(rules.policy.score_digits)) + 0.0


def _judged(
    works: Sequence[Work],
    rules: Rules,
    as_of: date,
    parents: Mapping[Ref, Work],
    columns: Mapping[str, Column],
    raw: Floats,
) -> tuple[list[int | None], dict[int, str]]:
    """The class of each, and by place why some cannot be scored. Only what may lack something is looked at singly."""
    requirements = Requirements(rules, View.of(rules, as_of))
    doubtful = np.isnan(raw)
    for name, fact in rules.facts.items():
        if fact.required:
            doubtful |= missing_in(columns[name])
    classes: list[int | None] = [None] * len(works)
    if rules.framework.class_fact is not None:
        for place, work in enumerate(works):
            classes[place] = requirements.class_of(work, _parent(work, parents))
            doubtful[place] |= classes[place] is None
    reasons: dict[int, str] = {}
    for place in np.flatnonzero(doubtful).tolist():
        work = works[place]
        value = None if np.isnan(raw[place]) else float(raw[place])
        reason = requirements.why_unscored(work, _parent(work, parents), value)
        if reason is not None:
            reasons[place] = reason
    return classes, reasons


def _place_in_quadrants(found: list[Scored], quadrants: Quadrants, columns: Mapping[str, Column], raw: Floats) -> None:
    """Only what has a number of its own: without value or effort there is nothing to tell apart."""
    high_value = truth(quadrants.high_value.vector(columns, raw.size)).tolist()
    high_effort = truth(quadrants.high_effort.vector(columns, raw.size)).tolist()
    for place in np.flatnonzero(~np.isnan(raw)).tolist():
        name = quadrants.name(high_value=high_value[place], high_effort=high_effort[place])
        found[place] = replace(found[place], quadrant=name)


def _parent(work: Work, parents: Mapping[Ref, Work]) -> Work | None:
    return None if work.parent is None else parents.get(work.parent)


def _adjusted(scores: Floats, adjustment: Adjustment, columns: Mapping[str, Column]) -> Floats:
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


def _lift(found: list[Scored], works: Sequence[Work], places: Mapping[Ref, int], fixed: Container[int]) -> None:
    """Blockers get the best score and the best class of what waits for them; a pinned score stays what it is."""
    blocks = {
        place: [places[ref] for ref in work.blocks if ref in places] for place, work in enumerate(works) if work.blocks
    }
    if not blocks:
        return
    scores = lifted([scored.score for scored in found], blocks)
    # The best class has the lowest index.
    classes = lifted([None if one.class_index is None else -one.class_index for one in found], blocks)
    for place, score in scores.items():
        if place not in fixed:
            found[place] = replace(found[place], score=score, reason=None)
    for place, negative in classes.items():
        found[place] = replace(found[place], class_index=-int(negative))
