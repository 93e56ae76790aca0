"""Why a piece of work moved: the way from where it stood to where it stands, in three steps that add up.

The rules change first (what was known then, by the rules of now), then the work's own inputs, then everybody else. Each
step is a decision over a backlog that never was: the work and its neighbors, some of them as of then, some as of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from syncd.core.backlog import Ranked, Work
from syncd.core.changes import REST, Changed, ChangedInput, changed_inputs
from syncd.core.decide import Decision
from syncd.core.inputs import Inputs, Recorder, restored
from syncd.core.issue import Ref
from syncd.core.ownership import NO_PINS, Pins
from syncd.core.rank import Placed, rank
from syncd.core.rules import Rules
from syncd.core.score import Scored, names_read, score_all


@dataclass(frozen=True, slots=True)
class Then:
    """What was known at the moment that today is held against."""

    moment: datetime
    """Everything up to it counts."""
    as_of: date
    """The day that the last decision up to then was made for."""
    inputs: Mapping[Ref, Inputs]
    """Of all open work, by primary."""
    memory: Mapping[Ref, Placed]
    """Where work stood at the end of the last day before; ties keep that order."""
    rules: Rules | None
    """None: those of now were in force."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the work stands, or would stand."""

    score: float | None
    rank: int


@dataclass(frozen=True, slots=True)
class Neighbor:
    """Other work that changed sides."""

    ref: Ref
    key: str
    title: str
    because: str
    """closed, new, its score or a tie, in words."""
    before: Stand | None
    """None: it was not in the backlog."""
    after: Stand | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Four stands, one after the other; the difference of two neighbors is what that step did."""

    work: Work
    then: Stand
    by_rules: Stand
    """Everything as of then, under the rules of now."""
    by_inputs: Stand
    """And its own inputs as of now."""
    now: Stand
    """And all others as of now: what was really decided."""
    inputs: tuple[ChangedInput, ...]
    """What changed about it, with what each change did to its score."""
    overtook: tuple[Neighbor, ...]
    """Stands above it now and would not if only its own inputs and the rules had changed; best first."""
    fell_behind: tuple[Neighbor, ...]

    @property
    def moved(self) -> bool:
        return self.then != self.now or bool(self.inputs)

    @property
    def places(self) -> tuple[int, int, int]:
        """How many places the rules, its own inputs and the others moved it; above zero is up. Their sum is the whole."""
        at = [one.rank for one in (self.then, self.by_rules, self.by_inputs, self.now)]
        return at[0] - at[1], at[1] - at[2], at[2] - at[3]

    @property
    def points(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """How many points of score the same three gave. Their sum is the whole, exactly: these are the numbers as they
        are shown, without the rounding of binary fractions. None where one of the stands has no score."""
        scores = [one.score for one in (self.then, self.by_rules, self.by_inputs, self.now)]
        exact = [Decimal(repr(score)) for score in scores if score is not None]
        if len(exact) < len(scores):
            return None
        return exact[1] - exact[0], exact[2] - exact[1], exact[3] - exact[2]


def movement(ref: Ref, then: Then, now: Decision, rules: Rules) -> Movement:
    """Of work that is in both backlogs; `ref` is its primary. Raises KeyError for other work."""
    current = {row.work.ref: row for row in now.ranked}
    row = current[ref]
    back = _Past(then, now, rules)
    first = back.decided(then.rules or rules)
    ruled = first if then.rules is None else back.decided(rules)
    pins = now.pins.get(ref, NO_PINS)
    steps, own = back.own_steps(ref, row.work, pins, ruled)
    mixed = back.ranked(ruled, row.work, own, pins)
    before, after = mixed.above(ref), {one.work.ref for one in now.ranked[: row.rank - 1]}
    tell = _Neighbors(first, current, now)
    return Movement(
        work=row.work,
        then=first.stand(ref),
        by_rules=ruled.stand(ref),
        by_inputs=mixed.stand(ref),
        now=Stand(row.score, row.rank),
        inputs=steps,
        overtook=tell.told(after - before, up=True),
        fell_behind=tell.told(before - after, up=False),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """A backlog that was, or might have been."""

    works: Mapping[Ref, Work]
    pins: Mapping[Ref, Pins]
    scores: Mapping[Ref, Scored]
    ranked: Sequence[Ranked]

    def stand(self, ref: Ref) -> Stand:
        row = self.rows()[ref]
        return Stand(row.score, row.rank)

    def rows(self) -> dict[Ref, Ranked]:
        return {row.work.ref: row for row in self.ranked}

    def above(self, ref: Ref) -> set[Ref]:
        return {row.work.ref for row in self.ranked[: self.stand(ref).rank - 1]}


class _Past:
    """Decides again what was known then."""

    def __init__(self, then: Then, now: Decision, rules: Rules) -> None:
        self._then, self._now, self._rules = then, now, rules
        self._recorder = Recorder(rules, names_read(rules))

    def decided(self, rules: Rules) -> _Decided:
        """Everything as of then, by these rules."""
        works: dict[Ref, Work] = {}
        others = rules is self._rules and self._then.rules is not None
        for ref, inputs in self._then.inputs.items():
            here = self._now.works.get(ref)
            same = others and here is not None and self._recorder.inputs(here).basis == inputs.basis
            works[ref] = restored(inputs, here, rules.facts, other_rules=same)
            if same and here is not None and here.okr != inputs.work.okr:
                works[ref] = replace(works[ref], okr=here.okr)
        pins = {ref: inputs.pins for ref, inputs in self._then.inputs.items() if inputs.pins != NO_PINS}
        scores = self.scored(works, pins, rules, self._then.as_of)
        return _Decided(works, pins, scores, rank(tuple(works.values()), scores, self._then.memory, pins, rules))

    def scored(
        self, works: Mapping[Ref, Work], pins: Mapping[Ref, Pins], rules: Rules, as_of: date
    ) -> Mapping[Ref, Scored]:
        pinned = {ref: (pin.score.value, pin.score.because) for ref, pin in pins.items() if pin.score is not None}
        return score_all(tuple(works.values()), rules, as_of, {**self._now.works, **works}, pinned)

    def own_steps(self, ref: Ref, here: Work, pins: Pins, ruled: _Decided) -> tuple[tuple[ChangedInput, ...], Scored]:
        """What changed about the work, one after the other over the old backlog, and the score at the end."""
        was, held = ruled.works[ref], ruled.pins.get(ref, NO_PINS)
        scored = ruled.scores[ref]
        days = self._then.as_of, self._now.as_of
        told: list[ChangedInput] = []
        for change in changed_inputs(was, here, held, pins, days, self._rules):
            work, its, day = change.work, change.pins, change.as_of
            others = {**ruled.works, ref: work}
            kept = {**ruled.pins, ref: its}
            after = self.scored(others, kept, self._rules, day)[ref]
            line = _told(change, scored, after)
            if line.points or (change.name != REST and change.before != change.after) or scored.score != after.score:
                told.append(line)
            scored = after
        return tuple(told), scored

    def ranked(self, ruled: _Decided, here: Work, own: Scored, pins: Pins) -> _Decided:
        """The old backlog with this work as it is now."""
        works = {**ruled.works, here.ref: here}
        scores = {**ruled.scores, here.ref: own}
        held = {**ruled.pins, here.ref: pins}
        ranked = rank(tuple(works.values()), scores, self._then.memory, held, self._rules)
        return _Decided(works, held, scores, ranked)


def _told(change: Changed, before: Scored, after: Scored) -> ChangedInput:
    points = None
    if before.score is not None and after.score is not None:
        points = Decimal(repr(after.score)) - Decimal(repr(before.score))
    return ChangedInput(change.name, change.before, change.after, change.origin, points)


class _Neighbors:
    def __init__(self, first: _Decided, current: Mapping[Ref, Ranked], now: Decision) -> None:
        self._first, self._current, self._now = first.rows(), current, now

    def told(self, refs: set[Ref], *, up: bool) -> tuple[Neighbor, ...]:
        found = [self._neighbor(ref, up) for ref in refs]
        last = len(self._current) + len(self._first) + 1
        return tuple(sorted(found, key=lambda one: (one.after.rank if one.after else last, one.key, one.ref)))

    def _neighbor(self, ref: Ref, up: bool) -> Neighbor:
        was, here = self._first.get(ref), self._current.get(ref)
        row = here or was
        assert row is not None
        before = Stand(was.score, was.rank) if was is not None else None
        after = Stand(here.score, here.rank) if here is not None else None
        because = self._because(ref, was, here, up)
        return Neighbor(ref, row.work.primary.key, row.work.primary.title, because, before, after)

    def _because(self, ref: Ref, was: Ranked | None, here: Ranked | None, up: bool) -> str:
        if here is None:
            return self._left(ref)
        if was is None:
            return "is new in the backlog"
        if was.score is None or here.score is None:
            return "has no score any more" if was.score is not None else "has a score now" if here.score else "unscored"
        if here.score != was.score and (here.score > was.score) is up:
            return "its score rose" if up else "its score fell"
        if was.work.blocks != here.work.blocks:
            return "what waits for it changed"
        return "a near tie: less than the dead band apart"

    def _left(self, ref: Ref) -> str:
        work = self._now.works.get(ref)
        if work is not None:
            return f"is {work.primary.status.value}" if not work.open else "is in no backlog"
        primary = self._now.primary_of.get(ref)
        if primary is not None:
            return f"became the same work as {self._now.works[primary].primary.key}"
        return "is not in its tool any more"
