"""Blockers and circles: who waits for whom, and what that lends."""

from __future__ import annotations

import time

from work_makers import ref, work

from syncd.core.issue import Ref
from syncd.core.precedence import Strength, blockers_first, inherit, waits_for


def strengths(scores: dict[int, float]) -> dict[Ref, Strength]:
    return {ref(number): (0, 0, -score) for number, score in scores.items()}


def test_strength_goes_through_any_chain_whatever_stands_between() -> None:
    waits = {ref(1): (ref(2),), ref(2): (ref(3),), ref(3): (ref(4),)}
    found = inherit(strengths({1: 90, 2: 10, 3: 50, 4: 20}), waits)
    assert {-strength[2] for strength in found.values()} == {90}


def test_the_strongest_of_all_that_wait_counts() -> None:
    waits = {ref(1): (ref(3),), ref(2): (ref(3),)}
    assert inherit(strengths({1: 40, 2: 60, 3: 50}), waits)[ref(3)] == (0, 0, -60)


def test_both_ends_of_a_link_are_read_and_unknown_ends_are_not() -> None:
    works = {
        each.ref: each for each in (work(1, blocks=(ref(2), ref(9))), work(2), work(3, blocked_by=(ref(1), ref(8))))
    }
    assert waits_for(works, strengths({1: 1, 2: 1, 3: 1})) == {ref(2): (ref(1),), ref(3): (ref(1),)}


def test_a_circle_and_the_way_between_two_circles_say_nothing_and_what_hangs_on_them_does() -> None:
    blocks = {1: (2,), 2: (1, 3), 3: (4,), 4: (3, 5), 5: (), 6: (1,)}
    works = {ref(n): work(n, blocks=tuple(ref(m) for m in to)) for n, to in blocks.items()}
    waits = waits_for(works, strengths(dict.fromkeys(blocks, 1.0)))
    assert waits == {ref(5): (ref(4),), ref(1): (ref(6),)}


def test_an_order_that_holds_comes_back_as_it_is() -> None:
    order = [ref(3), ref(1), ref(2)]
    assert blockers_first(order, {ref(1): (ref(3),)}) == order
    assert blockers_first(order, {}) == order


def test_long_chains_need_no_recursion_and_no_patience() -> None:
    count = 20_000
    works = {ref(n): work(n, blocks=(ref(n + 1),)) for n in range(count)}
    own = strengths({n: float(n) for n in range(count)})
    began = time.perf_counter()
    waits = waits_for(works, own)
    inherited = inherit(own, waits)
    order = blockers_first(sorted(works, key=lambda each: (inherited[each], own[each])), waits)
    assert time.perf_counter() - began < 5
    assert order == [ref(n) for n in range(count)]
