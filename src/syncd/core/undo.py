"""What takes writes of ours back: only where our value still shows; what changed since is left and listed.

The result is a plan as any other, so it is journaled and can be undone in its turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType

from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.ownership import same_value
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField, SetNote, Skip, in_units, place_of


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


@dataclass(frozen=True, slots=True)
class _Way:
    """Our moves of one issue within one order: where it stood before them, and where the last one put it."""

    first: Move
    last: Move
    at: int
    """The number of the last move among all."""


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
        found = _moves_back(source, made, orders.get(scope, ()), because, skips)
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


def labels_under(prefix: str, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(label for label in labels if label.casefold().startswith(prefix.casefold())))


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
    return {label.casefold() for label in _labels(one)} == {label.casefold() for label in _labels(other)}


def _labels(value: FieldValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (str(value),)


def _back(step: _Step, shown: FieldValue, because: str) -> Change:
    change = step.last
    if isinstance(change, SetField):
        return SetField(change.field, shown, step.before, change.slot, because)
    if isinstance(change, SetNote):
        return SetNote(_text(shown), _text(step.before), change.slot, because)
    there, wanted = _labels(shown), _labels(step.before)
    spared = {label.casefold() for label in wanted}
    remove = tuple(sorted(label for label in there if label.casefold() not in spared))
    return Relabel(tuple(sorted(wanted)), remove, change.slot, change.prefix, because)


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) else None


def _left(ref: Ref, key: str, step: _Step, shown: FieldValue, because: str) -> Skip:
    return Skip(ref, key, step.last.slot, shown or None, step.before, because)


def _moves_back(
    source: str, made: Sequence[Move], order: Sequence[str], because: str, skips: list[Skip]
) -> tuple[Move, ...]:
    """In reverse, so that each issue finds its old neighbor where it was. What somebody moved since stays."""
    ways: dict[str, _Way] = {}
    for at, move in enumerate(made):
        known = ways.get(move.ref.id)
        ways[move.ref.id] = _Way(known.first if known else move, move, at)
    above = dict(zip(order, (None, *order), strict=False))
    back: list[_Way] = []
    stay: set[str] = set()
    for way in sorted(ways.values(), key=lambda way: -way.at):
        id_, first, last = way.last.ref.id, way.first, way.last
        if first.was_known and _id(first.was_below) == _id(last.below):
            continue
        if first.was_known and _below(id_, _id(last.below), above, ways, way.at):
            back.append(way)
            continue
        if id_ not in above:
            reason = "the issue is gone"
        elif not first.was_known:
            reason = "where it stood before was not recorded"
        elif _below(id_, _id(first.was_below), above, ways, -1):
            continue  # it stands where it stood
        else:
            reason = "it was moved since, so it stays"
        stay.add(id_)
        skips.append(Skip(last.ref, last.key, "order", None, _spot(first), reason))
    result: list[Move] = []
    for way in back:
        below, below_key = _neighbor(way, ways, stay)
        if below is not None and below not in above:
            reason = "what it stood below is gone"
            skips.append(Skip(way.last.ref, way.last.key, "order", None, _spot(way.first), reason))
            continue
        ref = Ref(source, below) if below is not None else None
        result.append(Move(way.last.ref, way.last.key, ref, below_key, because))
    return tuple(result)


def _below(id_: str, below: str | None, above: Mapping[str, str | None], ways: Mapping[str, _Way], after: int) -> bool:
    """Whether an issue stands directly below another, apart from those that we moved after move number `after`."""
    if id_ not in above:
        return False
    seen = above[id_]
    while seen is not None and seen != below and (way := ways.get(seen)) is not None and way.at > after:
        seen = above.get(seen)
    return seen == below


def _neighbor(way: _Way, ways: Mapping[str, _Way], stay: Set[str]) -> tuple[str | None, str | None]:
    """What the issue goes below: its old neighbor, or where that one was moved away and stays, the one before it."""
    move = way.first
    asked = {way.last.ref.id}
    while (was := _id(move.was_below)) is not None and was in stay and was not in asked and ways[was].first.was_known:
        asked.add(was)
        move = ways[was].first
    return _id(move.was_below), move.was_below_key


def _id(ref: Ref | None) -> str | None:
    return None if ref is None else ref.id


def _spot(move: Move) -> str | None:
    if not move.was_known:
        return None
    return "top" if move.was_below is None else f"below {move.was_below_key or move.was_below.id}"
