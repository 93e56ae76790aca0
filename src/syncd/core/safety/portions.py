"""The parts of a plan that may go on while others wait."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField, SetNote
from syncd.core.writing.writes import Write, write_of, write_of_move, writes_of

Keep = Callable[[WriteKind, Write], bool]


def kind_of(change: Change) -> WriteKind:
    match change:
        case SetField():
            return WriteKind.FIELDS
        case Relabel():
            return WriteKind.LABELS
        case SetNote():
            return WriteKind.NOTE


def kinds_of(plan: Plan) -> frozenset[WriteKind]:
    found = {kind_of(change) for edit in plan.edits for change in edit.changes}
    return frozenset(found | ({WriteKind.ORDER} if any(plan.moves.values()) else set()))


def part(plan: Plan, keep: Keep) -> Plan:
    """The plan with those writes only for which `keep` holds; skips stay."""
    edits = tuple(kept for edit in plan.edits if (kept := _part_of_edit(edit, keep)) is not None)
    moves = {
        scope: left
        for scope, all_moves in plan.moves.items()
        if (left := tuple(move for move in all_moves if keep(WriteKind.ORDER, write_of_move(scope, move))))
    }
    return dataclasses.replace(plan, edits=edits, moves=moves)


def runnable(plan: Plan, waits: Plan, outside: Mapping[str, frozenset[str]]) -> Plan:
    """The plan without what waits, and without the moves that make no sense before it.

    A move below an issue whose own move waits waits with it: it would place its issue below one that stands elsewhere yet.
    `outside` are, by scope, the ids that are not in an order yet: such an issue moves only after an edit brought it there.
    """
    if waits.empty:
        return plan
    away = frozenset(writes_of(waits))
    rest = part(plan, lambda kind, write: write not in away)
    brought = {edit.ref for edit in rest.edits if any(isinstance(change, SetField) for change in edit.changes)}
    moves: dict[str, tuple[Move, ...]] = {}
    for scope, left in rest.moves.items():
        stay = {move.ref for move in plan.moves[scope]} - {move.ref for move in left}
        absent = outside.get(scope, frozenset())
        found: list[Move] = []
        for move in left:
            if move.below in stay or (move.ref.id in absent and move.ref not in brought):
                stay.add(move.ref)
            else:
                found.append(move)
        if found:
            moves[scope] = tuple(found)
    return dataclasses.replace(rest, moves=moves)


def _part_of_edit(edit: Edit, keep: Keep) -> Edit | None:
    changes = tuple(change for change in edit.changes if keep(kind_of(change), write_of(edit.ref, change)))
    if len(changes) == len(edit.changes):
        return edit
    return dataclasses.replace(edit, changes=changes) if changes else None
