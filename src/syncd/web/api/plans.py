"""GET /api/v1/plans: what would be written to each source, why, and what it waits for; approving it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field

from syncd.core.issue import FieldValue
from syncd.core.plan import Change, Edit, Plan, Relabel, SetField, SetNote
from syncd.engine.permits import approvals
from syncd.engine.permits.approvals import Approval
from syncd.engine.permits.letters import Kind
from syncd.store.plans import StoredPlan
from syncd.web import forms
from syncd.web.access import Person
from syncd.web.front import Front
from syncd.web.waits import Standing, standings

MOST = 500


class ChangeShown(BaseModel):
    """One place of an issue: what stands there, and what would."""

    slot: str
    """score, rank, horizon, objective or key_result"""
    place: str
    """The field, or the label family such as roadmap/."""
    before: FieldValue
    after: FieldValue
    because: str


class EditShown(BaseModel):
    id: str
    key: str
    title: str
    changes: list[ChangeShown]


class MoveShown(BaseModel):
    scope: str
    key: str
    below: str | None
    """None: to the top."""
    was_below: str | None
    because: str


class SkipShown(BaseModel):
    """A place that syncd leaves alone, because it is a person's."""

    key: str
    slot: str
    live: FieldValue
    wanted: FieldValue
    because: str


class Cost(BaseModel):
    """What writing the whole plan takes: an estimate."""

    changes: int
    requests: int
    seconds: float
    notifications: int
    """Watchers, assignees and reporters whom the tool may tell, at most."""


class PlanShown(BaseModel):
    source: str
    digest: str | None
    """Names exactly these writes; None before the first decision."""
    at: datetime | None
    issues: int
    edits: int
    moves: int
    skips: int
    kinds: dict[str, int]
    """How many changes of each slot, `order` for moves."""
    problem: str | None
    """Why the source could not be read; then nothing is written to it."""
    brakes: list[str]
    waiting: str | None
    """The digest to approve: of the part that waits for a person."""
    waiting_issues: int
    waits_for: list[str]
    """Why not all of it is written: a sentence each, with the next step."""
    approved_by: str | None
    written: bool
    """Whether the last cycle wrote from it; the next one decides again."""
    held: str | None
    can_be_approved: bool
    cost: Cost | None


class PlanPage(BaseModel):
    """A piece of a plan: of one kind, or of all."""

    plan: PlanShown
    kind: str
    found: int
    offset: int
    edits: list[EditShown]
    moves: list[MoveShown]
    skips: list[SkipShown]


class ApprovalAsked(BaseModel):
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    by: Annotated[str, Field(max_length=100)] = ""
    """Who approves, where the login does not say."""


class Done(BaseModel):
    message: str


def plans(front: Front) -> list[PlanShown]:
    return [shown(standing) for standing in standings(front.desk, front.now)]


def shown(standing: Standing) -> PlanShown:
    stored = standing.plan
    plan = stored.plan if stored is not None else Plan(standing.name)
    return PlanShown(
        source=standing.name,
        digest=stored.digest if stored else None,
        at=stored.at if stored else None,
        issues=plan.size,
        edits=len(plan.edits),
        moves=sum(map(len, plan.moves.values())),
        skips=len(plan.skips),
        kinds=kinds(plan),
        problem=standing.state.problem,
        brakes=list(stored.tripped) if stored else [],
        waiting=stored.waiting_digest if stored else None,
        waiting_issues=stored.waiting.size if stored else 0,
        waits_for=list(stored.because) if stored else [],
        approved_by=standing.approved_by,
        written=standing.written,
        held=str(standing.hold) if standing.hold else None,
        can_be_approved=standing.needs_a_person,
        cost=cost(stored) if stored and not plan.empty else None,
    )


def cost(plan: StoredPlan) -> Cost | None:
    known = plan.cost
    if known is None:
        return None
    return Cost(
        changes=known.changes, requests=known.requests, seconds=known.seconds, notifications=known.notifications
    )


def kinds(plan: Plan) -> dict[str, int]:
    counts = Counter(change.slot for edit in plan.edits for change in edit.changes)
    counts["order"] = sum(map(len, plan.moves.values()))
    return {slot: n for slot, n in counts.most_common() if n}


