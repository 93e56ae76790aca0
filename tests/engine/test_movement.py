"""What decisions are made from is kept for every change, and explains later why something moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from paper_world import PaperWorld, backlog
from sqlalchemy import func, select

from syncd.core.issue import Ref
from syncd.engine.cycle import Cycle
from syncd.engine.memory.movement import NothingKept, Since, explain_since, line_of_days, moment_of, rereading
from syncd.store.memory import Day
from syncd.store.open import Store
from syncd.store.tables import inputs
from syncd.testing.paper import PaperTracker, paper_spec


@pytest.fixture
def world(tmp_path: Path) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})


def rows(world: PaperWorld) -> int:
    with world.opened() as opened:
        return count(opened.store)


def count(store: Store) -> int:
    with store._database.read() as connection:
        found: int = connection.execute(select(func.count()).select_from(inputs)).scalar_one()
    return found


def since(world: PaperWorld, key: str, when: str) -> Since:
    specs = {name: paper_spec(name, tracker) for name, tracker in world.trackers.items()}
    with world.opened() as opened:
        cycle = Cycle(opened)
        decision = cycle.decision(remember=False)
        ref = next(item.ref for item in cycle.items.items.values() if item.key == key)
        reread = rereading(world.folder / "config", {}, specs)
        return explain_since(
            opened.store, ref, when, decision, opened.rules, opened.loaded.texts, reread, world.clock()
        )


def issue(world: PaperWorld, number: int) -> str:
    return str(1000 + number)


def change(world: PaperWorld, number: int, **fields: float) -> None:
    tracker = world.trackers["paper"]
    one = tracker.issues[issue(world, number)]
    one.fields.update(fields)
    tracker.touch(one)


def test_only_what_changed_is_kept_again(world: PaperWorld) -> None:
    world.settle()
    assert rows(world) == 12
    world.clock.forward(hours=1)
    world.settle()
    assert rows(world) == 12
    change(world, 3, Size=50.0)
    with world.opened() as opened:  # one process that lives on, as the daemon does
        cycle = Cycle(opened)
        cycle.run(write=True)
        assert count(opened.store) == 13
        world.clock.forward(minutes=1)
        change(world, 4, Size=60.0)
        cycle.run(write=True)
        world.clock.forward(minutes=1)
        cycle.run(write=True)
        assert count(opened.store) == 14


def test_what_left_the_backlog_is_kept_as_gone(world: PaperWorld) -> None:
    world.settle()
    before = world.clock()
    world.clock.forward(hours=1)
    one = world.trackers["paper"].issues[issue(world, 5)]
    one.state = "Done"
    world.trackers["paper"].touch(one)
    world.settle()
    with world.opened() as opened:
        assert Ref("paper", one.id) in opened.store.past.inputs(before)
        assert Ref("paper", one.id) not in opened.store.past.inputs(world.clock())
        assert len(opened.store.past.inputs(world.clock())) == 11


def test_an_input_that_a_person_changed_is_named_with_what_it_did(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    change(world, 2, Size=0.5)
    world.settle()
    found = since(world, "PAPER-2", first.run)
    (line,) = found.movement.inputs
    assert (line.name, line.before, line.after, line.origin) == ("size", "2", "0.5", "Paper field Size")
    assert line.points is not None and line.points == sum(found.movement.points or ()) > 0
    assert found.seen == {"size": world.clock()} and found.files == ()
    assert found.movement.places == (0, found.movement.then.rank - found.movement.now.rank, 0)


def test_others_are_named_that_overtook_or_left(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    tracker = world.trackers["paper"]
    with world.opened() as opened:
        order = [row.work.primary.key for row in Cycle(opened).decision(remember=False).ranked]
    best, last = order[0], order[-1]
    done = next(one for one in tracker.issues.values() if one.key == best)
    done.state = "Done"
    tracker.touch(done)
    change(world, int(last.split("-")[1]), Size=0.01)
    tracker.add("brand new", priority="High", fields={"Size": 0.02})
    world.settle()
    found = since(world, order[4], first.run).movement
    assert [(one.key, one.because) for one in found.fell_behind] == [(best, "is done")]
    assert [(one.key, one.because) for one in found.overtook] == [
        ("PAPER-13", "is new in the backlog"),
        (last, "its score rose"),
    ]
    assert found.places == (0, 0, -1) and found.inputs == ()


def test_a_changed_rule_is_shown_with_its_lines_and_its_part(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    path = world.folder / "config" / "scoring.yaml"
    path.write_text(path.read_text().replace("High: 9", "High: 90"))
    world.settle()
    found = since(world, "PAPER-1", first.run)
    assert [file.name for file in found.files] == ["scoring.yaml"]
    assert [line[:1] for line in found.files[0].lines] == ["−", "+"] and "High: 90" in found.files[0].lines[1]
    assert found.movement.points is not None
    assert found.movement.points[0] == sum(found.movement.points) > 0
    assert found.movement.inputs == () and found.rules_readable


def rewrite(world: PaperWorld, name: str, change: Callable[[str], str]) -> None:
    path = world.folder / "config" / name
    path.write_text(change(path.read_text() if path.exists() else ""))


def test_another_framework_is_the_rules_part_and_nothing_else(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    rewrite(
        world,
        "scoring.yaml",
        lambda text: text.replace("value_effort\n  inputs: {effort: size}", "weighted\n  weights: {size: 1}"),
    )
    world.settle()
    for key in ("PAPER-1", "PAPER-7"):
        found = since(world, key, first.run)
        assert found.movement.points is not None and found.movement.inputs == ()
        assert found.movement.points[0] == sum(found.movement.points) != 0
        assert any("framework: weighted" in line for line in found.files[0].lines)
        assert sum(found.movement.places) == found.movement.then.rank - found.movement.now.rank


OKRS = """
period: {starts: 2026-10-01, ends: 2026-12-31}
objectives:
  - {id: O1, title: Sell, key_results: [{id: KR1, title: Orders, start: 0, target: 100, current: 50}]}
