"""What takes writes of ours back: only where our value still shows; what changed since is left and listed.

The result is a plan as any other, so it is journaled and can be undone in its turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.permission.values import labels_under, same_value, texts
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField, SetNote, Skip, in_units, place_of
from syncd.core.writing.moved_back import moves_back


@dataclass(frozen=True, slots=True)
class Done:
    """A write that happened, or may have happened; an edit without the changes that never arrived."""

    unit: Edit | Move
    scope: str | None = None
    """Of a move: whose order it changed."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Our writes to one place, one on top of the other: what stood there before them, and what they left."""

    before: FieldValue
    after: FieldValue
    last: Change


def undo(
    source: str,
    done: Sequence[Done],
    live: Mapping[Ref, SourceIssue],
    orders: Mapping[str, Sequence[str]],
    because: str,
    notes: Mapping[Ref, str | None] = MappingProxyType({}),
) -> Plan:
    """The plan that restores what stood before these writes, given oldest first.

    Several writes to a place are taken back together, as far as each began where the one before it ended. `live` are
    fresh copies, `orders` the native orders and `notes` the notes of now; an issue that is not in `live` is gone.
    """
    chains: dict[Ref, dict[str, _Step]] = {}
    moved: dict[str, list[Move]] = {}
    keys: dict[Ref, str] = {}
    for one in done:
        keys[one.unit.ref] = one.unit.key
        if isinstance(one.unit, Move):
            moved.setdefault(one.scope or "", []).append(one.unit)
            continue
        places = chains.setdefault(one.unit.ref, {})
        for change in one.unit.changes:
            places[place_of(change)] = _stacked(places.get(place_of(change)), change)
    edits: list[Edit] = []
    skips: list[Skip] = []
    for ref, places in chains.items():
        issue = live.get(ref)
        changes: list[Change] = []
        for step in places.values():
            if _equal(step.last, step.before, step.after):
                continue
            if issue is None:
                skips.append(_left(ref, keys[ref], step, None, "the issue is gone"))
            elif isinstance(step.last, SetField) and step.last.field not in issue.fields:
                skips.append(_left(ref, issue.key, step, None, "the issue does not have this field any more"))
            elif _equal(step.last, shown := standing(step.last, issue, notes), step.after):
                changes.append(_back(step, shown, because))
            elif not _equal(step.last, shown, step.before):
                skips.append(_left(ref, issue.key, step, shown, "it was changed since, so it stays"))
        if issue is not None and changes:
            edits += in_units(Edit(ref, issue.key, issue.title, issue.revision, tuple(changes), issue.handles))
    moves: dict[str, tuple[Move, ...]] = {}
    for scope, made in moved.items():
        found, stay = moves_back(source, made, orders.get(scope, ()), because)
        skips += stay
        if found:
            moves[scope] = found
    return Plan(source, tuple(edits), moves, tuple(skips))


def standing(change: Change, issue: SourceIssue, notes: Mapping[Ref, str | None]) -> FieldValue:
    """What the place of a change shows now: a field's value, our note, or all labels of a family."""
    if isinstance(change, SetField):
        return issue.fields.get(change.field)
    if isinstance(change, SetNote):
        return notes.get(issue.ref)
    return labels_under(change.prefix, issue.labels)


def _stacked(below: _Step | None, change: Change) -> _Step:
    before, after = (
        (_none(change.remove), _none(change.add)) if isinstance(change, Relabel) else (change.before, change.after)
    )
    if below is not None and _equal(change, below.after, before):
        return _Step(below.before, after, change)
    return _Step(before, after, change)


def _none(labels: tuple[str, ...]) -> FieldValue:
    return labels or None


def _equal(change: Change, one: FieldValue, other: FieldValue) -> bool:
    if isinstance(change, SetField):
        return same_value(one, other)
    if isinstance(change, SetNote):
        return one == other
    return {label.casefold() for label in texts(one)} == {label.casefold() for label in texts(other)}


def _back(step: _Step, shown: FieldValue, because: str) -> Change:
    change = step.last
    if isinstance(change, SetField):
        return SetField(change.field, shown, step.before, change.slot, because)
    if isinstance(change, SetNote):
        return SetNote(_text(shown), _text(step.before), change.slot, because)
    there, wanted = texts(shown), texts(step.before)
    spared = {label.casefold() for label in wanted}
    remove = tuple(sorted(label for label in there if label.casefold() not in spared))
    return Relabel(tuple(sorted(wanted)), remove, change.slot, change.prefix, because)


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) else None


def _left(ref: Ref, key: str, step: _Step, shown: FieldValue, because: str) -> Skip:
    return Skip(ref, key, step.last.slot, shown or None, step.before, because)
