"""Moves that are taken back restore the order that was, whatever order they were made in."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.issue import Ref
from syncd.core.plan import Move
from syncd.core.writing.moved_back import moves_back

MOVES = st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7)), max_size=12)


def made_on(order: list[str], wanted: Sequence[tuple[int, int]], *, known: bool = True) -> list[Move]:
    """The moves as they are journaled, made on the order in place."""
    made: list[Move] = []
    for which, under in wanted:
        id_, below = str(which), None if under < 0 else str(under)
        if id_ == below:
            continue
        above = dict(zip(order, (None, *order), strict=False))
        was = above[id_]
        made.append(a_move(id_, below, was, known=known))
        put(order, id_, below)
    return made


def a_move(id_: str, below: str | None, was: str | None, *, known: bool = True) -> Move:
    ref = None if below is None else Ref("jira", below)
    stood = None if was is None else Ref("jira", was)
    return Move(
        Ref("jira", id_), f"T-{id_}", ref, below and f"T-{below}", "why", {}, {}, stood, was and f"T-{was}", known
    )


def put(order: list[str], id_: str, below: str | None) -> None:
    order.remove(id_)
    order.insert(0 if below is None else order.index(below) + 1, id_)


def carried_out(order: Sequence[str], moves: Sequence[Move]) -> list[str]:
    now = list(order)
    for move in moves:
        put(now, move.ref.id, None if move.below is None else move.below.id)
    return now


@given(MOVES)
def test_any_moves_are_taken_back_exactly(wanted: list[tuple[int, int]]) -> None:
    order = [str(n) for n in range(8)]
    was = list(order)
    made = made_on(order, wanted)
    back, left = moves_back("jira", made, order, "undo")
    assert carried_out(order, back) == was
    assert not left
    assert len(back) <= len(made)


@given(MOVES, st.integers(0, 12))
def test_broken_off_half_way_the_rest_can_be_taken_back(wanted: list[tuple[int, int]], far: int) -> None:
    order = [str(n) for n in range(8)]
    was = list(order)
    made = made_on(
        order, [(which, under) for at, (which, under) in enumerate(wanted) if which not in dict(wanted[:at])]
    )
    back, _ = moves_back("jira", made, order, "undo")
    half = carried_out(order, back[:far])
    rest, left = moves_back("jira", made, half, "undo")
    assert carried_out(half, rest) == was
    assert not left


@given(MOVES, st.integers(0, 7), st.integers(-1, 7))
def test_what_a_person_moved_since_stays_and_all_that_nobody_moved_keeps_its_order(
    wanted: list[tuple[int, int]], dragged: int, under: int
) -> None:
    order = [str(n) for n in range(8)]
    made = made_on(order, wanted)
    if dragged != under:
        put(order, str(dragged), None if under < 0 else str(under))
    back, left = moves_back("jira", made, order, "undo")
    moved = {move.ref.id for move in back}
    ours = {move.ref.id for move in made}
    assert moved <= ours, "nothing moves that we had not moved"
    assert not moved & {skip.ref.id for skip in left}
    now = carried_out(order, back)
    assert [id_ for id_ in now if id_ not in moved] == [id_ for id_ in order if id_ not in moved]


def test_what_follows_an_issue_that_was_moved_on_goes_back_too() -> None:
    order = ["4", "2", "1", "6", "5", "3"]
    was = list(order)
    made = made_on(order, [(3, -1), (5, 1), (1, -1), (2, 1)])
    assert order == ["1", "2", "3", "4", "5", "6"]
    back, left = moves_back("jira", made, order, "undo")
    assert (carried_out(order, back), left) == (was, [])


def test_one_place_that_was_not_recorded_keeps_its_issue_and_lets_the_others_go_back() -> None:
    order = ["1", "2", "3"]
    made = made_on(order, [(3, -1)], known=False) + made_on(order, [(1, 2)])
    back, left = moves_back("jira", made, order, "undo")
    assert carried_out(order, back) == ["3", "1", "2"]
    assert [(skip.key, skip.because) for skip in left] == [("T-3", "where it stood before was not recorded")]


def test_an_issue_that_is_gone_is_told_unless_our_moves_had_brought_it_back() -> None:
    order = ["1", "2", "3"]
    made = made_on(order, [(2, -1), (3, 1), (3, -1), (3, 1)])
    assert moves_back("jira", made[:2], ["1", "3"], "undo")[1][0].because == "the issue is gone"
    order = ["1", "2", "3"]
    there_and_back = made_on(order, [(2, -1), (2, 1)])
    assert moves_back("jira", there_and_back, ["1", "3"], "undo") == ((), [])


def test_a_neighbor_that_is_gone_is_told_and_the_issue_stays() -> None:
    order = ["1", "2", "3"]
    made = made_on(order, [(2, -1)])
    order.remove("1")
    back, left = moves_back("jira", made, order, "undo")
    assert back == ()
    assert [(skip.key, skip.because) for skip in left] == [("T-2", "what it stood below is gone")]
