"""The moves that bring a tool's native order into ours: the fewest, and made in the fewest calls to the tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import TypeVar

from syncd.core.writing.calls import calls_of, fewest_calls, fewest_moves

M = TypeVar("M")
Pair = tuple[str, str | None]
"""An issue, and what it is placed directly below; None is the top of the scope."""


def moves(
    current: Sequence[str],
    wanted: Sequence[str],
    *,
    at_once: int = 1,
    most_calls: int | None = None,
    agreed: Set[str] = frozenset(),
) -> list[Pair]:
    """Moves `(id, below)` that, made one after the other, place the ids of `wanted` in that order.

    There are exactly n − L of them, L being the longest run of wanted ids that stand in the right order already. A call
    to the tool takes up to `at_once` issues that follow each other, and among all such moves these need the fewest calls.
    Where that is more than `most_calls`, the moves that need the fewest calls at all are given instead, and among
    those the fewest moves: issues that stand right are moved along with their neighbors.

    Ids that are only in `current` are never moved nor used as a neighbor; ids that are only in `wanted` are left out. `below`
    None is the top of the scope. Neighbors that both move come out one after the other, the second below the first,
    so that a tool that takes many issues in one call can take them together.

    There is often more than one way with the fewest moves. Issues in `agreed` are those whose move a person approved
    already: they move, and as few others as that leaves, where this takes no more moves or no more calls. Otherwise a plan
    that broke off in its middle would go on by another way, which nobody approved.
    """
    position = {id_: index for index, id_ in enumerate(current)}
    target = [id_ for id_ in dict.fromkeys(wanted) if id_ in position]
    places = [position[id_] for id_ in target]
    stay = _staying(places, range(len(places)), at_once, most_calls)
    if agreed and len(stay) < len(places):
        rest = _not_agreed(target, places, agreed)
        other = _staying(places, rest, at_once, most_calls)
        as_few = calls_of(other, len(places), at_once) <= calls_of(stay, len(places), at_once)
        stay = other if as_few or len(other) >= len(stay) else stay
    result: list[Pair] = []
    above: str | None = None
    staying = set(stay)
    for index, id_ in enumerate(target):
        if index not in staying:
            result.append((id_, above))
        above = id_
    return result


def _not_agreed(target: Sequence[str], places: Sequence[int], agreed: Set[str]) -> list[int]:
    """The issues that may stay: the others, and those that stand right below their neighbor already, which stays, too."""
    now = (-1, *sorted(range(len(places)), key=places.__getitem__))
    stands_below = {below: above for above, below in pairwise(now)}
    rest: list[int] = []
    stays = True
    for index, id_ in enumerate(target):
        stays = id_ not in agreed or (stays and stands_below[index] == index - 1)
        if stays:
            rest.append(index)
    return rest


def _staying(places: Sequence[int], among: Sequence[int], at_once: int, most_calls: int | None) -> list[int]:
    """Which of the issues `among` all stay; the others move in any case."""
    theirs = [places[index] for index in among]
    stay = [among[number] for number in fewest_moves(theirs, at_once)]
    if most_calls is not None and calls_of(stay, len(places), at_once) > most_calls:
        stay = [among[number] for number in fewest_calls(theirs, at_once)]
    return stay


def together(made: Sequence[Pair], at_once: int) -> Iterator[tuple[int, int]]:
    """The moves as the tool is called: half-open ranges of at most `at_once` moves, each directly below the one before."""
    start = 0
    for index in range(1, len(made) + 1):
        if index == len(made) or index - start == at_once or made[index][1] != made[index - 1][0]:
            yield start, index
            start = index


def stood_below(current: Sequence[str], made: Sequence[Pair]) -> list[tuple[bool, str | None]]:
    """For each move `(id, below)`, made one after the other: whether its old place is known, and what it stood
    directly below then (None is the top). An id that is not in `current` has no known place before its first move."""
    above: dict[str | None, str | None] = dict(zip(current, (None, *current), strict=False))
    under: dict[str | None, str | None] = dict(zip((None, *current), (*current, None), strict=False))
    found: list[tuple[bool, str | None]] = []
    for id_, below in made:
        known = id_ in above
        found.append((known, above.get(id_)))
        if known:
            before, after = above[id_], under[id_]
            under[before] = after
            if after is not None:
                above[after] = before
        next_ = under.get(below)
        under[below], above[id_], under[id_] = id_, below, next_
        if next_ is not None:
            above[next_] = id_
    return found
