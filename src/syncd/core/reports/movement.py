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
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.permission.ownership import NO_PINS, Pins
from syncd.core.ranking.backlogs import Parts, parts_of, pinned_scores
from syncd.core.ranking.rank import Placed, rank_rows
from syncd.core.ranking.stood import Stood
from syncd.core.reports.changes import REST, Changed, ChangedInput, changed_inputs
from syncd.core.reports.inputs import Inputs, Recorder, restored
from syncd.core.rules import Rules
from syncd.core.scoring.score import Scored, names_read, score_table
from syncd.core.scoring.scores import in_columns
from syncd.core.scoring.table import Table


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
    backlog: str
    """In which it is now; empty where there is only one."""
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


class Unplaced(KeyError):
    """By the rules of now the work would have been in no backlog then, so that no step can be told from another."""


def movement(ref: Ref, then: Then, now: Decision, rules: Rules) -> Movement:
    """Of work that is in a backlog now and was in one then; `ref` is its primary. Raises KeyError for other work, and
    Unplaced.

    Ranks and neighbors are those of the backlog that it is in: what moved it from one backlog to another is among the
    rules, or among its own inputs.
    """
    backlog = now.backlog_of(ref)
    if backlog is None:
        raise KeyError(ref)
    here = now.of(backlog)
    current = {row.work.ref: row for row in here.ranked}
    row = current[ref]
    back = _Past(then, now, rules)
    first = back.decided(then.rules or rules)
    ruled = first if then.rules is None else back.decided(rules)
    if ref in first.rows() and ref not in ruled.rows():
        raise Unplaced(ref)
    pins = now.pins.get(ref, NO_PINS)
    peers = {ref: row.work, **{one.work.ref: one.work for one in ruled.ranked_in(backlog) if one.work.ref != ref}}
    steps, own = back.own_steps(row.work, pins, ruled, peers, rules.of(backlog))
    mixed = back.with_own(row.work, pins, own, ruled, peers, rules.of(backlog))
    at = next(one for one in mixed if one.work.ref == ref)
    before = {one.work.ref for one in mixed[: at.rank - 1]}
    after = {one.work.ref for one in here.ranked[: row.rank - 1]}
    tell = _Neighbors(first.rows(), current, now)
    return Movement(
        work=row.work,
        backlog=backlog,
        then=first.stand(ref),
        by_rules=ruled.stand(ref),
        by_inputs=Stand(at.score, at.rank),
        now=Stand(row.score, row.rank),
        inputs=steps,
        overtook=tell.told(after - before, up=True),
        fell_behind=tell.told(before - after, up=False),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """The backlogs that were, or might have been."""

    works: Mapping[Ref, Work]
    pins: Mapping[Ref, Pins]
    parts: Parts

    def stand(self, ref: Ref) -> Stand:
        row = self.rows()[ref]
        return Stand(row.score, row.rank)

    def rows(self) -> dict[Ref, Ranked]:
        return {row.work.ref: row for part in self.parts.values() for row in part.ranked}

    def ranked_in(self, backlog: str) -> Sequence[Ranked]:
        part = self.parts.get(backlog)
        return part.ranked if part is not None else ()

    def scored(self, ref: Ref) -> Scored:
        """Raises KeyError for work that was in no backlog."""
        for part in self.parts.values():
            if ref in part.scores:
                return part.scores[ref]
        raise KeyError(ref)


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
        every = {**self._now.works, **works}
        as_of, memory = self._then.as_of, self._then.memory
        return _Decided(works, pins, parts_of(tuple(works.values()), every, rules, as_of, memory, pins))

    def own_steps(
        self, here: Work, pins: Pins, ruled: _Decided, peers: Mapping[Ref, Work], rules: Rules
    ) -> tuple[tuple[ChangedInput, ...], Scored]:
        """What changed about the work, one after the other over the old backlog, and the score at the end."""
        ref = here.ref
        was, held = ruled.works[ref], ruled.pins.get(ref, NO_PINS)
        scored = ruled.scored(ref)
        days = self._then.as_of, self._now.as_of
        told: list[ChangedInput] = []
        for change in changed_inputs(was, here, held, pins, days, self._rules):
            others = {**peers, ref: change.work}
            table = Table(tuple(others.values()), rules, change.as_of, {**self._now.works, **others})
            after = score_table(table, rules, pinned_scores({**ruled.pins, ref: change.pins}))[ref]
            line = _told(change, scored, after)
            if line.points or (change.name != REST and change.before != change.after) or scored.score != after.score:
                told.append(line)
            scored = after
        return tuple(told), scored

    def with_own(
        self, here: Work, pins: Pins, own: Scored, ruled: _Decided, peers: Mapping[Ref, Work], rules: Rules
    ) -> Sequence[Ranked]:
        """The old backlog with this work as it is now."""
        works = {**peers, here.ref: here}
        table = Table(tuple(works.values()), rules, self._then.as_of, {**self._now.works, **works})
        scores = {**{ref: ruled.scored(ref) for ref in peers if ref != here.ref}, here.ref: own}
        stood = Stood.of(table, self._then.memory)
        return rank_rows(table, in_columns(table.places, scores), stood, {**ruled.pins, here.ref: pins}, rules)


def _told(change: Changed, before: Scored, after: Scored) -> ChangedInput:
    points = None
    if before.score is not None and after.score is not None:
        points = Decimal(repr(after.score)) - Decimal(repr(before.score))
    return ChangedInput(change.name, change.before, change.after, change.origin, points)


class _Neighbors:
    def __init__(self, first: Mapping[Ref, Ranked], current: Mapping[Ref, Ranked], now: Decision) -> None:
        self._first, self._current, self._now = first, current, now

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
            if not work.open:
                return f"is {work.primary.status.value}"
            backlog = self._now.backlog_of(ref)
            return f"is in the backlog {backlog} now" if backlog else "is in no backlog any more"
        primary = self._now.primary_of.get(ref)
        if primary is not None:
            return f"became the same work as {self._now.works[primary].primary.key}"
        return "is not in its tool any more"
