"""The daemon's loop outlives a cycle that fails, and ends at once when it is told to."""

from __future__ import annotations

import errno
from pathlib import Path

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.permits.letters import Folder, box_of
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


class Unreadable(Folder):
    """A letter box that cannot be looked into for a while: too many files are open, a network's disk is away."""

    looks = 0

    def waiting(self) -> bool:
        self.looks += 1
        if self.looks in (2, 4, 5):
            raise OSError(errno.EMFILE, "Too many open files", str(self.path))
        return super().waiting()


def test_a_letter_box_that_cannot_be_looked_into_ends_nothing(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path, {"paper": tracker})
    with world.opened() as opened:
        opened.loaded.settings.__dict__["poll"] = opened.loaded.settings.poll / 1000
        box = Unreadable(tmp_path / "approvals")

        def hear(result: CycleResult) -> None:
            if result.quiet and box.looks > 6:
                opened.stop.set()

        daemon.run(opened, box, approve=anybody, told=hear)
    assert all(issue.fields.get("Score") is not None for issue in tracker.issues.values())
