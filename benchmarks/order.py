"""Re-ranking: how many issues are moved in how many calls of fifty, against the minimum, and how long planning takes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, permutations

from benchmarks.result import Result
from syncd.core.writing.calls import calls_of, fewest_calls, fewest_moves
from syncd.core.writing.moves import Pair, moves, together
from syncd.core.writing.order import Ranking, wanted_order

AT_ONCE = 50
SMALL = 6
Shape = Callable[[int], list[int]]
"""The numbers 0 … n − 1, which is the native order, in the order of new scores."""


def scattered(count: int) -> list[int]:
    """One in a hundred gets a score of its own."""
    dice, order = random.Random(1), list(range(count))
    for number in dice.sample(range(count), count // 100):
        order.remove(number)
        order.insert(dice.randrange(count), number)
    return order


def promoted(count: int) -> list[int]:
    """One in a hundred becomes the most urgent."""
    dice = random.Random(1)
    chosen = dice.sample(range(count), count // 100)
    among = frozenset(chosen)
    return [*chosen, *(number for number in range(count) if number not in among)]


def jitter(count: int) -> list[int]:
    """Every score moves a little, by about the distance of one place."""
    dice = random.Random(1)
    return sorted(range(count), key=lambda number: number + dice.gauss(0, 1))


def shuffled(count: int) -> list[int]:
    order = list(range(count))
    random.Random(1).shuffle(order)
    return order


def reversed_(count: int) -> list[int]:
    return list(range(count))[::-1]


SHAPES: dict[str, Shape] = {
    "scattered": scattered,
    "promoted": promoted,
    "jitter": jitter,
    "shuffled": shuffled,
    "reversed": reversed_,
}
GOALS = {"scattered": (100, 99, 73, 701), "promoted": (100, 2, 2, 100), "jitter": (2395, 1778, 188, 8462)}
"""Moves and calls with the fewest moves; calls and moves with the fewest calls; of 10,000 issues."""


def order() -> Iterator[Result]:
    """Every shape at 10,000 issues, the dead band on jitter, all small cases by brute force, and the time at 100,000."""
    over = 0
    for name, shape in SHAPES.items():
        wanted = shape(10_000)
        figures: list[int] = []
        for most in (None, 0):
            found, calls = _planned(wanted, most)
            figures += [len(found), calls] if most is None else [calls, len(found)]
        over += figures[0] - (len(wanted) - _longest(wanted))
        words = ("moves", "calls", "fewest_calls", "fewest_calls_moves")
        for word, figure, goal in zip(words, figures, GOALS.get(name, (None,) * 4), strict=True):
            yield Result(f"order.10k.{name}_{word}", figure, word.rpartition("_")[2], goal)
    yield Result("order.10k.jitter_moves_in_the_dead_band", _in_the_dead_band(jitter(10_000)), "moves", 0)
    yield Result("order.moves_over_minimum", over + _brute_force(), "moves", 0)
    slowest = 0.0
    for shape in SHAPES.values():
        wanted = shape(100_000)
        for most in (None, 0):
            began = time.process_time()
            _planned(wanted, most)
            slowest = max(slowest, time.process_time() - began)
    yield Result("order.100k_slowest_cpu_seconds", slowest, "s", 3.0)


def _planned(wanted: Sequence[int], most_calls: int | None, deadband: float = 0.0) -> tuple[list[Pair], int]:
    """As a plan does it: from what a decision says and the native order to moves. Scores are percentiles."""
    count = len(wanted)
    names = [str(number) for number in range(count)]
    known = Ranking(
        tuple(names[number] for number in wanted),
        tuple(range(1, count + 1)),
        ((False, 0),) * count,
        tuple(100.0 * (count - place) / count for place in range(count)),
        deadband,
    )
    found = moves(names, wanted_order(names, known, {}), at_once=AT_ONCE, most_calls=most_calls)
    return found, sum(1 for _ in together(found, AT_ONCE))


def _in_the_dead_band(wanted: Sequence[int]) -> int:
    """With the dead band that is set without a word of the configuration."""
    return len(_planned(wanted, None, deadband=0.5)[0])


def _longest(values: Sequence[int]) -> int:
    """The length of a longest increasing subsequence, by a tree of maxima: another way than the program's."""
    tree = [0] * (len(values) + 1)
    for value in values:
        best, node = 0, value
        while node:
            best, node = max(best, tree[node]), node & (node - 1)
        node = value + 1
        while node <= len(values):
            tree[node], node = max(tree[node], best + 1), node + (node & -node)
    return max(tree)


def _brute_force() -> int:
    """By how much moves and calls miss the minimum, over all orders of up to six issues and calls of up to three."""
    over = 0
    for count in range(SMALL + 1):
        for places in permutations(range(count)):
            stays = [
                stay
                for size in range(count + 1)
                for stay in combinations(range(count), size)
                if all(places[one] < places[other] for one, other in pairwise(stay))
            ]
            for at_once in (1, 2, 3):
                costs = [(count - len(stay), calls_of(stay, count, at_once)) for stay in stays]
                few, calls = fewest_moves(places, at_once), fewest_calls(places, at_once)
                least = min(costs)
                over += count - len(few) - least[0] + calls_of(few, count, at_once) - least[1]
                over += calls_of(calls, count, at_once) - min(call for _, call in costs)
    return over
