"""People's words to a running syncd: hold, release, undo and eject, also as letters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.permits import approvals, holds, pins
from syncd.engine.permits.holds import Hold
from syncd.engine.permits.letters import Folder, Kind, beside
from syncd.engine.service import daemon, post
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import Restored, undo_what
from syncd.testing.paper import PaperIssue, PaperTracker

FREEZE = Hold("anna", "release freeze")


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker})


def box(paper: PaperWorld) -> Folder:
    return beside(paper.folder / "syncd.db")


def person(tracker: PaperTracker, change: Callable[[PaperIssue], object], number: int = 1) -> PaperIssue:
    issue = tracker.issues[str(1000 + number)]
    change(issue)
    tracker.touch(issue)
    return issue


def eject(paper: PaperWorld, **given: bool) -> Restored:
    with paper.opened() as world:
        return eject_source(world, world.sources["paper"], by="anna", **given)


def test_a_hold_stops_writing_within_one_request(paper: PaperWorld, tracker: PaperTracker) -> None:
    def freeze(step: int) -> None:
        if tracker.edits_by_syncd == 4:
            holds.send(box(paper), ["paper"], FREEZE)

    tracker.weather = freeze
    result = paper.cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 4 and tracker.moves_by_syncd == 0
    held = "paper is held by anna: release freeze; nothing more is sent until `syncd resume paper`"
    assert result.applied is not None and str(result.applied.ended_by) == held
    assert result.applied.edits == 4, "what was written before the hold is known as written"


def test_a_hold_outlives_the_process_and_ends_when_a_person_says_so(paper: PaperWorld, tracker: PaperTracker) -> None:
    with paper.opened() as world:
        holds.send(box(paper), ["paper"], FREEZE)
        holds.receive(world.store)
    assert not box(paper).waiting()
    waits = paper.cycle(approve=anybody).sources["paper"].waits_for
    assert waits == "held by anna: release freeze; go on with `syncd resume paper`"
    assert tracker.edits_by_syncd == 0
    holds.send(box(paper), ["paper"], None)
    paper.settle()
    assert tracker.edits_by_syncd > 0


def test_only_the_held_source_stops(tmp_path: Path) -> None:
    one, two = backlog(PaperTracker("ONE")), backlog(PaperTracker("TWO"))
    paper = PaperWorld(tmp_path, {"one": one, "two": two})
    holds.send(box(paper), ["one"], FREEZE)
    paper.cycle(approve=anybody)
    assert one.edits_by_syncd == 0 and two.edits_by_syncd > 0


def test_the_running_daemon_follows_letters(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    before = {i.id: "Score" in i.fields for i in tracker.issues.values()}
    assert all(before.values())
    post.send_undo(box(paper), run, "anna")
    with paper.opened() as world:
        thread = threading.Thread(
            target=daemon.run, args=(world, box(paper)), kwargs={"told": lambda _: world.stop.set()}
        )
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        assert str(holds.in_force(world.store, "paper")) == f"held by anna: undo of {run}"
    assert not any("Score" in i.fields for i in tracker.issues.values())
    assert not box(paper).waiting()


def test_letters_that_nobody_can_read_or_follow_are_dropped(paper: PaperWorld) -> None:
    paper.cycle()
    box(paper).path.mkdir(exist_ok=True)
    kinds = ("writing.paper", "undo.x", "release.y", "eject.z", "takeover.v", "measure.w")
    for name in ("0123456789ab", *kinds):
        (box(paper).path / f"{name}.json").write_text("{")
        (box(paper).path / f"{name}b.json").write_text("{}")
    post.send_eject(box(paper), "gone", "anna")
    pins.send(box(paper), "PAPER-99", None, "anna")
    approvals.send(box(paper), approvals.Approval("000000000000", "anna"))
    with paper.opened() as world:
        post.follow(world, Cycle(world), box(paper))
        assert holds.in_force(world.store, "paper") is None
    assert not box(paper).waiting()


def test_a_hold_holds_although_nobody_can_read_since_when(paper: PaperWorld) -> None:
    box(paper).drop(Kind.WRITING, "paper", {"source": "paper", "by": "anna", "because": None, "since": "yesterday"})
    with paper.opened() as world:
        assert holds.in_force(world.store, "paper") == Hold("anna")
        holds.receive(world.store)
        assert holds.in_force(world.store, "paper") == Hold("anna")


def test_pins_tell_what_people_decided_and_release_hands_it_back(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    pinned = person(tracker, lambda issue: issue.fields.update(Score=77.0))
    emptied = person(tracker, lambda issue: issue.labels.discard("roadmap/now"), 1)
    other = person(tracker, lambda issue: issue.fields.update(Score=78.0), 2)
    was = paper.cycle().sources["paper"]
    assert was.applied is None or pinned.fields["Score"] == 77.0
    with paper.opened() as world:
        cycle = Cycle(world)
        found = {one.slot: one for one in pins.pinned(world, cycle.items) if one.key == pinned.key}
        assert found["score"].live == 77.0 and found["score"].ours not in (None, 77.0)
        assert found["score"].after is not None
        assert found["horizon"].live is None and found["horizon"].ours == "roadmap/now"
        with pytest.raises(pins.NoSuchPlace, match="syncd pins"):
            pins.release(world, cycle.items, pinned.key, "okr", "anna")
        pins.release(world, cycle.items, pinned.key, None, "anna")
        assert [(one.key, one.live) for one in pins.pinned(world, cycle.items)] == [(other.key, 78.0)]
    paper.settle()
    assert other.fields["Score"] == 78.0, "nobody handed this one back"
    assert pinned.fields["Score"] != 77.0 and any(label.startswith("roadmap/") for label in emptied.labels)


def test_what_syncd_wrote_since_somebody_looked_is_nobodys_decision(paper: PaperWorld, tracker: PaperTracker) -> None:
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.pull()
        before = list(cycle.items.items.values())
        cycle.run(write=True, approved=anybody)
        assert tracker.edits_by_syncd > 0 and pins.kept(world, before) == []


def test_eject_leaves_the_tracker_as_people_want_it(paper: PaperWorld, tracker: PaperTracker) -> None:
    stranger = person(tracker, lambda issue: issue.fields.update(Rank=5.0), 3)
    before = {i.id: (set(i.labels), dict(i.fields)) for i in tracker.issues.values()}
    paper.settle()
    kept = person(tracker, lambda issue: issue.fields.update(Score=77.0))
    labeled = person(tracker, lambda issue: issue.labels.add("roadmap/mine"), 2)
    labels = set(labeled.labels)
    shown = tracker.picture()
    assert eject(paper, dry_run=True).plan.edits and tracker.picture() == shown
    left = eject(paper)
    assert kept.fields == {**before[kept.id][1], "Score": 77.0} and kept.labels == before[kept.id][0]
    assert labeled.labels == labels and "Score" not in labeled.fields
    assert stranger.fields["Rank"] == 5.0
    others = [i for i in tracker.issues.values() if i not in (kept, labeled)]
    assert all((i.labels, i.fields) == before[i.id] for i in others)
    assert {(skip.key, skip.slot) for skip in left.plan.skips} == {(kept.key, "score"), (labeled.key, "horizon")}
    assert eject(paper).plan.empty
    ejected = tracker.picture()
    paper.cycle(approve=anybody)
    assert tracker.picture() == ejected, "written again although it is held"


def test_eject_leaves_a_value_that_a_person_handed_over(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    issue = person(tracker, lambda issue: issue.fields.update(Score=77.0))
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.pull()
        pins.release(world, cycle.items, issue.key, "score", "anna")
    eject(paper)
    assert issue.fields["Score"] == 77.0


def test_eject_after_an_undo_leaves_the_value_that_a_person_had(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    issue = person(tracker, lambda issue: issue.fields.update(Score=77.0))
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.pull()
        pins.release(world, cycle.items, issue.key, "score", "anna")
    run = paper.cycle(approve=anybody).run
    assert issue.fields["Score"] != 77.0
    with paper.opened() as world:
        undo_what(world, run, by="anna")
    assert issue.fields["Score"] == 77.0
    eject(paper)
    assert issue.fields["Score"] == 77.0


def test_an_eject_can_be_undone(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    shown = tracker.picture()
    run = eject(paper).run
    assert run is not None and tracker.picture() != shown
    with paper.opened() as world:
        undo_what(world, run, by="anna")
    assert tracker.picture() == shown
