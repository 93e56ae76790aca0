"""What entered and left the first horizons since it was told last, each with its reason in half a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from syncd.core.backlog import Ranked
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.permission.ownership import NO_PINS
from syncd.core.reports.changes import REST, changed_inputs
from syncd.core.reports.inputs import Inputs, restored
from syncd.core.reports.outcomes import Outcomes, outcomes
from syncd.core.rules import Rules
from syncd.core.telling.notices import About, Event, Line, Notice
from syncd.core.telling.subjects import counted
from syncd.core.telling.told import Subject, Told

NAME: Final = "horizons"
LINES: Final = 10
FIRST: Final = 2
"""So many horizons are told; never the last one, which holds the rest."""
NOTICED: Final = 0.1
"""A key result this far behind the calendar is told."""
TIME: Final = "as time went by"
"""The end of a reason where nothing changed but the calendar, which rules read: whether it was that, only scores tell."""
_CALENDAR: Final = "the calendar"
_TAB: Final = "\t"

Why = Callable[[Collection[Ref], datetime], Mapping[Ref, str]]
"""Why work moved since a moment, in half a line; work that is missing there has no reason that is known."""


@dataclass(frozen=True, slots=True)
class Then:
    """What was known at a moment."""

    as_of: date
    inputs: Mapping[Ref, Inputs]
    """Of the work in question that was open then."""
    other_rules: bool
    """Whether other rules were in force."""


def horizons(decision: Decision, rules: Rules, sources: Collection[str], why: Why, *, titles: bool) -> Subject:
    """`sources`: only work with an issue in one of these; empty: all."""
    told = rules.horizon_names[:-1][:FIRST]
    rows = [
        row
        for row in decision.ranked
        if row.horizon in told and (not sources or any(member.ref.source in sources for member in row.work.members))
    ]
    now = outcomes(decision.ranked, rules.okrs, decision.as_of)
    parts = {_part(row) for row in rows} | {f"behind{_TAB}{one}" for one in _behind(now)}
    # Also an empty horizon is something to hold the next one against.
    tell = partial(_told, decision, told, rows, now, why, titles)
    return Subject(NAME, About.HORIZONS, None, frozenset(parts), tell, report=True)


def reasons(decision: Decision, rules: Rules, refs: Collection[Ref], then: Then) -> dict[Ref, str]:
    """For `Why`: what became of the work, what a person decided, or what changed about it; where it was others, nothing."""
    return {ref: _reason(decision, rules, ref, then) for ref in refs}


def _reason(decision: Decision, rules: Rules, ref: Ref, then: Then) -> str:
    work = decision.works.get(ref)
    if work is None:
        primary = decision.primary_of.get(ref)
        return (
            f"same work as {decision.works[primary].primary.key}" if primary is not None else "not in its tool any more"
        )
    if not work.open:
        return f"is {work.primary.status.value}"
    was, pins = then.inputs.get(ref), decision.pins.get(ref, NO_PINS)
    if was is None:
        return "new in the backlog"
    if pins.horizon is not None and pins.horizon != was.pins.horizon:
        return f"set by hand ({pins.horizon.because})"
    before = restored(was, work, rules.facts)
    days = then.as_of, decision.as_of
    steps = [
        one
        for one in changed_inputs(before, work, was.pins, pins, days, rules)
        if one.name != REST and one.before != one.after
    ]
    own = [f"{one.name} {one.before or '∅'} → {one.after or '∅'}" for one in steps if one.name != _CALENDAR]
    if own:
        return ", ".join(own[:2])
    if then.other_rules:
        return "the rules changed"
    return TIME if steps else ""


def _part(row: Ranked) -> str:
    return _TAB.join((row.horizon or "", row.work.ref.source, row.work.ref.id, row.work.primary.key))


def _behind(now: Outcomes) -> dict[str, float]:
    return {one.key_result.id: one.behind for one in now.behind if one.behind is not None and one.behind >= NOTICED}


def _told(
    decision: Decision,
    told: Sequence[str],
    rows: Sequence[Ranked],
    now: Outcomes,
    why: Why,
    titles: bool,
    event: Event,
    row: Told,
) -> Notice | None:
    before = dict(_known(row.parts))
    after = {one.work.ref: one for one in rows}
    moved = [ref for ref in after if ref not in before or before[ref][0] != after[ref].horizon]
    moved += sorted(ref for ref in before if ref not in after)
    behind = _behind(now)
    fell = [name for name in behind if f"behind{_TAB}{name}" not in row.parts]
    if not moved and not fell:
        return None
    place = {name: number for number, name in enumerate(told)}

    def first(ref: Ref) -> tuple[int, bool, float]:
        came = after.get(ref)
        horizon = came.horizon if came is not None else before[ref][0]
        return place.get(horizon or "", len(told)), came is None, came.rank if came is not None else 0

    moved.sort(key=first)
    found = why(moved[:LINES], row.at or row.since)
    lines = tuple(_line(decision, ref, before.get(ref), after.get(ref), place, found, titles) for ref in moved[:LINES])
    entered = Counter(after[ref].horizon for ref in moved if ref in after)
    left = Counter(before[ref][0] for ref in moved if ref in before)
    counts = [f"{name}: {entered[name]:,} entered, {left[name]:,} left" for name in told if entered[name] or left[name]]
    late = [
        f"{name} is {gap:.0%} behind the calendar" + (" (new)" if name in fell else "") for name, gap in behind.items()
    ]
    return Notice(
        subject=NAME,
        about=About.HORIZONS,
        event=event,
        headline="; ".join(counts) or f"{counted(len(fell), 'key result')} fell behind the calendar",
        reasons=(", ".join(late) + ".",) if late else (),
        lines=lines,
        more=len(moved) - len(lines),
        command=f"syncd explain {lines[0].key} --since {(row.at or row.since):%Y-%m-%d}" if lines else "syncd okrs",
        path="/roadmap" if lines else "/okrs",
        numbers={"entered": sum(entered.values()), "left": sum(left.values()), "behind": len(behind)},
    )


def _known(parts: Collection[str]) -> Iterator[tuple[Ref, tuple[str, str]]]:
    """Horizon and key of each issue that was told of."""
    for part in parts:
        fields = part.split(_TAB, 3)
        if len(fields) == 4:
            horizon, source, id_, key = fields
            yield Ref(source, id_), (horizon, key)


def _line(
    decision: Decision,
    ref: Ref,
    before: tuple[str, str] | None,
    after: Ranked | None,
    place: Mapping[str, int],
    found: Mapping[Ref, str],
    titles: bool,
) -> Line:
    work = decision.works.get(ref)
    key = work.primary.key if work is not None else before[1] if before is not None else ref.id
    title = work.primary.title if work is not None and titles else ""
    if after is None:
        what = f"left {before[0]}" if before is not None else "left"
    else:
        what = f"{before[0]} → {after.horizon}" if before is not None else f"entered {after.horizon}"
    because = found.get(ref, "")
    if because in ("", TIME):
        last = len(place)
        was, now = (
            place.get(before[0], last) if before else last,
            place.get(after.horizon or "", last) if after else last,
        )
        because = f"others {'made room' if now < was else 'went ahead'} {because}".strip()
    return Line(key, title, what, because)
