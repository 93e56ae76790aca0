"""A store that was put back from a copy is older than what syncd wrote: it sees that by itself, writes nothing, and takes back
what is its own when a person asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.core.issue import FieldValue
from syncd.engine.cycle import Cycle
from syncd.engine.permits import pins
from syncd.engine.permits.claim import CannotClaim, take_over
from syncd.engine.permits.letters import beside
from syncd.engine.permits.reclaim import Reclaimed, reclaim
from syncd.engine.service import post
from syncd.store.open import open_store
from syncd.testing.paper import PaperTracker
from syncd.web import metrics


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path / "one", {"paper": tracker})


def file(paper: PaperWorld) -> Path:
    return paper.folder / "syncd.db"


def backed_up(paper: PaperWorld) -> Path:
    """As `syncd backup` does, while nobody writes."""
    copy = paper.folder / "copy.db"
    store = open_store(f"sqlite:///{file(paper)}", write=False, now=paper.clock())
    store.backup(copy)
    store.close()
    return copy


def put_back(paper: PaperWorld, copy: bytes) -> None:
    for old in paper.folder.glob("syncd.db*"):
        old.unlink()
    file(paper).write_bytes(copy)


def waits(paper: PaperWorld) -> str:
    return paper.cycle(approve=anybody).sources["paper"].waits_for or ""


def reestimate(tracker: PaperTracker) -> None:
    """People do that, and all ranks and scores become others."""
    for number, issue in enumerate(tracker.issues.values()):
        issue.fields["Size"] = float(1 + (number * 7) % 11)
        tracker.touch(issue, "anna")


def reclaimed(paper: PaperWorld) -> Reclaimed:
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.pull()
        return reclaim(world, world.sources["paper"], cycle.items, "anna")


def shown(tracker: PaperTracker) -> dict[str, tuple[FieldValue, FieldValue, list[str]]]:
    return {
        issue.key: (
            issue.fields.get("Score"),
            issue.fields.get("Rank"),
            sorted(label for label in issue.labels if label.startswith("roadmap/")),
        )
        for issue in tracker.issues.values()
    }


@pytest.mark.parametrize("by", ["syncd backup", "the file alone"])
def test_it_writes_nothing_and_says_what_to_type(paper: PaperWorld, tracker: PaperTracker, by: str) -> None:
    paper.settle()
    copy = (backed_up(paper) if by == "syncd backup" else file(paper)).read_bytes()
    reestimate(tracker)
    paper.clock.forward(minutes=61)
    paper.settle()
    put_back(paper, copy)
    reestimate(tracker)
    tracker.add("new work", priority="High", fields={"Size": 1.5})
    before = tracker.edits_by_syncd, tracker.moves_by_syncd
    assert "older than what syncd wrote to paper" in waits(paper) and "syncd store reclaim paper" in waits(paper)
    assert (tracker.edits_by_syncd, tracker.moves_by_syncd) == before


def test_also_what_was_written_in_the_minutes_after_a_backup_is_noticed(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.run(write=True, approved=anybody)
        copy = backed_up(paper).read_bytes()
        reestimate(tracker)
        cycle.run(write=True, approved=anybody)
    put_back(paper, copy)
    tracker.add("new work", priority="High", fields={"Size": 1.5})
    assert "syncd store reclaim paper" in waits(paper)


def test_what_is_its_own_becomes_syncd_s_again_and_a_person_s_edit_stays(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    paper.settle()
    copy = file(paper).read_bytes()
    reestimate(tracker)
    paper.clock.forward(minutes=61)
    paper.settle()
    first, second, *_ = tracker.issues.values()
    first.fields["Score"] = 777.0
    tracker.touch(first, "anna")
    held, second.fields["Score"] = second.fields["Score"], 5.0
    tracker.touch(second, "ben")
    second.fields["Score"] = held  # he thought better of it; it was his hand all the same
    tracker.touch(second, "ben")
    put_back(paper, copy)
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.run(write=True, approved=anybody)
        assert len({one.key for one in pins.pinned(world, cycle.items)}) > 6, "syncd's own look like people's"
    found = reclaimed(paper)
    people = {(one.key, one.slot) for one in found.left if one.slot != "order"}
    assert people == {(first.key, "score"), (second.key, "score")} and len(found.ours) > 10
    outcome = paper.cycle().sources["paper"]
    assert outcome.plan.empty or "the store was put back from a copy" in (outcome.waits_for or "")
    paper.settle()
    assert first.fields["Score"] == 777.0 and second.fields["Score"] == held
    tracker.add("new work", priority="High", fields={"Size": 1.5})
    paper.settle()
    assert not [one for one in tracker.issues.values() if one.fields.get("Score") is None], "it goes on writing"


def test_what_it_wrote_first_after_the_copy_is_its_own_too(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.cycle(write=False)
    paper.cycle(approve=anybody)
    new = [tracker.add(f"late {n}", priority="High", fields={"Size": 1.5}) for n in range(3)]
    copy = file(paper).read_bytes()
    paper.clock.forward(minutes=61)
    paper.settle()
    wrote = shown(tracker)
    put_back(paper, copy)
    new[0].fields["Score"] = 1.0
    tracker.touch(new[0], "anna")
    assert "syncd store reclaim paper" in waits(paper)
    ours = {(one.key, one.slot) for one in reclaimed(paper).ours}
    assert (new[0].key, "score") not in ours
    assert {(one.key, "score") for one in new[1:]} <= ours
    assert shown(tracker)[new[1].key] == wrote[new[1].key]


def test_where_the_tracker_does_not_tell_all_stays_people_s(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    copy = file(paper).read_bytes()
    reestimate(tracker)
    paper.clock.forward(minutes=61)
    paper.settle()
    put_back(paper, copy)
    for id_ in tracker.past:
        tracker.past[id_] = []
    found = reclaimed(paper)
    assert not found.ours and found.left


def test_a_takeover_is_the_other_way_on(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    copy = file(paper).read_bytes()
    paper.clock.forward(minutes=61)
    reestimate(tracker)
    paper.settle()
    put_back(paper, copy)
    tracker.add("new work", priority="High", fields={"Size": 1.5})
    assert "syncd store reclaim paper" in waits(paper)
    with paper.opened() as world:
        take_over(world, world.sources["paper"], "anna")
    assert waits(paper) == ""


def test_the_running_daemon_does_it_by_letter(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    copy = file(paper).read_bytes()
    paper.clock.forward(minutes=61)
    reestimate(tracker)
    paper.settle()
    put_back(paper, copy)
    box = beside(file(paper))
    with paper.opened() as world:
        cycle = Cycle(world)
        tracker.add("new work", priority="High", fields={"Size": 1.5})
        cycle.run(write=True, approved=anybody)
        assert world.sources["paper"].older is not None
        post.send_reclaim(box, "paper", "anna")
        post.follow(world, cycle, box)
        assert world.sources["paper"].older is None and not box.waiting()
        assert world.store.sources.get("paper").review_because is not None


def test_a_store_that_only_lives_on_never_waits_for_that(paper: PaperWorld, tracker: PaperTracker) -> None:
    """Processes come and go, hours pass, a crash comes between the store's word and the tracker's."""
    for round_ in range(4):
        reestimate(tracker)
        tracker.add(f"more {round_}", priority="High", fields={"Size": 1.0 + round_})
        paper.clock.forward(minutes=40)
        assert waits(paper) == ""
    with paper.opened() as world:
        known = world.store.sources.get("paper").marked
        assert known is not None and tracker.mark is not None and tracker.mark.endswith(f".{known}")
        world.store.sources.set("paper", marked=known + 1)
    tracker.add("after the crash", priority="High", fields={"Size": 1.0})
    assert waits(paper) == ""


def test_another_syncd_s_source_is_taken_over_first(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    for old in paper.folder.glob("syncd.db*"):
        old.unlink()
    mark = tracker.mark
    with pytest.raises(CannotClaim, match="run first: syncd takeover paper"):
        reclaimed(paper)
    assert tracker.mark == mark
    with paper.opened() as world:
        take_over(world, world.sources["paper"], "anna")
    found = reclaimed(paper)
    assert len(found.ours) > 20, "a store that was lost, too, gets back what nobody else ever wrote"


def test_it_is_noticed_at_the_start_also_when_there_is_nothing_to_write(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    paper.settle()
    copy = file(paper).read_bytes()
    reestimate(tracker)
    paper.clock.forward(minutes=61)
    paper.settle()
    put_back(paper, copy)
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.run(write=True, approved=anybody)
        outcome = cycle.run(write=True, approved=anybody).sources["paper"]
        assert outcome.plan.empty and "syncd store reclaim paper" in (outcome.waits_for or "")
        assert b'syncd_source_store_older{source="paper"} 1.0' in metrics.text(world)
    mark = tracker.mark
    reclaimed(paper)
    assert tracker.mark != mark
    mark = tracker.mark
    for _ in range(2):
        paper.cycle(write=True)
    assert tracker.mark == mark, "a look alone leaves no mark"
