"""The previous decision, the runs, the state of sources, their problems, and letting go of all that."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from store_samples import JIRA, LATER, NOW, an_edit, an_issue

from syncd.connector.protocol import Page
from syncd.core.backlog import Problem
from syncd.core.issue import FieldPatch, Ref
from syncd.core.plan import Plan
from syncd.store import Day, Placed, SourceState, Standing, Store, StoreError, Verdict, open_store

ONE, TWO = Ref(JIRA, "1"), Ref("acme-github", "1")
DAY = timedelta(days=1)


def test_the_previous_decision_is_replaced_as_a_whole(store: Store) -> None:
    first = {ONE: Placed(1, "now", 9.5), TWO: Placed(2, None, None)}
    assert store.memory.save(first, now=NOW) == 2
    assert store.memory.load() == first
    assert store.memory.save(first, now=LATER) == 0
    second = {TWO: Placed(1, None, None)}
    assert store.memory.save(second, now=LATER) == 2
    assert store.memory.load() == second


def test_history_has_one_row_for_each_day_of_change(store: Store) -> None:
    store.memory.save({ONE: Placed(1, "now", 9.0)}, now=NOW)
    store.memory.save({ONE: Placed(2, "now", 8.0)}, now=LATER)
    store.memory.save({ONE: Placed(2, "now", 8.0)}, now=NOW + DAY)
    store.memory.save({}, now=NOW + 2 * DAY)
    assert store.memory.history(ONE) == [
        Day(date(2026, 11, 23), 2, "now", 8.0),
        Day(date(2026, 11, 25), None, None, None),
    ]


def test_many_refs_can_leave_at_once(store: Store) -> None:
    store.memory.save({Ref(JIRA, str(n)): Placed(n, None, 1.0) for n in range(1, 1301)}, now=NOW)
    assert store.memory.save({}, now=LATER) == 1300
    assert store.memory.load() == {}


def test_a_day_is_a_day_in_utc(store: Store) -> None:
    evening_in_new_york = datetime(2026, 11, 23, 21, 0, tzinfo=timezone(-5 * timedelta(hours=1)))
    store.memory.save({ONE: Placed(1, None, 1.0)}, now=evening_in_new_york)
    assert store.memory.history(ONE)[0].day == date(2026, 11, 24)


def test_runs_are_listed_newest_first(store: Store) -> None:
    store.runs.start("a", now=NOW)
    store.runs.finish("a", "done", {"edits": 3, "sources": {"acme-jira": "fine"}}, now=LATER)
    store.runs.start("b", now=LATER)
    newest, oldest = store.runs.last(5)
    assert (newest.run, newest.started, newest.finished, newest.outcome) == ("b", LATER, None, None)
    assert (oldest.outcome, oldest.finished) == ("done", LATER)
    assert oldest.summary == {"edits": 3, "sources": {"acme-jira": "fine"}}
    assert store.runs.last(1) == [newest]


def test_a_run_that_never_ended_is_closed_by_the_next_process(file_store: Store, store_path: Path) -> None:
    store = file_store
    store.runs.start("a", now=NOW)
    store.close()
    again = open_store(str(store_path), write=True, now=LATER)
    (run,) = again.runs.last(1)
    again.close()
    assert (run.outcome, run.finished) == ("interrupted", LATER)


def test_the_state_of_a_source_changes_by_what_is_named(store: Store) -> None:
    assert store.sources.get(JIRA) == SourceState()
    store.sources.set(JIRA, last_attempt=NOW, requests={"search": 4}, paused_until=LATER, paused_because="busy")
    store.sources.set(JIRA, last_success=LATER, held_by="ada")
    store.sources.set(JIRA, paused_until=None, paused_because=None)
    expected = SourceState(last_success=LATER, last_attempt=NOW, held_by="ada", requests={"search": 4})
    assert store.sources.get(JIRA) == expected
    assert store.sources.all() == {JIRA: expected}
    with pytest.raises(ValueError, match="a source has no colour"):
        store.sources.set(JIRA, colour="blue")  # type: ignore[call-arg]


def test_a_moment_without_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        store.sources.set(JIRA, last_success=datetime(2026, 1, 1))  # noqa: DTZ001


def a_problem(key: str | None = "PAY-1", source: str = JIRA) -> Problem:
    return Problem(source, key, "unknown-status", f"{key} has the status Limbo", "add it to statuses", key is not None)


def test_problems_are_replaced_per_source_and_remember_since_when_they_stand(store: Store) -> None:
    assert store.problems.replace(JIRA, [a_problem("PAY-1"), a_problem(None)], now=NOW)
    store.problems.replace("other", [a_problem(source="other")], now=NOW)
    assert not store.problems.replace(JIRA, [a_problem("PAY-1"), a_problem(None)], now=LATER)
    assert store.problems.replace(JIRA, [a_problem("PAY-2"), a_problem("PAY-1")], now=LATER)
    assert store.problems.all(JIRA) == [a_problem("PAY-2"), a_problem("PAY-1")]
    assert store.problems.standing(JIRA) == [Standing(a_problem("PAY-2"), LATER), Standing(a_problem("PAY-1"), NOW)]
    assert len(store.problems.all()) == 3
    store.problems.replace(JIRA, [], now=LATER)
    assert store.problems.all() == [a_problem(source="other")]


def test_pruning_lets_go_of_what_ended_and_of_nothing_else(store: Store) -> None:
    soon, late = NOW + DAY, NOW + 2 * DAY
    store.mirror.save(JIRA, Page([an_issue("1", 1), an_issue("2")], [FieldPatch("1"), FieldPatch("9")]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 2, key="WEB-1")]), now=NOW)
    store.mirror.mark_gone(JIRA, ["1"], now=NOW)
    done, unknown, _open = store.journal.start("a", JIRA, [an_edit("1"), an_edit("2"), an_edit("3")], now=NOW)
    store.journal.finish([(done, Verdict.DONE, ""), (unknown, Verdict.UNKNOWN, "")], now=NOW)
    store.plans.save("a", Plan(JIRA, (an_edit("1"),)), now=NOW)
    store.plans.save("b", Plan(JIRA, (an_edit("2"),)), now=NOW)
    store.approvals.give(Plan(JIRA, (an_edit("2"),)), "ada", now=NOW)
    store.memory.save({ONE: Placed(1, None, 1.0)}, now=NOW)
    store.runs.start("a", now=NOW)
    store.runs.finish("a", "done", {}, now=NOW)
    store.runs.start("b", now=NOW)

    nothing = store.prune(NOW)
    assert (nothing.issues, nothing.entries, nothing.plans, nothing.days, nothing.runs) == (0, 0, 0, 0, 0)
    pruned = store.prune(soon)
    # What stands in the tracker is ours by the entry that is done, so it stays.
    assert (pruned.issues, pruned.entries, pruned.plans, pruned.days, pruned.runs) == (1, 0, 1, 1, 1)
    (again,) = store.journal.start("b", JIRA, [an_edit("1", 6.0)], now=soon)
    store.journal.finish([(again, Verdict.DONE, "")], now=late)
    assert store.prune(soon, journal=NOW).entries == 0
    assert store.prune(soon).entries == 1

    assert store.mirror.aliases(JIRA) == {"pay-2": "2"}
    assert [one.id for one in store.journal.open_entries(JIRA)] == [unknown, _open]
    assert [one.id for one in store.journal.entries(run="b")] == [again]
    assert len(store.ledger.load()) == 2
    assert store.approvals.ever(JIRA)
    assert store.memory.load() == {ONE: Placed(1, None, 1.0)}
    assert [run.run for run in store.runs.last(9)] == ["b"]
    assert store.prune(late).entries == 0


def test_a_backup_is_a_whole_store(file_store: Store, tmp_path: Path) -> None:
    store = file_store
    store.mirror.save(JIRA, Page([an_issue("1")], cursor="c1"), now=NOW)
    target = tmp_path / "backups" / "monday.db"
    store.backup(target)
    store.mirror.save(JIRA, Page([an_issue("2")], cursor="c2"), now=NOW)
    assert [one.name for one in target.parent.iterdir()] == ["monday.db"]
    copy = open_store(str(target), write=False, now=NOW)
    assert (copy.mirror.ids(JIRA), copy.mirror.cursor(JIRA)) == ({"1"}, "c1")
    copy.close()
    with pytest.raises(Exception, match="exists already"):
        store.backup(target)
    with sqlite3.connect(target) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


def test_a_backup_that_cannot_be_written_says_where_and_leaves_nothing_half_done(
    file_store: Store, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "monday.db.part"
    in_the_way.mkdir()
    with pytest.raises(StoreError, match=r"The backup .*monday\.db could not be written .*choose another place"):
        file_store.backup(tmp_path / "monday.db")
    assert not (tmp_path / "monday.db").exists() and in_the_way.is_dir()


def test_pruning_takes_no_more_at_a_time_than_it_may(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue(str(n)) for n in range(10)], [FieldPatch("1", {"n": 1.0})]), now=NOW)
    store.mirror.mark_gone(JIRA, [str(n) for n in range(10)], now=NOW)
    for n in range(10):
        store.runs.start(str(n), now=NOW)
        store.runs.finish(str(n), "done", {}, now=NOW)
        store.memory.save({ONE: Placed(n, None, 1.0)}, now=NOW + n * DAY)
    found = [store.prune(NOW + 20 * DAY, most=4) for _ in range(4)]
    assert [one.issues for one in found] == [one.runs for one in found] == [one.days for one in found] == [4, 4, 2, 0]
