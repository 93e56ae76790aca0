"""Taking back what was written: exactly where it still shows, whatever happens in between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import ConnectorError, Refused
from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch
from syncd.core.plan import Edit, Plan, SetField
from syncd.engine.cycle import Cycle
from syncd.engine.permits.holds import in_force
from syncd.engine.writing.undo import NothingWritten, Restored, undo_what
from syncd.store.entries import Verdict
from syncd.testing.paper import PaperConnector, PaperIssue, PaperTracker, fine


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker})


def undo(paper: PaperWorld, what: str, **given: bool) -> Restored:
    with paper.opened() as world:
        (restored,) = undo_what(world, what, by="anna", **given)
    return restored


def resumed(paper: PaperWorld) -> None:
    with paper.opened() as world:
        world.store.sources.set("paper", held_by=None)


def person(tracker: PaperTracker, change: Callable[[PaperIssue], object], number: int = 1) -> PaperIssue:
    issue = tracker.issues[str(1000 + number)]
    change(issue)
    tracker.touch(issue)
    return issue


def test_an_undone_run_leaves_the_tracker_as_it_was(paper: PaperWorld, tracker: PaperTracker) -> None:
    before = tracker.picture()
    run = paper.cycle(approve=anybody).run
    assert tracker.picture() != before and tracker.moves_by_syncd
    restored = undo(paper, run)
    assert tracker.picture() == before
    assert restored.plan.skips == ()


def test_a_dry_run_says_the_same_and_writes_nothing(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    shown = tracker.picture()
    told = undo(paper, run, dry_run=True)
    assert tracker.picture() == shown and told.run is None
    with paper.opened() as world:
        assert in_force(world.store, "paper") is None
    assert undo(paper, run).plan.digest == told.plan.digest


class Apart(PaperConnector):
    """A tool that tells of the fields apart from the issues, as GitHub does of a project's."""

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        for page in super().fetch(ids, handles):
            yield Page(
                [replace(issue, fields={}) for issue in page.issues],
                patches=[FieldPatch(issue.ref.id, issue.fields, {"item": issue.key}) for issue in page.issues],
            )


def test_a_dry_run_beside_a_running_syncd_sees_fields_that_a_tool_tells_of_apart(
    tmp_path: Path, tracker: PaperTracker
) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, build=Apart)
    run = paper.cycle(approve=anybody).run
    with paper.opened(write=False) as reader:
        (told,) = undo_what(reader, run, by="anna", dry_run=True)
    emptied = {change.field for edit in told.plan.edits for change in edit.changes if isinstance(change, SetField)}
    assert len(told.plan.edits) == 12 and emptied == {"Score", "Rank"} and told.plan.skips == ()
    assert {edit.handles["item"] for edit in told.plan.edits} == {issue.key for issue in tracker.issues.values()}


