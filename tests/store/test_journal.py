"""A write is noted before it leaves, and what was done enters the ledger together with its verdict."""

from __future__ import annotations

import dataclasses

import pytest
from store_samples import JIRA, LATER, NOW, a_move, an_edit, an_issue

from syncd.connector.protocol import Page
from syncd.core.issue import Ref
from syncd.core.plan import Relabel, SetField
from syncd.store import Store, Verdict, Written

SCORE = (Ref(JIRA, "1"), "field:Score")
ROADMAP = (Ref(JIRA, "1"), "label:roadmap/")


def test_an_edit_that_left_without_an_outcome_stays_open_exactly_as_it_was(store: Store) -> None:
    edits = [an_edit("1"), an_edit("2")]
    ids = store.journal.start("run-1", JIRA, edits, now=NOW)
    entries = store.journal.open_entries(JIRA)
    assert [one.id for one in entries] == ids
    assert [one.edit for one in entries] == edits
    assert entries[0].verdict is None
    assert (entries[0].run, entries[0].ref, entries[0].key, entries[0].kind) == (
        "run-1", Ref(JIRA, "1"), "PAY-1", "edit",
    )  # fmt: skip
    assert entries[0].at == NOW
    assert store.journal.open_entries("other") == []
    assert store.ledger.load(JIRA) == {}


def test_moves_are_noted_with_their_scope(store: Store) -> None:
    moves = [a_move("1", "2"), a_move("3", None)]
    store.journal.start_moves("run-1", JIRA, "PAY", moves, now=NOW)
    entries = store.journal.open_entries(JIRA)
    assert [(one.kind, one.scope, one.move, one.edit) for one in entries] == [
        ("move", "PAY", moves[0], None),
        ("move", "PAY", moves[1], None),
    ]
    store.journal.finish([(one.id, Verdict.DONE, "") for one in entries], now=LATER)
    assert store.journal.open_entries(JIRA) == []
    assert store.ledger.load() == {}


def test_the_moves_since_an_entry_are_those_behind_it_in_their_scope(store: Store) -> None:
    first, second = store.journal.start_moves("run-1", JIRA, "PAY", [a_move("1", "2"), a_move("3", None)], now=NOW)
    store.journal.start_moves("run-1", JIRA, "WEB", [a_move("4", None)], now=NOW)
    store.journal.start("run-1", JIRA, [an_edit("1")], now=NOW)
    assert [one.id for one in store.journal.moves_since(JIRA, "PAY", 0)] == [first, second]
    assert [one.id for one in store.journal.moves_since(JIRA, "PAY", first)] == [second]


def test_runs_that_wrote_are_told_newest_first_page_by_page_with_what_became_of_their_writes(store: Store) -> None:
    for number in (1, 2, 3):
        ids = store.journal.start(f"run-{number}", JIRA, [an_edit("1"), an_edit("2"), an_edit("3")], now=NOW)
        store.journal.finish([(ids[0], Verdict.DONE, ""), (ids[1], Verdict.DONE, "")], now=LATER)
    newest, middle = store.journal.runs(2)
    assert [newest.run, middle.run] == ["run-3", "run-2"] and newest.last == ids[-1]
    assert set(newest.verdicts) == {(JIRA, Verdict.DONE, 2), (JIRA, None, 1)}
    assert [one.run for one in store.journal.runs(2, before=middle.last)] == ["run-1"]


def test_a_done_edit_enters_the_ledger(store: Store) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.journal.finish([(id, Verdict.DONE, "")], now=LATER)
    assert store.ledger.load(JIRA) == {
        SCORE: Written(5.0, LATER, "run-1"),
        ROADMAP: Written("roadmap/now", LATER, "run-1"),
    }
    assert store.ledger.load("other") == {}
    assert store.ledger.load() == store.ledger.load(JIRA)


def test_a_cleared_field_and_a_removed_label_are_remembered_as_empty(store: Store) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit(score=None, label=None)], now=NOW)
    store.journal.finish([(id, Verdict.DONE, "")], now=NOW)
    assert {place: written.value for place, written in store.ledger.load(JIRA).items()} == {SCORE: None, ROADMAP: None}


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.DONE])
def test_only_done_enters_the_ledger(store: Store, verdict: Verdict) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.journal.finish([(id, verdict, "the field is not on the screen")], now=NOW)
    assert store.ledger.load(JIRA) == {}
    assert bool(store.journal.open_entries(JIRA)) is (verdict is Verdict.UNKNOWN)


def test_an_unknown_outcome_is_settled_later(store: Store) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.journal.finish([(id, Verdict.UNKNOWN, "no answer")], now=NOW)
    assert [one.verdict for one in store.journal.open_entries(JIRA)] == [Verdict.UNKNOWN]
    store.journal.finish([(id, Verdict.DONE, "seen")], now=LATER)
    assert store.ledger.load(JIRA)[SCORE].value == 5.0


