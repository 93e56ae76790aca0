"""How values of the core become text in the store and come back unchanged.

JSON, because people debug with a database shell, and because it was as fast as msgpack (17 µs an issue to read, 3 to
write). An edit's changes are a union of dataclasses, which JSON cannot tell apart, hence the `Wire` shapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from syncd.core.issue import FieldPatch, FieldValue, Ref, SourceIssue
from syncd.core.permission.authors import Traced
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField, SetNote, Skip
from syncd.core.safety.noise import Cost


class ChangeWire(msgspec.Struct, omit_defaults=True):
    """Exactly one is set."""

    set: SetField | None = None
    label: Relabel | None = None
    note: SetNote | None = None


class EditWire(msgspec.Struct):
    ref: Ref
    key: str
    title: str
    expect: str
    changes: tuple[ChangeWire, ...]
    handles: Mapping[str, str]


class PlanWire(msgspec.Struct):
    source: str
    edits: tuple[EditWire, ...]
    moves: Mapping[str, tuple[Move, ...]]
    skips: tuple[Skip, ...]


_ENCODER = msgspec.json.Encoder(order="deterministic")
_ISSUE = msgspec.json.Decoder(SourceIssue)
_PATCH = msgspec.json.Decoder(FieldPatch)
_VALUE: msgspec.json.Decoder[FieldValue] = msgspec.json.Decoder(FieldValue)
_EDIT = msgspec.json.Decoder(EditWire)
_MOVE = msgspec.json.Decoder(Move)
_PLAN = msgspec.json.Decoder(PlanWire)
_TEXTS = msgspec.json.Decoder(tuple[str, ...])
_COUNTS = msgspec.json.Decoder(dict[str, int])
_COST = msgspec.json.Decoder(Cost)
_SCOPE = msgspec.json.Decoder(dict[str, str])
_RANKING = msgspec.json.Decoder(tuple[tuple[str, float | None], ...])
_TRACED = msgspec.json.Decoder(Traced)
_SUMMARY = msgspec.json.Decoder(dict[str, object])


def encode(value: object) -> str:
    """Any of the core's values except those that hold changes; equal values give equal text."""
    return _ENCODER.encode(value).decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def decode_issue(text: str) -> SourceIssue:
    return _ISSUE.decode(text)


def decode_patch(text: str) -> FieldPatch:
    return _PATCH.decode(text)


def decode_value(text: str) -> FieldValue:
    return _VALUE.decode(text)


def decode_texts(text: str) -> tuple[str, ...]:
    return _TEXTS.decode(text)


def decode_counts(text: str) -> dict[str, int]:
    return _COUNTS.decode(text)


def decode_cost(text: str) -> Cost:
    return _COST.decode(text)


def decode_scope(text: str) -> dict[str, str]:
    return _SCOPE.decode(text)


def decode_ranking(text: str) -> tuple[tuple[str, float | None], ...]:
    return _RANKING.decode(text)


def decode_traced(text: str) -> Traced:
    return _TRACED.decode(text)


def decode_summary(text: str) -> dict[str, object]:
    return _SUMMARY.decode(text)


def encode_edit(edit: Edit) -> str:
    return encode(_edit_to_wire(edit))


def decode_edit(text: str) -> Edit:
    return _edit_from_wire(_EDIT.decode(text))


def decode_move(text: str) -> Move:
    return _MOVE.decode(text)


def encode_plan(plan: Plan) -> str:
    return encode(PlanWire(plan.source, tuple(map(_edit_to_wire, plan.edits)), plan.moves, plan.skips))


def decode_plan(text: str) -> Plan:
    wire = _PLAN.decode(text)
    return Plan(wire.source, tuple(map(_edit_from_wire, wire.edits)), wire.moves, wire.skips)


def _edit_to_wire(edit: Edit) -> EditWire:
    changes = tuple(map(_change_to_wire, edit.changes))
    return EditWire(edit.ref, edit.key, edit.title, edit.expect, changes, edit.handles)


def _change_to_wire(change: Change) -> ChangeWire:
    match change:
        case SetField():
            return ChangeWire(set=change)
        case Relabel():
            return ChangeWire(label=change)
        case SetNote():
            return ChangeWire(note=change)


def _edit_from_wire(wire: EditWire) -> Edit:
    changes = tuple(map(_change_from_wire, wire.changes))
    return Edit(wire.ref, wire.key, wire.title, wire.expect, changes, wire.handles)


def _change_from_wire(wire: ChangeWire) -> Change:
    change = wire.set or wire.label or wire.note
    assert change is not None
    return change
