"""The daemon's loop outlives a cycle that fails, and ends at once when it is told to."""

from __future__ import annotations

from pathlib import Path

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.permits.letters import box_of
from syncd.engine.report import CycleResult
from syncd.engine.service import daemon
from syncd.testing.paper import PaperTracker


def test_a_cycle_that_fails_is_followed_by_the_next(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path, {"paper": tracker})
    told: list[CycleResult] = []
    with world.opened() as opened:
        opened.loaded.settings.__dict__["poll"] = opened.loaded.settings.poll / 1000

        def hear(result: CycleResult) -> None:
            told.append(result)
            if len(told) == 1:
                raise RuntimeError("the screen is gone")
            if result.quiet:
                opened.stop.set()

        daemon.run(opened, box_of(opened.store), approve=anybody, told=hear)
    assert len(told) >= 2 and told[-1].quiet
    assert all(issue.fields.get("Score") is not None for issue in tracker.issues.values())
