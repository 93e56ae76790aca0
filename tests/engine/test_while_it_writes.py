"""A long plan is written for minutes, and people go on working: what they change meanwhile stays theirs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.writing import still
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperTracker, fine

SIZE = 230


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker(), SIZE)


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker, monkeypatch: pytest.MonkeyPatch) -> PaperWorld:
    monkeypatch.setattr(still, "FRESH_SECONDS", 0.0)
    return PaperWorld(tmp_path, {"paper": tracker})


def after_edits(tracker: PaperTracker, edits: int, act: Callable[[], None]) -> None:
    """Somebody acts when syncd has made so many edits."""
    until = tracker.edits_by_syncd + edits

    def weather(step: int) -> None:
        if tracker.edits_by_syncd == until:
            tracker.weather = fine
            act()

    tracker.weather = weather


def test_what_people_set_while_a_plan_is_written_is_not_written_over(paper: PaperWorld, tracker: PaperTracker) -> None:
    late = sorted(
        tracker.issues.values(), key=lambda issue: (issue.priority != "Low", -float(str(issue.fields["Size"])))
    )

    def people() -> None:
        late[0].fields["Score"] = 99.0
        late[1].labels.add("roadmap/now")
        for issue in late[:2]:
            tracker.touch(issue, "anna")

    after_edits(tracker, 20, people)
    outcome = paper.cycle(approve=anybody).sources["paper"]
    assert outcome.applied is not None and outcome.applied.edits == SIZE - 2
    assert [late[0].key in line or late[1].key in line for line in outcome.applied.failed if "changed" in line] == [
        True
    ] * 2
    assert late[0].fields["Score"] == 99.0
    for _ in range(3):
        paper.cycle(approve=anybody)
    assert late[0].fields["Score"] == 99.0
    assert {label for label in late[1].labels if label.startswith("roadmap/")} == {"roadmap/now"}
    assert late[1].fields["Score"] is not None


def test_a_look_at_one_piece_of_a_plan_says_nothing_of_the_next(
    tmp_path: Path, tracker: PaperTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still, "FRESH_SECONDS", 1.0)
    paper = PaperWorld(tmp_path, {"paper": tracker})
    last = max(tracker.issues.values(), key=lambda issue: (issue.priority == "Low", float(str(issue.fields["Size"]))))

    def people() -> None:
        last.fields["Score"] = 99.0
        tracker.touch(last, "anna")

    def slow() -> None:
        time.sleep(1.1)  # the second piece is looked at anew
        after_edits(tracker, 100, people)  # and while it is written, somebody works on an issue of the third

    after_edits(tracker, 20, slow)
    paper.cycle(approve=anybody)
    assert last.fields["Score"] == 99.0


@pytest.mark.parametrize("back", ["undo", "eject"])
def test_what_people_set_while_writes_are_taken_back_stays(paper: PaperWorld, tracker: PaperTracker, back: str) -> None:
    paper.cycle(approve=anybody)
    with paper.opened() as world:
        written = [entry.ref.id for entry in world.store.journal.entries(run="run1") if entry.edit is not None]
        late = (written if back == "undo" else sorted(written))[-(SIZE % 100) :]

        def people() -> None:
            for id_ in late:
                tracker.issues[id_].fields["Score"] = 99.0
                tracker.touch(tracker.issues[id_], "anna")

        after_edits(tracker, 20, people)
        if back == "undo":
            undo_what(world, "run1", by="ben")
        else:
            eject_source(world, world.sources["paper"], by="ben")
    left = {
        issue.id: issue.fields["Score"] for issue in tracker.issues.values() if issue.fields.get("Score") is not None
    }
    assert left == dict.fromkeys(late, 99.0)


def test_a_short_plan_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    for seconds in (still.FRESH_SECONDS, 0.0):
        monkeypatch.setattr(still, "FRESH_SECONDS", seconds)
        paper = PaperWorld(tmp_path / str(seconds), {"paper": backlog(PaperTracker(), SIZE)})
        with paper.opened() as world:
            Cycle(world).run(write=True, approved=anybody)
            looks.append(world.sources["paper"].pace.requests["fetch"])
    assert looks[1] - looks[0] == 3, "one for each piece of the plan"
