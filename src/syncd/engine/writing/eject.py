"""Leaves a source: removes what syncd still owns there, under a hold, as a run that can be undone."""

from __future__ import annotations

import time
from contextlib import nullcontext

from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.ownership import Written, left_by
from syncd.core.permission.values import same_value
from syncd.core.plan import NOTE, place_of
from syncd.core.writing.eject import eject
from syncd.engine.permits.claim import give_up
from syncd.engine.permits.holds import Hold
from syncd.engine.permits.pins import RELEASE
from syncd.engine.reading.inspect import recognize
from syncd.engine.world import Source, World
from syncd.engine.writing.settle import read_notes, settle_open
from syncd.engine.writing.undo import UNDO, Restored, carry_out, look, take_hold
from syncd.store.entries import Verdict

EJECT = "-eject"
"""How the name of an eject's run ends."""


def eject_source(world: World, source: Source, *, by: str, dry_run: bool = False) -> Restored:
    """Raises ConnectorError when the source cannot be read. Not a dry run: the source is held first and stays held."""
    with nullcontext() if dry_run else world.work.having([source.name]):
        return _eject(world, source, by, dry_run)


def _eject(world: World, source: Source, by: str, dry_run: bool) -> Restored:
    recognize(world, source)
    hold: Hold | None = None
    if not dry_run:
        hold = take_hold(
            world, source, Hold(by, f"ejected {source.name}", world.clock()), f"{by} ejected {source.name}"
        )
        settle_open(world, source)
    lines = world.store.ledger.load(source.name)
    written = {
        place: line.value
        for place, line in lines.items()
        if line.value is not None and not (place[1] == NOTE and line.value is False) and _ours(world, place, line)
    }
    began = time.monotonic()
    live = look(world, source, [ref for ref, _ in written], {})
    slots = {target.key: target.slot.value for target in source.configured.rules.targets}
    noted = sorted(ref.id for ref, place in written if place == NOTE and ref in live)
    now = {ref.id: issue.handles for ref, issue in live.items()}
    notes = source.pace.patiently(lambda: read_notes(source, noted, now))
    plan = eject(source.name, written, live, slots, f"ejected by {by}", notes)
    if hold is None:
        return Restored(source.name, plan)
    restored = carry_out(world, source, plan, hold, EJECT, began) if not plan.empty else Restored(source.name, plan)
    if restored.applied is None or (not restored.applied.failed and restored.applied.ended_by is None):
        give_up(world, source, hold)
    return restored


def _ours(world: World, place: tuple[Ref, str], line: Written) -> bool:
    """False for a person's value that the ledger holds: released to us, or put back by an undo, and never written by us.

    An undo of what had replaced a person's value leaves that value in the ledger, so that the place is free; it is
    ours only when some run that was no undo wrote it.
    """
    if line.run.startswith(RELEASE):
        return False
    if not line.run.endswith(UNDO):
        return True
    ref, key = place
    return any(
        place_of(change) == key and same_value(_as_written(left_by(change)), _as_written(line.value))
        for entry in world.store.journal.entries(ref=ref)
        if entry.edit is not None and entry.verdict is Verdict.DONE and not entry.run.endswith(UNDO)
        for change in entry.edit.changes
    )


def _as_written(value: FieldValue) -> FieldValue:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value
