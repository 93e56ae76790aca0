"""An issue that the tool leaves out of the look after a write: what stands in the mirror is old and tells nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.paper_world import PaperWorld, backlog
from syncd.connector.protocol import Page
from syncd.engine.cycle import Cycle
from syncd.engine.permits import pins
from syncd.testing.paper import PaperConnector, PaperTracker

HIDDEN: set[str] = set()


class Lagging(PaperConnector):
    """Its index does not show some issues for a while."""

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        return super().fetch([id_ for id_ in ids if id_ not in HIDDEN], handles)


def test_a_confirmed_write_that_cannot_be_looked_at_stays_ours(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker(), 12)
    paper = PaperWorld(tmp_path, {"paper": tracker}, build=Lagging)
    paper.settle()
    HIDDEN.add("1003")
    issue = tracker.issues["1003"]
    issue.fields["Size"] = 9.0
    tracker.touch(issue)
    paper.cycle()
    HIDDEN.clear()
    tracker.touch(issue)
    assert paper.settle().sources["paper"].plan.skips == ()
    with paper.opened() as world:
        assert pins.pinned(world, Cycle(world).items) == []
