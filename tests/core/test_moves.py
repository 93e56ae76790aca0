"""The fewest moves, on examples that people can check by eye."""

from __future__ import annotations

import random
import time

import pytest

from syncd.core.writing.moves import moves, together


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


def test_moves_that_follow_each_other_are_one_call_up_to_what_the_tool_takes() -> None:
    found = moves("abcdefxyz", "axyzbcdef", at_once=2)
    assert [found[start:end] for start, end in together(found, 2)] == [[("x", "a"), ("y", "x")], [("z", "y")]]
    assert list(together([], 2)) == []


def test_among_the_fewest_moves_those_are_taken_that_need_the_fewest_calls() -> None:
    found = moves("bcda", "abdc", at_once=50)
    assert len(found) == 2 and len(list(together(found, 50))) == 2
    found = moves("badc", "abcd", at_once=50)
    assert len(found) == 2 and len(list(together(found, 50))) == 1, "b and c follow each other, a and d do not"


def test_over_the_budget_issues_that_stand_right_are_moved_along() -> None:
    current, wanted = "abcdef", "bacdfe"
    assert len(moves(current, wanted, at_once=50, most_calls=2)) == 2
    assert moves(current, wanted, at_once=50, most_calls=1) == [("a", "b"), ("c", "a"), ("d", "c"), ("f", "d")]
    assert len(moves(current, wanted, at_once=3, most_calls=1)) == 2, "a call takes three, so two are needed anyway"


def test_jitter_of_one_place_among_ten_thousand_needs_the_known_number_of_moves_and_calls() -> None:
    """The figures are those of an independent exact program, checked against a search over all plans."""
    dice = random.Random(1)
    wanted = [str(number) for number in sorted(range(10_000), key=lambda number: number + dice.gauss(0, 1))]
    current = [str(number) for number in range(10_000)]
    few, cheap = moves(current, wanted, at_once=50), moves(current, wanted, at_once=50, most_calls=1000)
    assert (len(few), len(list(together(few, 50)))) == (2395, 1778)
    assert (len(list(together(cheap, 50))), len(cheap)) == (188, 8462)


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
    began = time.process_time()
    found = moves(current, wanted)
    assert time.process_time() - began < 3
    assert len(found) == len({id_ for id_, _ in found}) < 100_000
