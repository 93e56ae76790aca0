"""A plan over a large backlog: a page that can be read, one digest that approves it, and every issue written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from engine.paper_world import PaperWorld, backlog
from syncd.cli.render import plan as render
from syncd.connector.errors import Locked
from syncd.engine.cycle import Cycle
from syncd.engine.permits import approvals
from syncd.testing import paper as tracker_of_paper
from syncd.testing.paper import PaperTracker, fine

ISSUES = 1_200


def test_a_large_plan_prints_is_approved_and_applied_by_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_of_paper, "PAGE", 500)
    tracker = backlog(PaperTracker(), ISSUES)
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="review")
    with paper.opened() as world:
        cycle = Cycle(world)
        seen = cycle.run(write=False).sources["paper"]
        view = render.PlanView(seen.plan, seen.waits_for, seen.waiting, seen.cost)
        for width in (60, 80, 120, 200):
            _can_be_read(view, width)
        assert approvals.approve(world, seen.plan.digest, "anna") is not None
        for broken_at in (700, ISSUES + 500):
            _breaks_off(tracker, broken_at)
            cycle.run(write=True)
            assert tracker.edits_by_syncd + tracker.moves_by_syncd == broken_at
        tracker.weather = fine
        while not (run := cycle.run(write=True)).quiet:
            assert run.sources["paper"].waits_for is None, "an approval outlives what breaks off"
    assert tracker.edits_by_syncd == ISSUES, "no issue was written to twice"
    assert tracker.moves_by_syncd == sum(map(len, seen.plan.moves.values())), "no issue was moved twice"
    assert all(issue.fields.get("Score") is not None for issue in tracker.issues.values())
    ranks = [tracker.issues[id_].fields.get("Rank") for id_ in tracker.order[:100]]
    assert ranks == sorted(ranks, key=lambda rank: float(str(rank)))


def _can_be_read(view: render.PlanView, width: int) -> None:
    page = io.StringIO()
    render.show(Console(file=page, width=width, highlight=False), [view], limit=20)
    lines = page.getvalue().splitlines()
    summary = lines[lines.index("Summary") :]
    assert len(lines) < 180 and max(map(len, lines[2 : -len(summary)])) <= width
    assert "1,200 issues to edit" in lines[1] and f"plan {view.plan.digest}" in lines[1]
    assert any(line.split() == ["score", "1,200", "set"] for line in lines)
    shown = [line.split()[0] for line in lines if line.startswith("  PAPER-")]
    assert shown == [edit.key for edit in view.plan.edits[:20]], "each key is whole"
    assert any(line.split()[:4] == ["Score", "∅", "→", "9"] for line in lines)
    assert any(line.endswith("1,180 more issues; see all with --limit 0") for line in lines)
    assert len(summary) == 6 and "horizon 1,200" in summary[2]
    assert "requests, about" in summary[3] and "nobody is notified" in summary[3]
    assert summary[-1].strip() == f"approve with: syncd approve {view.plan.digest}"


def _breaks_off(tracker: PaperTracker, writes: int) -> None:
    """The tracker locks us out after so many edits and moves."""

    def weather(step: int) -> None:
        if tracker.edits_by_syncd + tracker.moves_by_syncd == writes:
            raise Locked("the token was revoked")

    tracker.weather = weather
