from __future__ import annotations

from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked, Transient
from syncd.engine.cycle import Cycle
from syncd.testing.paper import PaperTracker, fine


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def world(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker})


def test_nothing_is_written_before_a_person_approved_the_first_plan(world: PaperWorld, tracker: PaperTracker) -> None:
    before = tracker.picture()
    result = world.cycle()
    assert result.sources["paper"].plan.edits
    assert "first plan" in (result.sources["paper"].waits_for or "")
    assert tracker.picture() == before


def test_an_approved_plan_is_written_and_then_the_world_is_quiet(world: PaperWorld, tracker: PaperTracker) -> None:
    first = world.cycle(approve=anybody)
    applied = first.sources["paper"].applied
    assert applied is not None and applied.edits == len(first.sources["paper"].plan.edits) and not applied.failed
    second = world.cycle()
    assert second.quiet
    now = [i.key for i in tracker.issues.values() if "roadmap/now" in i.labels]
    assert len(now) == 3


def test_an_approval_covers_exactly_the_plan_that_was_seen(world: PaperWorld, tracker: PaperTracker) -> None:
    shown = world.cycle(write=False).sources["paper"].plan
    tracker.issues["1001"].fields["Size"] = 40.0
    tracker.touch(tracker.issues["1001"])
    before = tracker.edits_by_syncd
    result = world.cycle(approve=lambda plan: "anna" if plan.digest == shown.digest else None)
    assert result.sources["paper"].plan.digest != shown.digest
    assert tracker.edits_by_syncd == before


def test_labels_of_people_survive(world: PaperWorld, tracker: PaperTracker) -> None:
    world.settle()
    assert all({"team/a", "team/b"} & issue.labels for issue in tracker.issues.values())


def test_a_label_that_a_person_changed_is_left_alone_and_pins_the_horizon(
    world: PaperWorld, tracker: PaperTracker
) -> None:
    world.settle()
    last = next(i for i in tracker.issues.values() if "roadmap/later" in i.labels)
    last.labels = (last.labels - {"roadmap/later"}) | {"roadmap/now"}
    tracker.touch(last)
    world.settle()
    assert "roadmap/now" in last.labels and "roadmap/later" not in last.labels
    assert sum("roadmap/now" in i.labels for i in tracker.issues.values()) == 3


def test_a_label_that_a_person_removed_stays_removed(world: PaperWorld, tracker: PaperTracker) -> None:
    world.settle()
    issue = next(i for i in tracker.issues.values() if "roadmap/now" in i.labels)
    issue.labels.discard("roadmap/now")
    tracker.touch(issue)
    world.settle()
    assert not [label for label in issue.labels if label.startswith("roadmap/")]


def test_a_quiet_cycle_asks_once_and_writes_nothing(world: PaperWorld, tracker: PaperTracker) -> None:
    world.settle()
    written, steps = (tracker.edits_by_syncd, tracker.moves_by_syncd), tracker.step
    with world.opened() as opened:
        assert Cycle(opened).run(write=True).quiet
        assert sum(opened.sources["paper"].pace.requests.values()) == 1
    assert (tracker.edits_by_syncd, tracker.moves_by_syncd) == written
    assert tracker.step == steps + 2


def test_the_native_order_follows_the_ranking(world: PaperWorld, tracker: PaperTracker) -> None:
    world.settle()
    ranks = [tracker.issues[id_].fields["Rank"] for id_ in tracker.order]
    assert ranks == sorted(ranks)


def test_a_source_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = backlog(PaperTracker("GOOD")), backlog(PaperTracker("BAD"))
    world = PaperWorld(tmp_path, {"good": good, "bad": bad})
    world.settle()

    def storm(step: int) -> None:
        raise Locked("the token of bad was refused")

    bad.weather = storm
    issue = good.issues["1001"]
    issue.fields["Size"] = 30.0
    good.touch(issue)
    result = world.cycle()
    assert result.sources["bad"].error == "the token of bad was refused"
    assert result.sources["good"].applied is not None
    assert result.sources["bad"].applied is None