def test_the_first_final_verdict_stands(store: Store) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.journal.finish([(id, Verdict.LOST, "")], now=NOW)
    store.journal.finish([(id, Verdict.DONE, ""), (id + 99, Verdict.DONE, "")], now=LATER)
    assert store.ledger.load(JIRA) == {}
    assert [one.verdict for one in store.journal.entries(run="run-1")] == [Verdict.LOST]


def test_thousands_of_edits_keep_their_order(store: Store) -> None:
    edits = [an_edit(str(n), float(n)) for n in range(3000)]
    ids = store.journal.start("run-1", JIRA, edits, now=NOW)
    store.journal.finish([(id, Verdict.DONE, "") for id in ids], now=NOW)
    entries = store.journal.entries(run="run-1")
    assert [(one.id, one.edit) for one in entries] == list(zip(ids, edits, strict=True))
    assert store.ledger.load(JIRA)[Ref(JIRA, "2999"), "field:Score"].value == 2999.0


def test_an_edit_of_another_source_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="acme-jira:1 is no issue of other"):
        store.journal.start("run-1", "other", [an_edit()], now=NOW)
    assert store.journal.start("run-1", "other", [], now=NOW) == []


def test_history_has_a_line_for_each_change_newest_first(store: Store) -> None:
    (id,) = store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.journal.finish([(id, Verdict.DONE, "")], now=LATER)
    store.journal.start_moves("run-2", JIRA, "PAY", [a_move("2", "1")], now=LATER)
    lines = store.journal.history(None, 10)
    assert [(one.key, one.target, one.slot, one.before, one.after, one.because) for one in lines] == [
        ("PAY-2", "order:PAY", "order", None, "below PAY-1", "rank 2"),
        ("PAY-1", "field:Score", "score", None, 5.0, "rice = 5"),
        ("PAY-1", "label:roadmap/", "horizon", "roadmap/later", "roadmap/now", "won by 4 points"),
    ]
    assert [(one.verdict, one.finished) for one in lines[:2]] == [(None, None), (Verdict.DONE, LATER)]
    assert store.journal.history(None, 2) == lines[:2]


def test_history_is_found_by_any_key_an_issue_ever_had(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")]), now=NOW)
    store.journal.start("run-1", JIRA, [an_edit()], now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 2, key="WEB-9")]), now=NOW)
    store.journal.start("run-2", JIRA, [dataclasses.replace(an_edit(), key="WEB-9"), an_edit("2")], now=NOW)
    for key in ("PAY-1", "web-9"):
        assert [line.run for line in store.journal.history(key, 10)] == ["run-2", "run-2", "run-1", "run-1"]
    assert store.journal.history("PAY-999", 10) == []


def test_entries_of_a_run_or_an_issue_are_what_an_undo_starts_from(store: Store) -> None:
    store.journal.start("run-1", JIRA, [an_edit("1"), an_edit("2")], now=NOW)
    store.journal.start("run-2", JIRA, [an_edit("1")], now=NOW)
    assert [one.run for one in store.journal.entries(ref=Ref(JIRA, "1"))] == ["run-1", "run-2"]
    assert [one.ref.id for one in store.journal.entries(run="run-1")] == ["1", "2"]
    assert [one.ref.id for one in store.journal.entries(run="run-1", ref=Ref(JIRA, "2"))] == ["2"]


def test_every_kind_of_value_survives(store: Store) -> None:
    changes = (
        SetField("Tags", ("a", "b"), ("b",), "objective"),
        SetField("Flag", False, True, "score"),
        SetField("Text", "old", "", "key_result"),
        Relabel((), ("okr/KR1", "okr/KR2"), "key_result", "okr/"),
    )
    edit = dataclasses.replace(an_edit(), changes=changes)
    store.journal.start("run-1", JIRA, [edit], now=NOW)
    assert store.journal.open_entries(JIRA)[0].edit == edit
    assert store.journal.history("pay-1", 9)[3].before == ("okr/KR1", "okr/KR2")


def test_values_can_be_adopted_and_released(store: Store) -> None:
    one, two = Ref(JIRA, "1"), Ref(JIRA, "2")
    store.ledger.adopt(
        [(one, "field:Score", 3.0), (one, "label:okr/", "okr/KR1"), (two, "field:Score", None)], "r", now=NOW
    )
    assert store.ledger.load()[one, "label:okr/"] == Written("okr/KR1", NOW, "r")
    assert store.ledger.release(one, "field:Score") == 1
    assert store.ledger.load().keys() == {(one, "label:okr/"), (two, "field:Score")}
    assert store.ledger.release(one) == 1
    assert store.ledger.release(one) == 0
    assert store.ledger.load().keys() == {(two, "field:Score")}


def test_of_a_torn_edit_only_the_part_that_arrived_enters_the_ledger(store: Store) -> None:
    edit = an_edit()
    (id,) = store.journal.start("run-1", JIRA, [edit], now=NOW)
    arrived = dataclasses.replace(edit, changes=edit.changes[:1])
    store.journal.finish([(id, Verdict.PARTIAL, "the label is missing")], now=LATER, stands={id: arrived})
    assert store.ledger.load(JIRA) == {SCORE: Written(5.0, LATER, "run-1")}
    assert store.journal.open_entries(JIRA) == []
