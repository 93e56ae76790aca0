"""What syncd would write: edits, moves and skips per source; their digest.

Every write is absolute and was compared first, so doing it twice is harmless. Edits commute, moves do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from syncd.core.issue import FieldValue, Ref
from syncd.core.record import record


@record(frozen=True, slots=True)
class SetField:
    """Set one field. `before` is what we last saw there, None for empty; `after` None clears it."""

    field: str
    before: FieldValue
    after: FieldValue
    slot: str
    """What it shows: score, rank, horizon, objective, key_result."""
    because: str = ""


@record(frozen=True, slots=True)
class Relabel:
    """Add and remove single labels; all others stay untouched. Both tuples are sorted and disjoint."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    slot: str
    prefix: str
    """The label family that this slot owns, such as `roadmap/`."""
    because: str = ""


NOTE = "note"
"""The ledger's name of the place where a note stands."""
NOTE_MARK = "<!-- syncd:note "
"""How the text of a note begins: a comment that Markdown does not show, by which the note is found again."""


@dataclass(frozen=True, slots=True)
class SetNote:
    """Write the one comment that syncd keeps on an issue; None is: no note of ours.

    Both texts are Markdown and begin with `NOTE_MARK`. `before` is what we left there last. A note is a request of its
    own in every tool, so it is the only change of its edit (`in_units`).
    """

    before: str | None
    after: str | None
    slot: str = "note"
    because: str = ""


Change = SetField | Relabel | SetNote


@record(frozen=True, slots=True)
class Edit:
    """All changes to one issue, in one unit of work."""

    ref: Ref
    key: str
    title: str
    expect: str
    """The issue's revision when this was decided; for tools that can write on a condition. Nobody has to read it again to compare."""
    changes: tuple[Change, ...]
    handles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Place an issue directly below another in the tool's native order; `below` None means the top of the scope."""

    ref: Ref
    key: str
    below: Ref | None
    below_key: str | None = None
    because: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)
    below_handles: Mapping[str, str] = field(default_factory=dict)
    was_below: Ref | None = None
    """What it stood directly below before this move, for an undo; None is the top."""
    was_below_key: str | None = None
    was_known: bool = False
    """False when nobody knows where it stood."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A wanted write that is not made, and why: a person's value stands there, the field is missing, …"""

    ref: Ref
    key: str
    slot: str
    live: FieldValue
    wanted: FieldValue
    because: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written to one source. `moves` maps a scope to its moves, in the order they must be made."""

    source: str
    edits: tuple[Edit, ...] = ()
    moves: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.edits and not any(self.moves.values())

    @property
    def size(self) -> int:
        """Number of issues that would be touched."""
        moved = {move.ref for moves in self.moves.values() for move in moves}
        return len({edit.ref for edit in self.edits} | moved)

    @property
    def new_notes(self) -> int:
        """Comments that would be made: every one is a mail to whoever watches the issue, which no tool lets us silence."""
        return sum(
            isinstance(change, SetNote) and change.before is None and change.after is not None
            for edit in self.edits
            for change in edit.changes
        )

    @property
    def digest(self) -> str:
        """Twelve hex digits that name exactly these writes: the same in every process and Python version."""
        body = [
            self.source,
            [[e.ref.id, [_change_key(c) for c in e.changes]] for e in sorted(self.edits, key=lambda e: e.ref)],
            [[s, [[m.ref.id, m.below.id if m.below else None] for m in self.moves[s]]] for s in sorted(self.moves)],
        ]
        text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _change_key(change: Change) -> Sequence[object]:
    if isinstance(change, SetField):
        return ["set", change.field, change.before, change.after]
    if isinstance(change, SetNote):
        return ["note", change.before, change.after]
    return ["label", change.prefix, change.add, change.remove]


def place_of(change: Change) -> str:
    """The name of the place that a change writes to, as in `core.rules.Target.key`; a note's is `note`."""
    match change:
        case SetField():
            return f"field:{change.field}"
        case Relabel():
            return f"label:{change.prefix.casefold()}"
        case SetNote():
            return NOTE


def in_units(edit: Edit) -> tuple[Edit, ...]:
    """The same changes in edits that can be carried out whole: a note apart from fields and labels."""
    notes = tuple(change for change in edit.changes if isinstance(change, SetNote))
    others = tuple(change for change in edit.changes if not isinstance(change, SetNote))
    return tuple(replace(edit, changes=changes) for changes in (others, *((note,) for note in notes)) if changes)