"""
BEHIND = "adjust: [{name: behind, when: okr.behind > 0, add: 10 * okr.behind, because: The calendar goes on.}]\n"


def test_a_key_result_that_moved_and_a_label_that_ties_to_it_are_told_apart(world: PaperWorld) -> None:
    rewrite(world, "okrs.yaml", lambda text: OKRS)
    rewrite(world, "scoring.yaml", lambda text: text + BEHIND)
    first = world.settle()
    world.clock.forward(hours=1)
    tracker = world.trackers["paper"]
    tied = tracker.issues[issue(world, 4)]
    tied.labels.add("okr/KR1")
    tracker.touch(tied)
    second = world.settle()
    found = since(world, tied.key, first.run)
    assert found.movement.points is not None and found.movement.points[1] == sum(found.movement.points) > 0
    assert ["KR1" in str(line.after) for line in found.movement.inputs] == [True]
    world.clock.forward(hours=1)
    rewrite(world, "okrs.yaml", lambda text: text.replace("current: 50", "current: 10"))
    world.settle()
    found = since(world, tied.key, second.run)
    assert found.movement.points is not None and found.movement.points[0] == sum(found.movement.points) > 0
    assert [file.name for file in found.files] == ["okrs.yaml"] and found.movement.inputs == ()


def test_work_that_todays_rules_would_not_have_taken_then_says_so(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    tracker = world.trackers["paper"]
    marked = tracker.issues[issue(world, 4)]
    marked.labels.add("platform")
    tracker.touch(marked)
    only = "rest: none\nbacklogs: [{name: platform, filter: \"'platform' in labels\"}]\n"
    rewrite(world, "scoring.yaml", lambda text: text + only)
    world.settle()
    with pytest.raises(
        NothingKept, match=f"by the rules of now {marked.key} would have been in no backlog when the run"
    ):
        since(world, marked.key, first.run)


def test_rules_that_cannot_be_read_any_more_are_told_and_still_add_up(world: PaperWorld) -> None:
    first = world.settle()
    world.clock.forward(hours=1)
    path = world.folder / "config" / "scoring.yaml"
    path.write_text(path.read_text().replace("High: 9", "High: 90"))
    world.settle()
    with world.opened() as opened:
        cycle = Cycle(opened)
        decision = cycle.decision(remember=False)
        found = explain_since(
            opened.store, decision.ranked[0].work.ref, first.run, decision, opened.rules, opened.loaded.texts,
            lambda texts: None, world.clock(),
        )  # fmt: skip
    assert not found.rules_readable and [file.name for file in found.files] == ["scoring.yaml"]
    assert sum(found.movement.places) == found.movement.then.rank - found.movement.now.rank


def test_a_day_is_how_it_began_and_what_was_not_kept_is_said(world: PaperWorld) -> None:
    with world.opened() as opened, pytest.raises(NothingKept, match="nothing was kept so far"):
        moment_of(opened.store, "today", world.clock())
    world.settle()
    world.clock.forward(days=2)
    change(world, 2, Size=0.5)
    world.settle()
    assert since(world, "PAPER-2", "today").movement.inputs[0].name == "size"
    assert since(world, "PAPER-2", "30d").moment.words == "2026-11-23 12:00, when keeping began"
    for wrong, words in {"2027-01-01": "has not come yet", "soon": "it is no date"}.items():
        with pytest.raises(NothingKept, match=words):
            since(world, "PAPER-2", wrong)
    late = world.trackers["paper"].add("late", priority="Low", fields={"Size": 1.0})
    world.settle()
    with pytest.raises(NothingKept, match="was not in the backlog"):
        since(world, late.key, "today")


def test_what_retention_lets_go_leaves_what_was_in_force_then(world: PaperWorld) -> None:
    world.settle()
    world.clock.forward(days=10)
    change(world, 2, Size=0.5)
    world.settle()
    world.clock.forward(days=10)
    change(world, 2, Size=0.7)
    world.settle()
    with world.opened() as opened:
        cut = world.clock() - timedelta(days=5)
        before = opened.store.past.inputs(cut)
        assert opened.store.prune(cut).inputs == 1
        assert opened.store.past.inputs(cut) == before and len(before) == 12
        assert opened.store.past.book(world.clock()) is not None


def test_a_line_of_days_holds_what_did_not_change() -> None:
    monday = Day((day := date(2026, 11, 9)), 4, "now", 50.0)
    thursday = Day(day + timedelta(days=3), 2, "now", 60.0)
    line = line_of_days([monday, thursday], day + timedelta(days=4), length=6)
    assert [(one.day.day - day.day, one.rank) for one in line] == [(0, 4), (1, 4), (2, 4), (3, 2), (4, 2)]