def test_what_a_person_changed_since_stays_and_is_listed(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    score = person(tracker, lambda issue: issue.fields.update(Score=77.0))
    label = person(tracker, lambda issue: issue.labels.add("roadmap/someday"), 2)
    labels = set(label.labels)
    top = tracker.order[-1]
    tracker.order.remove(top)
    tracker.order.insert(0, top)
    restored = undo(paper, run)
    assert score.fields["Score"] == 77.0 and "Rank" not in score.fields
    assert label.labels == labels and "Score" not in label.fields
    assert tracker.order[0] == top
    left = {(skip.key, skip.slot) for skip in restored.plan.skips}
    assert {(score.key, "score"), (label.key, "horizon")} <= left
    assert all("since" in skip.because for skip in restored.plan.skips)


def test_what_a_later_run_wrote_is_not_the_earlier_runs_to_take_back(paper: PaperWorld, tracker: PaperTracker) -> None:
    first = paper.cycle(approve=anybody).run
    issue = person(tracker, lambda issue: issue.fields.update(Size=50.0))
    paper.settle()
    later = issue.fields["Score"]
    restored = undo(paper, first)
    assert issue.fields["Score"] == later
    assert (issue.key, "score") in {(skip.key, skip.slot) for skip in restored.plan.skips}


def test_an_issue_is_taken_back_to_what_stood_before_syncd(paper: PaperWorld, tracker: PaperTracker) -> None:
    issue = tracker.issues["1001"]
    labels = set(issue.labels)
    paper.cycle(approve=anybody)
    person(tracker, lambda issue: issue.fields.update(Size=50.0))
    paper.settle()
    restored = undo(paper, issue.key.lower())
    assert issue.labels == labels and issue.fields == {"Size": 50.0}
    assert {edit.ref.id for edit in restored.plan.edits} == {"1001"}
    assert all("Score" in other.fields for other in tracker.issues.values() if other is not issue)
    assert undo(paper, issue.key).plan.empty


def test_an_undo_can_be_undone(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    written, order = tracker.picture(), list(tracker.order)
    first = undo(paper, run)
    assert first.run is not None and tracker.order != order
    undo(paper, first.run)
    assert tracker.picture() == written


def test_undone_places_are_free_again_and_the_source_waits_for_a_person(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    paper.settle()
    person(tracker, lambda issue: issue.fields.update(Size=50.0))
    result = paper.cycle(approve=anybody)
    undo(paper, result.run)
    undone = tracker.picture()
    held = paper.cycle(approve=anybody).sources["paper"]
    assert "held by anna" in (held.waits_for or "") and tracker.picture() == undone
    resumed(paper)
    waits = paper.cycle().sources["paper"]
    assert "anna undid" in (waits.waits_for or "") and not waits.brakes
    assert waits.plan.digest == result.sources["paper"].plan.digest
    assert waits.plan.skips == (), "what was restored is taken for a person's"
    assert tracker.picture() == undone
    paper.cycle(approve=anybody)
    assert paper.cycle().quiet
    person(tracker, lambda issue: issue.fields.update(Size=1.0))
    assert paper.cycle().sources["paper"].applied is not None, "an approved plan ends the review"


def test_killed_in_the_middle_an_undo_that_is_asked_for_again_ends_the_same(tmp_path: Path) -> None:
    for step in range(1, 200, 5):
        tracker = backlog(PaperTracker())
        paper = PaperWorld(tmp_path / str(step), {"paper": tracker})
        before = tracker.picture()
        run = paper.cycle(approve=anybody).run
        end = tracker.step + step

        def kill(now: int, at: int = end) -> None:
            if now >= at:
                raise Killed

        tracker.weather = kill
        with contextlib.suppress(Killed):
            undo(paper, run)
        over = tracker.step < end
        tracker.weather = fine
        middle = tracker.picture()
        paper.cycle(approve=anybody)
        assert tracker.picture() == middle, f"step {step}: written again although it is held"
        undo(paper, run)
        assert tracker.picture() == before, f"killed {step} steps into the undo"
        with paper.opened() as world:
            assert world.store.journal.open_entries("paper") == []
        if over:
            return
    raise AssertionError("the undo never came to its end")


def test_an_undo_is_in_the_journal_with_a_reason(paper: PaperWorld) -> None:
    run = paper.cycle(approve=anybody).run
    restored = undo(paper, run)
    with paper.opened() as world:
        lines = world.store.journal.history(None, 1000, run=restored.run)
        assert {line.because for line in lines} == {f"undo of {run} by anna"}
        assert {line.verdict for line in lines} == {Verdict.DONE}
        assert {line.slot for line in lines} == {"score", "rank", "horizon", "order"}
        moved = world.store.journal.history(None, 1000, run=run)
        assert all(line.before for line in moved if line.slot == "order")


class Refuses(PaperConnector):
    def _apply(self, edit: Edit) -> ConnectorError | None:
        return Refused("this account may not edit it") if edit.ref.id == "1001" else super()._apply(edit)


def test_a_person_who_sets_what_syncd_was_refused_keeps_it(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, build=Refuses)
    result = paper.cycle(approve=anybody)
    edit = next(edit for edit in result.sources["paper"].plan.edits if edit.ref.id == "1001")
    wanted = {change.field: change.after for change in edit.changes if isinstance(change, SetField)}
    issue = person(tracker, lambda issue: issue.fields.update(wanted))
    restored = undo(paper, result.run)
    assert issue.fields == {"Size": 1.0, **wanted}
    assert "1001" not in {edit.ref.id for edit in restored.plan.edits}


def test_deleted_issues_do_not_stop_an_undo(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    tracker.remove("1003")
    restored = undo(paper, run)
    assert {skip.because for skip in restored.plan.skips if skip.ref.id == "1003"} == {"the issue is gone"}
    assert all("Score" not in issue.fields for issue in tracker.issues.values())


def test_what_was_never_written_cannot_be_undone(paper: PaperWorld) -> None:
    paper.cycle()
    with pytest.raises(NothingWritten, match="syncd history"):
        undo(paper, "PAPER-999")


def test_another_persons_hold_ends_an_undo_within_one_request(paper: PaperWorld, tracker: PaperTracker) -> None:
    from syncd.engine.permits import holds

    run = paper.cycle(approve=anybody).run
    edits = tracker.edits_by_syncd
    with paper.opened() as world:

        def freeze(step: int) -> None:
            if tracker.edits_by_syncd == edits + 3:
                holds.keep(world.store, "paper", holds.Hold("ben", "release freeze"))

        tracker.weather = freeze
        (restored,) = undo_what(world, run, by="anna")
    assert tracker.edits_by_syncd == edits + 3
    assert restored.applied is not None and isinstance(restored.applied.ended_by, holds.Held)


def test_a_plan_of_an_undo_is_not_a_plan_of_the_cycle(paper: PaperWorld) -> None:
    run = paper.cycle(approve=anybody).run
    undo(paper, run)
    with paper.opened() as world:
        decided: Plan = Cycle(world).run(write=False).sources["paper"].plan
    assert not decided.empty and all(
        change.because != f"undo of {run} by anna" for e in decided.edits for change in e.changes
    )
