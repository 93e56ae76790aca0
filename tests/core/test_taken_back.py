"""Writes taken back: as far as they still show, to what stood before them, and what stays is told."""

from __future__ import annotations

from issue_makers import jira

from syncd.core.issue import Ref, SourceIssue
from syncd.core.plan import Edit, Move, Plan, Relabel, SetField
from syncd.core.writing.undo import Done, undo


def issue(**shows: object) -> SourceIssue:
    return jira(1, title="Checkout", revision="r7", **shows)


def written(*changes: SetField | Relabel) -> Done:
    one = issue()
    return Done(Edit(one.ref, one.key, one.title, "r1", changes), None)


def score(before: float | None, after: float) -> SetField:
    return SetField("Score", before, after, "score")


def undone(live: SourceIssue | None, *done: Done, order: tuple[str, ...] = ()) -> Plan:
    there = {} if live is None else {live.ref: live}
    return undo("jira", done, there, {"PAY": order}, "undo")


def test_writes_that_followed_each_other_are_taken_back_together() -> None:
    live = issue(fields={"Score": 9.0})
    (edit,) = undone(live, written(score(None, 5.0)), written(score(5.0, 9.0))).edits
    assert edit.changes == (SetField("Score", 9.0, None, "score", "undo"),)
    assert (edit.ref, edit.key, edit.title, edit.expect) == (live.ref, live.key, "Checkout", "r7")


def test_what_somebody_set_between_two_writes_is_what_an_undo_restores() -> None:
    plan = undone(issue(fields={"Score": 9.0}), written(score(None, 5.0)), written(score(7.0, 9.0)))
    assert plan.edits[0].changes == (SetField("Score", 9.0, 7.0, "score", "undo"),)


def test_labels_of_ours_go_and_those_that_gave_way_come_back() -> None:
    roadmap = Relabel(("roadmap/now",), ("roadmap/later",), "horizon", "roadmap/")
    plan = undone(issue(labels=("bug", "roadmap/now")), written(roadmap))
    assert plan.edits[0].changes == (Relabel(("roadmap/later",), ("roadmap/now",), "horizon", "roadmap/", "undo"),)


def test_of_an_issue_that_is_gone_each_place_is_told() -> None:
    roadmap = Relabel(("roadmap/now",), (), "horizon", "roadmap/")
    plan = undone(None, written(score(None, 5.0), roadmap))
    assert plan.empty and {(skip.slot, skip.because, skip.wanted) for skip in plan.skips} == {
        ("score", "the issue is gone", None),
        ("horizon", "the issue is gone", None),
    }


def test_a_field_that_is_not_there_any_more_is_told() -> None:
    plan = undone(issue(fields={}), written(score(None, 5.0)))
    assert plan.empty and [skip.because for skip in plan.skips] == ["the issue does not have this field any more"]


def test_a_move_that_stays_is_told_beside_edits() -> None:
    one = issue()
    move = Move(one.ref, one.key, Ref("jira", "2"), "PAY-2", was_below=None, was_known=True)
    plan = undone(issue(fields={"Score": 5.0}), written(score(None, 5.0)), Done(move, "PAY"), order=("2", "3"))
    assert plan.size == 1 and [(skip.slot, skip.because) for skip in plan.skips] == [("order", "the issue is gone")]
