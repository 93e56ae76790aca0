"""What the open work does for the objectives: who serves what, with how much effort, and what serves nothing.

Effort is counted once: work that has open children leaves it to them, and what nobody estimated is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from syncd.core.backlog import Ranked, Work
from syncd.core.expressions.vocabulary import EFFORT
from syncd.core.rules import KeyResult, Objective, OkrRules
from syncd.core.standing import Standing, standings

NOTICED = 0.005
"""A gap that would be shown as 0 % is none."""


@dataclass(frozen=True, slots=True)
class Load:
    """A part of the open backlog."""

    works: int = 0
    effort: float = 0.0
    unestimated: int = 0
    """Works whose effort nobody knows; containers, whose children carry it, are not among them."""


@dataclass(frozen=True, slots=True)
class KeyResultOutcome:
    key_result: KeyResult
    objective: str
    standing: Standing
    load: Load
    served_by: tuple[Ranked, ...]
    """The open work that is tied to it, highest rank first."""

    @property
    def behind(self) -> float | None:
        return _noticed(self.standing.behind)


@dataclass(frozen=True, slots=True)
class ObjectiveOutcome:
    objective: Objective
    standing: Standing
    load: Load
    """Of all work for it, tied to the objective itself or to one of its key results."""
    effort_share: float | None
    """Of the estimated effort of the open backlog."""
    weight_share: float | None
    """Of the weights of all objectives: what the effort may be compared with."""
    key_results: tuple[KeyResultOutcome, ...]
    loose: Load
    """The part that is tied to the objective and to none of its key results."""

    @property
    def behind(self) -> float | None:
        return _noticed(self.standing.behind)


@dataclass(frozen=True, slots=True)
class Outcomes:
    as_of: date
    objectives: tuple[ObjectiveOutcome, ...]
    total: Load
    tied: Load
    """The part of the open backlog that serves an objective."""
    orphans: tuple[Ranked, ...]
    """Open work tied to no outcome, highest rank first."""

    @property
    def coverage(self) -> float | None:
        """The share of open work tied to an outcome; None without open work."""
        return self.tied.works / self.total.works if self.total.works else None

    @property
    def effort_coverage(self) -> float | None:
        return self.tied.effort / self.total.effort if self.total.effort else None

    @property
    def without_work(self) -> tuple[ObjectiveOutcome, ...]:
        return tuple(one for one in self.objectives if not one.load.works)

    @property
    def behind(self) -> tuple[KeyResultOutcome, ...]:
        """Key results behind the calendar, first the gap that weighs most."""
        late = [kr for objective in self.objectives for kr in objective.key_results if kr.behind]
        return tuple(sorted(late, key=lambda kr: -(kr.behind or 0.0) * kr.standing.weight))


def outcomes(ranked: Sequence[Ranked], okrs: OkrRules, as_of: date) -> Outcomes:
    """How the objectives stand, and the open work behind each. `ranked` is the whole ranked backlog."""
    containers = frozenset(row.work.parent for row in ranked if row.work.parent is not None)
    stand = standings(okrs, as_of)
    serving: dict[tuple[str, str | None], list[Ranked]] = {}
    orphans: list[Ranked] = []
    for row in sorted(ranked, key=lambda one: one.rank):
        okr = row.work.okr
        if okr is None or (okr.objective, okr.key_result) not in stand:
            orphans.append(row)
        else:
            serving.setdefault((okr.objective, okr.key_result), []).append(row)

    def load(rows: Iterable[Ranked]) -> Load:
        works, effort, unestimated = 0, 0.0, 0
        for row in rows:
            works += 1
            if row.work.ref not in containers:
                one = effort_of(row.work)
                effort += one or 0.0
                unestimated += one is None
        return Load(works, effort, unestimated)

    total = _sum((load(orphans), *(load(rows) for rows in serving.values())))
    weights = sum(objective.weight for objective in okrs.objectives)
    found: list[ObjectiveOutcome] = []
    for objective in okrs.objectives:
        key_results = tuple(
            KeyResultOutcome(kr, objective.id, stand[objective.id, kr.id], load(rows), tuple(rows))
            for kr in objective.key_results
            for rows in (serving.get((objective.id, kr.id), []),)
        )
        loose = load(serving.get((objective.id, None), ()))
        whole = _sum((loose, *(kr.load for kr in key_results)))
        found.append(
            ObjectiveOutcome(
                objective,
                stand[objective.id, None],
                whole,
                whole.effort / total.effort if total.effort else None,
                objective.weight / weights if weights else None,
                key_results,
                loose,
            )
        )
    return Outcomes(as_of, tuple(found), total, _sum(one.load for one in found), tuple(orphans))


def effort_of(work: Work) -> float | None:
    """The estimate of a piece of work; None when nobody gave one that is a number."""
    fact = work.facts.get(EFFORT)
    effort = fact.value if fact is not None else work.primary.effort
    if isinstance(effort, bool) or not isinstance(effort, int | float):
        return None
    return max(0.0, float(effort))


def _sum(loads: Iterable[Load]) -> Load:
    whole = Load()
    for one in loads:
        whole = Load(whole.works + one.works, whole.effort + one.effort, whole.unestimated + one.unestimated)
    return whole


def _noticed(behind: float | None) -> float | None:
    return 0.0 if behind is not None and behind < NOTICED else behind
