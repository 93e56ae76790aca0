"""A plan over a large backlog: a page that can be read, one digest that approves it, and every issue written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from engine.paper_world import PaperWorld, backlog
from syncd.cli.render import plan as render
from syncd.engine import approvals
from syncd.engine.cycle import Cycle
from syncd.testing import paper as tracker_of_paper
from syncd.testing.paper import PaperTracker

ISSUES = 1_200


def test_a_large_plan_prints_is_approved_and_applied_by_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_of_paper, "PAGE", 500)
    tracker = backlog(PaperTracker(), ISSUES)
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="review")
    with paper.opened() as world:
        cycle = Cycle(world)
        seen = cycle.run(write=False).sources["paper"]
        page = io.StringIO()
        view = render.PlanView(seen.plan, seen.waits_for, seen.waiting, seen.cost)
        render.show(Console(file=page, width=140, highlight=False), [view], limit=20)
        lines = page.getvalue().splitlines()
        assert len(lines) < 150 and max(map(len, lines[:-3])) <= 140
        assert "1,200 issues to edit" in lines[1] and f"plan {seen.plan.digest}" in lines[1]
        assert any(line.split() == ["score", "1,200", "set"] for line in lines)
        summary = lines[lines.index("Summary") :]
        assert len(summary) == 4 and "requests, about" in summary[1] and "nobody is notified" in summary[1]
        assert summary[-1].strip() == f"approve with: syncd approve {seen.plan.digest}"
        assert approvals.approve(world, seen.plan.digest, "anna") is not None
        applied = cycle.run(write=True).sources["paper"].applied
        assert applied is not None and applied.edits == ISSUES and applied.failed == []
        assert cycle.run(write=True).quiet
    assert all(issue.fields.get("Score") is not None for issue in tracker.issues.values())
    ranks = [tracker.issues[id_].fields.get("Rank") for id_ in tracker.order[:100]]
    assert ranks == sorted(ranks, key=lambda rank: float(str(rank)))
