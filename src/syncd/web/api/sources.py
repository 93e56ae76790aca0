"""GET /api/v1/sources: last success, lag, what is left of quotas, pauses, holds, problems, what people keep for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field

from syncd.core.issue import FieldValue
from syncd.core.permission.authors import Word
from syncd.core.permission.leave import WriteKind
from syncd.engine.permits import holds, pins
from syncd.engine.permits.holds import Hold
from syncd.web import forms
from syncd.web.access import Person
from syncd.web.api.plans import Done, named
from syncd.web.front import Front
from syncd.web.waits import Standing, standings


class QuotaShown(BaseModel):
    name: str
    limit: int
    left: int
    share: float
    """0 … 1: what is left."""
    full_at: datetime | None


class SourceShown(BaseModel):
    name: str
    kind: str
    modes: dict[str, str]
    """By kind of write: observe, review or auto."""
    state: str
    """works, new, paused, held or broken"""
    problem: str | None
    last_success: datetime | None
    last_attempt: datetime | None
    last_census: datetime | None
    """When deletions were looked for."""
    lag_seconds: float | None
    """How old what syncd knows may be."""
    issues: int
    problems: int
    paused_until: datetime | None
    paused_because: str | None
    held_by: str | None
    held_because: str | None
    held_since: datetime | None
    review_because: str | None
    quotas: list[QuotaShown]
    requests: int
    """Since the process that works on it started."""
    waits_for: str | None


class ProblemShown(BaseModel):
    source: str
    key: str | None
    code: str
    message: str
    remedy: str
    excludes: bool
    """The issue is not in the backlog because of it."""
    since: datetime


class Yielded(BaseModel):
    """A place where a person's value stands, which syncd leaves alone until it is released."""

    source: str
    key: str
    title: str
    slot: str
    live: FieldValue
    """None: a person emptied it."""
    wanted: FieldValue
    """What syncd would write there; None where that is the same, or nothing."""
    by: str | None = None
    """Who set it, where the tool was asked (`bots`); None: a person."""
    at: datetime | None = None
    bot: bool = False
    """It is a listed bot that syncd yields to, since it does not give in."""


class HoldAsked(BaseModel):
    by: Annotated[str, Field(max_length=100)] = ""
    because: Annotated[str, Field(max_length=300)] = ""


class ReleaseAsked(BaseModel):
    key: Annotated[str, Field(min_length=1, max_length=200)]
    slot: Annotated[str, Field(max_length=200)] = ""
    by: Annotated[str, Field(max_length=100)] = ""


def sources(front: Front) -> list[SourceShown]:
    listed = front.world.store.problems.all()
    return [_shown(front, one, sum(p.source == one.name for p in listed)) for one in standings(front.desk, front.now)]


def _shown(front: Front, standing: Standing, problems: int) -> SourceShown:
    name, state = standing.name, standing.state
    source = front.world.sources[name]
    quotas = [
        QuotaShown(name=quota.name, limit=quota.limit, left=quota.remaining, share=quota.share, full_at=quota.reset)
        for quota in source.pace.quotas.values()
        if quota.limit > 0
    ]
    hold, pause, last = standing.hold, standing.pause, state.last_success
    return SourceShown(
        name=name,
        kind=source.configured.spec.kind,
        modes={kind.value: source.configured.rules.mode_of(kind).value for kind in WriteKind},
        state=standing.word,
        problem=state.problem,
        last_success=last,
        last_attempt=state.last_attempt,
        last_census=state.last_census,
        lag_seconds=max(0.0, (front.now - last).total_seconds()) if last else None,
        issues=front.world.store.mirror.count(name),
        problems=problems,
        paused_until=pause.until if pause else None,
        paused_because=pause.because if pause else None,
        held_by=hold.by if hold else None,
        held_because=hold.because if hold else None,
        held_since=hold.since if hold else None,
        review_because=state.review_because,
        quotas=sorted(quotas, key=lambda one: one.share),
        requests=sum(state.requests.values()),
        waits_for=standing.waits_for,
    )


