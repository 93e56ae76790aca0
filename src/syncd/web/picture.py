"""A decision prepared for looking at it: rows that can be searched, and what there is to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.ranking.horizons import loads
from syncd.core.reports.outcomes import Outcomes, effort_of, outcomes
from syncd.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of open work at its place."""

    ranked: Ranked
    found_by: str
    """Keys, title, labels and people, casefolded: what a search looks in."""
    effort: float | None
    was: int | None
    """Its rank on the day that ranks are compared with; None: it was not in the backlog then, or nobody knows."""

    @property
    def key(self) -> str:
        return self.ranked.work.primary.key


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see of the backlog. Empty texts and False ask for nothing."""

    words: str = ""
    source: str = ""
    scope: str = ""
    objective: str = ""
    """The id of an objective or of a key result."""
    horizon: str = ""
    label: str = ""
    orphans: bool = False


class Picture:
    """Everything that pages show of one backlog in one decision."""

    def __init__(
        self,
        decision: Decision,
        rules: Rules,
        name: str,
        names: Sequence[str],
        was: Mapping[Ref, int],
        since: date | None,
    ) -> None:
        self.decision = decision
        """Of this backlog alone; `works` are those of all."""
        self.rules = rules
        self.name = name
        """Empty where there is only one backlog."""
        self.names = tuple(names)
        self.since = since
        """The day that ranks are compared with; None while there is no history."""
        self._was = was

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows())

    @cached_property
    def at(self) -> Mapping[Ref, Row]:
        """By primary."""
        return {row.ranked.work.ref: row for row in self.rows}

    @cached_property
    def best_score(self) -> float:
        return max((row.ranked.score for row in self.rows if row.ranked.score is not None), default=0.0)

    @cached_property
    def sources(self) -> list[tuple[str, int]]:
        return [(name, self._count("source")[name]) for name in self.rules.sources]

    @cached_property
    def scopes(self) -> list[tuple[str, int]]:
        """Projects and repositories: whose backlog it is, the teams."""
        return sorted(self._count("scope").items())

    @cached_property
    def labels(self) -> list[tuple[str, int]]:
        """The most used first, at most two hundred."""
        found = Counter(label for row in self.rows for label in row.ranked.work.labels)
        return sorted(found.most_common(200), key=lambda one: (-one[1], one[0].casefold()))

    @cached_property
    def horizons(self) -> list[tuple[str, int]]:
        found = Counter(row.ranked.horizon for row in self.rows)
        return [(name, found[name]) for name in self.rules.horizon_names]

    @cached_property
    def loads(self) -> Mapping[str, float]:
        return loads(self.decision.ranked, self.rules.horizons)

    @cached_property
    def outcomes(self) -> Outcomes:
        return outcomes(self.decision.ranked, self.rules.okrs, self.decision.as_of)

    @cached_property
    def _keys(self) -> Mapping[str, Ref]:
        found: dict[str, Ref] = {}
        for work in self.decision.works.values():
            for member in work.members:
                found.setdefault(member.key.casefold(), member.ref)
        return found

    def find(self, key: str) -> BacklogItem | None:
        """An issue by its key, open or closed."""
        ref = self._keys.get(key.strip().casefold())
        if ref is None:
            return None
        work = self.decision.works[self.decision.primary_of[ref]]
        return next(member for member in work.members if member.ref == ref)

    def level(self, horizon: str | None) -> int:
        """0 for the nearest horizon, 1 for the second, 2 for all farther ones and for none: how horizons are colored."""
        names = list(self.rules.horizon_names)
        return min(names.index(horizon), 2) if horizon in names else 2

    def shade(self, objective: str) -> int:
        """Which of six colors an objective has."""
        ids = [one.id for one in self.rules.okrs.objectives]
        return ids.index(objective) % 6 if objective in ids else 5

    def title_of(self, objective: str, key_result: str | None = None) -> str:
        """`KR1 Fewer payments fail`, for people who do not know the ids by heart."""
        for one in self.rules.okrs.objectives:
            if one.id == objective:
                result = next((kr for kr in one.key_results if kr.id == key_result), None)
                return f"{result.id} {result.title} · {one.id} {one.title}" if result else f"{one.id} {one.title}"
        return key_result or objective

    def neighbor(self, rank: int) -> str:
        """The key next to a rank, as an example of one to compare with."""
        place = rank if rank < len(self.rows) else rank - 2
        return self.rows[place].key if 0 <= place < len(self.rows) else "PAY-12"

    def wished(self, wish: Wish) -> Sequence[Row]:
        """The rows that fit, highest rank first."""
        tests = list(_tests(wish))
        return [row for row in self.rows if all(test(row) for test in tests)] if tests else self.rows

    def _count(self, what: str) -> Counter[str]:
        if what == "source":
            return Counter(name for row in self.rows for name in {m.ref.source for m in row.ranked.work.members})
        return Counter(name for row in self.rows for name in {m.scope for m in row.ranked.work.members})

    def _rows(self) -> Iterator[Row]:
        for ranked in self.decision.ranked:
            work = ranked.work
            texts = [text for m in work.members for text in (m.key, m.title, *m.assignees)]
            found_by = "\n".join([*texts, *work.labels]).casefold()
            yield Row(ranked, found_by, effort_of(work), self._was.get(work.ref))


def _tests(wish: Wish) -> Iterator[Callable[[Row], bool]]:
    if words := wish.words.casefold().split():
        yield lambda row: all(word in row.found_by for word in words)
    if wish.source:
        yield lambda row: any(member.ref.source == wish.source for member in row.ranked.work.members)
    if wish.scope:
        yield lambda row: any(member.scope == wish.scope for member in row.ranked.work.members)
    if wish.objective:
        yield lambda row: serves(row.ranked, wish.objective)
    if wish.horizon:
        yield lambda row: row.ranked.horizon == wish.horizon
    if wish.label:
        yield lambda row: wish.label in row.ranked.work.labels
    if wish.orphans:
        yield lambda row: row.ranked.work.okr is None


def serves(ranked: Ranked, outcome: str) -> bool:
    """Whether the work is tied to this objective or key result."""
    okr = ranked.work.okr
    return okr is not None and outcome in (okr.objective, okr.key_result)
