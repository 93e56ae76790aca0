"""Two syncds on one tracker: the second sees the first one's mark and only reads, until somebody asks it to take over."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked, Refused, Transient
from syncd.engine.cycle import Cycle
from syncd.engine.permits.claim import take_over
from syncd.engine.writing.eject import eject_source
from syncd.testing.paper import PaperConnector, PaperTracker, fine


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def one(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path / "one", {"paper": tracker})


@pytest.fixture
def other(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    """A copy of the configuration with a store of its own: started by mistake."""
    return PaperWorld(tmp_path / "other", {"paper": tracker}, first_run=1000)


def work(tracker: PaperTracker) -> None:
    """Something that nobody wrote to yet."""
    tracker.add("new work", priority="High", fields={"Size": 1.5})


def test_the_second_refuses_with_a_sentence(one: PaperWorld, other: PaperWorld, tracker: PaperTracker) -> None:
    one.settle()
    mark, written = tracker.mark, tracker.edits_by_syncd
    assert mark is not None
    work(tracker)
    outcome = other.cycle(approve=anybody).sources["paper"]
    assert outcome.waits_for == (
        f"another syncd ({mark}) writes to paper, and two would write over each other: this one only reads. "
        "To let this one write instead, run: syncd takeover paper"
    )
    assert (tracker.mark, tracker.edits_by_syncd) == (mark, written)
    one.settle()
    assert tracker.edits_by_syncd > written, "the first one goes on"


def test_after_a_takeover_the_first_one_stops(one: PaperWorld, other: PaperWorld, tracker: PaperTracker) -> None:
    with one.opened() as first:
        cycle = Cycle(first)
        cycle.run(write=True, approved=anybody)
        cycle.run(write=True, approved=anybody)
        with other.opened() as second:
            assert take_over(second, second.sources["paper"], "anna") == []
            Cycle(second).run(write=True, approved=anybody)
        work(tracker)
        one.clock.forward(minutes=11)
        written = tracker.edits_by_syncd
        outcome = cycle.run(write=True, approved=anybody).sources["paper"]
        assert "another syncd" in (outcome.waits_for or "") and tracker.edits_by_syncd == written
        again = cycle.run(write=True, approved=anybody).sources["paper"]
        assert "syncd takeover paper" in (again.waits_for or ""), "it is remembered between two looks"


def test_replicas_and_later_processes_of_one_store_are_one_instance(one: PaperWorld, tracker: PaperTracker) -> None:
    one.settle()
    mark = tracker.mark
    assert mark is not None
    for _ in range(2):
        work(tracker)
        one.clock.forward(minutes=11)
        assert one.cycle(approve=anybody).sources["paper"].applied is not None
    assert tracker.mark is not None
    assert (tracker.mark.partition(".")[0], tracker.mark) > (mark.partition(".")[0], mark), "one name, a higher number"


def test_a_store_that_was_lost_must_be_asked_to_take_over(one: PaperWorld, tracker: PaperTracker) -> None:
    one.settle()
    for file in one.folder.glob("syncd.db*"):
        file.unlink()
    shutil.rmtree(one.folder / "approvals", ignore_errors=True)
    work(tracker)
    assert "syncd takeover paper" in (one.cycle(approve=anybody).sources["paper"].waits_for or "")
    one.clock.forward(minutes=11)
    with one.opened() as world:
        take_over(world, world.sources["paper"], "anna")
    assert one.cycle(approve=anybody).sources["paper"].waits_for is None


def test_where_the_mark_cannot_be_read_nothing_is_written(one: PaperWorld, tracker: PaperTracker) -> None:
    one.cycle(write=False)
    read = tracker.step + 2

    def storm(step: int) -> None:
        if step > read:
            raise Transient("busy", retry_after=200)

    tracker.weather = storm
    outcome = one.cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 0 and outcome.waits_for is not None and outcome.waits_for.endswith("busy")
    tracker.weather = fine
    one.settle()
    assert tracker.mark is not None


@pytest.mark.parametrize("error", [Refused("no right to see marks"), Locked("no right to see marks")])
def test_where_nobody_may_see_marks_it_is_written_all_the_same(
    one: PaperWorld, tracker: PaperTracker, error: Exception
) -> None:
    def claims() -> None:
        raise error

    with one.opened() as world:
        world.sources["paper"].connector.claims = claims  # type: ignore[attr-defined]
        outcome = Cycle(world).run(write=True, approved=anybody).sources["paper"]
    assert outcome.waits_for is None and tracker.edits_by_syncd > 0 and tracker.mark is None


def test_a_running_process_that_only_read_writes_at_once_when_it_takes_over(
    one: PaperWorld, other: PaperWorld, tracker: PaperTracker
) -> None:
    one.settle()
    work(tracker)
    with other.opened() as second:
        cycle, written = Cycle(second), tracker.edits_by_syncd
        assert "another syncd" in (cycle.run(write=True, approved=anybody).sources["paper"].waits_for or "")
        take_over(second, second.sources["paper"], "anna")
        assert cycle.run(write=True, approved=anybody).sources["paper"].waits_for is None
    assert tracker.edits_by_syncd > written


class Halves(PaperConnector):
    """A tool of two parts, the first of which bears another syncd's mark; the second one is the tracker's."""

    def claims(self) -> Mapping[str, str | None]:
        return {"HALF": "somebody-else", **super().claims()}


def test_where_another_one_marked_a_part_the_rest_is_not_marked(tmp_path: Path, tracker: PaperTracker) -> None:
    world = PaperWorld(tmp_path / "halves", {"paper": tracker}, build=Halves)
    assert "another syncd (somebody-else)" in (world.cycle(approve=anybody).sources["paper"].waits_for or "")
    assert tracker.mark is None and tracker.edits_by_syncd == 0


def test_eject_takes_our_mark_along_and_never_another_ones(one: PaperWorld, tracker: PaperTracker) -> None:
    one.settle()
    with one.opened() as world:
        eject_source(world, world.sources["paper"], by="anna")
    assert tracker.mark is None
    tracker.mark = "somebody-else"
    with one.opened() as world:
        eject_source(world, world.sources["paper"], by="anna")
    assert tracker.mark == "somebody-else"


def test_a_plan_that_only_looks_leaves_no_mark(one: PaperWorld, tracker: PaperTracker) -> None:
    one.cycle(write=False)
    one.cycle()
    assert tracker.mark is None