def problems(front: Front, source: str = "") -> list[ProblemShown]:
    return [
        ProblemShown(
            source=one.problem.source, key=one.problem.key, code=one.problem.code, message=one.problem.message,
            remedy=one.problem.remedy, excludes=one.problem.excludes, since=one.since,
        )
        for one in front.world.store.problems.standing(source or None)
    ]  # fmt: skip


def yielded(front: Front) -> list[Yielded]:
    """What people decided, and what the plans leave alone because of it."""
    skips = {
        (skip.ref, skip.slot): skip
        for one in standings(front.desk, front.now)
        if one.plan is not None
        for skip in one.plan.plan.skips
    }
    found: dict[tuple[str, str, str], Yielded] = {}
    for place in front.desk.kept():
        skip = skips.pop((place.ref, place.slot), None)
        wanted = skip.wanted if skip is not None else None
        author = place.author
        found[place.ref.source, place.key, place.slot] = Yielded(
            source=place.ref.source, key=place.key, title=place.title, slot=place.slot, live=place.live, wanted=wanted,
            by=(author.name or None) if author else None, at=author.at if author else None,
            bot=author is not None and author.word is Word.FOUGHT,
        )  # fmt: skip
    for (ref, slot), skip in skips.items():
        shown = Yielded(source=ref.source, key=skip.key, title="", slot=slot, live=skip.live, wanted=skip.wanted)
        found.setdefault((ref.source, skip.key, slot), shown)
    return list(found.values())


def hold(front: Front, names: Sequence[str], by: str, because: str) -> str:
    """Raises 404."""
    _known(front, names)
    holds.send(front.box, names, Hold(by, forms.in_one_line(because) or None, front.now))
    return f"{', '.join(names)} held by {by}: writing stops within one request, reading goes on"


def resume(front: Front, names: Sequence[str]) -> str:
    """Raises 404."""
    _known(front, names)
    holds.send(front.box, names, None)
    return f"{', '.join(names)} goes on: what may be written is written in the next cycle"


def release(front: Front, key: str, slot: str, by: str) -> str:
    """Raises 404 where no person keeps anything."""
    if not any(one.key.casefold() == key.casefold() and slot in ("", one.slot) for one in yielded(front)):
        raise HTTPException(404, f"nothing of a person's stands in {key}")
    pins.send(front.box, key, slot or None, by)
    return f"{key} is handed back to syncd by {by}; its next plan says what would be written there"


def _known(front: Front, names: Sequence[str]) -> None:
    known = list(front.world.rules.sources)
    for name in names:
        if name not in known:
            raise HTTPException(404, f"there is no source {name}; the sources are {', '.join(known)}")


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["sources"], dependencies=[Depends(front.access.viewer)])
    operator = Depends(front.access.operator)

    @routes.get("/sources")
    def get_sources() -> list[SourceShown]:
        """How each source stands."""
        return sources(front)

    @routes.get("/problems")
    def get_problems(source: Annotated[str, Query(max_length=200)] = "") -> list[ProblemShown]:
        """What could not be used as it is, and how to mend it."""
        return problems(front, source)

    @routes.get("/yielded")
    def get_yielded() -> list[Yielded]:
        """The places that people keep for themselves."""
        return yielded(front)

    @routes.post("/sources/{name}/hold", status_code=202)
    def post_hold(request: Request, name: str, asked: HoldAsked, person: Person = operator) -> Done:
        """Stop all writing to a source within one request."""
        forms.check(request, person, "")
        return Done(message=hold(front, [name], named(person, asked.by, front), asked.because))

    @routes.post("/sources/{name}/resume", status_code=202)
    def post_resume(request: Request, name: str, person: Person = operator) -> Done:
        """End a hold."""
        forms.check(request, person, "")
        return Done(message=resume(front, [name]))

    @routes.post("/release", status_code=202)
    def post_release(request: Request, asked: ReleaseAsked, person: Person = operator) -> Done:
        """Hand what a person keeps back to syncd."""
        forms.check(request, person, "")
        return Done(message=release(front, asked.key, asked.slot, named(person, asked.by, front)))

    return routes