def test_no_ranking_is_made_before_every_source_was_read_once(tmp_path: Path) -> None:
    good, bad = backlog(PaperTracker("GOOD")), backlog(PaperTracker("BAD"))

    def storm(step: int) -> None:
        raise Locked("no such host")

    bad.weather = storm
    world = PaperWorld(tmp_path, {"good": good, "bad": bad})
    result = world.cycle(approve=anybody)
    assert result.decision is None
    assert good.edits_by_syncd == 0


def test_weather_while_reading_is_waited_out(world: PaperWorld, tracker: PaperTracker) -> None:
    def shower(step: int) -> None:
        if step in (3, 4):
            raise Transient("busy", retry_after=0)

    tracker.weather = shower
    assert world.cycle(approve=anybody).sources["paper"].error is None


def test_a_deleted_issue_leaves_the_backlog_only_through_a_census(world: PaperWorld, tracker: PaperTracker) -> None:
    world.settle()
    tracker.order.remove("1003")
    del tracker.issues["1003"]
    assert world.cycle().sources["paper"].issues == 12
    assert world.cycle(census=True).sources["paper"].issues == 11


def test_a_source_that_lost_most_of_its_issues_changes_nothing(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker(), 40)
    world = PaperWorld(tmp_path, {"paper": tracker})
    world.settle()
    for id_ in [i for i in tracker.issues if int(i) > 1005]:
        del tracker.issues[id_]
    result = world.cycle(census=True)
    assert "missing" in (result.sources["paper"].error or "")
    assert result.sources["paper"].issues == 40


def test_once_in_a_while_everything_is_read_again_in_case_a_search_missed_a_change(
    world: PaperWorld, tracker: PaperTracker
) -> None:
    world.settle()
    tracker.issues["1001"].title = "changed, and no search ever said so"
    assert world.cycle().quiet
    world.clock.forward(days=2)
    with world.opened() as opened:
        Cycle(opened).pull()
        titles = {issue.title for issue in opened.store.mirror.issues("paper")}
    assert "changed, and no search ever said so" in titles


def test_a_bug_in_one_connector_stops_neither_the_cycle_nor_the_other_source(tmp_path: Path) -> None:
    good, bad = backlog(PaperTracker("GOOD")), backlog(PaperTracker("BAD"))
    world = PaperWorld(tmp_path, {"good": good, "bad": bad})

    def stumble(step: int) -> None:
        if bad.edits_by_syncd == 2:
            raise ZeroDivisionError("of the connector's own making")

    bad.weather = stumble
    result = world.cycle(approve=anybody)
    failed = result.sources["bad"].applied
    assert failed is not None and "ZeroDivisionError" in failed.failed[-1]
    assert result.sources["good"].applied is not None and not result.sources["good"].applied.failed
    bad.weather = fine
    world.settle()
    assert all(issue.fields.get("Score") is not None for issue in bad.issues.values())


def test_what_no_pull_tells_of_is_looked_for_when_it_is_due_and_not_before(
    world: PaperWorld, tracker: PaperTracker
) -> None:
    """Deletions by the census, what changed without a new time by a whole reading."""
    config = world.folder / "config" / "syncd.yaml"
    config.write_text("census: 1 day\nsweep: 7 days\n" + config.read_text())
    world.settle()
    silent = tracker.issues["1005"]
    silent.title = "changed without a trace"

    def title() -> str:
        with world.opened() as opened:
            return next(issue.title for issue in opened.store.mirror.issues("paper", [silent.id]))

    for id_, days in (("1003", 2), ("1004", 2)):
        tracker.remove(id_)
        known = world.cycle(write=False).sources["paper"].issues
        assert world.cycle(write=False).sources["paper"].issues == known == len(tracker.issues) + 1
        world.clock.forward(days=days)
        assert world.cycle(write=False).sources["paper"].issues == known - 1
    assert title() == "work 4"
    world.clock.forward(days=9)
    world.cycle(write=False)
    assert title() == "changed without a trace"
