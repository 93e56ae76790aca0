"""How ranked work fills the horizons: by capacity, without overtaking, and without flapping at the borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked
from syncd.core.issue import Ref
from syncd.core.ownership import Pins
from syncd.core.precedence import Strength
from syncd.core.ranking import Ranking
from syncd.core.rows import Places, Rows
from syncd.core.rules import Horizon, Horizons
from syncd.core.scale import Floats
from syncd.core.scores import Scores
from syncd.core.strength import Strengths


def fill(
    order: Places,
    rows: Rows,
    scores: Scores,
    stood: npt.NDArray[np.int64],
    pins: Mapping[Ref, Pins],
    strengths: Strengths,
    horizons: Horizons,
) -> npt.NDArray[np.int8]:
    """For every row the place of its horizon; `order` is the rows, best first, `stood` where each of them stood.

    Pinned work takes its room first. Then each horizon is filled in rank order, except that at its border work that
    stood inside last time (or nearer) goes first unless it is beaten by `hysteresis` points. The first one that does
    not fit closes the horizon, so nobody below overtakes; an empty horizon takes one piece of any size. What is left,
    and all unscored work, goes to the last horizon, whatever its capacity.
    """
    names = horizons.names
    found = np.full(len(rows), max(0, len(names) - 1), dtype=np.int8)
    if len(names) < 2:
        return found
    pinned = _pinned(rows, pins, names)
    rooms = [_Room(horizon, _sizes(rows, horizon, horizons)) for horizon in names]
    for row, level in pinned.items():
        found[row] = level
        rooms[level].used += float(rooms[level].sizes[row])
    rest = order[~np.isnan(scores.score[order])]
    if pinned:
        rest = rest[~np.isin(rest, list(pinned))]
    for level, room in enumerate(rooms[:-1]):
        if room.horizon.capacity is None:
            taken = rest
        else:
            near = stood[rest] <= level
            taken = np.array(_taken(room, rest, near, strengths, horizons.hysteresis), dtype=np.int64)
        found[taken] = level
        left = np.ones(len(rows), dtype=np.bool_)
        left[taken] = False
        rest = rest[left[rest]]
    return found


def loads(ranked: Sequence[Ranked], horizons: Horizons) -> dict[str, float]:
    """How much is taken of each horizon that has a capacity, in its own unit."""
    limited = [horizon for horizon in horizons.names if horizon.capacity is not None]
    rows = ranked.rows if isinstance(ranked, Ranking) else Rows([one.work for one in ranked])
    if isinstance(ranked, Ranking):
        names = np.array(ranked.horizons, dtype=np.object_)[ranked.levels] if ranked.horizons else np.empty(0, object)
    else:
        names = np.array([one.horizon for one in ranked], dtype=np.object_)
    return {
        horizon.name: float(_sizes(rows, horizon, horizons)[names == horizon.name].sum()) if names.size else 0.0
        for horizon in limited
    }


class _Room:
    """A horizon while it is filled."""

    def __init__(self, horizon: Horizon, sizes: Floats) -> None:
        self.horizon = horizon
        self.sizes = sizes
        self.used = 0.0

    def takes(self, row: int) -> bool:
        assert self.horizon.capacity is not None
        size = float(self.sizes[row])
        if size > 0 and self.used > 0 and self.used + size > self.horizon.capacity + 1e-9:
            return False
        self.used += size
        return True


def _taken(
    room: _Room, rest: Places, near: npt.NDArray[np.bool_], strengths: Strengths, hysteresis: float
) -> list[int]:
    """What a horizon with a capacity takes of the rest."""
    taken: list[int] = []
    for row in _merge(rest[near], rest[~near], strengths, hysteresis):
        if not room.takes(row):
            break
        taken.append(row)
    # What still fits in plain rank order goes in now and not in the next decision: see the law of `core.rank`.
    inside = set(taken)
    for row in rest:
        if row not in inside:
            if not room.takes(int(row)):
                break
            taken.append(int(row))
    return taken


def _merge(inside: Places, outside: Places, strengths: Strengths, hysteresis: float) -> Iterator[int]:
    """Two ranked lists as one, in which those outside go first only where they win clearly."""
    i = o = 0
    while i < inside.size and o < outside.size:
        incumbent, challenger = int(inside[i]), int(outside[o])
        if _beats(strengths.at(challenger), strengths.at(incumbent), hysteresis):
            yield challenger
            o += 1
        else:
            yield incumbent
            i += 1
    yield from map(int, inside[i:])
    yield from map(int, outside[o:])


def _beats(challenger: Strength, incumbent: Strength, hysteresis: float) -> bool:
    if challenger[:2] != incumbent[:2]:
        return challenger[:2] < incumbent[:2]
    return challenger[2] < incumbent[2] and incumbent[2] - challenger[2] >= hysteresis


def _pinned(rows: Rows, pins: Mapping[Ref, Pins], names: Sequence[Horizon]) -> dict[int, int]:
    """The rows for which a person chose a horizon that there is, and its place."""
    level = {horizon.name: index for index, horizon in enumerate(names)}
    found = {
        row: level[pin.horizon.value]
        for ref, pin in pins.items()
        if pin.horizon is not None and pin.horizon.value in level and (row := rows.places.get(ref)) is not None
    }
    return dict(sorted(found.items()))


def _sizes(rows: Rows, horizon: Horizon, horizons: Horizons) -> Floats:
    """How much room each row takes: the children take it, not the epic."""
    if horizon.unit == "items":
        return np.where(rows.containers, 0.0, 1.0)
    estimated = np.where(np.isnan(rows.efforts), horizons.effort_when_missing, rows.efforts)
    return np.where(rows.containers, 0.0, estimated)
