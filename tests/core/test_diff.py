"""What is wanted against what stands there: edits and skips."""

from __future__ import annotations

from dataclasses import replace

from work_makers import RANK, ROADMAP, SCORE, item, ledger, rules

from syncd.core.backlog import BacklogItem
from syncd.core.issue import FieldValue
from syncd.core.permission.ownership import Ledger, survey
from syncd.core.plan import Plan, Relabel, SetField
from syncd.core.rules import OnEdit, Policy, Slot, Target
from syncd.core.writing.diff import diff
from syncd.core.writing.want import Want, Wanted


def plan(
    of: BacklogItem, wants: list[tuple[Target, FieldValue]], written: Ledger | None = None, deadband: float = 0.0
) -> Plan:
    by = rules(*(target for target, _ in wants), policy=Policy(deadband=deadband))
    places = survey([of], written or {}, by).places
    wanted = Wanted(of, tuple(Want(target, value, "because") for target, value in wants))
    return diff("jira", [wanted], places, by.sources["jira"], by.policy)


def test_an_empty_place_is_filled_and_all_changes_of_an_issue_are_one_edit() -> None:
    of = item(1, revision="7", handles={"node": "I_1"})
    edits = plan(of, [(SCORE, 82.4), (ROADMAP, "roadmap/now")]).edits
    assert len(edits) == 1
    assert (edits[0].ref, edits[0].key, edits[0].expect, edits[0].handles) == (of.ref, "PAY-1", "7", {"node": "I_1"})
    assert edits[0].changes == (
        SetField("Score", None, 82.4, "score", "because"),
        Relabel(("roadmap/now",), (), "horizon", "roadmap/", "because"),
    )


def test_what_stands_there_already_is_not_written() -> None:
    of = item(1, fields={"Score": 82.4}, labels=("Roadmap/Now",))
    found = plan(of, [(SCORE, 82.4), (ROADMAP, "roadmap/now")])
    assert found.empty and not found.skips


def test_our_label_gives_way_to_the_new_one() -> None:
    of = item(1, labels=("bug", "Roadmap/Later"))
    edits = plan(of, [(ROADMAP, "roadmap/now")], ledger((of, ROADMAP, "roadmap/later"))).edits
    assert edits[0].changes == (Relabel(("roadmap/now",), ("Roadmap/Later",), "horizon", "roadmap/", "because"),)


def test_our_value_is_taken_away_where_nothing_is_wanted() -> None:
    of = item(1, labels=("roadmap/now",), fields={"Rank": 3.0})
    written = ledger((of, ROADMAP, "roadmap/now"), (of, RANK, 3.0))
    assert plan(of, [(RANK, None), (ROADMAP, None)], written).edits[0].changes == (
        SetField("Rank", 3.0, None, "rank", "because"),
        Relabel((), ("roadmap/now",), "horizon", "roadmap/", "because"),
    )


def test_a_persons_value_is_skipped_with_the_way_to_hand_it_back() -> None:
    of = item(1, fields={"Score": 50.0})
    found = plan(of, [(SCORE, 82.4)])
    assert found.empty
    assert (found.skips[0].slot, found.skips[0].live, found.skips[0].wanted) == ("score", 50.0, 82.4)
    assert "syncd release PAY-1" in found.skips[0].because


def test_a_removed_label_stays_removed() -> None:
    of = item(1)
    found = plan(of, [(ROADMAP, "roadmap/now")], ledger((of, ROADMAP, "roadmap/now")))
    assert found.empty and found.skips[0].because.startswith("a person emptied it")


def test_a_persons_value_where_nothing_is_wanted_is_no_news() -> None:
    assert plan(item(1, fields={"Rank": 4.0}), [(RANK, None)]).skips == ()


def test_a_missing_field_is_told() -> None:
    found = plan(item(1, fields={}), [(SCORE, 82.4)])
    assert found.empty and found.skips[0].because == "the field does not exist on this issue"


def test_a_score_within_the_dead_band_is_left_as_it_stands() -> None:
    of = item(1, fields={"Score": 82.0})
    written = ledger((of, SCORE, 82.0))
    assert plan(of, [(SCORE, 82.4)], written, deadband=0.5).empty
    assert not plan(of, [(SCORE, 82.5)], written, deadband=0.5).empty
    assert not plan(of, [(SCORE, None)], written, deadband=0.5).empty
    label = Target(Slot.SCORE, label="score/")
    of = item(1, labels=("score/82",))
    assert plan(of, [(label, "score/82.4")], ledger((of, label, "score/82")), deadband=0.5).empty


def test_the_dead_band_is_for_scores_only() -> None:
    of = item(1, fields={"Rank": 3.0})
    assert not plan(of, [(RANK, 4.0)], ledger((of, RANK, 3.0)), deadband=5.0).empty


def test_adoption_takes_over_a_foreign_value_and_reassert_a_changed_one() -> None:
    of = item(1, fields={"Score": 50.0})
    assert plan(of, [(replace(SCORE, adopt=True), 82.4)]).size == 1
    assert plan(of, [(replace(SCORE, on_edit=OnEdit.REASSERT), 82.4)], ledger((of, SCORE, 60.0))).size == 1


def test_reasserting_a_label_tidies_its_family_and_adds_ours_even_where_it_stands() -> None:
    target = replace(ROADMAP, on_edit=OnEdit.REASSERT)
    of = item(1, labels=("roadmap/now", "roadmap/later", "roadmap/next"))
    edits = plan(of, [(target, "roadmap/now")], ledger((of, target, "roadmap/now"))).edits
    assert edits[0].changes == (
        Relabel(("roadmap/now",), ("roadmap/later", "roadmap/next"), "horizon", "roadmap/", "because"),
    )
