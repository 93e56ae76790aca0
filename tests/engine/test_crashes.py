"""Killed at any request, before its effect or after it, syncd ends in the same trackers as if nothing had happened."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Ambiguous, ConnectorError, Transient
from syncd.engine.cycle import Cycle
from syncd.store.entries import Verdict
from syncd.testing.paper import PaperTracker, fine


class Killed(BaseException):
    """The process is gone: nobody catches this, nothing after it runs."""


def undisturbed(tmp_path: Path) -> tuple[dict[str, object], int, int]:
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "undisturbed", {"paper": tracker})
    world.settle()
    return tracker.picture(), tracker.step, tracker.edits_by_syncd


def test_killed_at_any_step_it_converges_to_the_same_trackers(tmp_path: Path) -> None:
    wanted, steps, edits = undisturbed(tmp_path)
    assert steps > 30
    for step in range(1, steps + 1):
        tracker = backlog(PaperTracker())
        world = PaperWorld(tmp_path / f"killed{step}", {"paper": tracker})

        def kill(now: int, at: int = step) -> None:
            if now == at:
                raise Killed

        tracker.weather = kill
        with contextlib.suppress(Killed):
            world.cycle(approve=anybody)
        tracker.weather = fine
        world.settle()
        assert tracker.picture() == wanted, f"killed at step {step}"
        assert tracker.edits_by_syncd <= edits + 1, f"killed at step {step}: an edit was made twice"
        with world.opened() as opened:
            assert opened.store.journal.open_entries("paper") == []


def test_killed_again_and_again_it_converges(tmp_path: Path) -> None:
    wanted, _, _ = undisturbed(tmp_path)
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "storm", {"paper": tracker})
    for life in range(3, 60, 4):
        end = tracker.step + life

        def kill(now: int, at: int = end) -> None:
            if now >= at:
                raise Killed

        tracker.weather = kill
        with contextlib.suppress(Killed):
            world.cycle(approve=anybody)
    tracker.weather = fine
    world.settle()
    assert tracker.picture() == wanted


@pytest.mark.parametrize("weather", [Transient("busy", retry_after=0), Ambiguous("the answer was lost")])
@pytest.mark.parametrize("parity", [0, 1])
def test_weather_at_every_seventh_step_never_doubles_or_loses_a_write(
    tmp_path: Path, weather: ConnectorError, parity: int
) -> None:
    wanted, _, _ = undisturbed(tmp_path)
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "weather", {"paper": tracker})

    def strike(step: int) -> None:
        if step > 4 and step % 7 == 0 and step // 7 % 2 == parity:
            raise weather

    tracker.weather = strike
    for _ in range(4):
        world.cycle(approve=anybody)
    tracker.weather = fine
    world.settle()
    assert tracker.picture() == wanted


def test_a_person_who_edits_while_syncd_is_dead_wins(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "person", {"paper": tracker})
    steps = 0

    def kill(now: int) -> None:
        nonlocal steps
        steps = now
        if tracker.edits_by_syncd == 5:
            raise Killed

    tracker.weather = kill
    with contextlib.suppress(Killed):
        world.cycle(approve=anybody)
    tracker.weather = fine
    touched = next(i for i in tracker.issues.values() if "roadmap/now" in i.labels)
    touched.labels = (touched.labels - {"roadmap/now"}) | {"roadmap/later"}
    tracker.touch(touched)
    world.settle()
    assert "roadmap/later" in touched.labels and "roadmap/now" not in touched.labels


def test_what_people_changed_or_deleted_while_syncd_was_dead_is_not_taken_for_ours(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "dead", {"paper": tracker})

    def kill(now: int) -> None:
        if tracker.edits_by_syncd == 5:
            raise Killed

    tracker.weather = kill
    with contextlib.suppress(Killed):
        world.cycle(approve=anybody)
    tracker.weather = fine
    changed, deleted = [one for one in tracker.issues.values() if "Score" in one.fields][:2]
    changed.fields.update(Score=77.0, Rank=99.0)
    changed.labels = {"roadmap/mine"}
    tracker.touch(changed)
    tracker.remove(deleted.id)
    with world.opened() as opened:
        Cycle(opened).pull()
        verdicts = {entry.ref.id: entry.verdict for entry in opened.store.journal.entries(run="run1")}
        known = {ref.id for ref, _ in opened.store.ledger.load("paper")}
    assert (verdicts[changed.id], verdicts[deleted.id]) == (Verdict.OVERTAKEN, Verdict.STALE)
    assert len(known) == 3 and not known & {changed.id, deleted.id}
    world.cycle(approve=anybody, census=True)
    assert (changed.fields["Score"], changed.fields["Rank"], changed.labels) == (77.0, 99.0, {"roadmap/mine"})


def test_an_edit_of_which_only_a_part_arrived_is_completed(tmp_path: Path) -> None:
    wanted, _, _ = undisturbed(tmp_path)
    tracker = backlog(PaperTracker())
    world = PaperWorld(tmp_path / "torn", {"paper": tracker})
    tracker.tear_after = 1

    def kill(now: int) -> None:
        if tracker.edits_by_syncd == 4:
            raise Killed

    tracker.weather = kill
    with contextlib.suppress(Killed):
        world.cycle(approve=anybody)
    tracker.weather = fine
    tracker.tear_after = None
    with world.opened() as opened:
        Cycle(opened).pull()
        verdicts = {e.verdict for e in opened.store.journal.entries(run="run1")}
        ledger = opened.store.ledger.load("paper")
    assert verdicts == {Verdict.PARTIAL, Verdict.LOST}
    assert {target for _, target in ledger} == {"field:Score"}
    world.settle()
    assert tracker.picture() == wanted
