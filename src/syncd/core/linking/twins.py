"""Twins: the same work told in two tools, found by what the issues say themselves.

At most one issue of each source belongs to a piece of work. Where that is not so, nothing is guessed: the ties in
question are dropped and reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.backlog import BacklogItem, Problem, Status
from syncd.core.linking.resolve import Resolver
from syncd.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Grouping:
    """`groups` holds only pieces of work with twins: the place of the primary → all members, primary first."""

    groups: Mapping[int, tuple[int, ...]]
    problems: tuple[Problem, ...] = ()


def find_twins(items: Sequence[BacklogItem], resolver: Resolver, rules: Rules) -> Grouping:
    if not rules.policy.twins:
        return Grouping({})
    ties = _ties(items, resolver)
    if not ties:
        return Grouping({})
    problems: list[Problem] = []
    _drop_contested(items, ties, problems)
    preference = Preference(rules)
    groups: dict[int, tuple[int, ...]] = {}
    for component in _components(ties):
        sources = [items[place].ref.source for place in component]
        if len(set(sources)) < len(sources):
            _report(items, component[0], component[1:], problems)
            continue
        members = tuple(sorted(component, key=lambda place: preference.rank(items[place])))
        groups[members[0]] = members
    return Grouping(groups, tuple(problems))


class Preference:
    """Which member of a piece of work speaks first: policy.prefer, then the configured order, then the ref."""

    __slots__ = ("_order",)

    def __init__(self, rules: Rules) -> None:
        named = {word: place for place, word in reversed(list(enumerate(rules.policy.prefer)))}
        last = len(named)
        self._order = {
            name: (min(named.get(name, last), named.get(source.kind, last)), place)
            for place, (name, source) in enumerate(rules.sources.items())
        }

    def rank(self, item: BacklogItem) -> tuple[tuple[int, int], str, str]:
        unlisted = (len(self._order), len(self._order))
        return self._order.get(item.ref.source, unlisted), item.ref.source, item.ref.id


_Ties = dict[int, set[int]]


def _ties(items: Sequence[BacklogItem], resolver: Resolver) -> _Ties:
    """Who says to be the same as whom; one side's word is enough."""
    ties: _Ties = defaultdict(set)
    for place, item in enumerate(items):
        for pointer in item.same_as:
            found = [
                other for other in resolver.find(pointer, item.ref.source) if items[other].ref.source != item.ref.source
            ]
            if len(found) == 1:
                ties[place].add(found[0])
                ties[found[0]].add(place)
    return ties


def _drop_contested(items: Sequence[BacklogItem], ties: _Ties, problems: list[Problem]) -> None:
    """Drop every tie of an issue to a source in which it has several; dropped duplicates give way to the others."""
    cut: list[tuple[int, int]] = []
    for place in sorted(ties):
        by_source: dict[str, list[int]] = defaultdict(list)
        for other in sorted(ties[place]):
            by_source[items[other].ref.source].append(other)
        for others in by_source.values():
            if len(others) < 2:
                continue
            standing = [other for other in others if items[other].status is not Status.DROPPED]
            if len(standing) == 1:
                cut.extend((place, other) for other in others if other not in standing)
            else:
                cut.extend((place, other) for other in others)
                _report(items, place, others, problems)
    for one, other in cut:
        ties[one].discard(other)
        ties[other].discard(one)


def _components(ties: _Ties) -> Iterable[list[int]]:
    """Connected issues, each component in ascending order, the components by their first issue."""
    seen: set[int] = set()
    for start in sorted(ties):
        if start in seen or not ties[start]:
            continue
        seen.add(start)
        component = [start]
        for place in component:  # grows while it is walked
            for other in sorted(ties[place]):
                if other not in seen:
                    seen.add(other)
                    component.append(other)
        yield sorted(component)


def _report(items: Sequence[BacklogItem], place: int, others: Sequence[int], problems: list[Problem]) -> None:
    item = items[place]
    if not any(items[each].status.open for each in (place, *others)):
        return
    names = sorted(items[other].key for other in others)
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) < 6 else f"{', '.join(names[:4])} and others"
    problems.append(
        Problem(
            item.ref.source,
            item.key,
            "ambiguous-twin",
            f"{item.key} and {listed} say to be the same work, but a twin can only be one issue of each source, "
            "so they stay apart.",
            f"Leave the mark of {item.key} (in title, a line such as Jira: or Tracked in, or a link) on one of them, "
            "or write policy: twins: false in syncd.yaml.",
        )
    )
