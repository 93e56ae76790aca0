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
from syncd.core.reports.releases import ReleasePlan, release_plan
from syncd.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of open work at its place."""

    ranked: Ranked
    was: int | None
    """Its rank on the day that ranks are compared with; None: it was not in the backlog then, or nobody knows."""

    @property
    def key(self) -> str:
        return self.ranked.work.primary.key

    @property
    def effort(self) -> float | None:
        return effort_of(self.ranked.work)

    @property
    def found_by(self) -> str:
        """Keys, title, labels and people, casefolded: what a search looks in."""
        work = self.ranked.work
        texts = [text for m in work.members for text in (m.key, m.title, *m.assignees)]
        return "\n".join([*texts, *work.labels]).casefold()


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


LEVELS = 3
"""In how many colors horizons are shown, see `Picture.level`."""
BINS = 40


@dataclass(frozen=True, slots=True)
class Spread:
    """How many pieces of work have which score: `BINS` equal parts of the way from the lowest to the highest."""

    low: float
    high: float
    bins: tuple[tuple[int, ...], ...]
    """Lowest scores first; in each, how many of each of the `LEVELS`."""


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

    def prepare(self) -> None:
        """Works out what the first look and the first search need; before that, they do it themselves."""
        _ = self.rows, self.best_score, self.sources, self.scopes, self.labels, self.horizons, self.outcomes
        _ = self.releases, self.spread, self.unscored, self.at, self._texts, self._keys

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        was = self._was
        return tuple(Row(ranked, was.get(ranked.work.ref)) for ranked in self.decision.ranked)

    @cached_property
    def at(self) -> Mapping[Ref, Row]:
        """By primary."""
        return {row.ranked.work.ref: row for row in self.rows}

    @cached_property
    def best_score(self) -> float:
        return max((row.ranked.score for row in self.rows if row.ranked.score is not None), default=0.0)

    @cached_property
    def sources(self) -> list[tuple[str, int]]:
        return [(name, self._counts[0][name]) for name in self.rules.sources]

    @cached_property
    def scopes(self) -> list[tuple[str, int]]:
        """Projects and repositories: whose backlog it is, the teams."""
        return sorted(self._counts[1].items())

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
    def spread(self) -> Spread | None:
        """How scores are spread; None for less than two different ones."""
        scored = [
            (row.ranked.score, self.level(row.ranked.horizon)) for row in self.rows if row.ranked.score is not None
        ]
        low, high = min((s for s, _ in scored), default=0.0), max((s for s, _ in scored), default=0.0)
        if low == high:
            return None
        bins = [[0] * LEVELS for _ in range(BINS)]
        for score, level in scored:
            bins[min(BINS - 1, int((score - low) / (high - low) * BINS))][level] += 1
        return Spread(low, high, tuple(map(tuple, bins)))

    @cached_property
    def unscored(self) -> int:
        return sum(row.ranked.score is None for row in self.rows)

    @cached_property
    def loads(self) -> Mapping[str, float]:
        return loads(self.decision.ranked, self.rules.horizons)

    @cached_property
    def outcomes(self) -> Outcomes:
        return outcomes(self.decision.ranked, self.rules.okrs, self.decision.as_of)

    @cached_property
    def releases(self) -> ReleasePlan:
        return release_plan(self.decision, self.rules)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """What a search looks in, beside `rows`."""
        return tuple(row.found_by for row in self.rows)

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
        rows: Sequence[Row] = self.rows
        if words := wish.words.casefold().split():
            texts = zip(rows, self._texts, strict=True)
            rows = [row for row, text in texts if all(word in text for word in words)]
        tests = list(_tests(wish))
        return [row for row in rows if all(test(row) for test in tests)] if tests else rows

    @cached_property
    def _counts(self) -> tuple[Counter[str], Counter[str]]:
        """By source and by scope; work with members in two of them counts in both."""
        sources, scopes = Counter[str](), Counter[str]()
        for ranked in self.decision.ranked:
            primary, twins = ranked.work.primary, ranked.work.twins
            if twins:
                sources.update({member.ref.source for member in (primary, *twins)})
                scopes.update({member.scope for member in (primary, *twins)})
            else:
                sources[primary.ref.source] += 1
                scopes[primary.scope] += 1
        return sources, scopes


def _tests(wish: Wish) -> Iterator[Callable[[Row], bool]]:
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
