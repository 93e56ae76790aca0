"""GET /api/v1/okrs: how the objectives stand, the work behind them, what was finished for them, and what serves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from syncd.core.backlog import Ranked, Status
from syncd.core.reports.outcomes import KeyResultOutcome, Load, ObjectiveOutcome
from syncd.core.standing import Standing
from syncd.web.api.backlog import Of, Work, work
from syncd.web.front import Front
from syncd.web.phrases import percent
from syncd.web.picture import Picture

WEEKS: Final = 12
"""Of finished work that are told."""
RECENT: Final = 4
LITTLE: Final = 5
"""Fewer finished pieces than this in four weeks are no rising output."""
FAR_BEHIND: Final = 0.1
TOP: Final = 5
QUARTER: Final = timedelta(days=92)

Key = tuple[str, str | None]


class Share(BaseModel):
    works: int
    effort: float
    unestimated: int


class Measured(BaseModel):
    at: datetime
    value: float


class KeyResultShown(BaseModel):
    id: str
    title: str
    owner: str | None
    start: float
    target: float
    current: float | None
    unit: str
    progress: float | None
    """0 … 1 and beyond; None when nobody measured."""
    expected: float | None
    """The share of the period that is over."""
    behind: float | None
    work: Share
    finished: list[int]
    """Pieces of work finished in each of the last weeks, this one last."""
    measured: str | None
    """Where a measured value comes from and when it was taken; None for one that somebody writes into okrs.yaml."""
    history: list[Measured]
    """What the measure gave in the last quarter, oldest first."""
    top: list[Work]
    """The highest ranks that serve it."""


class ObjectiveShown(BaseModel):
    id: str
    title: str
    owner: str | None
    weight: float
    weight_share: float | None
    effort_share: float | None
    """Of the estimated effort of the open backlog."""
    progress: float | None
    expected: float | None
    behind: float | None
    starts: date | None
    ends: date | None
    work: Share
    loose: Share
    """Tied to the objective and to none of its key results."""
    finished: list[int]
    warning: str | None
    """A feature factory: output rises, outcomes do not."""
    key_results: list[KeyResultShown]


class Okrs(BaseModel):
    as_of: date
    total: Share
    tied: Share
    coverage: float | None
    """The share of open work tied to an outcome."""
    effort_coverage: float | None
    orphans: int
    top_orphans: list[Work]
    objectives: list[ObjectiveShown]


def okrs(front: Front, picture: Picture) -> Okrs:
    found = picture.outcomes
    finished = _finished(picture)
    history = _history(front)
    return Okrs(
        as_of=found.as_of,
        total=_share(found.total),
        tied=_share(found.tied),
        coverage=found.coverage,
        effort_coverage=found.effort_coverage,
        orphans=len(found.orphans),
        top_orphans=_works(picture, found.orphans),
        objectives=[_objective(picture, one, finished, history) for one in found.objectives],
    )


def _objective(
    picture: Picture,
    one: ObjectiveOutcome,
    finished: Mapping[Key, Counter[int]],
    history: Mapping[str, list[Measured]],
) -> ObjectiveShown:
    own = one.objective
    ids = [own.id, *(kr.key_result.id for kr in one.key_results)]
    weeks = _weeks(finished, [(own.id, None), *((own.id, id) for id in ids[1:])])
    return ObjectiveShown(
        id=own.id,
        title=own.title,
        owner=own.owner,
        weight=own.weight,
        weight_share=one.weight_share,
        effort_share=one.effort_share,
        progress=one.standing.progress,
        expected=one.standing.expected,
        behind=one.behind,
        starts=own.starts,
        ends=own.ends,
        work=_share(one.load),
        loose=_share(one.loose),
        finished=weeks,
        warning=factory(weeks, one.standing),
        key_results=[_key_result(picture, kr, finished, history.get(kr.key_result.id, [])) for kr in one.key_results],
    )


def _key_result(
    picture: Picture, one: KeyResultOutcome, finished: Mapping[Key, Counter[int]], history: list[Measured]
) -> KeyResultShown:
    own = one.key_result
    return KeyResultShown(
        id=own.id,
        title=own.title,
        owner=own.owner,
        start=own.start,
        target=own.target,
        current=own.current,
        unit=own.unit,
        progress=one.standing.progress,
        expected=one.standing.expected,
        behind=one.behind,
        work=_share(one.load),
        finished=_weeks(finished, [(one.objective, own.id)]),
        measured=own.current_from if own.measured else None,
        history=history,
        top=_works(picture, one.served_by),
    )


def _history(front: Front) -> dict[str, list[Measured]]:
    store, since = front.world.store.measures, front.now - QUARTER
    return {
        one.key_result: [
            Measured(at=each.at, value=each.value) for each in store.history(one.key_result, one.definition, since)
        ]
        for one in front.world.loaded.measures
    }


def factory(finished: Sequence[int], standing: Standing) -> str | None:
    """A sentence where more is finished than before and the outcome is behind all the same; `finished` by week."""
    recent, before = sum(finished[-RECENT:]), sum(finished[-2 * RECENT : -RECENT])
    behind = standing.behind
    if recent < LITTLE or recent <= before or behind is None or behind < FAR_BEHIND:
        return None
    return (
        f"Feature factory? {recent} pieces of work were finished in four weeks, {before} in the four before, and the "
        f"outcome is {percent(behind)} of the way behind the calendar. Ask whether this work moves it."
    )


def _finished(picture: Picture) -> dict[Key, Counter[int]]:
    """By outcome and weeks ago, how much work was done."""
    found: dict[Key, Counter[int]] = {}
    for one in picture.decision.works.values():
        closed, okr = one.primary.closed, one.okr
        if one.open or okr is None or closed is None or one.primary.status is not Status.DONE:
            continue
        ago = (picture.decision.as_of - closed.date()).days // 7
        if 0 <= ago < WEEKS:
            found.setdefault((okr.objective, okr.key_result), Counter())[ago] += 1
    return found


def _weeks(finished: Mapping[Key, Counter[int]], keys: Sequence[Key]) -> list[int]:
    return [sum(finished.get(key, Counter())[ago] for key in keys) for ago in range(WEEKS - 1, -1, -1)]


def _share(load: Load) -> Share:
    return Share(works=load.works, effort=load.effort, unestimated=load.unestimated)


def _works(picture: Picture, rows: Sequence[Ranked]) -> list[Work]:
    return [work(picture.at[row.work.ref]) for row in rows[:TOP]]


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["okrs"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/okrs")
    def get_okrs(of: Of = "") -> Okrs:
        """The objectives, and what the open work does for them."""
        return okrs(front, front.picture(of))

    return routes
