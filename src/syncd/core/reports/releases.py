"""The release plan: dates and contents of the coming releases, from milestones and fix versions, and what is at risk.

It differs from the roadmap. The roadmap (now, next, later) says what comes first; a release says what is promised
together, by when. Where the two disagree, that is the risk that is told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from syncd.core.backlog import BacklogItem, Ranked, Status, Work
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.ranking.backlogs import owners
from syncd.core.reports.forecast import Forecast, Pace, pace
from syncd.core.reports.outcomes import effort_of
from syncd.core.rules import Rules
from syncd.core.scoring.phrasing import number, percent
from syncd.core.scoring.table import Table

UNLIKELY = 0.5
"""Below this chance, the pace is a risk."""
SURE = (0.5, 0.85, 0.95)
"""The likelihoods for which dates are given."""
PAST = timedelta(days=14)
"""A release without open work is shown so long after its day."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An open piece of work in a release."""

    row: Ranked
    place: int | None
    """In the queue of its backlog: work to be done, by rank; None for an epic, which is done with its children."""
    chance: float | None
    """That it is done by the day of the release; None without a day, or where nothing can be said."""
    reasons: tuple[str, ...]
    """What is at risk beside the pace."""

    @property
    def unlikely(self) -> bool:
        return self.chance is not None and self.chance < UNLIKELY

    @property
    def risks(self) -> tuple[str, ...]:
        """In words."""
        late = (f"number {self.place} in the queue: {percent(self.chance or 0.0)} by then",) if self.unlikely else ()
        return self.reasons + late


@dataclass(frozen=True, slots=True)
class Release:
    name: str
    due: date | None
    scopes: tuple[str, ...]
    """Projects and repositories that have work in it."""
    done: int
    open: tuple[Planned, ...]
    """By rank."""
    effort_done: float
    effort_open: float
    unestimated: int
    """Of the open work."""
    days: tuple[date | None, ...]
    """When the last piece will be done, for each likelihood of `SURE`; None where nothing can be said."""
    risks: tuple[str, ...]
    """Of the release as a whole."""

    @property
    def at_risk(self) -> bool:
        return bool(self.risks) or any(one.risks for one in self.open)


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    as_of: date
    releases: tuple[Release, ...]
    """By day; those without one at the end."""
    paces: Mapping[str, Pace]
    """By backlog."""
    loose: tuple[Ranked, ...]
    """In the nearest horizon and in no release, by rank."""
    nearest: frozenset[str]
    """The names of the nearest horizons."""


def release_plan(decision: Decision, rules: Rules) -> ReleasePlan:
    return _Plan(decision, rules).made()


