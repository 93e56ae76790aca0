"""Which outcome a piece of work serves, and how that came about.

In this order: what a person pinned, a label that a person set, a configured field, the match of a key result, the
match of an objective, and what the nearest ancestor serves. What syncd itself wrote is never read back as a person's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from syncd.core.backlog import BacklogItem, OkrLink, Problem
from syncd.core.expressions.backends import truth
from syncd.core.expressions.coded import AnyColumn
from syncd.core.expressions.columns import item_columns
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Expression
from syncd.core.issue import Ref
from syncd.core.normalizing.facts import tool_name
from syncd.core.rules import Rules

Pinned = Mapping[Ref, tuple[str, str | None, str]]
"""(objective, key result, why) that a person decided in syncd."""
Ours = Mapping[Ref, frozenset[str]]
"""What syncd wrote and nobody changed since: labels in full (okr/KR1), fields as `field:NAME`."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """An objective or key result. A key result stands before its objective: it says more."""

    place: int
    objective: str
    key_result: str | None

    @property
    def id(self) -> str:
        return self.key_result or self.objective


@dataclass(frozen=True, slots=True)
class _Matching:
    """The rules `match` of all key results, or of all objectives."""

    rules: Sequence[tuple[_Outcome, str]]
    """In file order, each with the sentence for when it holds."""
    holding: Mapping[int, tuple[int, ...]]
    """The place of an item → the places of the rules that hold for it."""
    links: dict[tuple[int, ...], OkrLink | None] = field(default_factory=dict)
    """What was made of rules that hold together: the same for all of their items."""

    def link(self, found: tuple[int, ...]) -> OkrLink | None:
        if found not in self.links:
            self.links[found] = _first([self.rules[rule] for rule in found], "also matches")
        return self.links[found]


class OkrLinker:
    """Prepared once over all items, which are named by their place; knows the outcomes by id."""

    def __init__(self, items: Sequence[BacklogItem], rules: Rules, as_of: date, pinned: Pinned, ours: Ours) -> None:
        self._items, self._pinned, self._ours = items, pinned, ours
        self._prefix = rules.okrs.label_prefix.casefold()
        self._kinds = {name: source.kind for name, source in rules.sources.items()}
        self._fields = {
            name: field
            for name, source in rules.sources.items()
            if (field := rules.okrs.fields.get(name) or rules.okrs.fields.get(source.kind)) is not None
        }
        self._by_id: dict[str, _Outcome] = {}
        self._by_title: dict[str, _Outcome] = {}
        of_key_results: list[tuple[_Outcome, Expression]] = []
        of_objectives: list[tuple[_Outcome, Expression]] = []
        place = 0
        for objective in rules.okrs.objectives:
            for result in objective.key_results:
                outcome = _Outcome(place, objective.id, result.id)
                place += 1
                self._name(outcome, result.title)
                if result.match is not None:
                    of_key_results.append((outcome, result.match))
            outcome = _Outcome(place, objective.id, None)
            place += 1
            self._name(outcome, objective.title)
            if objective.match is not None:
                of_objectives.append((outcome, objective.match))
        names = {name for _, match in (*of_key_results, *of_objectives) for name in match.names}
        columns = item_columns(items, rules, as_of, names)
        self._matching = tuple(
            _matching(group, columns, len(items)) for group in (of_key_results, of_objectives) if group
        )
        self._prefixed: dict[str, bool] = {}

    def _name(self, outcome: _Outcome, title: str) -> None:
        self._by_id.setdefault(outcome.id.casefold(), outcome)
        self._by_title.setdefault(title.casefold(), outcome)

    @property
    def idle(self) -> bool:
        return not self._by_id

    def link(self, places: Sequence[int], problems: list[Problem]) -> OkrLink | None:
        """What the work of these members says itself; ancestors are asked by `inherit`."""
        members = [self._items[place] for place in places]
        return (
            self._by_person(members, problems)
            or self._by_label(members, problems)
            or self._by_field(members, problems)
            or self._by_match(places)
        )

    def _by_person(self, members: Sequence[BacklogItem], problems: list[Problem]) -> OkrLink | None:
        if not self._pinned:
            return None
        for item in members:
            pin = self._pinned.get(item.ref)
            if pin is None:
                continue
            objective, key_result, because = pin
            outcome = self._by_id.get((key_result or objective).casefold())
            if outcome is not None:
                return OkrLink(outcome.objective, outcome.key_result, because)
            problems.append(self._unknown(item, key_result or objective, "the pin"))
        return None

    def _by_label(self, members: Sequence[BacklogItem], problems: list[Problem]) -> OkrLink | None:
        if not self._prefix:
            return None
        found: list[tuple[_Outcome, str]] = []
        for item in members:
            for label in item.labels:
                ours = self._prefixed.get(label)
                if ours is None:
                    ours = self._prefixed[label] = label.casefold().startswith(self._prefix)
                if not ours or self._wrote(item, label):
                    continue
                name = label[len(self._prefix) :].strip()
                outcome = self._by_id.get(name.casefold())
                if outcome is not None:
                    found.append((outcome, f"label {label}{_of(item, members)}"))
                else:
                    problems.append(self._unknown(item, name, f"the label {label}"))
        return _first(found, "also labeled")

    def _by_field(self, members: Sequence[BacklogItem], problems: list[Problem]) -> OkrLink | None:
        found: list[tuple[_Outcome, str]] = []
        for item in members:
            field = self._fields.get(item.ref.source)
            value = item.fields.get(field) if field is not None else None
            if value is None or self._wrote(item, f"field:{field}"):
                continue
            origin = f"{tool_name(self._kinds[item.ref.source])} field {field}"
            for name in value if isinstance(value, tuple) else (value,):
                word = (name if isinstance(name, str) else f"{name:g}").strip().casefold()
                outcome = self._by_id.get(word) or self._by_title.get(word)
                if outcome is not None:
                    found.append((outcome, f"{origin}{_of(item, members)}"))
                elif word:
                    problems.append(self._unknown(item, str(name), f"the {origin}"))
        return _first(found, "also named")

    def _by_match(self, places: Sequence[int]) -> OkrLink | None:
        for matching in self._matching:
            found = matching.holding.get(places[0], ())
            for place in places[1:]:
                found += tuple(rule for rule in matching.holding.get(place, ()) if rule not in found)
            if found:
                return matching.link(found)
        return None

    def _wrote(self, item: BacklogItem, target: str) -> bool:
        """Whether syncd wrote it; a tool may show a label in the letter case that it had there before."""
        ours = self._ours.get(item.ref)
        return ours is not None and (target in ours or target.casefold() in {each.casefold() for each in ours})

    def _unknown(self, item: BacklogItem, name: str, place: str) -> Problem:
        guess = did_you_mean(name, (outcome.id for outcome in self._by_id.values()))
        return Problem(
            item.ref.source,
            item.key,
            "unknown-objective",
            f"{place[0].upper()}{place[1:]} on {item.key} names {name}, which is no objective or key result{guess}.",
            f"Correct {place} on {item.key}, or add {name} to okrs.yaml.",
        )


def _matching(
    matches: Sequence[tuple[_Outcome, Expression]], columns: Mapping[str, AnyColumn], count: int
) -> _Matching:
    found: dict[int, tuple[int, ...]] = {}
    for rule, (_, match) in enumerate(matches):
        one = (rule,)
        for place in np.flatnonzero(truth(match.vector(columns, count))).tolist():
            known = found.get(place)
            found[place] = one if known is None else known + one
    return _Matching([(one, f"the rule of {one.id} holds: {match.text}") for one, match in matches], found)


def inherit(own: Mapping[int, OkrLink], parent: Mapping[int, int], items: Sequence[BacklogItem]) -> dict[int, OkrLink]:
    """`own`, and for work that says nothing what its nearest ancestor says. `parent` is free of cycles."""
    giver: dict[int, int | None] = {place: place for place in own}
    for start in parent:
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in giver:
            path.append(at)
            at = parent.get(at)
        found = giver[at] if at is not None else None
        giver.update((place, found) for place in path)
    linked = dict(own)
    for place, found in giver.items():
        if found is not None and found != place:
            link = own[found]
            because = f"inherited from {items[found].key} ({link.because})"
            linked[place] = OkrLink(link.objective, link.key_result, because)
    return linked


def _first(found: Sequence[tuple[_Outcome, str]], others: str) -> OkrLink | None:
    """The first in file order; the others are told, but for the objective of the key result that was taken."""
    if not found:
        return None
    taken, because = min(found, key=lambda each: each[0].place)
    rest = {
        each.place: each.id
        for each, _ in found
        if each.place != taken.place and (each.key_result is not None or each.objective != taken.objective)
    }
    if rest:
        names = ", ".join(rest[place] for place in sorted(rest))
        because = f"{because} ({others} {names}; the first in okrs.yaml counts)"
    return OkrLink(taken.objective, taken.key_result, because)


def _of(item: BacklogItem, members: Sequence[BacklogItem]) -> str:
    return "" if item is members[0] else f" of {item.key}"
