"""The single writes of a plan, each with a name of its own: what an approval names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from syncd.core.issue import Ref
from syncd.core.plan import Change, Move, Plan, Relabel, place_of


@dataclass(frozen=True, slots=True)
class Write:
    """One change of one place of one issue. Two writes are the same exactly when these are equal."""

    issue: str
    place: str
    """field:NAME, label:PREFIX or order:SCOPE."""
    what: str
    """Sixteen hex digits of what stood there and what is to stand there."""


Agreed = Mapping[str, Mapping[str, str]]
"""Moves that a person approved and that were not made yet: order scope → issue → `what` of its write."""
_ORDER = "order:"


def write_of(ref: Ref, change: Change) -> Write:
    if isinstance(change, Relabel):
        said: list[object] = [change.add, change.remove]
    else:
        said = [change.before, change.after]
    return Write(ref.id, place_of(change), _named(said))


def write_of_move(scope: str, move: Move) -> Write:
    return Write(move.ref.id, f"{_ORDER}{scope}", placed_below(move.below.id if move.below is not None else None))


def placed_below(id_: str | None) -> str:
    """The `what` of a move directly below this issue; None is the top."""
    return _named([id_])


def writes_of(plan: Plan) -> Iterator[Write]:
    for edit in plan.edits:
        for change in edit.changes:
            yield write_of(edit.ref, change)
    for scope, moves in plan.moves.items():
        for move in moves:
            yield write_of_move(scope, move)


def agreed_moves(writes: Iterable[Write]) -> Agreed:
    """The moves among these writes."""
    found: dict[str, dict[str, str]] = {}
    for write in writes:
        if write.place.startswith(_ORDER):
            found.setdefault(write.place.removeprefix(_ORDER), {})[write.issue] = write.what
    return found


def _named(said: list[object]) -> str:
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
