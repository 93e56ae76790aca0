"""Facts that count: how many issues are linked to a piece of work, such as the open tickets of support behind it.

An issue counts once, whichever way it is linked, from whichever end, and however often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncd.core.backlog import BacklogItem, Fact
from syncd.core.issue import Link, LinkKind, Pointer
from syncd.core.linking.resolve import Resolver
from syncd.core.rules import LinkCount, Rules
from syncd.core.voices import NOBODY, Heard, answer

TOLD = 5
"""Keys that an origin names."""

_OTHER_END = {
    LinkKind.BLOCKS: LinkKind.BLOCKED_BY,
    LinkKind.BLOCKED_BY: LinkKind.BLOCKS,
    LinkKind.DUPLICATES: LinkKind.DUPLICATED_BY,
    LinkKind.DUPLICATED_BY: LinkKind.DUPLICATES,
}


@dataclass(frozen=True, slots=True)
class _Other:
    """The far end of a link."""

    key: str
    place: int | None
    """Among the items; None for an issue that syncd does not read."""
    relation: LinkKind
    open: bool | None
    written: bool
    """By a link of the tool, not by a mention in a text: of issues that syncd does not read, a text may name anything."""


class LinkCounts:
    """What is linked to what, over all items; built only where a fact asks for it."""

    def __init__(self, items: Sequence[BacklogItem], lead: Sequence[int], resolver: Resolver) -> None:
        self._items, self._lead = items, lead
        self._others: dict[int, list[_Other]] = {}
        for place, item in enumerate(items):
            for link in item.links:
                self._tie(place, link, resolver, written=True)
            for pointer in item.mentions:
                self._tie(place, Link(LinkKind.RELATES, pointer), resolver, written=False)

    def _tie(self, place: int, link: Link, resolver: Resolver, *, written: bool) -> None:
        here = self._items[place]
        found = resolver.find(link.to, here.ref.source)
        if len(found) != 1:
            other = _Other(_name(link.to), None, link.kind, link.open, written)
            self._others.setdefault(self._lead[place], []).append(other)
            return
        there = self._items[found[0]]
        for at, far, item, relation in (
            (place, found[0], there, link.kind),
            (found[0], place, here, _OTHER_END.get(link.kind, link.kind)),
        ):
            if self._lead[at] != self._lead[far]:
                other = _Other(item.key, far, relation, item.status.open, written)
                self._others.setdefault(self._lead[at], []).append(other)

    def facts(self, work: int, rules: Rules) -> dict[str, Fact]:
        """Every counting fact of the work at a place; zero where nothing is linked."""
        others = self._others.get(work, ())
        found: dict[str, Fact] = {}
        for name, fact in rules.facts.items():
            if fact.links is not None:
                wanted = fact.links
                keys = {other.key.casefold(): other.key for other in others if self._counts(other, wanted, rules)}
                found[name] = Fact(float(len(keys)), _origin(sorted(keys.values())))
        return found

    def _counts(self, other: _Other, wanted: LinkCount, rules: Rules) -> bool:
        if wanted.relations and other.relation not in wanted.relations:
            return False
        if wanted.open is not None and other.open is not wanted.open:
            return False
        if other.place is None:
            known = bool(wanted.scopes) or other.written
            return known and not wanted.sources and not wanted.kinds and _in(scope_of(other.key), wanted.scopes)
        item = self._items[other.place]
        source = item.ref.source
        return (
            _in(item.scope.casefold(), wanted.scopes)
            and (not wanted.sources or source in wanted.sources or rules.sources[source].kind in wanted.sources)
            and (not wanted.kinds or item.kind in wanted.kinds)
        )


def counts_links(rules: Rules) -> bool:
    return any(fact.links is not None for fact in rules.facts.values())


def scope_of(key: str) -> str:
    """The project or repository that a key speaks of, casefolded: sup for SUP-12, acme/web for acme/web#7."""
    return key.casefold().rpartition("#" if "#" in key else "-")[0]


def with_counts(facts: Mapping[str, Fact], counts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    return {**counts, **facts} if counts else facts


def voiced(heard: Heard | None, rules: Rules) -> dict[str, Fact]:
    """Every fact that asks for voices, of work that heard so much."""
    found: dict[str, Fact] = {}
    for name, fact in rules.facts.items():
        if fact.voices is not None and (value := answer(heard, fact.voices)) is not None:
            found[name] = Fact(value, NOBODY if heard is None else heard.words)
    return found


def _in(scope: str, scopes: tuple[str, ...]) -> bool:
    return not scopes or scope in scopes


def _name(pointer: Pointer) -> str:
    return pointer.key or pointer.url or pointer.id or ""


def _origin(keys: Sequence[str]) -> str:
    if not keys:
        return "nothing is linked"
    more = f" and {len(keys) - TOLD} more" if len(keys) > TOLD else ""
    return f"linked: {', '.join(keys[:TOLD])}{more}"
