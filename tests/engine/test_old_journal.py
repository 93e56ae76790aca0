"""What is let go of in the journal takes no knowledge away of whose a value is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.permits import holds
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperTracker


def test_values_of_ours_that_an_undo_put_back_are_removed_by_an_eject_however_old_the_journal_is(
    tmp_path: Path,
) -> None:
    tracker = backlog(PaperTracker())
    paper = PaperWorld(tmp_path, {"paper": tracker})
    paper.cycle(approve=anybody)
    scoring = paper.folder / "config" / "scoring.yaml"
    scoring.write_text(scoring.read_text().replace("High: 9", "High: 1"))
    second = paper.cycle(approve=anybody)
    applied = second.sources["paper"].applied
    assert applied is not None and applied.edits
    with paper.opened() as world:
        undo_what(world, second.run, by="ben")
    paper.clock.forward(days=400)
    with paper.opened() as world:
        world.store.prune(paper.clock.now - timedelta(days=1))
        holds.keep(world.store, "paper", None)
        eject_source(world, world.sources["paper"], by="ben")
    assert [issue.key for issue in tracker.issues.values() if issue.fields.get("Score") is not None] == []
    assert not any(label.startswith("roadmap/") for issue in tracker.issues.values() for label in issue.labels)