class _Plan:
    def __init__(self, decision: Decision, rules: Rules) -> None:
        self._decision, self._rules = decision, rules
        self._parents = {work.parent for work in decision.works.values() if work.parent is not None}
        self._paces = _paces(decision, rules, self._parents)
        self._place: dict[Ref, int] = {}
        self._row: dict[Ref, Ranked] = {row.work.ref: row for row in decision.ranked}
        for part in decision.parts.values():
            queue = (row.work.ref for row in part.ranked if row.work.ref not in self._parents)
            self._place.update({ref: place for place, ref in enumerate(queue, 1)})
        self._last = {
            part.rules.horizons.names[-1].name for part in decision.parts.values() if part.rules.horizons.names
        }
        self._nearest = {
            part.rules.horizons.names[0].name for part in decision.parts.values() if part.rules.horizons.names
        }

    def made(self) -> ReleasePlan:
        groups: dict[str, list[tuple[Work, BacklogItem]]] = {}
        for work in self._decision.works.values():
            member = _in_release(work)
            if member is not None:
                groups.setdefault((member.milestone or "").casefold(), []).append((work, member))
        dues = {name: _due(member for _, member in some) for name, some in groups.items()}
        forecasts = self._forecasts(groups.values())
        today = self._decision.as_of
        found = [
            self._release(some, dues, forecasts)
            for name, some in groups.items()
            if any(work.open for work, _ in some) or ((due := dues[name]) is not None and due >= today - PAST)
        ]
        found.sort(key=lambda one: (one.due is None, one.due or today, one.name.casefold()))
        loose = tuple(
            row
            for row in self._decision.ranked
            if row.horizon in self._nearest and _in_release(row.work) is None and row.work.ref not in self._parents
        )
        return ReleasePlan(today, tuple(found), self._paces, loose, frozenset(self._nearest))

    def _forecasts(self, groups: Iterable[Sequence[tuple[Work, BacklogItem]]]) -> dict[str, Forecast]:
        longest: dict[str, int] = {}
        for some in groups:
            for work, _ in some:
                row = self._row.get(work.ref)
                if row is not None:
                    longest[row.backlog] = max(longest.get(row.backlog, 1), self._place.get(work.ref, 1))
        return {name: Forecast(known, longest.get(name, 1)) for name, known in self._paces.items()}

    def _release(
        self,
        some: Sequence[tuple[Work, BacklogItem]],
        dues: Mapping[str, date | None],
        forecasts: Mapping[str, Forecast],
    ) -> Release:
        name = next(member.milestone for _, member in some) or ""
        due = dues[name.casefold()]
        rows = sorted(
            (self._row[work.ref] for work, _ in some if work.ref in self._row), key=lambda row: (row.rank, row.backlog)
        )
        planned = tuple(self._planned(row, due, dues, forecasts[row.backlog]) for row in rows)
        efforts = [effort_of(row.work) for row in rows if row.work.ref not in self._parents]
        done = [work for work, _ in some if not work.open and work.primary.status is Status.DONE]
        days = [
            [forecasts[one.row.backlog].day(one.place, share) for one in planned if one.place is not None]
            for share in SURE
        ]
        last = tuple(None if not each or None in each else max(day for day in each if day) for each in days)
        return Release(
            name=name,
            due=due,
            scopes=tuple(sorted({member.scope for _, member in some})),
            done=len(done),
            open=planned,
            effort_done=sum(effort_of(work) or 0.0 for work in done if work.ref not in self._parents),
            effort_open=sum(effort or 0.0 for effort in efforts),
            unestimated=sum(effort is None for effort in efforts),
            days=last,
            risks=tuple(self._risks_of_release(due, some, planned, last)),
        )

    def _risks_of_release(
        self,
        due: date | None,
        some: Sequence[tuple[Work, BacklogItem]],
        planned: Sequence[Planned],
        days: Sequence[date | None],
    ) -> Iterable[str]:
        said = sorted({member.milestone_due for _, member in some if member.milestone_due is not None})
        if len(said) > 1:
            yield f"its day differs between tools: {', '.join(map(str, said))}; the last one counts"
        if due is None or not planned:
            return
        if due < self._decision.as_of:
            yield f"its day was {_days((self._decision.as_of - due).days)} ago, {len(planned)} still open"
        elif days[1] is not None and days[1] > due:
            late = _days((days[1] - due).days)
            yield f"at the recent pace it is {percent(SURE[1])} sure to be done by {days[1]}, {late} late"
        elif days[1] is None and all(one.chance is not None for one in planned if one.place is not None):
            yield "at the recent pace its last piece is more than two years away"

    def _planned(self, row: Ranked, due: date | None, dues: Mapping[str, date | None], forecast: Forecast) -> Planned:
        place = self._place.get(row.work.ref)
        chance = None if due is None or place is None else forecast.chance(place, due)
        if due is not None and due < self._decision.as_of:
            chance = None  # of the release as a whole it is told that its day is over
        risks: list[str] = []
        if row.score is None:
            risks.append(f"has no score: {(row.unscored_because or '').partition(' (')[0]}")
        elif due is not None and row.horizon in self._last and row.horizon not in self._nearest:
            risks.append(f"stands in {row.horizon}")
        risks += self._waits(row, due, dues)
        return Planned(row, place, chance, tuple(risks))

    def _waits(self, row: Ranked, due: date | None, dues: Mapping[str, date | None]) -> Iterable[str]:
        """What it waits for and is promised later, or not at all, or ranks below it."""
        for ref in row.work.blocked_by:
            blocker = self._row.get(ref)
            if blocker is None:
                continue
            key, there = blocker.work.primary.key, _in_release(blocker.work)
            promised = None if there is None else dues[(there.milestone or "").casefold()]
            if due is not None and there is not None and (promised is None or promised > due):
                yield f"waits for {key}, which is in {there.milestone}" + (f" ({promised})" if promised else "")
            elif due is not None and there is None:
                yield f"waits for {key}, which is in no release"
            elif blocker.backlog == row.backlog and blocker.rank > row.rank:
                yield f"waits for {key}, which ranks below it at {blocker.rank}"


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"


def _in_release(work: Work) -> BacklogItem | None:
    """The issue by which the work is in a release."""
    return next((member for member in work.members if member.milestone), None)


def _due(members: Iterable[BacklogItem]) -> date | None:
    """The last of the days that its tools name, those of open issues first: what is done may be in a former release."""
    found = [(member.status.open, member.milestone_due) for member in members if member.milestone_due is not None]
    still = [day for is_open, day in found if is_open]
    return max(still or [day for _, day in found], default=None)


def _paces(decision: Decision, rules: Rules, parents: set[Ref | None] | set[Ref]) -> dict[str, Pace]:
    """What was done in the last weeks, of the work that belongs to each backlog by today's rules."""
    done = [
        work
        for work in decision.works.values()
        if not work.open and work.primary.status is Status.DONE and work.ref not in parents
    ]
    names = rules.backlog_names
    table = Table(done, rules, decision.as_of, decision.works)
    owner = owners(table, rules)
    since = min((work.primary.created.date() for work in decision.works.values()), default=decision.as_of)
    found: dict[str, Pace] = {}
    for place, name in enumerate(names):
        own = done if owner is None else [done[row] for row in np.flatnonzero(owner == place).tolist()]
        days = (member.closed.date() for work in own for member in work.members[:1] if member.closed is not None)
        found[name] = pace(days, since, decision.as_of)
    return found


def pace_in_words(known: Pace) -> str:
    """`4 a week (between 1 and 9 in the last 12)`."""
    if not known.weeks:
        return "nothing is known about the pace"
    low, high = min(known.weeks), max(known.weeks)
    said = f"{number(known.median)} a week (between {low} and {high} in the last {len(known.weeks)})"
    return said if known.known else f"{said}: too little to forecast from"
