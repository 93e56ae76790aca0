"""The native order that is wanted: ranks, fences, the dead band, and places that people chose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from work_makers import EMPTY, item, rules, scored, work

from syncd.core.backlog import Status, Work
from syncd.core.issue import Sprint
from syncd.core.plan import Edit, Move, Relabel, SetField, Skip
from syncd.core.ranking.rank import rank
from syncd.core.rules import OnEdit, Policy
from syncd.core.writing.moves import moves
from syncd.core.writing.order import Anchors, OrderCheck, Ranking, check_order, rankings, wanted_order
from syncd.core.writing.reorder import _as_if_made, reorder
from syncd.core.writing.writes import placed_below

EXACT = Policy(deadband=0.0)


def planned(
    works: list[Work],
    orders: dict[str, tuple[str, ...]],
    *,
    scores: dict[int, float] | None = None,
    order: bool = True,
    on_edit: OnEdit = OnEdit.YIELD,
    policy: Policy = EXACT,
    dragged: dict[str, Anchors] | None = None,
    edits: tuple[Edit, ...] = (),
) -> tuple[dict[str, tuple[Move, ...]], tuple[Skip, ...]]:
    """Without scores, the smallest number is best."""
    by = rules(order=order, horizons=(), policy=policy)
    marks = scored(scores or {int(each.ref.id): 100.0 - int(each.ref.id) for each in works})
    ranked = rank(works, marks, {}, {}, by)
    items = {member.ref: member for each in works for member in each.members}
    source = replace(by.sources["jira"], order_on_edit=on_edit)
    known = rankings(("jira",), ranked, marks, items, policy)["jira"]
    return reorder(source, orders, dragged or {}, known, items, edits)


def moved(
    works: list[Work], orders: dict[str, tuple[str, ...]], **given: object
) -> dict[str, list[tuple[str, str | None]]]:
    found, _ = planned(works, orders, **given)  # type: ignore[arg-type]
    return {scope: [(move.key, move.below_key) for move in made] for scope, made in found.items()}


def after(current: str, known: Ranking, anchors: Anchors | None = None) -> str:
    """What the order is when the plan was written."""
    order = list(current)
    for id_, below in moves(current, wanted_order(current, known, anchors or {})):
        order.remove(id_)
        order.insert(order.index(below) + 1 if below is not None else 0, id_)
    return "".join(order)


def known(scores: dict[str, float], deadband: float = 0.0, **blockers: str) -> Ranking:
    ids = tuple(sorted(scores, key=lambda id_: -scores[id_]))
    return Ranking(
        ids,
        tuple(range(1, len(ids) + 1)),
        ((False, 0),) * len(ids),
        tuple(scores[id_] for id_ in ids),
        deadband,
        {id_: tuple(them) for id_, them in blockers.items()},
    )


def test_the_native_order_follows_the_rank_scope_by_scope() -> None:
    works = [work(number) for number in (1, 2, 3, 4)]
    assert moved(works, {"PAY": ("0002", "0003", "0001"), "WEB": ("0004",)}) == {"PAY": [("PAY-1", None)]}


def test_a_source_without_order_is_never_reordered() -> None:
    assert moved([work(1), work(2)], {"PAY": ("0002", "0001")}, order=False) == {}


def test_closed_issues_strangers_and_active_sprints_stay_where_they_are() -> None:
    busy = work(3, primary=item(3, sprint=Sprint("Sprint 9", "active")))
    closed = Work(item(4, status=Status.DONE))
    order = ("9999", "0004", "0003", "0002", "0001")
    assert moved([work(1), work(2), busy, closed], {"PAY": order}) == {"PAY": [("PAY-2", "PAY-1")]}


def test_a_twin_in_another_tool_has_no_place_in_this_ones_order() -> None:
    """Two tools may give two issues the same id."""
    works = [work(1, twins=(item(2, "github"),)), work(2)]
    marks = scored({1: 50.0, 2: 40.0})
    items = {member.ref: member for each in works for member in each.members}
    ranked = rank(works, marks, {}, {}, rules(order=True, horizons=()))
    known = rankings(("jira",), ranked, marks, items, EXACT)["jira"]
    assert (known.ids, known.ranks) == (("0001", "0002"), (1, 2))


def test_moves_carry_what_the_connector_needs() -> None:
    works = [work(number, primary=item(number, handles={"node": f"N{number}"}, fields=EMPTY)) for number in (1, 2, 3)]
    (move,) = planned(works, {"PAY": ("0001", "0003", "0002")})[0]["PAY"]
    assert {move.key, move.below_key} == {"PAY-3", "PAY-2"}
    assert move.handles and move.below_handles
    assert move.because == "rank 3 of 3"


def test_an_issue_that_an_edit_puts_on_the_board_is_moved_in_the_same_plan() -> None:
    works = [work(number) for number in (1, 2, 3)]
    joins = Edit(works[0].ref, "PAY-1", "", "1", (SetField("Score", None, 3.0, "score"),))
    labeled = Edit(works[1].ref, "PAY-2", "", "1", (Relabel(("roadmap/now",), (), "horizon", "roadmap/"),))
    found = moved(works, {"acme/1": ("0003",)}, edits=(joins, labeled))
    assert found["acme/1"] == [("PAY-3", "PAY-1")]
    assert moved(works, {"PAY": ("0003",)}, edits=(joins, labeled)) == {}


# the dead band


def test_issues_within_the_dead_band_keep_the_order_that_they_have() -> None:
    near = {"a": 50.2, "b": 50.0, "c": 49.9, "d": 40.0}
    assert after("cabd", known(near, 0.5)) == "cabd"
    assert after("cabd", known(near, 0.1)) == "abcd"
    assert after("cabd", known(near)) == "abcd"
    assert after("dcab", known(near, 0.5)) == "cabd"


def test_many_small_differences_add_up_to_a_move() -> None:
    slope = {"a": 51.2, "b": 50.9, "c": 50.6, "d": 50.3}
    assert after("dabc", known(slope, 0.5)) == "abdc"
    assert after("badc", known(slope, 0.5)) == "badc"


def test_unscored_work_and_lower_classes_never_pass_for_near() -> None:
    classes = Ranking(tuple("abc"), (1, 2, 3), ((False, 0), (False, 1), (True, 9)), (5.0, 5.0, 5.0), 0.5)
    assert after("cba", classes) == "abc"


def test_a_blocker_stands_in_front_whatever_the_dead_band_says() -> None:
    assert after("bca", known({"a": 5.0, "b": 5.0, "c": 5.0}, 0.5)) == "bca"
    assert after("bca", known({"a": 5.0, "b": 5.0, "c": 5.0}, 0.5, b="a")) == "cab"


def test_an_issue_stands_below_all_of_its_blockers() -> None:
    equal = dict.fromkeys("abcd", 5.0)
    assert after("cadb", known(equal, 0.5, c="ab")) == "adbc"
    assert after("cabd", known(equal, 0.5, c="ab", b="d")) in ("adbc", "dabc")


def test_a_blocked_issue_is_moved_below_its_blocker_by_the_plan_of_its_source() -> None:
    first = work(1)
    second = work(2, blocked_by=(first.ref,))
    scores = {1: 50.0, 2: 50.0, 3: 50.0}
    plan = moved(
        [first, second, work(3)], {"PAY": ("0002", "0003", "0001")}, scores=scores, policy=Policy(deadband=1.0)
    )
    assert len(plan["PAY"]) == 1 and plan["PAY"][0] in [("PAY-2", "PAY-1"), ("PAY-1", None)]


# places that people chose


BEST = {"a": 9.0, "b": 8.0, "c": 7.0, "d": 6.0}


def test_a_dragged_issue_stays_below_what_it_was_dropped_below() -> None:
    assert after("adbc", known(BEST), {"d": "a"}) == "adbc"
    assert after("bcad", known(BEST), {"d": "a"}) == "adbc", "it goes with its neighbor"
    assert after("dbca", known(BEST), {"d": None}) == "dabc"
    assert after("cdba", known(BEST), {"d": "c", "c": None}) == "cdab"


def test_nothing_is_placed_between_a_dragged_issue_and_its_neighbor() -> None:
    assert after("cadb", known(BEST), {"d": "a"}) == "adbc"


def test_a_dragged_issue_without_a_neighbor_of_ours_is_a_fence() -> None:
    assert after("x1dcba", known(BEST), {"d": "1"}) == "x1dabc"
    assert after("dcba", known(BEST), {"d": "gone"}) == "dabc"


def test_pins_that_point_at_each_other_move_nobody() -> None:
    assert after("cdba", known(BEST), {"d": "c", "c": "d"}) == "cdab"


def test_a_pin_that_holds_an_issue_out_of_its_rank_is_told_and_reassert_ends_it() -> None:
    works = [work(number) for number in (1, 2, 3)]
    orders, pin = {"PAY": ("0003", "0001", "0002")}, {"PAY": {"0003": None}}
    found, skips = planned(works, orders, dragged=pin)
    assert found == {}
    assert [(skip.key, skip.slot, skip.live, skip.wanted) for skip in skips] == [("PAY-3", "order", "top", "rank 3")]
    assert skips[0].because.endswith("syncd release PAY-3 order")
    assert moved(works, orders, dragged=pin, on_edit=OnEdit.REASSERT) == {"PAY": [("PAY-3", "PAY-2")]}


def test_a_pin_that_agrees_with_the_rank_is_not_told() -> None:
    works = [work(number) for number in (1, 2, 3)]
    for pin in ({"0002": "0001"}, {"0001": None}, {"0003": "0002"}):
        assert planned(works, {"PAY": ("0001", "0002", "0003")}, dragged={"PAY": pin}) == ({}, ())


# the check


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("abcd", OrderCheck(4)),
        ("a1bc2d", OrderCheck(4)),
        ("abdc", OrderCheck(4, ("d", "c"))),
        ("dabc", OrderCheck(4, ("d", "a"))),
        ("bd", OrderCheck(2)),
        ("", OrderCheck(0)),
    ],
)
def test_the_check_names_the_first_two_that_stand_the_wrong_way_around(order: str, expected: OrderCheck) -> None:
    assert check_order(order, known(BEST), {}) == expected


def test_the_check_leaves_out_pins_and_forgives_the_dead_band_but_not_a_blocker() -> None:
    assert check_order("dabc", known(BEST), {"d": None}) == OrderCheck(3)
    assert check_order("bacd", known(BEST, 1.5), {}) == OrderCheck(4)
    assert check_order("bacd", known(BEST, 1.5, b="a"), {}) == OrderCheck(4, ("b", "a"))


def test_agreed_moves_are_thought_made_so_that_the_dead_band_does_not_change_what_is_wanted() -> None:
    agreed = {"e": placed_below("a"), "d": placed_below("e"), "c": placed_below(None)}
    assert list(_as_if_made("abcde", agreed)) == ["c", "a", "e", "d", "b"]
    assert list(_as_if_made("abcde", {"b": placed_below("gone")})) == list("abcde")
    assert list(_as_if_made("abcde", {"b": placed_below("c"), "c": placed_below("b")})) == list("abcde")