def piece(front: Front, source: str, kind: str, offset: int, limit: int, words: str = "") -> PlanPage:
    """Raises 404. `kind` is a slot, `order`, `skips`, or empty for all edits; `words` stand in the key or the title."""
    standing = next((one for one in standings(front.desk, front.now) if one.name == source), None)
    if standing is None:
        raise HTTPException(404, f"there is no source {source}; look at the page Sources")
    plan = standing.plan.plan if standing.plan is not None else Plan(source)
    end = offset + limit
    wanted = words.casefold().split()

    def has(text: str) -> bool:
        return all(word in text.casefold() for word in wanted)

    edits: list[EditShown] = []
    moves: list[MoveShown] = []
    skips: list[SkipShown] = []
    if kind == "order":
        all_moves = [one for one in _moves(plan) if has(one.key)]
        found, moves = len(all_moves), all_moves[offset:end]
    elif kind == "skips":
        of_people = [one for one in plan.skips if has(one.key)]
        found = len(of_people)
        skips = [
            SkipShown(key=one.key, slot=one.slot, live=one.live, wanted=one.wanted, because=one.because)
            for one in of_people[offset:end]
        ]
    else:
        of_kind = [
            one
            for one in plan.edits
            if (not kind or any(change.slot == kind for change in one.changes)) and has(f"{one.key} {one.title}")
        ]
        found, edits = len(of_kind), [edit_shown(one, kind) for one in of_kind[offset:end]]
    return PlanPage(plan=shown(standing), kind=kind, found=found, offset=offset, edits=edits, moves=moves, skips=skips)


def approve(front: Front, digest: str, by: str) -> str:
    """Leaves the approval for the process that writes. Returns what happens next. Raises 409 where the plan changed."""
    for standing in standings(front.desk, front.now):
        if standing.plan is not None and digest in (standing.plan.digest, standing.plan.waiting_digest):
            if standing.written and standing.plan.waiting.empty:
                raise HTTPException(409, f"the plan {digest} was written already; the page Runs says what became of it")
            if (letter := front.box.peek(Kind.APPROVAL, digest)) is not None:  # the first word stays in the record
                return (
                    f"{letter.get('by')} approved {digest} for {standing.name} already; it is written in the next cycle"
                )
            approvals.send(front.box, Approval(digest, by))
            return (
                f"{by} approved {digest} for {standing.name}; it is written in the next cycle, if it is still the plan"
            )
    raise HTTPException(409, f"no source has the plan {digest} any more; look at the present one and approve that")


def named(person: Person, by: str, front: Front) -> str:
    """Who does it, for the record: the login's name, and where everybody is let in, the name that was typed."""
    if not front.open_to_all:
        return person.name
    if not (name := forms.in_one_line(by)):
        raise HTTPException(422, "say who you are: the name stands in the record")
    return name


def edit_shown(edit: Edit, kind: str = "") -> EditShown:
    changes = [_change(one) for one in edit.changes if not kind or one.slot == kind]
    return EditShown(id=edit.ref.id, key=edit.key, title=edit.title, changes=changes)


def _change(change: Change) -> ChangeShown:
    match change:
        case Relabel():
            place, before, after = change.prefix, change.remove or None, change.add or None
            return ChangeShown(slot=change.slot, place=place, before=before, after=after, because=change.because)
        case SetField():
            place = change.field
        case SetNote():
            place = "comment"
    return ChangeShown(slot=change.slot, place=place, before=change.before, after=change.after, because=change.because)


def _moves(plan: Plan) -> Iterator[MoveShown]:
    for scope in sorted(plan.moves):
        for move in plan.moves[scope]:
            was = (move.was_below_key or "the top") if move.was_known else None
            yield MoveShown(
                scope=scope, key=move.key, below=move.below_key or (move.below.id if move.below else None),
                was_below=was, because=move.because,
            )  # fmt: skip


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["plans"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/plans")
    def get_plans() -> list[PlanShown]:
        """The latest plan of each source."""
        return plans(front)

    @routes.get("/plans/{source}")
    def get_plan(
        source: str,
        kind: Annotated[str, Query(max_length=40)] = "",
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> PlanPage:
        """A piece of the latest plan of a source."""
        return piece(front, source, kind, offset, limit)

    @routes.post("/plans/approve", status_code=202)
    def post_approval(request: Request, asked: ApprovalAsked, person: Person = Depends(front.access.operator)) -> Done:
        """Approve exactly these writes."""
        forms.check(request, person, "")
        return Done(message=approve(front, asked.digest, named(person, asked.by, front)))

    return routes
