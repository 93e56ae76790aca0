"""What stands at one source that a person should hear of: a plan that waits, a failure, a place that is fought over."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import nsmallest
from typing import Final

from syncd.core.backlog import Problem
from syncd.core.issue import FieldValue
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField
from syncd.core.telling.notices import About, Event, Line, Notice
from syncd.core.telling.told import Subject, Told

LINES: Final = 3
"""Issues of a plan that are named."""
_SLOTS: Final = ("horizon", "objective", "key_result", "score", "rank")
"""What tells most comes first."""
_SETTING: Final = re.compile(r"\(policy\.limits\.(\w+)\)")
_HOURLY: Final = frozenset({"limit:max_writes_per_hour", "limit:max_notifications_per_hour"})
LOOK: Final = "look at it with `syncd plan`"
"""How the end of a sentence begins that says why a plan waits."""
_FIGHT: Final = "bot-fights"


@dataclass(frozen=True, slots=True)
class Stands:
    """How one source stands. None: not known now."""

    source: str
    waiting: Plan | None
    """The part of its plan that a person may approve."""
    because: tuple[str, ...] = ()
    """Why it waits: one sentence each, with the next step."""
    tripped: tuple[str, ...] = ()
    """The sentences of brakes that stopped it."""
    notifications: int | None = None
    """How many the whole plan is thought to send."""
    problem: str | None = None
    """Why the source cannot be used; None while it can be, or while nobody has to act."""
    last_success: datetime | None = None
    problems: tuple[Problem, ...] | None = None
    rival: str | None = None
    """Another syncd that writes there."""


def subjects(one: Stands, *, titles: bool, now: datetime) -> Iterator[Subject]:
    """All that there may be at this source."""
    if one.waiting is not None:
        yield _plan(one, one.waiting, titles=titles)
    failing = frozenset({"failing"}) if one.problem is not None else frozenset[str]()
    yield Subject(f"failed:{one.source}", About.FAILED, one.source, failing, partial(_failed, one, now), lasting=True)
    if one.problems is not None:
        yield _fight(one, [problem for problem in one.problems if problem.code == _FIGHT])


def _plan(one: Stands, plan: Plan, *, titles: bool) -> Subject:
    if plan.empty:
        return Subject(f"plan:{one.source}", About.WAITING, one.source, frozenset(), _nothing)
    limits = frozenset(f"limit:{match[1]}" for said in one.tripped if (match := _SETTING.search(said)))
    issues = {edit.ref.id for edit in plan.edits} | {move.ref.id for moves in plan.moves.values() for move in moves}
    return Subject(
        f"plan:{one.source}",
        About.BRAKE if one.tripped else About.WAITING,
        one.source,
        frozenset(issues) | limits,
        partial(_waits, one, plan, titles),
        urgent=limits,
        passing=_HOURLY,
    )


def _nothing(event: Event, row: Told) -> Notice | None:
    return None


def _waits(one: Stands, plan: Plan, titles: bool, event: Event, row: Told) -> Notice:
    moves = sum(map(len, plan.moves.values()))
    numbers = {"issues": plan.size, "edits": len(plan.edits), "moves": moves}
    if one.notifications is not None:
        numbers["notifications"] = one.notifications
    much = _much(plan, moves)
    headlines = {
        Event.NEW: f"{one.source}: a plan waits for a person: {much}",
        Event.CHANGED: f"{one.source}: the plan that waits is another by now: {much}",
        Event.REMINDER: f"{one.source}: a plan still waits for a person: {much}",
    }
    headline = headlines[event]
    if one.tripped:
        headline = f"{one.source}: {'a brake stopped a plan' if event is not Event.REMINDER else 'a plan is still at a brake'}: {much}"
    lines = _lines(plan, titles)
    return Notice(
        subject=f"plan:{one.source}",
        about=About.BRAKE if one.tripped else About.WAITING,
        event=event,
        headline=headline,
        source=one.source,
        reasons=_reasons(one),
        lines=lines,
        more=plan.size - len(lines),
        command=f"syncd approve {plan.digest}",
        path=f"/plans/{one.source}",
        digest=plan.digest,
        numbers=numbers,
    )


def _reasons(one: Stands) -> tuple[str, ...]:
    """Why it waits, without the command at the end of each sentence: the notice has a better one."""
    if one.tripped:
        return tuple(f"{said.partition('. If ')[0]}." for said in one.tripped)
    said = (why.partition(f": {LOOK}")[0] for why in one.because)
    return tuple(why for why in said if not why.startswith(LOOK))


def _much(plan: Plan, moves: int) -> str:
    """`42 issues (score 42, horizon 5, 6 moves)`"""
    counts = Counter(change.slot for edit in plan.edits for change in edit.changes)
    parts = [f"{slot.replace('_', ' ')} {n:,}" for slot, n in counts.most_common()]
    if moves:
        parts.append(counted(moves, "move"))
    return f"{counted(plan.size, 'issue')} ({', '.join(parts)})"


def counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _lines(plan: Plan, titles: bool) -> tuple[Line, ...]:
    """The most telling changes: of a horizon or an objective before those of a score, what stood before what was empty, and
    of these the highest ranks, or the largest changes; moves last."""
    best = (
        min(((_weight(change, _rank(edit)), edit.key, edit, change) for change in edit.changes), key=_first)
        for edit in plan.edits
        if edit.changes
    )
    lines: dict[str, Line] = {}
    for _, key, edit, change in nsmallest(2 * LINES, best, key=_first):  # a note is an edit of its own
        if len(lines) < LINES:
            lines.setdefault(key, Line(key, edit.title if titles else "", _what(change), change.because))
    for moves in plan.moves.values():
        for move in moves:
            if len(lines) < LINES:
                lines.setdefault(move.key, _moved(move))
    return tuple(lines.values())


_Weight = tuple[int, bool, float, float]


def _first(told: tuple[_Weight, str, Edit, Change]) -> tuple[_Weight, str]:
    return told[0], told[1]


def _rank(edit: Edit) -> float:
    """The rank that it writes; the last of all where it writes none."""
    ranks = [one.after for one in edit.changes if isinstance(one, SetField) and one.slot == "rank"]
    return next((float(rank) for rank in ranks if isinstance(rank, int | float)), math.inf)


def _weight(change: Change, rank: float) -> _Weight:
    slot = _SLOTS.index(change.slot) if change.slot in _SLOTS else len(_SLOTS)
    before = change.remove if isinstance(change, Relabel) else change.before
    by = 0.0
    if (
        isinstance(change, SetField)
        and isinstance(change.before, int | float)
        and isinstance(change.after, int | float)
    ):
        by = abs(change.before - change.after)
    return slot, not before, rank if change.slot != "score" else -by, -by


def _what(change: Change) -> str:
    slot = change.slot.replace("_", " ")
    match change:
        case SetField():
            return f"{slot} {_shown(change.before)} → {_shown(change.after)}"
        case Relabel():
            # Of a family of labels, what stands behind the prefix says enough.
            left, came = (
                _shown(tuple(label.removeprefix(change.prefix) for label in one)) for one in (change.remove, change.add)
            )
            return f"{slot} {left} → {came}"
    return slot


def _moved(move: Move) -> Line:
    return Line(move.key, "", f"moved below {move.below_key}" if move.below_key else "moved to the top", move.because)


def _shown(value: FieldValue) -> str:
    if value is None or value in ("", ()):
        return "∅"
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _failed(one: Stands, now: datetime, event: Event, row: Told) -> Notice:
    headline, reasons = f"{one.source}: it cannot be used", []
    if event is Event.OVER:
        lasted = span(((row.over or now) - row.since).total_seconds())
        was = "" if row.at is not None else f", after it could not be used from {row.since:%d %b, %H:%M} UTC on"
        headline = f"{one.source}: it works again{was} ({lasted})"
    elif one.problem is not None:
        reasons.append(one.problem)
        reasons.append(
            f"It was read last {span((now - one.last_success).total_seconds())} ago."
            if one.last_success is not None
            else "It was never read so far."
        )
    return Notice(
        subject=f"failed:{one.source}",
        about=About.FAILED,
        event=event,
        headline=headline,
        source=one.source,
        reasons=tuple(reasons),
        command=None if event is Event.OVER else f"syncd doctor --source {one.source}",
        path="/sources",
    )


def _fight(one: Stands, fights: Iterable[Problem]) -> Subject:
    found = tuple(fights)
    parts = {f"place:{problem.key}: {problem.message}" for problem in found}
    parts |= {f"rival:{one.rival}"} if one.rival is not None else set()
    return Subject(
        f"fight:{one.source}",
        About.FIGHT,
        one.source,
        frozenset(parts),
        partial(_fought, one, found),
        urgent=frozenset(parts),
        passing=frozenset(parts),
        reminds=False,
    )


def _fought(one: Stands, fights: tuple[Problem, ...], event: Event, row: Told) -> Notice:
    lines = tuple(Line(problem.key or one.source, "", problem.message, problem.remedy) for problem in fights[:LINES])
    headline, command = f"{one.source}: {counted(len(fights), 'place')} fought over by bots", None
    reasons: tuple[str, ...] = ("syncd yields there, as to a person.",) if fights else ()
    if one.rival is not None:
        reasons = (f"Two would write over each other, so this one only reads ({one.rival} is the other one).", *reasons)
        headline = (
            f"{one.source}: another syncd writes there, too"
            if not fights
            else f"{headline}, and another syncd writes there"
        )
        command = f"syncd takeover {one.source}"
    elif fights and fights[0].key:
        command = f"syncd release {fights[0].key}"
    return Notice(
        subject=f"fight:{one.source}",
        about=About.FIGHT,
        event=event,
        headline=headline,
        source=one.source,
        reasons=reasons,
        lines=lines,
        more=len(fights) - len(lines),
        command=command,
        path=f"/plans/{one.source}",
        numbers={"places": len(fights)},
    )


def span(seconds: float) -> str:
    """`3 h 20 min`, `12 min`, `8 s`"""
    whole = max(0, int(seconds))
    for size, unit, below, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole // 60} min" if whole >= 60 else f"{whole} s"
