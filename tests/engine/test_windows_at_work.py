"""Outside a change window plans wait and say until when; a window that closes ends a run within one request."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperTracker

NIGHT = """
windows:
  zone: Europe/Berlin
  allow:
    - {days: mon-fri, hours: "20:00-06:00"}
"""


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker})


def add(paper: PaperWorld, text: str) -> None:
    file = paper.folder / "config" / "syncd.yaml"
    file.write_text(file.read_text() + text)


def test_an_approved_plan_waits_for_its_window(paper: PaperWorld, tracker: PaperTracker) -> None:
    add(paper, NIGHT)
    outcome = paper.cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 0
    assert outcome.waits_for == "paper is outside its change window until Mon 23 Nov 2026, 20:00 CET"
    paper.clock.forward(hours=7)
    assert paper.cycle().sources["paper"].applied is not None
    assert tracker.edits_by_syncd == 12 and tracker.moves_by_syncd > 0


def test_a_freeze_may_be_about_the_order_alone(paper: PaperWorld, tracker: PaperTracker) -> None:
    add(paper, 'windows: {deny: [{until: 2026-12-01, kinds: order, because: "the boards rest"}]}\n')
    outcome = paper.cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 12 and tracker.moves_by_syncd == 0
    assert outcome.waits_for == (
        "order of paper is outside its change window until Wed 02 Dec 2026, 00:00 UTC (the boards rest)"
    )
    paper.clock.forward(days=9)
    paper.cycle()
    assert tracker.moves_by_syncd > 0


def test_a_freeze_without_an_end_says_where_it_is_written(paper: PaperWorld) -> None:
    add(paper, 'windows: {deny: [{days: mon-sun, because: "for good"}]}\n')
    assert paper.cycle(approve=anybody).sources["paper"].waits_for == (
        "paper is outside its change window for more than a year (for good); see `windows:` in syncd.yaml"
    )


def test_a_window_that_closes_ends_the_run_within_one_request(paper: PaperWorld, tracker: PaperTracker) -> None:
    add(paper, NIGHT)
    paper.clock.forward(hours=7)

    def morning(step: int) -> None:
        if tracker.edits_by_syncd == 5:
            paper.clock.now = paper.clock.now.replace(hour=9, minute=0)

    tracker.weather = morning
    outcome = paper.cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 5
    assert outcome.applied is not None and "outside its change window until Mon 23 Nov" in str(outcome.applied.ended_by)
    assert outcome.applied.edits == 5 and outcome.applied.failed == []


def test_a_person_may_undo_at_any_time(paper: PaperWorld, tracker: PaperTracker) -> None:
    before = tracker.picture()
    run = paper.cycle(approve=anybody).run
    add(paper, NIGHT)
    with paper.opened() as world:
        undo_what(world, run, by="anna")
    assert tracker.picture() == before
