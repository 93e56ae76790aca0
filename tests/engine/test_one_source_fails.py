"""A source that fails or hangs holds up nobody else, and is not asked more than it can bear."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import structlog

from engine.paper_world import PaperWorld, anybody, backlog
from engine.running import eventually, running, scored
from syncd.connector.errors import ConnectorError, Locked, Transient
from syncd.connector.protocol import Cursor, FieldType, Page, Wiring
from syncd.core.plan import Edit
from syncd.engine.cycle import Cycle
from syncd.engine.service import daemon
from syncd.store.entries import Verdict
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


class Busy(PaperConnector):
    """Answers so many calls with the same error before it works."""

    errors: ClassVar[list[ConnectorError]] = []

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        if self.errors:
            raise self.errors.pop()
        yield from super().apply(edits)


@pytest.mark.parametrize(
    ("times", "answer", "written", "left"),
    [
        (4, Transient("busy", 0.02), 12, 0),
        (9, Transient("busy", 0.3), 0, 4),
        (9, Transient("busy", 91.0), 0, 8),
        (9, Locked("revoked"), 0, 8),
    ],
)
def test_a_busy_server_is_asked_five_times_and_waited_for_a_minute_and_a_half_at_most(
    tmp_path: Path, times: int, answer: ConnectorError, written: int, left: int
) -> None:
    tracker = backlog(PaperTracker())
    Busy.errors[:] = [answer] * times
    began = time.monotonic()
    outcome = PaperWorld(tmp_path, {"paper": tracker}, build=Busy).cycle(approve=anybody).sources["paper"]
    assert outcome.applied is not None and outcome.applied.edits == tracker.edits_by_syncd == written
    assert len(Busy.errors) == left
    assert outcome.applied.failed == ([] if written else [f"PAPER-1 and 11 more: {answer}"])
    if left == 4:
        assert time.monotonic() - began >= 4 * 0.3, "it did not wait as long as the server asked"


class Drips(PaperConnector):
    """Takes one edit a call, and is busy then."""

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        yield next(super().apply(edits))
        raise Transient("busy", 0.01)


def test_a_busy_server_that_takes_edit_by_edit_is_written_to_until_the_last(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    outcome = PaperWorld(tmp_path, {"paper": tracker}, build=Drips).cycle(approve=anybody).sources["paper"]
    assert tracker.edits_by_syncd == 12 and outcome.applied is not None and outcome.applied.failed == []


class Lies(PaperConnector):
    """Says that it did everything, and did nothing."""

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        return iter([None] * len(edits))


def test_what_a_tool_says_it_did_counts_only_where_it_shows(tmp_path: Path) -> None:
    tracker = backlog(PaperTracker())
    with PaperWorld(tmp_path, {"paper": tracker}, build=Lies).opened() as world:
        first = Cycle(world).run(write=True, approved=anybody)
        applied = first.sources["paper"].applied
        assert applied is not None and applied.edits == 0
        told = {(entry.verdict, entry.message) for entry in world.store.journal.entries(run=first.run) if entry.edit}
        assert told == {(Verdict.LOST, "the tool confirmed it but shows the old value")}
        assert world.store.ledger.load("paper") == {}
        assert Cycle(world).run(write=False).sources["paper"].plan.size == 12
