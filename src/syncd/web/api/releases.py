"""GET /api/v1/releases: the coming releases from milestones and fix versions: what is in them, when, and what is at risk."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from syncd.core.reports.releases import Planned, Release, pace_in_words
from syncd.web.api.backlog import Of, Work, work
from syncd.web.front import Front
from syncd.web.picture import Picture

LISTED = 50


class PlannedShown(BaseModel):
    work: Work
    chance: float | None
    """That it is done by the day of the release, 0 … 1, if the pace goes on as it was."""
    place: int | None
    """In the queue of its backlog: work to be done, by rank."""
    risks: list[str]
    reasons: list[str]
    """The risks beside the pace."""


class ReleaseShown(BaseModel):
    name: str
    due: date | None
    scopes: list[str]
    done: int
    open: int
    effort_done: float
    effort_open: float
    unestimated: int
    days: list[date | None]
    """When the last piece will be done, as likely as not, at 85 % and at 95 %."""
    risks: list[str]
    works: list[PlannedShown]


class Releases(BaseModel):
    as_of: date
    pace: str
    """What the forecast goes by, in words."""
    releases: list[ReleaseShown]
    loose: list[Work]
    """In the nearest horizon and in no release."""


def releases(front: Front, picture: Picture) -> Releases:
    plan = picture.releases
    paces = [(f"{name}: " if name else "") + pace_in_words(one) for name, one in plan.paces.items()]
    return Releases(
        as_of=plan.as_of,
        pace="; ".join(paces),
        releases=[_release(picture, one) for one in plan.releases],
        loose=[work(picture.at[row.work.ref]) for row in plan.loose[:LISTED]],
    )


def _release(picture: Picture, one: Release) -> ReleaseShown:
    return ReleaseShown(
        name=one.name,
        due=one.due,
        scopes=list(one.scopes),
        done=one.done,
        open=len(one.open),
        effort_done=one.effort_done,
        effort_open=one.effort_open,
        unestimated=one.unestimated,
        days=list(one.days),
        risks=list(one.risks),
        works=[_planned(picture, each) for each in one.open[:LISTED]],
    )


def _planned(picture: Picture, one: Planned) -> PlannedShown:
    return PlannedShown(
        work=work(picture.at[one.row.work.ref]),
        chance=one.chance,
        place=one.place,
        risks=list(one.risks),
        reasons=list(one.reasons),
    )


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["roadmap"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/releases")
    def get_releases(of: Of = "") -> Releases:
        """The release plan, with forecasts where there is enough history."""
        return releases(front, front.picture(of))

    return routes
