"""The fewest moves, on examples that people can check by eye."""

from __future__ import annotations

import random
import time

import pytest

from syncd.core.moves import moves


def made(current: list[str], found: list[tuple[str, str | None]]) -> list[str]:
    """What a tool's order is after the moves."""
    order = list(current)
    for id_, below in found:
        order.remove(id_)
        order.insert(order.index(below) + 1 if below is not None else 0, id_)
    return order


def test_the_right_order_needs_no_move() -> None:
    assert moves("abcd", "abcd") == []
    assert moves("", "") == []


def test_one_issue_out_of_place_is_one_move() -> None:
    assert moves("bcda", "abcd") == [("a", None)]
    assert moves("dabc", "abcd") == [("d", "c")]


def test_neighbors_that_move_follow_each_other_so_that_they_can_be_sent_together() -> None:
    assert moves("abcdefxyz", "axyzbcdef") == [("x", "a"), ("y", "x"), ("z", "y")]


def test_issues_that_are_not_ranked_stay_where_they_are() -> None:
    found = moves("1b2a3", "ab")
    assert {id_ for id_, _ in found} <= {"a", "b"} and len(found) == 1
    after = made(list("1b2a3"), found)
    assert [id_ for id_ in after if id_.isdigit()] == ["1", "2", "3"]
    assert after.index("a") < after.index("b")


def test_ranked_issues_that_the_tool_does_not_list_are_left_out() -> None:
    assert moves("ca", "abc") == [("c", "a")]


def test_the_first_one_stays_where_it_can_so_that_nothing_jumps_to_the_top() -> None:
    assert moves("xba", "ab") == [("b", "a")]
    assert moves("xcab", "abc") == [("c", "b")]


def test_nobody_is_placed_below_an_issue_that_is_not_ranked() -> None:
    assert all(below is None or not below.isdigit() for _, below in moves("1d2c3b4a", "abcd"))


@pytest.mark.parametrize("shape", ["shuffled", "reversed", "one in a hundred"])
def test_a_hundred_thousand_issues_are_planned_in_seconds(shape: str) -> None:
    wanted = [str(number) for number in range(100_000)]
    current = list(wanted)
    chance = random.Random(7)
    if shape == "shuffled":
        chance.shuffle(current)
    elif shape == "reversed":
        current.reverse()
    else:
        for number in chance.sample(range(100_000), 1_000):
            current[number], current[-number] = current[-number], current[number]
    began = time.perf_counter()
    found = moves(current, wanted)
    assert time.perf_counter() - began < 3
    assert len(found) == len({id_ for id_, _ in found}) < 100_000
