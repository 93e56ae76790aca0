"""GET /api/v1/runs: the cycles, what each wrote and what became of it; undo, with a preview of what can be restored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field

from syncd.connector.errors import ConnectorError
from syncd.core.plan import Plan
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold
from syncd.engine.service import post
from syncd.engine.world import World
from syncd.engine.writing.undo import UNDO, NothingWritten, sources_of, undo_what
from syncd.store.entries import Written
from syncd.store.errors import StoreError
from syncd.store.open import open_store
from syncd.store.runs import Run
from syncd.web import forms
from syncd.web.access import Person
from syncd.web.api.plans import Done, EditShown, SkipShown, edit_shown, named
from syncd.web.api.work import Write, write
from syncd.web.front import Front

MOST = 1000


class CycleShown(BaseModel):
    """One cycle, or several in a row that found nothing to do."""

    run: str
    started: datetime
    seconds: float | None
    """None while it runs."""
    outcome: str | None
    """done, failed, interrupted; None while it runs"""
    wrote: int
    planned: int
    failed: int
    trouble: list[str]
    """What went wrong with a source, and what a plan waits for."""
    quiet: int
    """How many cycles stand together here because none of them did anything; 0 for one that did."""


class RunShown(BaseModel):
    """One run that wrote."""

    run: str
    last: int
    """Give it as `before` to see older runs."""
    at: datetime
    sources: list[str]
    verdicts: dict[str, int]
    """How many edits and moves ended how; `open` where nobody knows yet."""
    undo: bool
    """Whether the run itself took something back."""


class Detail(BaseModel):
    run: RunShown
    writes: list[Write]
    total: int
    """How many changes; at most so many are told."""


class Preview(BaseModel):
    """What an undo would do on one source."""

    source: str
    edits: list[EditShown]
    moves: int
    left: list[SkipShown]
    """What changed since, and stays as it is."""


class UndoAsked(BaseModel):
    by: Annotated[str, Field(max_length=100)] = ""


def cycles(front: Front, most: int = 300) -> list[CycleShown]:
    """The last ones, newest first; quiet ones in a row as one."""
    shown: list[CycleShown] = []
    for run in front.world.store.runs.last(most):
        one = _cycle(run)
        if one.quiet and shown and shown[-1].quiet:
            shown[-1] = shown[-1].model_copy(update={"quiet": shown[-1].quiet + 1})
        else:
            shown.append(one)
    return shown


def _cycle(run: Run) -> CycleShown:
    wrote = planned = failed = 0
    trouble: list[str] = []
    for name, summary in run.summary.items():
        if not isinstance(summary, dict):
            continue
        wrote += _number(summary, "applied") + _number(summary, "moved")
        planned += _number(summary, "planned") + _number(summary, "moves")
        failed += _number(summary, "failed")
        if said := summary.get("error") or summary.get("waits_for"):
            trouble.append(f"{name}: {said}")
    quiet = run.outcome == "done" and not (wrote or planned or failed or trouble)
    return CycleShown(
        run=run.run,
        started=run.started,
        seconds=(run.finished - run.started).total_seconds() if run.finished else None,
        outcome=run.outcome,
        wrote=wrote,
        planned=planned,
        failed=failed,
        trouble=trouble,
        quiet=int(quiet),
    )


def _number(summary: dict[str, object], name: str) -> int:
    value = summary.get(name)
    return value if isinstance(value, int) else 0


def runs(front: Front, limit: int, before: int | None = None) -> list[RunShown]:
    return [_run(one) for one in front.world.store.journal.runs(limit, before=before)]


def _run(one: Written) -> RunShown:
    verdicts: dict[str, int] = {}
    for _, verdict, n in one.verdicts:
        name = verdict.value if verdict is not None else "open"
        verdicts[name] = verdicts.get(name, 0) + n
    return RunShown(
        run=one.run,
        last=one.last,
        at=one.at,
        sources=sorted({source for source, _, _ in one.verdicts}),
        verdicts=verdicts,
        undo=one.run.endswith(UNDO),
    )


def detail(front: Front, run: str) -> Detail:
    """Raises 404."""
    lines = front.world.store.journal.history(None, MOST + 1, run=run)
    if not lines:
        raise HTTPException(404, f"the run {run} wrote nothing, or there is no such run; look at the page Runs")
    last = max(line.entry for line in lines)
    whole = front.world.store.journal.runs(1, before=last + 1)[0]
    return Detail(run=_run(whole), writes=[write(line) for line in lines[:MOST]], total=len(lines))


def preview(front: Front, what: str) -> list[Preview]:
    """Looks at what stands there now, and writes nothing anywhere. Raises 404, and 502 where a source cannot be read."""
    try:
        with_eyes_only = _reading(front.world)
    except StoreError as error:
        raise HTTPException(503, str(error)) from None
    try:
        return [_preview(one.plan) for one in undo_what(with_eyes_only, what, by="preview", dry_run=True)]
    except NothingWritten as error:
        raise HTTPException(404, str(error)) from None
    except ConnectorError as error:
        raise HTTPException(502, f"{error}; nothing was changed, try again") from None
    finally:
        with_eyes_only.store.close()


def _reading(world: World) -> World:
    """The same world over a store that can only be read: the cycle alone tells the mirror what it saw."""
    store = open_store(world.loaded.settings.store, write=False, now=world.clock())
    return World(world.loaded, store, world.sources, world.stop, world.clock, world.new_run)


def _preview(plan: Plan) -> Preview:
    return Preview(
        source=plan.source,
        edits=[_restored(edit_shown(edit)) for edit in plan.edits],
        moves=sum(map(len, plan.moves.values())),
        left=[
            SkipShown(key=one.key, slot=one.slot, live=one.live, wanted=one.wanted, because=one.because)
            for one in plan.skips
        ],
    )


def _restored(edit: EditShown) -> EditShown:
    """Without the reason, which is the undo itself for each of them."""
    return edit.model_copy(update={"changes": [one.model_copy(update={"because": ""}) for one in edit.changes]})


def undo(front: Front, what: str, by: str) -> str:
    """Holds the sources at once and asks the process that writes to take it back. Raises 404."""
    try:
        names = sources_of(front.world, what)
    except NothingWritten as error:
        raise HTTPException(404, str(error)) from None
    holds.send(front.box, names, Hold(by, f"undo of {what}", front.now))
    post.send_undo(front.box, what, by)
    return f"{', '.join(names)} held by {by}; {what} is being undone, and stands here as a run of its own in a moment"


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["runs"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/cycles")
    def get_cycles(limit: Annotated[int, Query(ge=1, le=2000)] = 300) -> list[CycleShown]:
        """The last cycles, newest first."""
        return cycles(front, limit)

    @routes.get("/runs")
    def get_runs(
        limit: Annotated[int, Query(ge=1, le=200)] = 50, before: Annotated[int | None, Query(ge=0, le=2**62)] = None
    ) -> list[RunShown]:
        """The runs that wrote, newest first."""
        return runs(front, limit, before)

    @routes.get("/runs/{run}")
    def get_run(run: str) -> Detail:
        """What a run wrote."""
        return detail(front, run)

    @routes.get("/runs/{run}/undo", dependencies=[Depends(front.access.operator)])
    def get_preview(run: str) -> list[Preview]:
        """What an undo of the run would restore, and what it would leave; asks the sources, writes nothing."""
        return preview(front, run)

    @routes.post("/runs/{run}/undo", status_code=202)
    def post_undo(
        request: Request, run: str, asked: UndoAsked, person: Person = Depends(front.access.operator)
    ) -> Done:
        """Take back what a run wrote, where nobody changed it since."""
        forms.check(request, person, "")
        return Done(message=undo(front, run, named(person, asked.by, front)))

    return routes
