"""GET /api/v1/backlog: the ranked table over all sources, searched, filtered and in pieces."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from syncd.core.backlog import BacklogItem
from syncd.web.front import Front
from syncd.web.picture import Picture, Row, Wish

MOST = 500
"""Rows in one answer."""


Of = Annotated[str, Query(max_length=200, description="The backlog, where there are several; else the first.")]


class Issue(BaseModel):
    """An issue as its tool calls it."""

    source: str
    key: str
    url: str
    title: str
    scope: str
    """The project or repository."""
    state: str
    """The tool's own name of the status."""


class Work(BaseModel):
    """One piece of open work at its place in the one backlog."""

    rank: int
    was: int | None
    """Its rank on the day `since`; None: it was not in the backlog then."""
    issue: Issue
    twins: list[Issue]
    """The same work in other places."""
    kind: str
    score: float | None
    unscored_because: str | None
    objective: str | None
    key_result: str | None
    tied_because: str | None
    """How the tie to the outcome came about."""
    horizon: str | None
    effort: float | None
    labels: list[str]
    pins: list[str]
    """What a person decided instead."""


class Backlog(BaseModel):
    as_of: date
    since: date | None
    """The day that ranks are compared with; None while there is no history."""
    total: int
    """All open work."""
    found: int
    """What fits the filters."""
    offset: int
    works: list[Work]


class Choice(BaseModel):
    """Something to filter by, and how much open work it stands for."""

    value: str
    name: str
    count: int


class Wanted(BaseModel):
    """The filters; what is empty filters nothing."""

    q: Annotated[str, Field(max_length=200)] = ""
    """Words that all must stand in key, title, labels or people."""
    source: Annotated[str, Field(max_length=200)] = ""
    scope: Annotated[str, Field(max_length=200)] = ""
    """A project or repository."""
    objective: Annotated[str, Field(max_length=200)] = ""
    """The id of an objective or key result."""
    horizon: Annotated[str, Field(max_length=200)] = ""
    label: Annotated[str, Field(max_length=200)] = ""
    orphans: bool = False
    """Only work that is tied to no outcome."""
    of: Annotated[str, Field(max_length=200)] = ""
    """The backlog, where there are several; the first one, when left out."""

    @property
    def wish(self) -> Wish:
        return Wish(self.q, self.source, self.scope, self.objective, self.horizon, self.label, self.orphans)


def backlog(picture: Picture, wanted: Wanted, offset: int, limit: int) -> Backlog:
    rows = picture.wished(wanted.wish)
    return Backlog(
        as_of=picture.decision.as_of,
        since=picture.since,
        total=len(picture.rows),
        found=len(rows),
        offset=offset,
        works=[work(row) for row in rows[offset : offset + limit]],
    )


def work(row: Row) -> Work:
    ranked = row.ranked
    primary, okr = ranked.work.primary, ranked.work.okr
    return Work(
        rank=ranked.rank,
        was=row.was,
        issue=issue(primary),
        twins=[issue(twin) for twin in ranked.work.twins],
        kind=primary.kind.value,
        score=ranked.score,
        unscored_because=ranked.unscored_because,
        objective=okr.objective if okr else None,
        key_result=okr.key_result if okr else None,
        tied_because=okr.because if okr else None,
        horizon=ranked.horizon,
        effort=row.effort,
        labels=list(ranked.work.labels),
        pins=list(ranked.pins),
    )


def issue(item: BacklogItem) -> Issue:
    return Issue(
        source=item.ref.source, key=item.key, url=item.url, title=item.title, scope=item.scope, state=item.state
    )


def choices(picture: Picture) -> dict[str, list[Choice]]:
    """By filter, what can be chosen."""
    tied = {
        one.objective.id: (one.objective.title, one.load.works, one.key_results) for one in picture.outcomes.objectives
    }
    outcomes = []
    for id, (title, works, key_results) in tied.items():
        outcomes.append(Choice(value=id, name=f"{id} {title}", count=works))
        outcomes += [
            Choice(value=kr.key_result.id, name=f"{kr.key_result.id} {kr.key_result.title}", count=kr.load.works)
            for kr in key_results
        ]
    return {
        "source": [Choice(value=name, name=name, count=n) for name, n in picture.sources],
        "scope": [Choice(value=name, name=name, count=n) for name, n in picture.scopes],
        "objective": outcomes,
        "horizon": [Choice(value=name, name=name, count=n) for name, n in picture.horizons],
        "label": [Choice(value=name, name=name, count=n) for name, n in picture.labels],
    }


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["backlog"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/backlog")
    def get_backlog(
        wanted: Annotated[Wanted, Query()],
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Backlog:
        """The ranked backlog, highest rank first."""
        return backlog(front.picture(wanted.of), wanted, offset, limit)

    @routes.get("/backlog/filters")
    def get_filters(of: Of = "") -> dict[str, list[Choice]]:
        """What the backlog can be filtered by."""
        return choices(front.picture(of))

    return routes
