"""From scores to one ranked backlog: a total order that stays put under noise, and the horizons that it fills.

Ranking what was just ranked, with unchanged scores, gives the same answer: everything here is built around that law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.backlog import Ranked, Work
from syncd.core.issue import Ref
from syncd.core.ownership import NO_PINS, Pins
from syncd.core.precedence import Strength, blockers_first, inherit, waits_for
from syncd.core.rules import Horizon, Horizons, Rules
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
    open_works = {work.ref: work for work in works if work.open}
    own = {ref: _strength(scores[ref], memory.get(ref), rules.policy.deadband) for ref in open_works}
    blockers = waits_for(open_works, own) if rules.policy.blockers else {}
    inherited = inherit(own, blockers)

    def before(ref: Ref) -> tuple[Strength, float, Strength, int, float, str, str]:
        last = memory.get(ref)
        item = open_works[ref].primary
        standing = float(last.rank) if last is not None else float("inf")
        return inherited[ref], standing, own[ref], item.priority, item.created.timestamp(), ref.source, ref.id

    order = blockers_first(sorted(open_works, key=before), blockers)
    horizon_of = _fill(order, open_works, inherited, memory, pins, rules.horizons)
    return tuple(
        Ranked(
            work=open_works[ref],
            score=scores[ref].score,
            rank=index,
            horizon=horizon_of.get(ref),
            pins=_told(pins.get(ref, NO_PINS)),
            unscored_because=scores[ref].reason if scores[ref].score is None else None,
        )
        for index, ref in enumerate(order, start=1)
    )


def placed(ranked: Sequence[Ranked], memory: Mapping[Ref, Placed], rules: Rules) -> dict[Ref, Placed]:
    """What the next decision must remember of this one."""
    deadband = rules.policy.deadband
    return {
        one.work.ref: Placed(one.rank, one.horizon, _anchored(one.score, memory.get(one.work.ref), deadband))
        for one in ranked
    }


def loads(ranked: Sequence[Ranked], horizons: Horizons) -> dict[str, float]:
    """How much of each horizon is taken, in its own unit."""
    taken = {horizon.name: 0.0 for horizon in horizons.names}
    unit = {horizon.name: horizon for horizon in horizons.names}
    containers = _containers({one.work.ref: one.work for one in ranked})
    for one in ranked:
        if one.horizon is not None:
            taken[one.horizon] += _load(one.work, unit[one.horizon], horizons, containers)
    return taken


def _anchored(score: float | None, last: Placed | None, deadband: float) -> float | None:
    if score is None or last is None or last.score is None or abs(score - last.score) >= deadband:
        return score
    return last.score


def _strength(scored: Scored, last: Placed | None, deadband: float) -> Strength:
    score = _anchored(scored.score, last, deadband)
    index = scored.class_index if scored.class_index is not None else _NO_CLASS
    return (1, index, 0.0) if score is None else (0, index, -score)


def _containers(works: Mapping[Ref, Work]) -> frozenset[Ref]:
    """Work with open children: the children take the room, not the epic."""
    return frozenset(work.parent for work in works.values() if work.parent is not None and work.open)


def _load(work: Work, horizon: Horizon, horizons: Horizons, containers: frozenset[Ref]) -> float:
    if work.ref in containers:
        return 0.0
    if horizon.unit == "items":
        return 1.0
    fact = work.facts.get("effort")
    effort = fact.value if fact is not None else work.primary.effort
    if isinstance(effort, bool) or not isinstance(effort, int | float):
        return horizons.effort_when_missing
    return max(0.0, float(effort))


def _fill(
    order: Sequence[Ref],
    works: Mapping[Ref, Work],
    strength: Mapping[Ref, Strength],
    memory: Mapping[Ref, Placed],
    pins: Mapping[Ref, Pins],
    horizons: Horizons,
) -> dict[Ref, str]:
    """Give every work its horizon.

    Pinned work takes its room first. Then each horizon is filled in rank order, except that at its border work that
    stood inside last time (or nearer) goes first unless it is beaten by `hysteresis` points. The first one that does
    not fit closes the horizon, so nobody below overtakes; an empty horizon takes one piece of any size. What is left, and all unscored work,
    goes to the last horizon, whatever its capacity.
    """
    names = horizons.names
    if not names:
        return {}
    containers = _containers(works)
    level = {horizon.name: index for index, horizon in enumerate(names)}
    result: dict[Ref, str] = {}
    used = dict.fromkeys(level, 0.0)
    rest: list[Ref] = []
    last = names[-1]
    for ref in order:
        pin = pins.get(ref, NO_PINS).horizon
        if pin is not None and pin.value in level:
            result[ref] = pin.value
            used[pin.value] += _load(works[ref], names[level[pin.value]], horizons, containers)
        elif strength[ref][0] == 1:
            result[ref] = last.name
        else:
            rest.append(ref)

    def stood_within(ref: Ref, index: int) -> bool:
        then = memory.get(ref)
        return then is not None and then.horizon is not None and level.get(then.horizon, len(names)) <= index

    for index, horizon in enumerate(names[:-1]):
        if horizon.capacity is None:
            result.update(dict.fromkeys(rest, horizon.name))
            return result
        room = _Room(horizon.capacity, used[horizon.name])
        size = {ref: _load(works[ref], horizon, horizons, containers) for ref in rest}
        inside = [ref for ref in rest if stood_within(ref, index)]
        outside = [ref for ref in rest if not stood_within(ref, index)]
        taken: set[Ref] = set()
        for ref in _merge(inside, outside, strength, horizons.hysteresis):
            if not room.takes(size[ref]):
                break
            taken.add(ref)
        # What still fits in plain rank order goes in now and not in the next decision: see the law of this module.
        for ref in rest:
            if ref not in taken:
                if not room.takes(size[ref]):
                    break
                taken.add(ref)
        result.update(dict.fromkeys(taken, horizon.name))
        rest = [ref for ref in rest if ref not in taken]
    result.update(dict.fromkeys(rest, last.name))
    return result


class _Room:
    """What is left of a horizon's capacity."""

    def __init__(self, capacity: float, used: float) -> None:
        self._capacity = capacity
        self._used = used

    def takes(self, size: float) -> bool:
        if size > 0 and self._used > 0 and self._used + size > self._capacity + 1e-9:
            return False
        self._used += size
        return True


def _merge(
    inside: Sequence[Ref], outside: Sequence[Ref], strength: Mapping[Ref, Strength], hysteresis: float
) -> Iterator[Ref]:
    """Two ranked lists as one, in which those outside go first only where they win clearly."""
    i = o = 0
    while i < len(inside) and o < len(outside):
        if _beats(strength[outside[o]], strength[inside[i]], hysteresis):
            yield outside[o]
            o += 1
        else:
            yield inside[i]
            i += 1
    yield from inside[i:]
    yield from outside[o:]


def _beats(challenger: Strength, incumbent: Strength, hysteresis: float) -> bool:
    if challenger[:2] != incumbent[:2]:
        return challenger[:2] < incumbent[:2]
    return challenger[2] < incumbent[2] and incumbent[2] - challenger[2] >= hysteresis


def _told(pins: Pins) -> tuple[str, ...]:
    told = []
    if pins.horizon is not None:
        told.append(f"horizon={pins.horizon.value} ({pins.horizon.because})")
    if pins.score is not None:
        told.append(f"score={pins.score.value:g} ({pins.score.because})")
    return tuple(told)
