"""A source that fails or hangs holds up nobody else, and is not asked more than it can bear."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog

from engine.paper_world import PaperWorld, anybody, backlog
from engine.running import eventually, running, scored
from syncd.connector.errors import ConnectorError, Locked
from syncd.connector.protocol import Cursor, FieldType, Page, Wiring
from syncd.core.plan import Edit
from syncd.engine.cycle import Cycle
from syncd.engine.service import daemon
from syncd.testing.paper import PaperConnector, PaperTracker


def test_a_failing_source_backs_off_alone_and_is_told_once_each_way(tmp_path: Path) -> None:
    sick, well = backlog(PaperTracker("SICK")), backlog(PaperTracker("WELL"))
    with structlog.testing.capture_logs() as log, running(tmp_path, {"sick": sick, "well": well}) as it:
        eventually(lambda: scored(sick) and scored(well))

        def broken(step: int) -> None:
            raise Locked("the token was revoked")

        sick.weather = broken
        eventually(lambda: it.world.sources["sick"].schedule.failures >= 2)
        steps, others, began = sick.step, well.step, time.monotonic()
        eventually(lambda: well.step >= others + 12)
        assert sick.step - steps <= 2 * (1 + (time.monotonic() - began) / 1.8), "it was asked at the others' pace"
        sick.weather = lambda step: None
        eventually(lambda: it.world.sources["sick"].broken is None)
        assert it.world.sources["sick"].schedule.failures == 0
    told = [entry["event"] for entry in log if entry.get("source") == "sick" and entry["event"].startswith("source ")]
    assert told == ["source failed", "source recovered"]


def test_a_source_that_hangs_holds_up_nobody_and_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "PATIENCE", 0.2)
    slow, quick = backlog(PaperTracker("SLOW")), backlog(PaperTracker("QUICK"))
    go_on, hangs = threading.Event(), threading.Event()
    with running(tmp_path, {"slow": slow, "quick": quick}) as it:
        eventually(lambda: scored(slow) and scored(quick) and it.settled)

        def hang(step: int) -> None:
            hangs.set()
            go_on.wait(30)

        slow.weather = hang
        assert hangs.wait(10)
        edits = slow.edits_by_syncd
        issue = next(iter(quick.issues.values()))
        issue.priority = "High" if issue.priority != "High" else "Low"
        quick.touch(issue)
        before = issue.fields["Score"]
        eventually(lambda: issue.fields["Score"] != before)
        eventually(lambda: it.cycles[-1].sources["slow"].waits_for in (None, "slow is still being read"))
        assert slow.edits_by_syncd == edits and it.world.sources["slow"].reading
        slow.weather = lambda step: None
        go_on.set()
        eventually(lambda: not it.world.sources["slow"].reading and it.settled)


def test_nothing_is_written_to_a_source_that_this_cycle_did_not_read(tmp_path: Path) -> None:
    """A hint of one source changes ranks in the other, where a person was meanwhile: their value stays."""
    one, two = backlog(PaperTracker("ONE")), backlog(PaperTracker("TWO"))
    with running(tmp_path, {"one": one, "two": two}, poll="1 hour") as it:
        eventually(lambda: scored(one) and scored(two) and it.settled)
        theirs = min(two.issues.values(), key=lambda issue: float(str(issue.fields["Rank"])))
        theirs.fields["Rank"] = 77.0
        two.touch(theirs)
        last = min(one.issues.values(), key=lambda issue: float(str(issue.fields["Score"])))
        last.priority, last.fields["Size"] = "High", 0.5
        one.touch(last)
        it.world.sources["one"].schedule.wake()
        it.world.stop.wake()
        eventually(lambda: last.fields["Rank"] == 1.0 and it.settled)
        assert theirs.fields["Rank"] == 77.0


class Buggy(PaperConnector):
    """A stranger's connector that does not keep its contract."""

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        raise KeyError("priority")


def test_a_bug_in_a_connector_stops_its_source_alone_and_is_told(tmp_path: Path) -> None:
    sick, well = backlog(PaperTracker("SICK")), backlog(PaperTracker("WELL"))

    def build(tracker: PaperTracker, wiring: Wiring) -> PaperConnector:
        return Buggy(tracker, wiring) if tracker is sick else PaperConnector(tracker, wiring)

    paper = PaperWorld(tmp_path, {"sick": sick, "well": well})
    paper.settle()
    paper.build = build
    for tracker in (sick, well):
        tracker.add("new work", priority="High", fields={"Size": 1.5})
    written = sick.edits_by_syncd
    outcomes = paper.cycle(approve=anybody).sources
    assert outcomes["sick"].error == "KeyError: 'priority' (a bug; the log has its traceback)"
    assert sick.edits_by_syncd == written and outcomes["well"].error is None and scored(well)


def test_a_source_that_lacks_a_configured_field_is_told_and_left_alone(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker(fields={"Size": FieldType.NUMBER, "Score": FieldType.NUMBER}))
    paper = PaperWorld(tmp_path, {"paper": tracker})
    error = paper.cycle(approve=anybody).sources["paper"].error or ""
    assert error.startswith("sources.paper.write.rank names the field 'Rank', which paper (paper) does not have")
    assert tracker.edits_by_syncd == 0


class Breaks(PaperConnector):
    """Raises in the middle of a call, where it should give an outcome."""

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        for number, outcome in enumerate(super().apply(edits)):
            if number == 2:
                raise Locked("the token was revoked")
            yield outcome


class Silent(PaperConnector):
    """Gives no outcomes."""

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        return iter(())


@pytest.mark.parametrize(
    ("kind", "written", "told"),
    [
        (Breaks, 2, ["PAPER-7 and 9 more: the token was revoked"]),
        (Silent, 0, [f"PAPER-{number}: the connector gave no outcome" for number in range(1, 13)]),
    ],
)
def test_edits_without_an_outcome_are_told_as_not_written_and_decided_again(
    tmp_path: Path, kind: type[PaperConnector], written: int, told: list[str]
) -> None:
    tracker = backlog(PaperTracker())
    paper = PaperWorld(tmp_path, {"paper": tracker}, build=kind)
    with paper.opened() as world:
        outcome = Cycle(world).run(write=True, approved=anybody).sources["paper"]
        assert outcome.applied is not None and outcome.applied.edits == written
        assert sorted(outcome.applied.failed) == sorted(told)
        assert world.store.journal.open_entries("paper") == []
        again = Cycle(world).run(write=False).sources["paper"]
    assert again.plan.size >= 12 - written
