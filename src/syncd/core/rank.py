"""From scores to one ranked backlog: a total order that stays put under noise, and the horizons that it fills.

Ranking what was just ranked, with unchanged scores, gives the same answer: everything here is built around that law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from syncd.core.backlog import Ranked, Work
from syncd.core.horizons import Entry, fill
from syncd.core.issue import Ref
from syncd.core.ownership import NO_PINS, Pins
from syncd.core.precedence import Strength, blockers_first, inherit, waits_for
from syncd.core.rules import Rules
from syncd.core.score import Scored


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a piece of work stood in the last decision.

    `score` is the anchor: the score at which it last moved. Differences below the dead band are measured from there, so
    that many small steps add up to a move, and one that goes back and forth moves nothing.
    """

    rank: int
    horizon: str | None
    score: float | None


_NO_CLASS = 1_000_000
"""Where the class is unknown: below every class. Without classes all work stands here, and the class says nothing."""


def rank(
    works: Sequence[Work],
    scores: Mapping[Ref, Scored],
    memory: Mapping[Ref, Placed],
    pins: Mapping[Ref, Pins],
    rules: Rules,
) -> tuple[Ranked, ...]:
    """Order the open work and fill the horizons. `works` may hold closed work, which is left out."""
    entries: dict[Ref, Entry] = {}
    for work in works:
        if work.open:
            ref = work.ref
            scored, last = scores[ref], memory.get(ref)
            own = _strength(scored, last, rules.policy.deadband)
            stood = (float(last.rank), last.horizon) if last is not None else (inf, None)
            entries[ref] = Entry(work, scored, *stood, pins.get(ref, NO_PINS), own, own)
    order = _ordered(entries, rules.policy.blockers)
    fill(order, rules.horizons)
    return tuple(
        Ranked(
            work=entry.work,
            score=entry.scored.score,
            rank=index,
            horizon=entry.horizon,
            pins=_told(entry.pins),
            unscored_because=entry.scored.reason if entry.scored.score is None else None,
        )
        for index, entry in enumerate(order, start=1)
    )


def placed(ranked: Sequence[Ranked], memory: Mapping[Ref, Placed], rules: Rules) -> dict[Ref, Placed]:
    """What the next decision must remember of this one."""
    deadband = rules.policy.deadband
    return {
        one.work.ref: Placed(one.rank, one.horizon, _anchored(one.score, memory.get(one.work.ref), deadband))
        for one in ranked
    }


def _anchored(score: float | None, last: Placed | None, deadband: float) -> float | None:
    if score is None or last is None or last.score is None or abs(score - last.score) >= deadband:
        return score
    return last.score


def _strength(scored: Scored, last: Placed | None, deadband: float) -> Strength:
    score = _anchored(scored.score, last, deadband)
    index = scored.class_index if scored.class_index is not None else _NO_CLASS
    return (1, index, 0.0) if score is None else (0, index, -score)


def _ordered(entries: Mapping[Ref, Entry], blockers: bool) -> list[Entry]:
    if not blockers:
        return sorted(entries.values(), key=_before)
    own = {ref: entry.own for ref, entry in entries.items()}
    waits = waits_for({ref: entry.work for ref, entry in entries.items()}, own)
    if not waits:
        return sorted(entries.values(), key=_before)
    for ref, strength in inherit(own, waits).items():
        entries[ref].strength = strength
    order = [entry.work.ref for entry in sorted(entries.values(), key=_before)]
    return [entries[ref] for ref in blockers_first(order, waits)]


def _before(entry: Entry) -> tuple[Strength, float, Strength, int, datetime, str, str]:
    item = entry.work.primary
    return entry.strength, entry.stood_rank, entry.own, item.priority, item.created, item.ref.source, item.ref.id


def _told(pins: Pins) -> tuple[str, ...]:
    told = []
    if pins.horizon is not None:
        told.append(f"horizon={pins.horizon.value} ({pins.horizon.because})")
    if pins.score is not None:
        told.append(f"score={pins.score.value:g} ({pins.score.because})")
    return tuple(told)
