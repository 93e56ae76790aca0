"""GET /api/v1/work/KEY: why a piece of work stands where it stands, and why above another one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.decide import Decision, explain
from syncd.core.issue import FieldValue
from syncd.core.reports.above import Above, above
from syncd.core.reports.voices import latest
from syncd.store.entries import Happened
from syncd.web.api.backlog import Issue, issue
from syncd.web.front import Front
from syncd.web.picture import Picture

LATEST = 30
"""Writes to an issue that are told."""
VOICES = 12
"""Voices of users that are told."""
LONG = 1_000
"""Characters of one of them."""


class Line(BaseModel):
    step: str
    """input, formula, scale, adjust, blocker, pin or note"""
    text: str
    because: str
    """Where an input came from, why an adjustment applies."""
    value: float | str | None
    total: float | None
    """The score after this line."""


class Day(BaseModel):
    """How a day ended. Between two of them nothing changed."""

    day: date
    rank: int | None
    """None: it left the backlog."""
    score: float | None
    horizon: str | None


class Write(BaseModel):
    """One change that syncd made to an issue."""

    at: datetime
    run: str
    key: str
    source: str
    place: str
    slot: str
    before: FieldValue
    after: FieldValue
    because: str
    verdict: str | None
    message: str


class Said(BaseModel):
    """Something that a user said."""

    day: date
    customer: str
    person: str
    said: str
    """Cut where it is very long."""
    channel: str
    sentiment: str
    about: list[str]


class Heard(BaseModel):
    """What users say about it. Their words are private: they stand here and in no tracker."""

    voices: int
    people: int
    customers: int
    weight: float
    recent: int
    latest: date
    of_children: int
    """How many voices only its children heard."""
    words: str
    said: list[Said]
    """The latest ones."""


class Explained(BaseModel):
    issue: Issue
    kind: str
    status: str
    rank: int | None
    total: int
    """All open work."""
    horizon: str | None
    score: float | None
    reason: str | None
    """Why there is no score."""
    objective: str | None
    key_result: str | None
    effort: float | None
    twins: list[Issue]
    blocks: list[Issue]
    blocked_by: list[Issue]
    parent: Issue | None
    labels: list[str]
    assignees: list[str]
    pins: list[str]
    left_alone: list[str]
    """What is wanted on its issues and not written, and why."""
    lines: list[Line]
    heard: Heard | None
    """None where nobody said anything."""
    history: list[Day]
    writes: list[Write]


class Difference(BaseModel):
    step: str
    what: str
    upper: str
    lower: str
    upper_total: float | None
    lower_total: float | None


class Compared(BaseModel):
    upper: Issue
    lower: Issue
    upper_rank: int
    lower_rank: int
    sentence: str
    differences: list[Difference]
    same: int
    """Lines of the two receipts that say the same."""


def explained(front: Front, picture: Picture, key: str) -> Explained:
    """Raises 404."""
    item = known(picture, key)
    decision = picture.decision
    primary = decision.primary_of[item.ref]
    work = decision.works[primary]
    row = picture.at.get(primary)
    ranked = row.ranked if row is not None else None
    receipt = explain(decision, picture.rules, item.ref)
    okr = work.okr

    def issues(refs: tuple[object, ...]) -> list[Issue]:
        return [issue(one.primary) for ref in refs if (one := decision.works.get(ref)) is not None and one.open]  # type: ignore[call-overload]

    history = front.world.store.memory.history(primary)
    writes = [line for member in work.members for line in front.world.store.journal.history(member.key, LATEST)]
    parent = decision.works.get(work.parent) if work.parent is not None else None
    return Explained(
        issue=issue(work.primary),
        kind=work.primary.kind.value,
        status=item.status.value,
        rank=ranked.rank if ranked else None,
        total=len(picture.rows),
        horizon=ranked.horizon if ranked else None,
        score=receipt.score,
        reason=receipt.reason,
        objective=okr.objective if okr else None,
        key_result=okr.key_result if okr else None,
        effort=row.effort if row else work.primary.effort,
        twins=[issue(twin) for twin in work.twins],
        blocks=issues(work.blocks),
        blocked_by=issues(work.blocked_by),
        parent=issue(parent.primary) if parent is not None else None,
        labels=list(work.labels),
        assignees=sorted({name for member in work.members for name in member.assignees}),
        pins=list(ranked.pins) if ranked else [],
        left_alone=[f"{one.key}, {one.slot.replace('_', ' ')}: {one.because}" for one in decision.left_alone(work)],
        lines=[
            Line(step=one.step, text=one.text, because=one.because, value=one.value, total=one.total)
            for one in receipt.lines
        ],
        heard=_heard(decision, ranked),
        history=[Day(day=one.day, rank=one.rank, score=one.score, horizon=one.horizon) for one in history],
        writes=sorted((write(line) for line in writes), key=lambda one: one.at, reverse=True)[:LATEST],
    )


def _heard(decision: Decision, ranked: Ranked | None) -> Heard | None:
    heard = None if ranked is None else ranked.work.heard
    if heard is None:
        return None
    return Heard(
        voices=heard.count,
        people=heard.people,
        customers=heard.customers,
        weight=heard.weight,
        recent=heard.recent,
        latest=heard.latest,
        of_children=heard.below,
        words=heard.words,
        said=[
            Said(
                day=one.day, customer=one.customer, person=one.person, channel=one.channel, sentiment=one.sentiment,
                said=one.said if len(one.said) <= LONG else one.said[: LONG - 1].rstrip() + "…", about=list(one.about),
            )
            for one in latest(decision.hearing, ranked)[:VOICES]
        ],
    )  # fmt: skip


def compared(picture: Picture, key: str, below: str) -> Compared:
    """Why one of the two stands above the other, whichever it is. Raises 404, and 400 where there is no order."""
    items = known(picture, key), known(picture, below)
    refs = [picture.decision.primary_of[item.ref] for item in items]
    if refs[0] == refs[1]:
        raise HTTPException(400, f"{items[0].key} and {items[1].key} are the same work")
    pair: list[Ranked] = []
    for ref, item in zip(refs, items, strict=True):
        row = picture.at.get(ref)
        if row is None:
            raise HTTPException(400, f"{item.key} is {item.status.value}: closed work has no rank to compare")
        pair.append(row.ranked)
    upper, lower = sorted(pair, key=lambda one: one.rank)
    return _compared(above(upper, lower, picture.decision, picture.rules))


def _compared(found: Above) -> Compared:
    return Compared(
        upper=issue(found.upper.work.primary),
        lower=issue(found.lower.work.primary),
        upper_rank=found.upper.rank,
        lower_rank=found.lower.rank,
        sentence=found.sentence,
        differences=[
            Difference(
                step=one.step, what=one.what, upper=one.upper, lower=one.lower,
                upper_total=one.upper_total, lower_total=one.lower_total,
            )
            for one in found.differences
        ],
        same=found.same,
    )  # fmt: skip


def in_backlog(front: Front, key: str) -> Picture:
    """The picture of the backlog that an issue's work is in."""
    picture = front.picture()
    item = picture.find(key)
    seen = front.world.outlook.seen
    if item is None or seen is None or len(picture.names) < 2:
        return picture
    return front.picture(seen.decision.backlog_of(seen.decision.primary_of[item.ref]) or "")


def known(picture: Picture, key: str) -> BacklogItem:
    item = picture.find(key)
    if item is None:
        raise HTTPException(404, f"no issue {key} in the backlog; look for it on the page Backlog")
    return item


def write(line: Happened) -> Write:
    return Write(
        at=line.at,
        run=line.run,
        key=line.key,
        source=line.ref.source,
        place=line.target,
        slot=line.slot,
        before=line.before,
        after=line.after,
        because=line.because,
        verdict=line.verdict.value if line.verdict is not None else None,
        message=line.message,
    )


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["backlog"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/work/{key:path}")
    def get_work(key: str) -> Explained:
        """The receipt of the work that an issue belongs to, its history, and what syncd wrote to it."""
        return explained(front, in_backlog(front, key), key)

    @routes.get("/above")
    def get_above(
        upper: Annotated[str, Query(min_length=1, max_length=200)],
        lower: Annotated[str, Query(min_length=1, max_length=200)],
    ) -> Compared:
        """Why one of two pieces of work stands above the other."""
        return compared(in_backlog(front, upper), upper, lower)

    return routes
