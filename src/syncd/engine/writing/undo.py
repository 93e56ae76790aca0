"""Takes back what a run wrote, or what was written to an issue: under a hold, by a fresh look, as a run of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import structlog

from syncd.connector.protocol import Page
from syncd.core.issue import Ref, SourceIssue
from syncd.core.plan import Edit, Plan
from syncd.core.writing.undo import Done, undo
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold
from syncd.engine.reading.inspect import recognize
from syncd.engine.reading.pull import read_order
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import Applied
from syncd.engine.writing.apply import apply
from syncd.engine.writing.settle import notes_of, settle_open
from syncd.store.entries import Entry, Verdict
from syncd.store.retention import RESTORED

log = structlog.get_logger()

UNDO = RESTORED
"""How the name of an undo's run ends."""


class NothingWritten(LookupError):
    """There is no run or issue of this name in the journal. One sentence with the next step."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was taken back on one source, or would be."""

    source: str
    plan: Plan
    run: str | None = None
    """None: nothing was to be written, or it was not to be written."""
    applied: Applied | None = None


def undo_what(world: World, what: str, *, by: str, dry_run: bool = False) -> list[Restored]:
    """Undoes a run, or everything that was written to an issue. Raises ConnectorError when a source cannot be read.

    Not a dry run: the sources are held first and stay held, and their next plan waits for a person.
    """
    names = sources_of(world, what)
    with nullcontext() if dry_run else world.work.having(names):
        return [_undo_one(world, world.sources[name], what, by, dry_run) for name in names]


def sources_of(world: World, what: str) -> list[str]:
    """The sources that a run wrote to, or that an issue is of. Raises NothingWritten."""
    names = sorted({entry.ref.source for entry in _entries(world, what)} & world.sources.keys())
    if not names:
        raise NothingWritten(f"the journal has no run and no issue {what}; look with `syncd history`")
    return names


def _undo_one(world: World, source: Source, what: str, by: str, dry_run: bool) -> Restored:
    recognize(world, source)
    hold: Hold | None = None
    if not dry_run:
        hold = take_hold(world, source, Hold(by, f"undo of {what}", world.clock()), f"{by} undid {what}")
        settle_open(world, source)
    entries = [entry for entry in _entries(world, what) if entry.ref.source == source.name]
    done = [one for entry in entries if (one := _done(entry)) is not None]
    units = [one.unit for one in done]
    handles = {unit.ref: unit.handles for unit in units}
    began = time.monotonic()
    live = look(world, source, [unit.ref for unit in units], {ref.id: dict(h) for ref, h in handles.items()})
    scopes = sorted({one.scope for one in done if one.scope is not None})
    orders = {scope: _order(world, source, scope) for scope in scopes}
    edits = [unit for unit in units if isinstance(unit, Edit) and unit.ref in live]
    now = {ref.id: issue.handles for ref, issue in live.items()}
    notes = source.pace.patiently(lambda: notes_of(source, edits, now))
    plan = undo(source.name, done, live, orders, f"undo of {what} by {by}", notes)
    if hold is None or plan.empty:
        return Restored(source.name, plan)
    return carry_out(world, source, plan, hold, UNDO, began)


def take_hold(world: World, source: Source, hold: Hold, review: str) -> Hold:
    """Holds the source, unless a person does already, and has its next plan wait for a person: what was approved before
    is void. Returns what is in force."""
    world.store.sources.set(source.name, review_because=review)
    world.store.approvals.void(source.name, now=world.clock())
    present = holds.in_force(world.store, source.name)
    if present is None:
        holds.keep(world.store, source.name, hold)
    return present or hold


def carry_out(world: World, source: Source, plan: Plan, hold: Hold, ending: str, looked: float) -> Restored:
    """Writes the plan as a run of its own, under the hold. `looked` as for `apply`."""
    run = world.new_run() + ending
    world.store.runs.start(run, now=world.clock())
    applied = apply(world, source, plan, run, looked=looked, under=hold)
    summary = {
        source.name: {
            "planned": len(plan.edits),
            "applied": applied.edits,
            "moved": applied.moves,
            "failed": len(applied.failed),
            "waits_for": holds.waits(source.name, hold),
        }
    }
    whole = not applied.failed and applied.ended_by is None
    world.store.runs.finish(run, "done" if whole else "failed", summary, now=world.clock())
    log.info("restored", source=source.name, run=run, edits=applied.edits, moves=applied.moves, left=len(plan.skips))
    return Restored(source.name, plan, run, applied)


def look(
    world: World, source: Source, refs: Sequence[Ref], handles: dict[str, dict[str, str]]
) -> dict[Ref, SourceIssue]:
    """Fresh copies of the issues that still exist; the mirror learns them where it may be written."""
    ids = sorted({ref.id for ref in refs})
    if not ids:
        return {}
    handles |= {id_: dict(found) for id_, found in world.store.mirror.handles(source.name, ids).items()}
    pages: list[Page] = source.pace.patiently(lambda: list(source.connector.fetch(ids, handles)))
    found = {issue.ref.id: issue for page in pages for issue in page.issues}
    if world.store.writable:
        for page in pages:
            world.store.mirror.save(source.name, page, now=world.clock())
        return {issue.ref: issue for issue in world.store.mirror.issues(source.name, ids) if issue.ref.id in found}
    for page in pages:
        for patch in page.patches:
            if (issue := found.get(patch.id)) is not None:
                fields, more = {**issue.fields, **patch.fields}, {**issue.handles, **patch.handles}
                found[patch.id] = replace(issue, fields=fields, handles=more)
    return {issue.ref: issue for issue in found.values()}


def _order(world: World, source: Source, scope: str) -> Sequence[str]:
    if world.store.writable:
        return read_order(world, source, scope)
    return source.pace.patiently(lambda: source.connector.order(scope))


def _entries(world: World, what: str) -> list[Entry]:
    journal = world.store.journal
    return journal.entries(run=what) or journal.entries_of_key(what)


def _done(entry: Entry) -> Done | None:
    """None when it surely did not happen. Whether a doubtful one did, the look at what stands there tells."""
    unit = entry.edit or entry.move
    doubtful = entry.verdict is Verdict.OVERTAKEN and entry.move is not None
    if unit is None or not (doubtful or entry.verdict in (Verdict.DONE, Verdict.PARTIAL, Verdict.UNKNOWN, None)):
        return None
    return Done(unit, entry.scope)
