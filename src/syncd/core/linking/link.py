"""Items → pieces of work: twins joined, parents, blockers and outcomes resolved, circles found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from syncd.core.backlog import BacklogItem, Fact, OkrLink, Problem, Work
from syncd.core.issue import LinkKind, Pointer, Ref
from syncd.core.linking.cycles import cycles, parent_cycles
from syncd.core.linking.heard import Hearing, hear
from syncd.core.linking.linked import LinkCounts, counts_links, voiced, with_counts
from syncd.core.linking.okr import OkrLinker, Ours, Pinned, inherit
from syncd.core.linking.resolve import Resolver, ordered
from syncd.core.linking.twins import find_twins
from syncd.core.normalizing.facts import DEFAULT_ORIGIN
from syncd.core.rules import Rules
from syncd.core.voices import Heard

_TOLD = 12
"""Of a longer circle the middle is left out of the sentence."""
_NO_PINS: Pinned = MappingProxyType({})
_NOT_OURS: Ours = MappingProxyType({})
_NOT_EXCLUDED: Mapping[Ref, str] = MappingProxyType({})
_NO_REASONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Linked:
    works: tuple[Work, ...]
    """By the ref of the primary."""
    primary_of: Mapping[Ref, Ref]
    """For every item the primary of its work."""
    problems: tuple[Problem, ...]
    hearing: Hearing | None = None
    """What became of the voices; None where no file of them is configured."""


def link(
    items: Mapping[Ref, BacklogItem],
    rules: Rules,
    as_of: date,
    pinned_okr: Pinned = _NO_PINS,
    ours: Ours = _NOT_OURS,
    excluded: Mapping[Ref, str] = _NOT_EXCLUDED,
    left_out: Mapping[str, str] = _NO_REASONS,
) -> Linked:
    """Put every item into one piece of work.

    `excluded` are the keys of issues that are no items because of a problem of their own: pointing at them is no
    second problem. `left_out` says by casefolded key which problem it is. The result is the same for any order of the mappings.
    """
    listed = ordered(items)
    return _Linking(listed, rules, excluded, left_out, as_of).run(OkrLinker(listed, rules, as_of, pinned_okr, ours))


class _Linking:
    """The tables of one run. Items are named by their place in the ordered list, work by the place of its primary."""

    def __init__(
        self,
        items: Sequence[BacklogItem],
        rules: Rules,
        excluded: Mapping[Ref, str],
        left_out: Mapping[str, str],
        as_of: date,
    ) -> None:
        self._items = items
        self._rules = rules
        self._left_out, self._as_of = left_out, as_of
        self._heard: Mapping[int, Heard] = {}
        self._ask_voices = any(fact.voices is not None for fact in rules.facts.values())
        self._excluded_refs = excluded
        self._excluded_keys = {key.casefold() for key in excluded.values()}
        self._resolver = Resolver(items)
        self._missing: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        twins = find_twins(items, self._resolver, rules)
        self._problems = list(twins.problems)
        self._groups = twins.groups
        self._lead = list(range(len(items)))
        for lead, members in twins.groups.items():
            for member in members:
                self._lead[member] = lead
        self._linked = LinkCounts(items, self._lead, self._resolver) if counts_links(rules) else None
        self._open = {self._lead[place] for place, item in enumerate(items) if item.status.open}

    def run(self, okr: OkrLinker) -> Linked:
        parent = self._parents()
        blocks, blocked_by = self._blockers()
        okrs = self._okrs(okr, parent)
        self._tell_missing()
        hearing = self._hear(parent)
        items, lead = self._items, self._lead
        works = tuple(
            self._work(place, parent, blocks, blocked_by, okrs.get(place))
            for place in range(len(items))
            if lead[place] == place
        )
        primary_of = {item.ref: items[lead[place]].ref for place, item in enumerate(items)}
        problems = sorted(self._problems, key=lambda each: (each.source, each.key or "", each.code, each.message))
        return Linked(works, primary_of, tuple(problems), hearing)

    def _hear(self, parent: Mapping[int, int]) -> Hearing | None:
        voices = self._rules.voices
        if voices is None:
            return None
        hearing, self._heard = hear(
            voices, self._items, self._lead, self._open, parent, self._resolver, self._left_out, self._as_of
        )
        return hearing

    def _members(self, lead: int) -> tuple[int, ...]:
        return self._groups.get(lead) or (lead,)

    def _follow(self, pointer: Pointer, place: int, what: str, *, report: bool) -> int | None:
        """The work that a pointer of an item leads to; None when it leads nowhere, or to several."""
        item = self._items[place]
        found = self._resolver.find(pointer, item.ref.source)
        if len(found) == 1:
            return self._lead[found[0]]
        if report and item.status.open and not self._known_elsewhere(pointer, item.ref.source):
            name = pointer.key or pointer.url or pointer.id or ""
            if found:
                self._missing["ambiguous-key", what, name].append(place)
            elif self._resolver.in_scope(pointer):
                self._missing[f"missing-{what}", what, name].append(place)
        return None

    def _known_elsewhere(self, pointer: Pointer, source: str) -> bool:
        if pointer.id is not None and Ref(source, pointer.id) in self._excluded_refs:
            return True
        return pointer.key is not None and pointer.key.casefold() in self._excluded_keys

    def _parents(self) -> dict[int, int]:
        """The parent of each work: of its first member that has one outside the work. Circles are cut whole."""
        parent: dict[int, int] = {}
        for lead, where in enumerate(self._lead):
            if lead != where:
                continue
            for place in self._members(lead):
                pointer = self._items[place].parent
                to = self._follow(pointer, place, "parent", report=True) if pointer is not None else None
                if to is not None and (to != lead or lead not in self._groups):
                    parent[lead] = to
                    break
        for circle in parent_cycles(parent):
            for place in circle:
                del parent[place]
            self._tell_circle(
                "parent-cycle",
                circle,
                "is its own ancestor",
                "Give one of them another parent, or none, in its tracker.",
            )
        return parent

    def _blockers(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Which open work waits for which open work, both ways, in ascending order."""
        edges: set[tuple[int, int]] = set()
        for place, item in enumerate(self._items):
            for each in item.links:
                if each.kind is not LinkKind.BLOCKS and each.kind is not LinkKind.BLOCKED_BY:
                    continue
                # A number in a text may be a pull request, which is no issue: only the tool's own links are missed.
                to = self._follow(each.to, place, "blocker", report=each.to.id is not None)
                here = self._lead[place]
                if to is not None and to != here and to in self._open and here in self._open:
                    edges.add((here, to) if each.kind is LinkKind.BLOCKS else (to, here))
        blocks: dict[int, list[int]] = defaultdict(list)
        blocked_by: dict[int, list[int]] = defaultdict(list)
        for blocker, waiting in sorted(edges):
            blocks[blocker].append(waiting)
            blocked_by[waiting].append(blocker)
        for circle in cycles(blocks):
            self._tell_circle("blocker-cycle", circle, "waits for itself", "Remove one of these links in its tracker.")
        return blocks, blocked_by

    def _okrs(self, okr: OkrLinker, parent: Mapping[int, int]) -> dict[int, OkrLink]:
        if okr.idle:
            return {}
        own: dict[int, OkrLink] = {}
        for place, lead in enumerate(self._lead):
            if place != lead:
                continue
            heard = self._problems if place in self._open else []
            found = okr.link(self._members(place), heard)
            if found is not None:
                own[place] = found
        return inherit(own, parent, self._items) if self._rules.policy.inherit_okr else own

    def _work(
        self,
        place: int,
        parent: Mapping[int, int],
        blocks: Mapping[int, Sequence[int]],
        blocked_by: Mapping[int, Sequence[int]],
        okr: OkrLink | None,
    ) -> Work:
        items = self._items
        primary = items[place]
        above = parent.get(place)
        group = self._groups.get(place)
        twins = tuple(items[member] for member in group[1:]) if group else ()
        facts = merged_facts(primary, twins) if twins else primary.facts
        if self._linked is not None:
            facts = with_counts(facts, self._linked.facts(place, self._rules))
        heard = self._heard.get(place)
        if self._ask_voices:
            facts = with_counts(facts, voiced(heard, self._rules))
        waiting, ahead = blocks.get(place), blocked_by.get(place)
        return Work(
            primary,
            twins,
            items[above].ref if above is not None else None,
            tuple(items[other].ref for other in waiting) if waiting else (),
            tuple(items[other].ref for other in ahead) if ahead else (),
            okr,
            facts,
            _union(primary, twins) if twins else primary.labels,
            heard,
        )

    def _tell_missing(self) -> None:
        """One problem for each issue that is missed, however many miss it."""
        for (code, what, name), places in self._missing.items():
            first = self._items[places[0]]
            others = f" and {len(places) - 1} more" if len(places) > 1 else ""
            role = "parent" if what == "parent" else "blocking link"
            if code == "ambiguous-key":
                message = f"The {role} {name} of {first.key}{others} exists in more than one source."
                remedy = f"Write the web address of {name} instead of its key."
            else:
                message = f"The {role} {name} of {first.key}{others} is not in the backlog, although syncd reads where it lives."
                remedy = f"Let syncd's account see {name}, or remove it from {first.key}."
            self._problems.append(Problem(first.ref.source, first.key, code, message, remedy))

    def _tell_circle(self, code: str, circle: Sequence[int], what: str, remedy: str) -> None:
        if not any(place in self._open for place in circle):
            return
        first = self._items[circle[0]]
        keys = [self._items[place].key for place in circle]
        if len(keys) > _TOLD:
            keys[_TOLD - 1 : -1] = [f"… {len(keys) - _TOLD} more …"]
        path = " → ".join((*keys, keys[0]))
        self._problems.append(Problem(first.ref.source, first.key, code, f"{first.key} {what}: {path}.", remedy))


def merged_facts(primary: BacklogItem, twins: Sequence[BacklogItem]) -> Mapping[str, Fact]:
    """The primary's facts; what it lacks, or only has by default, comes from the first twin that really has it."""
    merged = dict(primary.facts)
    for twin in twins:
        for name, fact in twin.facts.items():
            known = merged.get(name)
            if known is None or (known.origin == DEFAULT_ORIGIN and fact.origin != DEFAULT_ORIGIN):
                origin = fact.origin if fact.origin == DEFAULT_ORIGIN else f"{fact.origin} of {twin.key}"
                merged[name] = Fact(fact.value, origin)
    return merged


def _union(primary: BacklogItem, twins: Sequence[BacklogItem]) -> tuple[str, ...]:
    labels = dict.fromkeys(primary.labels)
    for twin in twins:
        labels.update(dict.fromkeys(twin.labels))
    return tuple(labels)
