"""What takes moves of ours back: the order of now is stepped backwards through them, to the order before the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from syncd.core.issue import Ref
from syncd.core.plan import Move, Skip


@dataclass(frozen=True, slots=True)
class _Way:
    """Our moves of one issue within one order: where it stood before them, and where the last one put it."""

    first: Move
    last: Move
    at: int
    """The number of the last move among all."""

    @property
    def round_trip(self) -> bool:
        return self.first.was_known and _id(self.first.was_below) == _id(self.last.below)


class _Chain:
    """An order that issues are taken out of and put into again, each in constant time."""

    def __init__(self, order: Sequence[str]) -> None:
        self.above: dict[str, str | None] = dict(zip(order, (None, *order), strict=False))
        self._below: dict[str | None, str | None] = dict(zip((None, *order), (*order, None), strict=True))

    def put(self, id_: str, under: str | None) -> bool:
        """Place an issue directly below another; None is the top. False: there it stood."""
        if self.above[id_] == under:
            return False
        self._join(self.above[id_], self._below[id_])
        follows = self._below[under]
        self._join(under, id_)
        self._join(id_, follows)
        return True

    def shows(self, id_: str, under: str | None) -> bool:
        return id_ in self.above and self.above[id_] == under

    def go(self, id_: str, from_: str | None, to: str | None) -> bool:
        """Make one step of a way: False, and nothing done, where the issue is not there or there is nowhere to go."""
        if not self.shows(id_, from_) or not (to is None or to in self.above):
            return False
        self.put(id_, to)
        return True

    def _join(self, upper: str | None, lower: str | None) -> None:
        self._below[upper] = lower
        if lower is not None:
            self.above[lower] = upper


def moves_back(
    source: str, made: Sequence[Move], order: Sequence[str], because: str
) -> tuple[tuple[Move, ...], list[Skip]]:
    """The moves that restore what stood before `made`, given oldest first, and what cannot or must not go back.

    An issue that does not stand any more where our last move of it left it was moved by somebody: it stays, and what
    stood below it goes below what it stood below.
    """
    made = made[: len(made) - _taken_back_already(made, order)]
    ways: dict[str, _Way] = {}
    for at, move in enumerate(made):
        known = ways.get(move.ref.id)
        ways[move.ref.id] = _Way(known.first if known else move, move, at)
    now = _Chain(order)
    stay: dict[str, str] = {}
    while (found := _stepped_back(made, ways, order, now, stay))[1]:  # who stays decides where others belong
        stay |= found[1]
    skips = [_stays(ways[id_], told) for id_, told in stay.items() if told]
    result: list[Move] = []
    steps = found[0]
    for at, (move, under, key) in enumerate(steps):
        if at + 1 < len(steps) and steps[at + 1][0].ref == move.ref:
            continue  # on its way to where the next step puts it
        if now.put(move.ref.id, under):
            ref = None if under is None else Ref(source, under)
            result.append(Move(move.ref, move.key, ref, key, because))
    return tuple(result), skips


def _taken_back_already(made: Sequence[Move], order: Sequence[str]) -> int:
    """How many of the last moves an undo that was broken off took back before: none, unless the order shows it."""
    if not all(move.was_known for move in made):
        return 0
    now = _Chain(order)
    for back in range(len(made) + 1):
        at = len(made) - back
        left = at == 0 or now.shows(made[at - 1].ref.id, _id(made[at - 1].below))
        restored = at == len(made) or now.shows(made[at].ref.id, _id(made[at].was_below))
        if left and restored and _leads_through(made, at, order):
            return back
    return 0


def _leads_through(made: Sequence[Move], at: int, order: Sequence[str]) -> bool:
    """Whether the order is exactly what the moves before number `at` left: all of them can be seen, and all others can
    be made again."""
    back, forth = _Chain(order), _Chain(order)
    return all(back.go(move.ref.id, _id(move.below), _id(move.was_below)) for move in reversed(made[:at])) and all(
        forth.go(move.ref.id, _id(move.was_below), _id(move.below)) for move in made[at:]
    )


_Place = tuple[Move, str | None, str | None]
"""A move that is taken back, and the id and the key of what its issue goes below."""


def _stepped_back(
    made: Sequence[Move], ways: Mapping[str, _Way], order: Sequence[str], now: _Chain, stay: Mapping[str, str]
) -> tuple[list[_Place], dict[str, str]]:
    """The steps, newest first, past all moves but those of issues that stay; and who else must stay: with the reason to
    tell, empty where nothing is to be told.

    In this order, so that whoever breaks off half-way leaves an order from which the rest can be taken back.
    """
    chain, steps, more, kept = _Chain(order), list[_Place](), dict[str, str](), set(stay)
    away = {id_ for id_, because in stay.items() if because}
    for at in range(len(made) - 1, -1, -1):
        move = made[at]
        id_ = move.ref.id
        way = ways[id_]
        if id_ in kept:
            continue
        if at == way.at and (found := _must_stay(id_, way, chain, ways, kept, now)) is not None:
            more[id_] = found
            kept.add(id_)
            continue
        if not move.was_known:
            continue  # an earlier move of it tells
        under, key = _neighbor(move, ways, away)
        if under == id_:
            continue  # it stood below one that stood below it, and that one stays elsewhere: nothing is left to cross
        if under is None or under in chain.above:
            if chain.put(id_, under):
                steps.append((move, under, key))
        elif move is way.first:
            more[id_] = "what it stood below is gone"
            kept.add(id_)
    return steps, more


def _must_stay(id_: str, way: _Way, chain: _Chain, ways: Mapping[str, _Way], stay: Set[str], now: _Chain) -> str | None:
    """The reason to tell, empty where nothing is to be told; None: it may go back."""
    if id_ not in chain.above:
        return "" if way.round_trip else "the issue is gone"
    if not way.first.was_known:
        return "where it stood before was not recorded"
    seen = chain.above[id_]
    below = _id(way.last.below)
    while seen is not None and seen != below and seen in stay and ways[seen].at > way.at:
        seen = chain.above[seen]  # came between after our move, and cannot be taken out
    if seen == below:
        return None
    seen, was = now.above[id_], _id(way.first.was_below)
    while seen is not None and seen != was and seen in ways:
        seen = now.above[seen]
    never_left = seen == was
    return "" if way.round_trip or never_left else "it was moved since, so it stays"


def _neighbor(move: Move, ways: Mapping[str, _Way], away: Set[str]) -> tuple[str | None, str | None]:
    """What the issue goes below: its old neighbor, or where that one was moved away and stays, the one before it."""
    asked = {move.ref.id}
    while (was := _id(move.was_below)) is not None and was in away and was not in asked and ways[was].first.was_known:
        asked.add(was)
        move = ways[was].first
    return _id(move.was_below), move.was_below_key


def _id(ref: Ref | None) -> str | None:
    return None if ref is None else ref.id


def _stays(way: _Way, because: str) -> Skip:
    return Skip(way.last.ref, way.last.key, "order", None, _spot(way.first), because)


def _spot(move: Move) -> str | None:
    if not move.was_known:
        return None
    return "top" if move.was_below is None else f"below {move.was_below_key or move.was_below.id}"
