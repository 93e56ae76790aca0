"""Whose value stands there, and what people's values mean."""

from __future__ import annotations

from dataclasses import replace

import pytest
from work_makers import ALL, EMPTY, KEY_RESULT, OBJECTIVE, RANK, ROADMAP, SCORE, item, ledger, ref, rules

from syncd.core.backlog import BacklogItem, Status, Work
from syncd.core.issue import FieldValue
from syncd.core.permission.ownership import (
    NO_PINS,
    Ledger,
    Pin,
    Pins,
    Place,
    Standing,
    left_by,
    pins_of_work,
    survey,
)
from syncd.core.permission.values import number_of, same_value
from syncd.core.plan import Relabel, SetField
from syncd.core.rules import OnEdit, Target


def place(of: BacklogItem, target: Target, written: Ledger | None = None) -> Place:
    return survey([of], written or {}, rules(target)).places[of.ref][0]


def shown(target: Target, value: FieldValue, number: int = 1) -> BacklogItem:
    if target.field is not None:
        return item(number, fields={**EMPTY, target.field: value})
    return item(number, labels=("team/web", *((value,) if isinstance(value, str) else value or ())))


def pins(*items: BacklogItem, written: Ledger | None = None) -> Pins:
    return survey(items, written or {}, rules(*ALL)).pins.get(items[0].ref, NO_PINS)


def test_an_empty_place_that_was_never_written_is_ours() -> None:
    assert place(item(1), SCORE) == Place(None, Standing.OURS)
    assert place(item(1), ROADMAP) == Place(None, Standing.OURS)


def test_what_we_wrote_and_nobody_changed_is_ours() -> None:
    one = shown(SCORE, 82.4)
    assert place(one, SCORE, ledger((one, SCORE, 82.4000000001))).standing is Standing.OURS
    one = shown(ROADMAP, "Roadmap/Now")
    assert place(one, ROADMAP, ledger((one, ROADMAP, "roadmap/now"))) == Place("Roadmap/Now", Standing.OURS)


def test_a_changed_value_is_theirs() -> None:
    one = shown(SCORE, 50.0)
    assert place(one, SCORE, ledger((one, SCORE, 82.4))) == Place(50.0, Standing.THEIRS)


def test_a_removed_label_and_an_emptied_field_are_theirs_too() -> None:
    one = item(1)
    assert place(one, ROADMAP, ledger((one, ROADMAP, "roadmap/now"))) == Place(None, Standing.THEIRS)
    assert place(one, SCORE, ledger((one, SCORE, 82.4))) == Place(None, Standing.THEIRS)


def test_setting_the_value_back_to_ours_hands_it_back() -> None:
    one = shown(SCORE, 82.4)
    assert place(one, SCORE, ledger((one, SCORE, 82.4))).standing is Standing.OURS


def test_a_foreign_value_before_the_first_write_is_theirs_unless_it_is_adopted() -> None:
    one = shown(SCORE, 50.0)
    assert place(one, SCORE).standing is Standing.THEIRS
    assert place(one, replace(SCORE, adopt=True)).standing is Standing.OURS
    assert place(one, replace(SCORE, on_edit=OnEdit.REASSERT)).standing is Standing.THEIRS


def test_reassert_takes_a_changed_value_back() -> None:
    target = replace(SCORE, on_edit=OnEdit.REASSERT)
    one = shown(target, 50.0)
    assert place(one, target, ledger((one, target, 82.4))).standing is Standing.OURS


def test_several_labels_of_one_family_are_a_persons_even_when_one_is_ours_or_adoption_is_on() -> None:
    one = shown(ROADMAP, ("roadmap/now", "roadmap/later"))
    assert place(one, ROADMAP, ledger((one, ROADMAP, "roadmap/now"))).standing is Standing.THEIRS
    assert place(one, replace(ROADMAP, adopt=True)) == Place(("roadmap/later", "roadmap/now"), Standing.THEIRS)


def test_a_field_that_the_issue_does_not_have_is_missing() -> None:
    assert place(item(1, fields={}), SCORE) == Place(None, Standing.MISSING)


def test_a_hand_set_roadmap_label_pins_the_horizon() -> None:
    assert pins(shown(ROADMAP, "Roadmap/NEXT")).horizon == Pin("next", "set by a person on PAY-1 (Roadmap/NEXT)")
    assert pins(shown(ROADMAP, "roadmap/q3")).horizon is None


def test_a_label_put_beside_ours_is_what_the_person_chose() -> None:
    one = shown(ROADMAP, ("roadmap/now", "roadmap/later"))
    pinned = pins(one, written=ledger((one, ROADMAP, "roadmap/now"))).horizon
    assert pinned is not None and pinned.value == "later"
    assert pins(one).horizon is None


def test_an_emptied_place_pins_nothing() -> None:
    one = item(1)
    assert pins(one, written=ledger((one, ROADMAP, "roadmap/now"), (one, SCORE, 82.4))) == NO_PINS


