"""What the journal holds: an entry for each edit or move, and for people a line for each change in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Row

from syncd.core.issue import FieldValue, Ref
from syncd.core.plan import Change, Edit, Move, Relabel, place_of
from syncd.store import codec


class Verdict(StrEnum):
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    STALE = "stale"
    UNKNOWN = "unknown"
    """The answer never came; still open, until a look at the issue settles it."""
    LOST = "lost"
    """Settled: it did not happen."""
    PARTIAL = "partial"
    """Settled: a part of it arrived, and the ledger knows which; the rest is decided again."""
    OVERTAKEN = "overtaken"
    """Settled: something else stands there now, so nobody can tell and nobody needs to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit or move, exactly as it was about to leave. `verdict` None: no outcome is known."""

    id: int
    run: str
    ref: Ref
    key: str
    kind: Literal["edit", "move"]
    edit: Edit | None
    move: Move | None
    scope: str | None
    at: datetime
    verdict: Verdict | None = None
    message: str = ""
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One change of one place. For a label family, before and after are the labels taken away and put there."""

    entry: int
    run: str
    ref: Ref
    key: str
    target: str
    """field:NAME, label:PREFIX, note or order:SCOPE"""
    slot: str
    before: FieldValue
    after: FieldValue
    because: str
    at: datetime
    verdict: Verdict | None
    message: str
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """What one run wrote, in numbers."""

    run: str
    last: int
    """Its newest entry."""
    at: datetime
    verdicts: tuple[tuple[str, Verdict | None, int], ...]
    """(source, verdict or None while nothing is known, how many edits and moves)"""


def lines_of(entry: Entry) -> list[Happened]:
    if entry.edit is not None:
        return [
            _line(entry, place_of(one), one.slot, *_before_and_after(one), one.because) for one in entry.edit.changes
        ]
    assert entry.move is not None
    move = entry.move
    before = _spot(move.was_below, move.was_below_key) if move.was_known else None
    return [_line(entry, f"order:{entry.scope}", "order", before, _spot(move.below, move.below_key), move.because)]


def entry_of(row: Row[Any]) -> Entry:
    edit = codec.decode_edit(row.body) if row.kind == "edit" else None
    move = codec.decode_move(row.body) if row.kind == "move" else None
    unit = edit or move
    assert unit is not None
    return Entry(
        id=row.id,
        run=row.run,
        ref=unit.ref,
        key=unit.key,
        kind=row.kind,
        edit=edit,
        move=move,
        scope=row.scope,
        at=row.at,
        verdict=None if row.verdict is None else Verdict(row.verdict),
        message=row.message,
        finished=row.finished,
    )


def _line(entry: Entry, target: str, slot: str, before: FieldValue, after: FieldValue, because: str) -> Happened:
    return Happened(
        entry=entry.id,
        run=entry.run,
        ref=entry.ref,
        key=entry.key,
        target=target,
        slot=slot,
        before=before,
        after=after,
        because=because,
        at=entry.at,
        verdict=entry.verdict,
        message=entry.message,
        finished=entry.finished,
    )


def _spot(below: Ref | None, key: str | None) -> str:
    return "top" if below is None else f"below {key or below.id}"


def _before_and_after(change: Change) -> tuple[FieldValue, FieldValue]:
    if not isinstance(change, Relabel):
        return change.before, change.after
    return _label_value(change.remove), _label_value(change.add)


def _label_value(labels: tuple[str, ...]) -> FieldValue:
    if not labels:
        return None
    return labels[0] if len(labels) == 1 else labels
