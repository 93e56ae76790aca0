"""What people do to a native order that syncd keeps: it stays, it is told, it is handed back; and what was reached is proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Ambiguous
from syncd.engine.cycle import Cycle
from syncd.engine.permits import pins
from syncd.engine.permits.pins import Theirs
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperConnector, PaperTracker, fine


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker})


def drag(tracker: PaperTracker, id_: str, below: str | None) -> None:
    tracker.order.remove(id_)
    tracker.order.insert(0 if below is None else tracker.order.index(below) + 1, id_)


def lines(paper: PaperWorld) -> dict[str, Theirs]:
    with paper.opened() as world:
        return {one.key: one for one in pins.pinned(world, Cycle(world).items) if one.slot == "order"}


def key(tracker: PaperTracker, id_: str) -> str:
    return tracker.issues[id_].key


def later(paper: PaperWorld) -> None:
    """The native order is read again at least every hour."""
    paper.clock.forward(hours=2)


def test_an_issue_that_a_person_drags_keeps_its_place(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    last, second = tracker.order[-1], tracker.order[1]
    drag(tracker, last, tracker.order[0])
    shown = list(tracker.order)
    for _ in range(3):
        later(paper)
        result = paper.cycle(approve=anybody)
        assert tracker.order == shown
    assert result.sources["paper"].order["PAPER"].first_out is None
    (line,) = lines(paper).values()
    assert (line.key, line.live, line.ours) == (
        key(tracker, last),
        f"below {key(tracker, shown[0])}",
        f"below {key(tracker, shown[-1])}",
    )
    assert {skip.slot for skip in result.sources["paper"].plan.skips} == {"order"}
    tracker.issues[second].fields["Size"] = 50.0
    tracker.touch(tracker.issues[second])
    paper.settle()
    assert tracker.order.index(last) == tracker.order.index(shown[0]) + 1, "the others are ranked around it"
    assert tracker.order[-1] == second


def test_a_dragged_issue_goes_with_the_issue_above_it(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    first, last = tracker.order[0], tracker.order[-1]
    drag(tracker, last, first)
    later(paper)
    paper.cycle(approve=anybody)
    tracker.issues[first].fields["Size"] = 50.0
    tracker.touch(tracker.issues[first])
    paper.settle()
    assert tracker.order[-2:] == [first, last]


def test_a_drag_that_nobody_has_read_yet_stops_the_moves_of_a_plan(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    issue = tracker.issues[tracker.order[0]]
    issue.fields["Size"] = 50.0
    tracker.touch(issue)
    last = tracker.order[-1]

    def dragged_after_the_look(step: int) -> None:
        if tracker.edits_by_syncd > edits and last != tracker.order[0]:
            drag(tracker, last, None)

    edits, tracker.weather = tracker.edits_by_syncd, dragged_after_the_look
    applied = paper.cycle(approve=anybody).sources["paper"].applied
    assert applied is not None and applied.moves == 0 and "meanwhile" in applied.failed[-1]
    assert tracker.order[0] == last
    paper.settle()
    assert tracker.order[0] == last and tracker.order[-1] == issue.id


def test_a_dragged_issue_whose_neighbor_is_gone_stays_below_what_is_above_it_now(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    paper.settle()
    above, neighbor, dragged = tracker.order[3], tracker.order[4], tracker.order[-1]
    drag(tracker, dragged, neighbor)
    later(paper)
    paper.cycle(approve=anybody)
    assert lines(paper)[key(tracker, dragged)].live == f"below {key(tracker, neighbor)}"
    tracker.remove(neighbor)
    later(paper)
    paper.cycle(approve=anybody, census=True)
    assert lines(paper)[key(tracker, dragged)].live == f"below {key(tracker, above)}"


def test_release_hands_the_place_back(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    order, last = list(tracker.order), tracker.order[-1]
    drag(tracker, last, None)
    later(paper)
    paper.cycle(approve=anybody)
    with paper.opened() as world:
        cycle = Cycle(world)
        (line,) = pins.release(world, cycle.items, key(tracker, last), "order", "anna")
        assert (line.slot, line.place, line.live) == ("order", "order:PAPER", "top")
        with pytest.raises(pins.NoSuchPlace):
            pins.find(world, cycle.items, key(tracker, last), None)
    paper.settle()
    assert tracker.order == order


def test_before_syncd_may_write_an_order_nothing_in_it_is_a_pin(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.cycle(write=False)
    drag(tracker, tracker.order[-1], None)
    later(paper)
    paper.cycle(write=False)
    paper.settle()
    assert lines(paper) == {}


def test_an_order_that_was_right_from_the_start_is_kept_as_well(paper: PaperWorld, tracker: PaperTracker) -> None:
    with paper.opened() as world:
        decision = Cycle(world).run(write=False).decision
    assert decision is not None
    ranked = [m.ref.id for one in decision.ranked for m in one.work.members]
    tracker.order.sort(key=ranked.index)
    later(paper)
    paper.settle()
    assert tracker.moves_by_syncd == 0
    drag(tracker, tracker.order[-1], None)
    later(paper)
    paper.cycle(approve=anybody)
    assert len(lines(paper)) == 1 and tracker.moves_by_syncd == 0


def test_new_and_deleted_issues_pin_nothing(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    new = tracker.add("new", priority="High")
    drag(tracker, new.id, tracker.order[3])
    tracker.remove(tracker.order[6])
    later(paper)
    paper.cycle(approve=anybody, census=True)
    assert lines(paper) == {}


def test_a_whole_board_that_is_sorted_anew_pins_nothing_and_asks(paper: PaperWorld, tracker: PaperTracker) -> None:
    for number in range(90):
        tracker.add(f"more {number}", priority="Low", fields={"Size": 10.0 + number})
    paper.settle()
    ours = list(tracker.order)
    tracker.order[:] = [*reversed(tracker.order[-25:]), *tracker.order[:-25]]
    theirs = list(tracker.order)
    later(paper)
    waits = paper.cycle().sources["paper"].waits_for or ""
    assert "25 of the 102 issues in the order of PAPER were moved at once" in waits and "syncd apply --plan" in waits
    assert tracker.order == theirs and lines(paper) == {}
    paper.cycle(approve=anybody)
    assert tracker.order == ours
    assert paper.cycle().quiet


def test_a_closed_issue_and_one_that_is_gone_lose_their_pin(paper: PaperWorld, tracker: PaperTracker) -> None:
    paper.settle()
    one, other = tracker.order[-1], tracker.order[-2]
    drag(tracker, one, None)
    drag(tracker, other, one)
    later(paper)
    paper.cycle(approve=anybody)
    assert len(lines(paper)) == 2
    tracker.issues[one].state = "Done"
    tracker.touch(tracker.issues[one])
    tracker.remove(other)
    later(paper)
    paper.cycle(approve=anybody, census=True)
    with paper.opened() as world:
        assert world.store.orders.pins("paper") == {}


def test_reassert_ranks_a_dragged_issue_again(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker})
    file = paper.folder / "config" / "syncd.yaml"
    file.write_text(file.read_text().replace("order: true", "order: {on_edit: reassert}"))
    paper.settle()
    order = list(tracker.order)
    drag(tracker, tracker.order[-1], None)
    later(paper)
    paper.cycle(approve=anybody)
    assert tracker.order == order and lines(paper) == {}


@pytest.mark.parametrize("step", range(2, 26, 3))
def test_moves_of_a_process_that_was_killed_are_nobodys_drag_but_a_drag_meanwhile_is(
    paper: PaperWorld, tracker: PaperTracker, step: int
) -> None:
    paper.settle()
    for id_ in tracker.order[:4]:
        tracker.issues[id_].fields["Size"] = 40.0 + int(id_) % 7
        tracker.touch(tracker.issues[id_])
    end = tracker.step + 14 + step

    def kill(now: int) -> None:
        if now >= end:
            raise Killed

    tracker.weather = kill
    with pytest.raises(Killed):
        for _ in range(9):
            later(paper)
            paper.cycle(approve=anybody)
    tracker.weather = fine
    dragged, neighbor = tracker.order[5], tracker.order[-1]
    drag(tracker, dragged, neighbor)
    later(paper)
    paper.settle()
    assert set(lines(paper)) <= {key(tracker, dragged)}
    assert tracker.order.index(dragged) == tracker.order.index(neighbor) + 1


def test_an_answer_that_was_lost_pins_nothing(paper: PaperWorld, tracker: PaperTracker) -> None:
    moves = 0

    def lose(step: int) -> None:
        nonlocal moves
        if tracker.moves_by_syncd > moves:
            moves = tracker.moves_by_syncd
            if moves in (1, 4):
                raise Ambiguous("the answer was lost")

    tracker.weather = lose
    paper.settle()
    assert moves and lines(paper) == {}


def test_an_undo_pins_nothing_and_what_a_person_drags_after_it_does(paper: PaperWorld, tracker: PaperTracker) -> None:
    run = paper.cycle(approve=anybody).run
    with paper.opened() as world:
        undo_what(world, run, by="anna")
    later(paper)
    paper.cycle()
    assert lines(paper) == {}
    drag(tracker, tracker.order[-1], None)
    later(paper)
    paper.cycle()
    assert len(lines(paper)) == 1


def test_the_run_proves_the_order_or_names_the_first_pair(paper: PaperWorld, tracker: PaperTracker) -> None:
    waits = paper.cycle().sources["paper"]
    proof = waits.order["PAPER"]
    assert proof.issues == 12 and proof.first_out is not None
    upper, lower = (next(i.id for i in tracker.issues.values() if i.key == k) for k in proof.first_out)
    assert tracker.order.index(upper) < tracker.order.index(lower)
    paper.settle()
    with paper.opened() as world:
        (run,) = world.store.runs.last(1)
        assert run.summary["paper"]["order"] == {"PAPER": {"issues": 12, "in_order": True, "first_out": None}}


class Lags(PaperConnector):
    """A tool whose index of the order is behind for a while."""

    index: ClassVar[list[str]] = []

    def order(self, scope: str) -> Sequence[str]:
        now = super().order(scope)
        return list(self.index) or now


def test_moves_of_ours_that_an_index_shows_late_are_nobodys_drag(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, build=Lags)
    paper.settle()
    stood = list(tracker.order)
    worst = tracker.issues[stood[0]]
    worst.fields["Size"] = 50.0
    tracker.touch(worst)
    Lags.index[:] = stood
    with paper.opened() as world:
        cycle = Cycle(world)
        cycle.run(write=True, approved=anybody)
        assert tracker.order != stood
        for _ in range(2):
            paper.clock.forward(minutes=1)
            world.store.sources.set("paper", last_order=None)
            cycle.run(write=False)
        Lags.index.clear()
        paper.clock.forward(minutes=1)
        world.store.sources.set("paper", last_order=None)
        cycle.run(write=False)
        assert world.store.orders.pins("paper") == {}
    paper.settle()
    assert lines(paper) == {}
