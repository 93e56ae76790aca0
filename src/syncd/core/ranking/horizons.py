"""How ranked work fills the horizons: by capacity, without overtaking, and without flapping at the borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pins
from syncd.core.ranking.ranking import Ranking
from syncd.core.ranking.strength import Strengths
from syncd.core.ranking.teams import Teams, rooms
from syncd.core.rules import Horizon, Horizons
from syncd.core.scoring.precedence import Strength
from syncd.core.scoring.rows import Places, Rows
from syncd.core.scoring.scale import Floats
from syncd.core.scoring.scores import Scores


def fill(
    order: Places,
    rows: Rows,
    scores: Scores,
    stood: npt.NDArray[np.int64],
    pins: Mapping[Ref, Pins],
    strengths: Strengths,
    horizons: Horizons,
    teams: Teams | None = None,
) -> npt.NDArray[np.int8]:
    """For every row the place of its horizon; `order` is the rows, best first, `stood` where each of them stood.

    Pinned work takes its room first. Then each horizon is filled in rank order, except that at its border work that
    stood inside last time (or nearer) goes first unless it is beaten by `hysteresis` points. The first one that does
    not fit closes the horizon, so nobody below overtakes; an empty horizon takes one piece of any size. Where teams
    have rooms of their own, each is filled and closed by itself. What is left, and all unscored work, goes to the last
    horizon, whatever its capacity.
    """
    names = horizons.names
    found = np.full(len(rows), max(0, len(names) - 1), dtype=np.int8)
    if len(names) < 2:
        return found
    pinned = _pinned(rows, pins, names)
    spaces = [_Space(horizon, rows, horizons, teams) for horizon in names]
    for row, level in pinned.items():
        found[row] = level
        spaces[level].pin(row)
    rest = order[~np.isnan(scores.score[order])]
    if pinned:
        rest = rest[~np.isin(rest, list(pinned))]
    for level, space in enumerate(spaces[:-1]):
        if space.unlimited:
            taken = rest
        else:
            near = stood[rest] <= level
            taken = np.array(_taken(space, rest, near, strengths, horizons.hysteresis), dtype=np.int64)
        found[taken] = level
        left = np.ones(len(rows), dtype=np.bool_)
        left[taken] = False
        rest = rest[left[rest]]
    return found


def loads(ranked: Sequence[Ranked], horizons: Horizons) -> dict[str, float]:
    """How much is taken of each horizon that has a capacity, in its own unit."""
    limited = [horizon for horizon in horizons.names if horizon.capacity is not None]
    rows = ranked.rows if isinstance(ranked, Ranking) else Rows([one.work for one in ranked])
    names = _horizons_of(ranked)
    return {
        horizon.name: float(_sizes(rows, horizon.unit, horizons)[names == horizon.name].sum()) if names.size else 0.0
        for horizon in limited
    }


def team_loads(ranked: Sequence[Ranked], horizons: Horizons) -> dict[tuple[str, str], float]:
    """How much is taken of the room of each team, by horizon and team, in the unit of that room."""
    taken: dict[tuple[str, str], float] = {}
    if not isinstance(ranked, Ranking) or ranked.teams is None:
        return taken
    names, teams = _horizons_of(ranked), ranked.teams
    for horizon in horizons.names:
        for code, room in enumerate(rooms(horizon, teams.names)):
            if room is not None:
                inside = (names == horizon.name) & (teams.of_row == code)
                key = (horizon.name, room.team)
                taken[key] = taken.get(key, 0.0) + float(_sizes(ranked.rows, room.unit, horizons)[inside].sum())
    return taken


def _horizons_of(ranked: Sequence[Ranked]) -> npt.NDArray[np.object_]:
    """The name of the horizon of each row, in the order of the rows."""
    if isinstance(ranked, Ranking):
        return np.array(ranked.horizons, dtype=np.object_)[ranked.levels] if ranked.horizons else np.empty(0, object)
    return np.array([one.horizon for one in ranked], dtype=np.object_)


@dataclass(slots=True)
class _Room:
    """What one team, or all together, may put into a horizon."""

    capacity: float
    sizes: Floats
    used: float = 0.0
    closed: bool = False

    def takes(self, row: int) -> bool:
        size = float(self.sizes[row])
        if self.closed or self.capacity <= 0:
            return False
        if size > 0 and self.used > 0 and self.used + size > self.capacity + 1e-9:
            self.closed = True
            return False
        self.used += size
        return True


class _Space:
    """A horizon while it is filled: one room, or one for each team."""

    def __init__(self, horizon: Horizon, rows: Rows, horizons: Horizons, teams: Teams | None) -> None:
        self.unlimited = horizon.unlimited
        self._room_of: npt.NDArray[np.int32] | None = None
        self.rooms: list[_Room] = []
        if horizon.teams and teams is not None:
            sizes = {unit: _sizes(rows, unit, horizons) for unit in {room.unit for room in horizon.teams}}
            own = {room.team: _Room(room.capacity, sizes[room.unit]) for room in horizon.teams}
            none = _Room(0.0, next(iter(sizes.values())), closed=True)
            self.rooms = [none if room is None else own[room.team] for room in rooms(horizon, teams.names)]
            self._room_of = teams.of_row
        elif horizon.capacity is not None:
            self.rooms = [_Room(horizon.capacity, _sizes(rows, horizon.unit, horizons))]

    def _room(self, row: int) -> _Room:
        return self.rooms[0 if self._room_of is None else int(self._room_of[row])]

    def pin(self, row: int) -> None:
        if self.rooms:
            room = self._room(row)
            room.used += float(room.sizes[row])

    def takes(self, row: int) -> bool:
        return self._room(row).takes(row)

    @property
    def closed(self) -> bool:
        return all(room.closed for room in self.rooms)

    def open(self) -> None:
        for room in self.rooms:
            room.closed = room.capacity <= 0


def _taken(
    space: _Space, rest: Places, near: npt.NDArray[np.bool_], strengths: Strengths, hysteresis: float
) -> list[int]:
    """What a horizon with a capacity takes of the rest."""
    taken: list[int] = []
    for row in _merge(rest[near], rest[~near], strengths, hysteresis):
        if space.takes(row):
            taken.append(row)
        elif space.closed:
            break
    # What still fits in plain rank order goes in now and not in the next decision: see the law of `core.ranking.rank`.
    space.open()
    inside = set(taken)
    for row in rest:
        if row not in inside:
            if space.takes(int(row)):
                taken.append(int(row))
            elif space.closed:
                break
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


def _sizes(rows: Rows, unit: str, horizons: Horizons) -> Floats:
    """How much room each row takes: the children take it, not the epic."""
    if unit == "items":
        return np.where(rows.containers, 0.0, 1.0)
    estimated = np.where(np.isnan(rows.efforts), horizons.effort_when_missing, rows.efforts)
    return np.where(rows.containers, 0.0, estimated)
