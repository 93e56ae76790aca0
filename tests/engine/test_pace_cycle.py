"""A source that met a limit: told once, not taken for broken, and left alone by the next process, too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Reach, Transient
from syncd.engine.cycle import Cycle
from syncd.engine.news import News, Recovered, Trouble, Waiting
from syncd.engine.writing import headway
from syncd.testing.paper import PaperTracker, fine

HOUR = Transient("limited", 7500, "the hourly limit", reach=Reach.ACCOUNT)


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def world(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    world = PaperWorld(tmp_path, {"paper": tracker})
    world.settle()
    return world


def limited(step: int) -> None:
    raise HOUR


def test_a_pause_is_told_and_logged_once_and_is_no_fault(world: PaperWorld, tracker: PaperTracker) -> None:
    tracker.weather = limited
    news: list[News] = []
    with world.opened() as opened, capture_logs() as logs:
        opened.watch = news.append
        cycle = Cycle(opened)
        outcomes = [cycle.run(write=True).sources["paper"] for _ in range(3)]
        state = opened.store.sources.get("paper")
    assert "limited" in (outcomes[0].error or "")
    assert "paused until 14:05 UTC by the hourly limit" in (outcomes[2].error or "")
    assert [type(one) for one in news if isinstance(one, Waiting | Trouble)] == [Waiting]
    assert [log["event"] for log in logs if log["log_level"] in ("warning", "error")] == ["paused"]
    assert state.problem is None
    assert state.paused_until is not None and f"{state.paused_until:%H:%M}" == "14:05"
    assert state.paused_because == "the hourly limit"


def test_a_pause_outlives_the_process_that_met_it(world: PaperWorld, tracker: PaperTracker) -> None:
    tracker.weather = limited
    world.cycle()
    tracker.weather = fine
    steps = tracker.step
    for _ in range(2):
        assert "paused until 14:05" in (world.cycle().sources["paper"].error or "")
    assert tracker.step == steps, "no request left"
    world.clock.forward(seconds=7501)
    news: list[News] = []
    with world.opened() as opened:
        opened.watch = news.append
        assert Cycle(opened).run(write=True).sources["paper"].error is None
        assert opened.store.sources.get("paper").paused_until is None
        assert opened.store.sources.get("paper").requests
    assert not [one for one in news if isinstance(one, Waiting | Trouble | Recovered)]


def test_a_limit_that_is_met_while_writing_is_kept_at_once(world: PaperWorld, tracker: PaperTracker) -> None:
    for issue in tracker.issues.values():
        issue.fields["Size"] = 9.0
        tracker.touch(issue)

    def after_some_writes(step: int) -> None:
        if tracker.edits_by_syncd > written + 2:
            raise HOUR

    written = tracker.edits_by_syncd
    tracker.weather = after_some_writes
    with world.opened() as opened:
        Cycle(opened).run(write=True, approved=anybody)
        assert opened.store.sources.get("paper").paused_until is not None


def test_a_limit_on_one_issue_leaves_the_others_their_writes(world: PaperWorld, tracker: PaperTracker) -> None:
    for number, issue in enumerate(tracker.issues.values()):
        issue.fields["Size"] = 9.0 + number
        tracker.touch(issue)
    struck: list[int] = []

    def one_issue(step: int) -> None:
        if tracker.edits_by_syncd == written + 1:
            struck.append(step)
        if len(struck) == 2:  # the answer to the first edit was the first
            struck.append(step)
            raise Transient("too often", 30, "one issue", reach=Reach.ISSUE)

    with world.opened() as opened:
        cycle = Cycle(opened)
        planned = len(cycle.run(write=False).sources["paper"].plan.edits)
        written = tracker.edits_by_syncd
        tracker.weather = one_issue
        applied = cycle.run(write=True, approved=anybody).sources["paper"].applied
        tracker.weather = fine
        assert planned > 3 and struck
        assert applied is not None and applied.edits == planned - 1 and len(applied.failed) == 1
        assert opened.store.sources.get("paper").paused_until is None
        cycle.run(write=True, approved=anybody)
        assert cycle.run(write=True).quiet


def test_a_tracker_that_answers_no_write_any_more_is_not_asked_for_each_of_them(
    world: PaperWorld, tracker: PaperTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headway, "SILENT", 0.1)
    for number, issue in enumerate(tracker.issues.values()):
        issue.fields["Size"] = 9.0 + number
        tracker.touch(issue)

    def silent(step: int) -> None:
        if tracker.edits_by_syncd > arrived[-1]:
            arrived.append(tracker.edits_by_syncd)
            time.sleep(0.07)
            raise Transient("no answer")

    with world.opened() as opened:
        cycle = Cycle(opened)
        planned = len(cycle.run(write=False).sources["paper"].plan.edits)
        written = tracker.edits_by_syncd
        arrived = [written]
        tracker.weather = silent
        cycle.run(write=True, approved=anybody)
        tracker.weather = fine
        assert planned > 3
        assert 1 <= tracker.edits_by_syncd - written <= 2, "each of them could have waited for a minute"
        cycle.run(write=True, approved=anybody)
        assert cycle.run(write=True).quiet
        assert tracker.edits_by_syncd - written == planned, "lost or written twice"
