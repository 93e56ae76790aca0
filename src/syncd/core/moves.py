"""The fewest moves that bring a tool's native order into ours: everything outside a longest increasing run moves."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def moves(current: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str | None]]:
    """Moves `(id, below)` that, made one after the other, place the ids of `wanted` in that order.

    There are exactly n − L of them, L being the longest run of wanted ids that stand in the right order already. Ids
    that are only in `current` are never moved nor used as a neighbor; ids that are only in `wanted` are left out. `below`
    None is the top of the scope. Neighbors that both move come out one after the other, the second below the first,
    so that a tool that takes many issues in one call can take them together.
    """
    position = {id_: index for index, id_ in enumerate(current)}
    target = [id_ for id_ in dict.fromkeys(wanted) if id_ in position]
    # Seen from the end, the run that keeps the first wanted id is found whenever there is one: then nothing moves to the
    # top of the scope, past issues that are not ours to rank.
    last = len(target) - 1
    stay = {last - index for index in _longest_increasing([-position[id_] for id_ in reversed(target)])}
    result: list[tuple[str, str | None]] = []
    above: str | None = None
    for index, id_ in enumerate(target):
        if index not in stay:
            result.append((id_, above))
        above = id_
    return result


def stood_below(current: Sequence[str], made: Sequence[tuple[str, str | None]]) -> list[tuple[bool, str | None]]:
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


def _longest_increasing(values: Sequence[int]) -> set[int]:
    """Indices of one longest strictly increasing subsequence, by patience sorting."""
    tails: list[int] = []
    tail_index: list[int] = []
    previous: list[int] = [-1] * len(values)
    for index, value in enumerate(values):
        pile = bisect_left(tails, value)
        if pile == len(tails):
            tails.append(value)
            tail_index.append(index)
        else:
            tails[pile] = value
            tail_index[pile] = index
        previous[index] = tail_index[pile - 1] if pile else -1
    found: set[int] = set()
    index = tail_index[-1] if tail_index else -1
    while index >= 0:
        found.add(index)
        index = previous[index]
    return found
