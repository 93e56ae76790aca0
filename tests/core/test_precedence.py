"""Blockers and circles: who waits for whom, and what that lends."""

from __future__ import annotations

import time

from work_makers import ref, work

from syncd.core.scoring.precedence import Strength, blockers_first, inherit, waits_for
from syncd.core.scoring.rows import Rows


def strengths(scores: dict[int, float]) -> dict[int, Strength]:
    return {number: (0, 0, -score) for number, score in scores.items()}


def test_strength_goes_through_any_chain_whatever_stands_between() -> None:
    waits = {1: (2,), 2: (3,), 3: (4,)}
    found = inherit(strengths({1: 90, 2: 10, 3: 50, 4: 20}), waits)
    assert {-strength[2] for strength in found.values()} == {90}


def test_the_strongest_of_all_that_wait_counts() -> None:
    waits = {1: (3,), 2: (3,)}
    assert inherit(strengths({1: 40, 2: 60, 3: 50}), waits)[3] == (0, 0, -60)


def test_both_ends_of_a_link_are_read_and_unknown_ends_are_not() -> None:
    rows = Rows([work(1, blocks=(ref(2), ref(9))), work(2, blocked_by=(ref(1),)), work(3, blocked_by=(ref(1), ref(8)))])
    blocked, blocker = (places.tolist() for places in rows.waiting)
    assert list(zip(blocked, blocker, strict=True)) == [(1, 0), (2, 0)]


def test_nothing_joins_scored_work_to_unscored_work() -> None:
    own: dict[int, Strength] = {1: (0, 0, -5.0), 2: (1, 0, 0.0), 3: (1, 0, 0.0)}
    assert waits_for([(1, 2), (2, 3), (3, 1)], own) == {2: (3,)}


def test_a_circle_and_the_way_between_two_circles_say_nothing_and_what_hangs_on_them_does() -> None:
    blocks = {1: (2,), 2: (1, 3), 3: (4,), 4: (3, 5), 5: (), 6: (1,)}
    pairs = [(blocked, blocker) for blocker, to in blocks.items() for blocked in to]
    assert waits_for(pairs, strengths(dict.fromkeys(blocks, 1.0))) == {5: (4,), 1: (6,)}


def test_an_order_that_holds_comes_back_as_it_is() -> None:
    order = [3, 1, 2]
    assert blockers_first(order, {1: (3,)}) == order
    assert blockers_first(order, {}) == order


def test_each_stretch_in_which_a_blocker_stands_behind_is_mended_by_itself() -> None:
    order = [1, 2, 3, 4, 5, 6, 7, 8]
    assert blockers_first(order, {2: (4,), 4: (1,), 6: (8, 7)}) == [1, 4, 2, 3, 5, 7, 8, 6]


def test_long_chains_need_no_recursion_and_no_patience() -> None:
    count = 20_000
    pairs = [(n + 1, n) for n in range(count)]
    own = strengths({n: float(n) for n in range(count + 1)})
    began = time.perf_counter()
    waits = waits_for(pairs, own)
    inherited = inherit(own, waits)
    order = blockers_first(sorted(own, key=lambda each: (inherited[each], own[each])), waits)
    assert time.perf_counter() - began < 5
    assert order == [*range(count + 1)]
