"""The note on its whole way: written once, edited in place, left to people, taken back, ejected, and killed anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Transient
from syncd.core.plan import NOTE, SetNote
from syncd.core.writing.note import summary
from syncd.engine.cycle import Cycle
from syncd.engine.items import Items
from syncd.engine.permits.pins import pinned, release
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import ACCOUNT, PaperComment, PaperIssue, PaperTracker, fine


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker(), 4)


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker}, note=True)


def notes(tracker: PaperTracker) -> dict[str, list[str | None]]:
    """The first line of each comment of ours, by key."""
    return {
        issue.key: [summary(comment.text) for comment in issue.comments if comment.author == ACCOUNT]
        for issue in tracker.issues.values()
    }


def person(tracker: PaperTracker, number: int, change: Callable[[PaperIssue], object]) -> PaperIssue:
    issue = tracker.issues[str(1000 + number)]
    change(issue)
    tracker.touch(issue)
    return issue


def rescore(issue: PaperIssue) -> None:
    issue.fields["Size"] = 50.0


def unheld(paper: PaperWorld) -> None:
    with paper.opened() as world:
        world.store.sources.set("paper", held_by=None, review_because=None)


def test_each_issue_has_one_note_and_a_quiet_world_stays_quiet(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    assert [len(said) for said in notes(tracker).values()] == [1] * 4
    before = tracker.picture()
    assert paper.cycle().quiet and tracker.picture() == before


def test_a_changed_score_edits_the_note_in_place(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    first = notes(tracker)["PAPER-1"]
    person(tracker, 1, rescore)
    paper.settle()
    (then,) = notes(tracker)["PAPER-1"]
    assert [then] != first


def test_a_deleted_note_stays_deleted_until_it_is_released(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    person(tracker, 1, lambda issue: issue.comments.clear())
    person(tracker, 1, rescore)
    paper.settle()
    person(tracker, 1, lambda issue: issue.fields.update(Size=2.0))
    result = paper.settle()
    assert notes(tracker)["PAPER-1"] == []
    skips = [skip for skip in result.sources["paper"].plan.skips if skip.slot == NOTE]
    assert [skip.key for skip in skips] == ["PAPER-1"]
    with paper.opened() as world:
        items = Items(world.store, world.rules, world.today())
        items.refresh("paper", (), (), world.watch)
        assert [(one.key, one.slot) for one in pinned(world, items) if one.slot == NOTE] == [("PAPER-1", NOTE)]
        release(world, items, "PAPER-1", NOTE, "anna")
    paper.settle()
    assert len(notes(tracker)["PAPER-1"]) == 1


def test_a_note_that_a_person_changed_is_theirs_and_other_comments_stay(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    paper.settle()

    def correct(issue: PaperIssue) -> None:
        issue.comments[0].text += "\nI disagree."
        issue.comments.append(PaperComment("maria", "me too"))

    issue = person(tracker, 1, correct)
    person(tracker, 1, rescore)
    paper.settle()
    assert [comment.text.endswith("I disagree.") for comment in issue.comments] == [True, False]
    assert issue.comments[1].text == "me too"


def test_an_undone_note_is_restored_and_one_that_was_new_is_deleted(paper: PaperWorld, tracker: PaperTracker) -> None:
    first = paper.cycle(approve=anybody).run
    made = notes(tracker)
    person(tracker, 1, rescore)
    with paper.opened() as world:
        second = Cycle(world).run(write=True, approved=anybody).run
    assert notes(tracker) != made
    with paper.opened() as world:
        undo_what(world, second, by="anna")
    assert notes(tracker) == made
    with paper.opened() as world:
        undo_what(world, first, by="anna")
    assert [said for said in notes(tracker).values() if said] == []


def test_eject_deletes_our_notes_and_leaves_what_a_person_changed(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    person(tracker, 2, lambda issue: issue.comments.append(PaperComment("maria", "hello")))
    person(tracker, 1, lambda issue: setattr(issue.comments[0], "text", "mine now"))
    with paper.opened() as world:
        ejected = eject_source(world, world.sources["paper"], by="anna")
    texts = {issue.key: [c.text for c in issue.comments] for issue in tracker.issues.values()}
    assert texts == {"PAPER-1": [], "PAPER-2": ["hello"], "PAPER-3": [], "PAPER-4": []} | {"PAPER-1": ["mine now"]}
    assert ejected.applied is not None and ejected.applied.failed == []
    with paper.opened() as world:
        undo_what(world, str(ejected.run), by="anna")
    assert [len(said) for said in notes(tracker).values()] == [1, 1, 1, 1]


def test_killed_at_any_step_there_is_never_a_second_note(tmp_path: Path) -> None:
    steps = 0
    for at in range(1, 200):
        tracker = backlog(PaperTracker(), 2)
        paper = PaperWorld(tmp_path / str(at), {"paper": tracker}, note=True)
        doomed = at

        def strike(step: int, at: int = doomed) -> None:
            if step == at:
                raise Killed

        tracker.weather = strike
        try:
            paper.cycle(approve=anybody)
        except Killed:
            steps += 1
        else:
            break
        finally:
            tracker.weather = fine
        paper.settle()
        assert [len(said) for said in notes(tracker).values()] == [1, 1], at
    assert steps > 15


def test_an_answer_that_got_lost_is_settled_by_a_look(paper: PaperWorld, tracker: PaperTracker) -> None:
    """The note arrived and nobody said so; when the score has moved on by the next cycle, it is edited, and not doubled."""
    seen = 0

    def lose(step: int) -> None:
        nonlocal seen
        if sum(len(issue.comments) for issue in tracker.issues.values()) > seen:
            seen += 1
            raise Transient("the line went dead", retry_after=0)

    tracker.weather = lose
    paper.cycle(approve=anybody)
    tracker.weather = fine
    person(tracker, 1, rescore)
    paper.settle()
    assert [len(said) for said in notes(tracker).values()] == [1] * 4


def test_a_dry_run_makes_no_note_and_the_plan_counts_them(paper: PaperWorld, tracker: PaperTracker) -> None:
    result = paper.cycle(write=False)
    plan = result.sources["paper"].plan
    assert plan.new_notes == 4 == sum(isinstance(c, SetNote) for edit in plan.edits for c in edit.changes)
    assert all(not issue.comments for issue in tracker.issues.values())
