"""Which issues stay, so that the others are moved in the fewest calls: two dynamic programs over the issues that stay.

Issues are numbered in the wanted order, 0 … n − 1; `places[i]` is where issue i stands now. Any set of issues that stand in
the right order among themselves may stay. The others move: those between two neighbors that stay make one run in the
wanted order, and a call takes up to `at_once` of a run, so a run of k issues costs ⌈k ÷ at_once⌉ calls.

Both programs use that ⌈(i − j − 1) ÷ g⌉, the calls between the neighbors j and i, is a(i) − b(j) − 1 where s(j) > r(i), else
a(i) − b(j), with a and r the quotient and remainder of i + g − 2, and b and s those of j, divided by g.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

_Costs = list[list[int | None]]
"""For each issue, the calls above it when it stays: where the first issue stays, too, and where it does not. None: impossible."""


def calls_of(stay: Sequence[int], count: int, at_once: int) -> int:
    """The calls that move all others of `count` issues; `stay` is sorted."""
    return sum(-(-(after - before - 1) // at_once) for before, after in pairwise((-1, *stay, count)))


def fewest_moves(places: Sequence[int], at_once: int = 1) -> list[int]:
    """The issues that stay when the fewest move: among the longest increasing subsequences one of the fewest calls.

    Among these one that leaves the first issue where it is, if any does: then nothing moves to the top of the scope,
    past issues that are not ours to rank. O(n log n) time.
    """
    levels = _levels(places)
    if not levels:
        return []
    costs: _Costs = [[None, None] for _ in places]
    parents: list[list[int]] = [[-1, -1] for _ in places]
    for index in levels[0]:
        costs[index][index > 0] = -(-index // at_once)
    for before, after in pairwise(levels):
        for top in (0, 1):
            _extend(before, after, places, at_once, top, costs, parents)
    count = len(places)
    ends = [
        (cost - (-(count - index - 1) // at_once), top, index)
        for index in levels[-1]
        for top in (0, 1)
        if (cost := costs[index][top]) is not None
    ]
    _, top, index = min(ends)
    stay: list[int] = []
    while index >= 0:
        stay.append(index)
        index = parents[index][top]
    return stay[::-1]


def _levels(places: Sequence[int]) -> list[list[int]]:
    """The issues by the length of the longest increasing subsequence that ends in them (patience sorting).

    Within a level, indices grow and places shrink. What may stand before an issue in a longest subsequence is therefore an
    interval of the level before, and that interval only moves forward from one issue of a level to the next.
    """
    tails: list[int] = []
    levels: list[list[int]] = []
    for index, place in enumerate(places):
        pile = bisect_left(tails, place)
        if pile == len(tails):
            tails.append(place)
            levels.append([index])
        else:
            tails[pile] = place
            levels[pile].append(index)
    return levels


def _extend(
    before: Sequence[int],
    after: Sequence[int],
    places: Sequence[int],
    at_once: int,
    top: int,
    costs: _Costs,
    parents: list[list[int]],
) -> None:
    """The costs of one level from those of the level before, by the minimum of a window that slides over it."""
    window: deque[tuple[int, int, int]] = deque()  # (calls − b, −s, index): the first is the best
    seen = 0
    for index in after:
        while seen < len(before) and before[seen] < index:
            other = before[seen]
            seen += 1
            cost = costs[other][top]
            if cost is None:
                continue
            entry = (cost - other // at_once, -(other % at_once), other)
            while window and window[-1][:2] >= entry[:2]:
                window.pop()
            window.append(entry)
        while window and places[window[0][2]] >= places[index]:
            window.popleft()
        if window:
            best, minus_s, other = window[0]
            a, r = divmod(index + at_once - 2, at_once)
            costs[index][top] = best + a - (-minus_s > r)
            parents[index][top] = other


def fewest_calls(places: Sequence[int], at_once: int) -> list[int]:
    """The issues that stay when the fewest calls are made, and of those plans one with the fewest moves.

    No plan of calls does with fewer: an issue that is never moved separates what stands above it from what stands
    below, so each call serves one run at most. O(at_once · n log n), with numpy doing the inner part: a tree over the
    places (Fenwick's) holds for each remainder s the cheapest issue to come from.
    """
    count = len(places)
    scale = count + 2  # one call weighs more than all moves
    rank = {place: number for number, place in enumerate(sorted(places), 1)}
    nothing = np.iinfo(np.int64).max // 2
    tree = np.full((count + 1, at_once), nothing, dtype=np.int64)
    costs: list[int] = []
    parents: list[int] = []
    for index in range(count + 1):  # the last is the end of the scope, below everything
        place = rank[places[index]] if index < count else count + 1
        cost = -(-index // at_once) * scale + index
        parent = -1
        row = tree[_prefix(place - 1)].min(axis=0)
        a, r = divmod(index + at_once - 2, at_once)
        for found, discount in ((row, 0), (row[r + 1 :], scale)):
            if found.size and (best := int(found.min())) < nothing:
                key, other = divmod(best, scale)
                if (tried := key - discount + a * scale + index - 1) < cost:
                    cost, parent = tried, other
        costs.append(cost)
        parents.append(parent)
        if index < count:
            b, s = divmod(index, at_once)
            column = tree[:, s]
            nodes = _above(place, count)
            column[nodes] = np.minimum(column[nodes], (cost - b * scale - index) * scale + index)
    stay: list[int] = []
    index = parents[count]
    while index >= 0:
        stay.append(index)
        index = parents[index]
    return stay[::-1]


def _prefix(place: int) -> list[int]:
    """The nodes that together hold the places 1 … place; node 0 is empty."""
    nodes = [0]
    while place:
        nodes.append(place)
        place &= place - 1
    return nodes


def _above(place: int, count: int) -> list[int]:
    """The nodes that hold a place."""
    nodes = []
    while place <= count:
        nodes.append(place)
        place += place & -place
    return nodes
