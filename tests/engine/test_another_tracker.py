"""An id names an issue of one server only: what is known of one tracker never decides about another one's issues."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import syncd_github
import syncd_jira
from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperTracker
from syncd_github.settings import GitHubSettings
from syncd_jira.settings import JiraSettings


@pytest.fixture
def paper(tmp_path: Path) -> PaperWorld:
    """Written to once, and now with an address that leads to other people's issues with the same ids."""
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    paper.cycle(approve=anybody)
    other = PaperTracker("OTHER")
    other.site, other.began, other.tick = "other.example", other.began - timedelta(days=100), 5_000
    for number in range(12):
        other.add(f"a stranger's {number}", priority="Low", fields={"Size": 1.0, "Score": 77.0, "Rank": 1.0})
    paper.trackers["paper"] = other
    return paper


def new_rules(paper: PaperWorld) -> None:
    scoring = paper.folder / "config" / "scoring.yaml"
    scoring.write_text(scoring.read_text().replace("High: 9", "High: 1"))


def test_an_address_that_leads_to_another_tracker_is_refused_and_nobodys_values_are_written_over(
    paper: PaperWorld,
) -> None:
    strangers = paper.trackers["paper"].picture()
    new_rules(paper)
    for _ in range(2):
        outcome = paper.cycle(approve=anybody, census=True).sources["paper"]
        assert "other.example" in (outcome.error or "") and "paper.example" in (outcome.error or "")
        assert outcome.applied is None
        assert paper.trackers["paper"].picture() == strangers
    with paper.opened() as world:
        assert world.store.mirror.count("paper") == 12
        assert {issue.key.partition("-")[0] for issue in world.store.mirror.issues("paper")} == {"PAPER"}


def test_nothing_is_taken_back_at_another_tracker(paper: PaperWorld) -> None:
    strangers = paper.trackers["paper"].picture()
    with paper.opened() as world:
        for dry_run in (True, False):
            with pytest.raises(Locked, match=r"other\.example"):
                undo_what(world, "run1", by="anna", dry_run=dry_run)
            with pytest.raises(Locked, match=r"other\.example"):
                eject_source(world, world.sources["paper"], by="anna", dry_run=dry_run)
    assert paper.trackers["paper"].picture() == strangers


def test_a_tracker_that_moved_to_another_address_goes_on(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    paper = PaperWorld(tmp_path, {"paper": tracker})
    paper.cycle(approve=anybody)
    tracker.site = "moved.example"
    new_rules(paper)
    outcome = paper.cycle(approve=anybody).sources["paper"]
    assert outcome.error is None and outcome.applied is not None and outcome.applied.edits
    with paper.opened() as world:
        assert world.store.sources.get("paper").site == "moved.example"


def test_the_connectors_tell_servers_apart() -> None:
    jira = {"projects": ("PAY",), "email": "anna@acme.example", "token": "a-token-of-jira"}
    cloud = syncd_jira.SPEC.site(JiraSettings.model_validate({"url": "https://acme.atlassian.net", **jira}))
    server = syncd_jira.SPEC.site(JiraSettings.model_validate({"url": "https://tools.acme.example/jira/", **jira}))
    assert (cloud, server) == ("acme.atlassian.net", "tools.acme.example/jira")
    github = {"repositories": ("acme/web",), "token": "a-token-of-github"}
    public = syncd_github.SPEC.site(GitHubSettings.model_validate(github))
    own = syncd_github.SPEC.site(GitHubSettings.model_validate({"url": "https://ghe.acme.example/api/v3", **github}))
    assert (public, own) == ("api.github.com", "ghe.acme.example")
