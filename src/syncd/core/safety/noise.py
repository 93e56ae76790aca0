"""What writing a plan costs other people and the tracker: requests, time at the tracker's pace, notifications. Estimates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Plan, Relabel, SetField, SetNote
from syncd.core.safety.portions import kind_of
from syncd.core.writing.moves import together

READ_BACK = 100
"""Issues that are looked at in one request after they were written."""


@dataclass(frozen=True, slots=True)
class Toll:
    """What writing costs at one tool. The defaults are those of a tool that takes one issue a request and tells nobody."""

    issues_at_once: int = 1
    """Issues edited in one request at most."""
    changes_at_once: int | None = None
    """Changes in one request at most, where the tool counts these; None: it does not."""
    moves_at_once: int = 1
    """Moves that follow each other and are made by one call."""
    calls_at_once: int = 1
    """Calls that move something and go in one request."""
    seconds_apart: float = 0.0
    """How far apart mutating requests leave."""
    seconds_a_request: float = 0.3
    """How long one takes when nothing makes it wait."""
    measured: float | None = None
    """How long a request took on the whole when syncd wrote here last, with all that it waited for: better than the two above."""
    loud: frozenset[WriteKind] = frozenset()
    """Kinds of write of which the tool notifies people."""
    silenced: frozenset[str] = frozenset()
    """Scopes in which the account may write fields and labels without notifying anybody."""


@dataclass(frozen=True, slots=True)
class Cost:
    changes: int
    """Fields set, labels put and taken, notes and moves."""
    requests: int
    """Writing, and looking at what was written."""
    seconds: float
    notifications: int
    """Watchers, assignees and reporters of each issue of which the tool tells them."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of an issue."""

    scope: str
    people: int


def cost(plan: Plan, toll: Toll, audience: Mapping[str, Audience]) -> Cost:
    """`audience` by issue id; an issue that is not in it has no listeners."""
    notes = sum(any(isinstance(change, SetNote) for change in edit.changes) for edit in plan.edits)
    plain = [edit for edit in plan.edits if not all(isinstance(change, SetNote) for change in edit.changes)]
    operations = sum(_operations(change) for edit in plain for change in edit.changes)
    writes = math.ceil(len(plain) / toll.issues_at_once)
    if toll.changes_at_once is not None:
        writes = max(writes, math.ceil(operations / toll.changes_at_once))
    writes += 2 * notes  # one looks for the note, one writes it
    moves = 0
    for made in plan.moves.values():
        moves += len(made)
        pairs = [(move.ref.id, move.below.id if move.below is not None else None) for move in made]
        writes += math.ceil(sum(1 for _ in together(pairs, toll.moves_at_once)) / toll.calls_at_once)
    reads = math.ceil(len(plan.edits) / READ_BACK) + math.ceil(moves / READ_BACK) + len(plan.moves)
    told = 0
    for edit in plan.edits:
        hears = audience.get(edit.ref.id)
        kinds = {kind_of(change) for change in edit.changes} & toll.loud
        if hears is not None and hears.scope in toll.silenced:
            kinds -= {WriteKind.FIELDS, WriteKind.LABELS}
        told += hears.people if hears is not None and kinds else 0
    seconds = writes * max(toll.seconds_apart, toll.seconds_a_request) + reads * toll.seconds_a_request
    if toll.measured is not None:
        seconds = (writes + reads) * toll.measured
    changes = sum(len(edit.changes) for edit in plan.edits) + moves
    return Cost(changes, writes + reads, seconds, told)


def _operations(change: SetField | Relabel | SetNote) -> int:
    return bool(change.add) + bool(change.remove) if isinstance(change, Relabel) else 1
