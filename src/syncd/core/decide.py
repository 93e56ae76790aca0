"""From everything that is known to everything that would be written, in the order of the steps; pure and deterministic.

Equal input gives equal output in every process: no step depends on the order of a mapping, a hash seed or a clock.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import chain

from syncd.core.backlog import BacklogItem, Problem, Ranked, Receipt, Work
from syncd.core.collector import collector_waits
from syncd.core.issue import Ref
from syncd.core.linking.heard import Hearing
from syncd.core.linking.link import link
from syncd.core.permission.authors import Authors
from syncd.core.permission.ownership import Ledger, Ownership, Pins, pins_of_work, survey
from syncd.core.plan import NOTE, Plan, Skip
from syncd.core.ranking.backlogs import Parts, all_scores, interleaved, parts_of, pinned_scores
from syncd.core.ranking.rank import Placed, placed
from syncd.core.rules import Rules
from syncd.core.scoring.compared import Comparison, scoring_expressions
from syncd.core.scoring.receipt import compared_by, population, receipt
from syncd.core.scoring.scale import Population
from syncd.core.scoring.score import Scored
from syncd.core.writing.diff import diff
from syncd.core.writing.note import notes
from syncd.core.writing.order import Ranking, rankings, woven
from syncd.core.writing.reorder import NOTHING_AGREED, Dragged, reorder
from syncd.core.writing.want import Wanted, shows, withdrawn
from syncd.core.writing.writes import Agreed


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known at one moment."""

    items: Mapping[Ref, BacklogItem]
    """Open and closed; issues that a problem excludes are not here and are not touched."""
    problems: tuple[Problem, ...]
    """From `core.normalizing.normalize`."""
    ledger: Ledger
    memory: Mapping[Ref, Placed]
    """`placed` of the last decision, by primary."""
    orders: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Native order: source → order scope → ids, top first."""
    excluded: Mapping[Ref, str] = dataclasses.field(default_factory=dict)
    """Keys of the issues that a problem excludes: that others point at them is no second problem."""
    dragged: Mapping[str, Dragged] = dataclasses.field(default_factory=dict)
    """Places in a native order that people chose: source → order scope → id → the id above it."""
    authors: Authors = dataclasses.field(default_factory=dict)
    """Who changed what syncd wrote, as far as tools were asked."""
    agreed: Mapping[str, Agreed] = dataclasses.field(default_factory=dict)
    """Moves that people approved and that were not made yet, by source."""


@dataclass(frozen=True, slots=True)
class Decision:
    as_of: date
    works: Mapping[Ref, Work]
    """All work, open and closed, by primary."""
    ranked: Sequence[Ranked]
    """All backlogs as one order; see `core.ranking.backlogs`."""
    scores: Mapping[Ref, Scored]
    """Of open work that is in a backlog, by primary."""
    pins: Mapping[Ref, Pins]
    """By primary; only work on which a person decided something."""
    primary_of: Mapping[Ref, Ref]
    """Every issue → the primary of its work."""
    plans: Mapping[str, Plan]
    """One for every configured source, also when there is nothing to write."""
    problems: tuple[Problem, ...]
    placed: Mapping[Ref, Placed]
    """What the next decision must be given as memory."""
    rankings: Mapping[str, Ranking] = dataclasses.field(default_factory=dict)
    """What it says about the native order of each source that keeps one."""
    parts: Parts = dataclasses.field(default_factory=dict)
    """The backlogs, by name; a single one has the name ""."""
    hearing: Hearing | None = None
    """What became of the voices of users; None where there are none."""

    def backlog_of(self, ref: Ref) -> str | None:
        """The backlog of a piece of work, by its primary; None for closed work, and where no filter holds."""
        return next((name for name, part in self.parts.items() if ref in part.scores), None)

    def left_alone(self, work: Work) -> tuple[Skip, ...]:
        """What is wanted on the issues of a piece of work and not written, and why."""
        members = {member.ref for member in work.members}
        return tuple(
            skip
            for name in sorted({ref.source for ref in members} & self.plans.keys())
            for skip in self.plans[name].skips
            if skip.ref in members
        )

    def of(self, backlog: str) -> Decision:
        """The same as if there were this backlog alone. Raises KeyError for one that there is not."""
        if len(self.parts) < 2:
            return self
        part = self.parts[backlog]
        return dataclasses.replace(self, ranked=part.ranked, scores=part.scores, parts={backlog: part})


def decide(snapshot: Snapshot, rules: Rules, as_of: date) -> Decision:
    """Own → link → score → rank → want → diff. What may not run is asked of `core.safety.brakes` afterwards."""
    with collector_waits():
        return _decide(snapshot, rules, as_of)


def _decide(snapshot: Snapshot, rules: Rules, as_of: date) -> Decision:
    items = {ref: snapshot.items[ref] for ref in sorted(snapshot.items)}
    owned = survey(tuple(items.values()), snapshot.ledger, rules, snapshot.authors)
    noted = {ref for (ref, place), line in snapshot.ledger.items() if place == NOTE and isinstance(line.value, str)}
    linked = link(
        _as_people_left_them(items, owned, rules, noted),
        rules,
        as_of,
        _pinned_okrs(owned),
        owned.ours,
        snapshot.excluded,
        _left_out(snapshot) if rules.voices is not None else {},
    )
    works = {work.ref: work for work in linked.works}
    open_works = tuple(work for work in linked.works if work.open)
    pins, conflicts = _pins_of(open_works, owned)
    parts = parts_of(open_works, works, rules, as_of, snapshot.memory, pins)
    ranked = interleaved(parts)
    shown = chain.from_iterable(shows(part.ranked, items, pins, part.rules) for part in parts.values())
    unranked = () if not rules.backlogs else [work for work in open_works if not _ranked(work.ref, parts)]
    wanted = _by_source(chain(shown, withdrawn(items, snapshot.ledger, rules, unranked)))

    @cache
    def of_all(backlog: str) -> tuple[Population, Mapping[str, Comparison]]:
        part = parts[backlog]
        return population(part.scores), compared_by(part.rules, as_of, works, part.scores, works)

    def why(backlog: str, work: Work) -> Receipt:
        part = parts[backlog]
        return receipt(work, part.rules, as_of, works, part.scores, works, pinned_scores(pins), *of_all(backlog))

    plans: dict[str, Plan] = {}
    ordered = [name for name, source in rules.sources.items() if source.order]
    of_parts = [rankings(ordered, part.ranked, part.scores, items, rules.policy) for part in parts.values() if ordered]
    orders_of = {name: woven([found[name] for found in of_parts]) for name in ordered}
    for name, source in rules.sources.items():
        plan = diff(name, wanted.get(name, ()), owned.places, source, rules.policy)
        if source.order:
            orders, dragged = snapshot.orders.get(name, {}), snapshot.dragged.get(name, {})
            agreed = snapshot.agreed.get(name, NOTHING_AGREED)
            moves, stay = reorder(source, orders, dragged, orders_of[name], items, plan.edits, agreed)
            plan = dataclasses.replace(plan, moves=moves, skips=plan.skips + stay)
        if source.note:
            for backlog, part in parts.items():
                edits, left = notes(name, part.ranked, items, snapshot.ledger, rules, partial(why, backlog))
                plan = dataclasses.replace(plan, edits=(*plan.edits, *edits), skips=(*plan.skips, *left))
        plans[name] = plan
    return Decision(
        as_of=as_of,
        works=works,
        ranked=ranked,
        scores=all_scores(parts),
        pins=pins,
        primary_of=linked.primary_of,
        plans=plans,
        problems=(*snapshot.problems, *linked.problems, *owned.problems, *conflicts),
        placed=placed(ranked, snapshot.memory, rules),
        rankings=orders_of,
        parts=parts,
        hearing=linked.hearing,
    )


def explain(decision: Decision, rules: Rules, ref: Ref) -> Receipt:
    """Why the work that an issue belongs to has its score. Raises KeyError for an issue that is not in the backlog."""
    work = decision.works[decision.primary_of[ref]]
    pinned = pinned_scores(decision.pins)
    backlog = decision.backlog_of(work.ref)
    if backlog is not None:
        decision, rules = decision.of(backlog), rules.of(backlog)
    return receipt(work, rules, decision.as_of, decision.works, decision.scores, decision.works, pinned)


def _left_out(snapshot: Snapshot) -> dict[str, str]:
    """Casefolded key → why the issue is not in the backlog."""
    return {
        problem.key.casefold(): problem.message
        for problem in snapshot.problems
        if problem.excludes and problem.key is not None
    }


def _as_people_left_them(
    items: Mapping[Ref, BacklogItem], owned: Ownership, rules: Rules, noted: Set[Ref]
) -> Mapping[Ref, BacklogItem]:
    """The items without what syncd put there, so that a rule on labels or comments cannot feed on its own result."""
    if noted:
        items = {ref: _uncommented(item) if ref in noted else item for ref, item in items.items()}
    if not owned.ours or not reads_labels(rules):
        return items
    return {ref: _without(item, owned.ours.get(ref)) for ref, item in items.items()}


def _uncommented(item: BacklogItem) -> BacklogItem:
    """Our note is no demand. (Where a source does not tell how many comments there are, the number is 0 anyway.)"""
    return dataclasses.replace(item, comments=max(0, item.comments - 1))


def reads_labels(rules: Rules) -> bool:
    """Whether what rules make of work can depend on its labels."""
    if any(backlog.filter is not None and "labels" in backlog.filter.names for backlog in rules.backlogs):
        return True
    expressions = [expression for part in rules.parts for expression in scoring_expressions(part)]
    expressions += [part.horizons.team for part in rules.parts if part.horizons.team is not None]
    for objective in rules.okrs.objectives:
        matches = (objective.match, *(key_result.match for key_result in objective.key_results))
        expressions += [match for match in matches if match is not None]
    return any("labels" in expression.names for expression in expressions)


def _without(item: BacklogItem, ours: frozenset[str] | None) -> BacklogItem:
    if not ours or ours.isdisjoint(item.labels):
        return item
    return dataclasses.replace(item, labels=tuple(label for label in item.labels if label not in ours))


def _pinned_okrs(owned: Ownership) -> dict[Ref, tuple[str, str | None, str]]:
    return {ref: (*pins.okr.value, pins.okr.because) for ref, pins in owned.pins.items() if pins.okr is not None}


def _pins_of(works: Sequence[Work], owned: Ownership) -> tuple[dict[Ref, Pins], list[Problem]]:
    pins: dict[Ref, Pins] = {}
    conflicts: list[Problem] = []
    if owned.pins:
        for work in works:
            found, problem = pins_of_work(work, owned.pins)
            if found.horizon is not None or found.score is not None:
                pins[work.ref] = found
            if problem is not None:
                conflicts.append(problem)
    return pins, conflicts


def _ranked(ref: Ref, parts: Parts) -> bool:
    return any(ref in part.scores for part in parts.values())


def _by_source(wanted: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    found: dict[str, list[Wanted]] = {}
    for one in wanted:
        found.setdefault(one.item.ref.source, []).append(one)
    return found
