"""Answers that people gave too long ago: which open work needs them again, and who could give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.backlog import BacklogItem, Expired, Ranked, Work
from syncd.core.normalizing.facts import DEFAULT_ORIGIN


@dataclass(frozen=True, slots=True)
class Stale:
    """One issue whose answers expired. `row` is the work that it belongs to, at its place."""

    row: Ranked
    item: BacklogItem
    expired: tuple[Expired, ...]
    idle_days: int
    """Since a person touched the issue; what syncd wrote does not count."""

    @property
    def since(self) -> datetime:
        return self.item.updated

    @property
    def ask(self) -> tuple[str, ...]:
        """Who could answer, best first: who has it, then who opened it."""
        return tuple(dict.fromkeys((*self.item.assignees, *((self.item.reporter,) if self.item.reporter else ()))))


def stale(ranked: Sequence[Ranked], as_of: date) -> tuple[Stale, ...]:
    """By rank. An answer that another place or a twin gives in time is not asked for again."""
    found: list[Stale] = []
    for row in sorted(ranked, key=lambda one: one.rank):
        for item in row.work.members:
            if item.expired and item.status.open:
                wanted = tuple(one for one in item.expired if _lacks(row.work, one.fact))
                if wanted:
                    found.append(Stale(row, item, wanted, (as_of - item.updated.date()).days))
    return tuple(found)


def _lacks(work: Work, name: str) -> bool:
    fact = work.facts.get(name)
    return fact is None or fact.origin == DEFAULT_ORIGIN