@pytest.mark.parametrize(("value", "score"), [(50.0, 50.0), ("50", 50.0), ("high", None), ("nan", None), (True, None)])
def test_a_hand_set_number_pins_the_score(value: FieldValue, score: float | None) -> None:
    pinned = pins(shown(SCORE, value)).score
    assert (pinned.value if pinned else None) == score


def test_a_hand_set_outcome_is_recognized_in_labels_and_fields() -> None:
    because = "set by a person on PAY-1 (okr/kr1)"
    assert pins(shown(KEY_RESULT, "okr/kr1")).okr == Pin(("O1", "KR1"), because)
    assert pins(shown(OBJECTIVE, "O2: whatever it is called now")).okr == Pin(
        ("O2", None), "set by a person on PAY-1 (Objective: O2: whatever it is called now)"
    )
    assert pins(shown(OBJECTIVE, "world peace")).okr is None


def test_a_key_result_says_more_than_an_objective() -> None:
    one = item(1, fields={**EMPTY, "Objective": "O1"}, labels=("okr/KR2",))
    pinned = pins(one).okr
    assert pinned is not None and pinned.value == ("O2", "KR2")


def test_a_hand_set_rank_pins_nothing_but_is_theirs() -> None:
    one = shown(RANK, 3.0)
    assert pins(one) == NO_PINS
    assert place(one, RANK).standing is Standing.THEIRS


def test_what_we_put_there_is_named_so_that_nobody_reads_it_as_input() -> None:
    one = item(1, fields={**EMPTY, "Objective": "O1: Checkout"}, labels=("okr/KR1", "roadmap/now"))
    written = ledger((one, OBJECTIVE, "O1: Checkout"), (one, KEY_RESULT, "okr/kr1"))
    assert survey([one], written, rules(*ALL)).ours == {one.ref: frozenset({"field:Objective", "okr/KR1"})}


def test_a_value_on_any_open_member_pins_the_whole_work() -> None:
    twin = shown(ROADMAP, "roadmap/next", 2)
    found = survey([item(1), twin], {}, rules(*ALL)).pins
    assert pins_of_work(Work(item(1), (twin,)), found)[0].horizon == found[ref(2)].horizon
    closed = replace(twin, status=Status.DONE)
    assert pins_of_work(Work(item(1), (closed,)), found) == (NO_PINS, None)


def test_where_members_disagree_the_primary_wins_and_a_problem_tells() -> None:
    primary, twin = shown(ROADMAP, "roadmap/now", 1), shown(ROADMAP, "roadmap/next", 2)
    found = survey([primary, twin], {}, rules(*ALL)).pins
    pinned, problem = pins_of_work(Work(primary, (twin,)), found)
    assert pinned.horizon is not None and pinned.horizon.value == "now"
    assert problem is not None and problem.code == "conflicting-pins" and "syncd release PAY-1" in problem.remedy


def test_members_that_disagree_on_the_score_are_a_problem_and_equal_ones_are_none() -> None:
    primary, twin, same = shown(SCORE, 50.0, 1), shown(SCORE, 60.0, 2), shown(SCORE, "50", 3)
    found = survey([primary, twin, same], {}, rules(*ALL)).pins
    pinned, problem = pins_of_work(Work(primary, (same, twin)), found)
    assert pinned.score == found[primary.ref].score
    assert problem is not None and problem.message.startswith("People disagree on the score of PAY-1: 50.0 was set")
    assert pins_of_work(Work(primary, (same,)), found)[1] is None


def test_two_places_of_one_issue_that_disagree_are_a_problem_and_the_first_target_counts() -> None:
    targets = (ROADMAP, replace(ROADMAP, label=None, field="Roadmap"))
    one = item(1, labels=("roadmap/now",), fields={"Roadmap": "later"})
    found = survey([one], {}, rules(*targets))
    pinned = found.pins[one.ref].horizon
    assert pinned is not None and pinned.value == "now"
    assert [problem.code for problem in found.problems] == ["conflicting-pins"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (82.4, "82.4", True),
        (1.0, True, False),
        ("Now", " now", True),
        (("b", "A"), ("a", "b"), True),
        (("now",), "Now", True),
        ("", None, True),
        (0.0, None, False),
        (1.0, 1.001, False),
        ("nan", float("inf"), False),
    ],
)
def test_values_are_compared_as_a_tool_would_show_them(one: FieldValue, other: FieldValue, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same


def test_numbers_are_finite() -> None:
    assert number_of("1e400") is None
    assert number_of(" 3 ") == 3.0


def test_the_ledger_gets_what_a_change_leaves_behind() -> None:
    assert left_by(SetField("Score", None, 5.0, "score")) == 5.0
    assert left_by(Relabel(("roadmap/now",), ("roadmap/later",), "horizon", "roadmap/")) == "roadmap/now"
    assert left_by(Relabel((), ("roadmap/later",), "horizon", "roadmap/")) is None
