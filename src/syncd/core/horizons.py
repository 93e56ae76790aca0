"""How ranked work fills the horizons: by capacity, without overtaking, and without flapping at the borders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syncd.core.backlog import Ranked, Work
from syncd.core.issue import Ref
from syncd.core.ownership import Pins
from syncd.core.precedence import Strength
from syncd.core.rules import Horizon, Horizons
from syncd.core.score import Scored


@dataclass(slots=True)
class Entry:
    """One piece of open work while it finds its place."""

    work: Work
    scored: Scored
    stood_rank: float
    """In the last decision; infinite for new work."""
    stood_horizon: str | None
    pins: Pins
    own: Strength
    strength: Strength
    """With what it inherits from the work that waits for it."""
    horizon: str | None = None


def fill(order: Sequence[Entry], horizons: Horizons) -> None:
    """Give every work its horizon.

    Pinned work takes its room first. Then each horizon is filled in rank order, except that at its border work that
    stood inside last time (or nearer) goes first unless it is beaten by `hysteresis` points. The first one that does
    not fit closes the horizon, so nobody below overtakes; an empty horizon takes one piece of any size. What is left,
    and all unscored work, goes to the last horizon, whatever its capacity.
    """
    names = horizons.names
    if not names:
        return
    containers = _containers(entry.work for entry in order)
    level = {horizon.name: index for index, horizon in enumerate(names)}
    used = [0.0] * len(names)
    rest: list[Entry] = []
    for entry in order:
        entry.horizon = names[-1].name
        pin = entry.pins.horizon
        if pin is not None and pin.value in level:
            index = level[pin.value]
            entry.horizon = pin.value
            used[index] += _load(entry.work, names[index], horizons, containers)
        elif entry.scored.score is not None:
            rest.append(entry)
    for index, horizon in enumerate(names[:-1]):
        room = _Room(horizon, used[index], horizons, containers)
        inside: list[Entry] = []
        outside: list[Entry] = []
        for entry in rest:
            near = level.get(entry.stood_horizon or "", len(names)) <= index
            (inside if near else outside).append(entry)
        for entry in _merge(inside, outside, horizons.hysteresis):
            if not room.takes(entry):
                break
        # What still fits in plain rank order goes in now and not in the next decision: see the law of this module.
        for entry in rest:
            if entry.horizon != horizon.name and not room.takes(entry):
                break
        rest = [entry for entry in rest if entry.horizon != horizon.name]


def loads(ranked: Sequence[Ranked], horizons: Horizons) -> dict[str, float]:
    """How much is taken of each horizon that has a capacity, in its own unit."""
    limited = {horizon.name: horizon for horizon in horizons.names if horizon.capacity is not None}
    taken = dict.fromkeys(limited, 0.0)
    containers = _containers(one.work for one in ranked)
    for one in ranked:
        horizon = limited.get(one.horizon or "")
        if horizon is not None:
            taken[horizon.name] += _load(one.work, horizon, horizons, containers)
    return taken


class _Room:
    """A horizon while it is filled."""

    def __init__(self, horizon: Horizon, used: float, horizons: Horizons, containers: frozenset[Ref]) -> None:
        self._horizon = horizon
        self._used = used
        self._horizons = horizons
        self._containers = containers

    def takes(self, entry: Entry) -> bool:
        capacity = self._horizon.capacity
        if capacity is not None:
            size = _load(entry.work, self._horizon, self._horizons, self._containers)
            if size > 0 and self._used > 0 and self._used + size > capacity + 1e-9:
                return False
            self._used += size
        entry.horizon = self._horizon.name
        return True


def _merge(inside: Sequence[Entry], outside: Sequence[Entry], hysteresis: float) -> Iterator[Entry]:
    """Two ranked lists as one, in which those outside go first only where they win clearly."""
    i = o = 0
    while i < len(inside) and o < len(outside):
        if _beats(outside[o].strength, inside[i].strength, hysteresis):
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


def _containers(works: Iterable[Work]) -> frozenset[Ref]:
    """Of open work, what has children among it: the children take the room, not the epic."""
    return frozenset(work.parent for work in works if work.parent is not None)


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
