"""The law of replicas: however they are stopped and woken, no edit is written twice, and the trackers end as they would have."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import postgres
from engine.paper_world import SCORING, PaperWorld, anybody, backlog
from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Wiring
from syncd.core.plan import Edit, SetField
from syncd.engine.cycle import Cycle
from syncd.engine.world import World
from syncd.store.errors import StoreError
from syncd.testing.paper import PaperConnector, PaperTracker

LEASE = 3600.0
SOURCES = ("one", "two")


class Sleep:
    """Where a replica's process may be stopped: before any request leaves, before it is asked whether it may, and before
    an answer is heard."""

    def __init__(self) -> None:
        self.points = 0
        self.at: int | None = None
        self.asleep, self.wake = threading.Event(), threading.Event()

    def point(self) -> None:
        self.points += 1
        if self.at is not None and self.points >= self.at:  # all its threads
            self.asleep.set()
            self.wake.wait(20)


class Log:
    """Every value that arrived in a tracker, in order."""

    def __init__(self) -> None:
        self.last: dict[tuple[str, str, str], object] = {}
        self.twice: list[object] = []

    def note(self, edit: Edit) -> None:
        for change in edit.changes:
            target = change.field if isinstance(change, SetField) else change.prefix
            value = change.after if isinstance(change, SetField) else (change.add, change.remove)
            place = (edit.ref.source, edit.ref.id, target)
            if self.last.get(place) == value:
                self.twice.append((place, value))
            self.last[place] = value


def connector(sleep: Sleep, log: Log) -> Callable[[PaperTracker, Wiring], PaperConnector]:
    class Sleeping(PaperConnector):
        def _before(self, resource: str, *, mutates: bool) -> None:
            sleep.point()
            super()._before(resource, mutates=mutates)

        def _after(self, resource: str, *, mutates: bool) -> None:
            if resource == "edit":
                log.note(vars(self)["writing"])  # it has just arrived
            super()._after(resource, mutates=mutates)
            sleep.point()

        def _apply(self, edit: Edit) -> ConnectorError | None:
            vars(self)["writing"] = edit
            return super()._apply(edit)

    return Sleeping


class Node:
    """One replica in this process, with a clock of its own."""

    def __init__(self, paper: PaperWorld, stack: ExitStack, log: Log) -> None:
        self.sleep = Sleep()
        self.now = 0.0
        vars(paper)["_build"] = connector(self.sleep, log)
        self.world: World = stack.enter_context(paper.opened(lambda: self.now))
        self.world.work.join()
        self.cycle = Cycle(self.world)

    def turn(self) -> None:
        self.world.work.share()
        try:
            self.cycle.run(write=True, approved=anybody)
        except StoreError:  # as the daemon: the next cycle decides again
            self.cycle.forget()


moments = st.integers(1, 36)
people = st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=4)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a smaller example is not worth minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=moments, second=moments, edits=people, later=people)
def test_two_replicas_never_write_the_same_edit(
    postgresql: postgres.Server,
    first: int,
    second: int,
    edits: list[tuple[str, int, int]],
    later: list[tuple[str, int, int]],
) -> None:
    with world(postgresql) as (paper, log, stack):
        a, b = Node(paper, stack, log), Node(paper, stack, log)
        a.turn()
        b.turn()  # both are read now; the next cycle of each writes
        for sleeper, other, at, deeds in ((a, b, first, edits), (b, a, second, later)):
            stopped_for_a_lease(postgresql, paper, sleeper, other, at, deeds)
        for _ in range(4):
            a.turn()
            b.turn()
        assert log.twice == []
        assert a.world.work.mine("one") + b.world.work.mine("one") == 1
        found = {name: tracker.picture() for name, tracker in paper.trackers.items()}
    assert found == undisturbed([*edits[::2], *edits[1::2], *later[::2], *later[1::2]])


def stopped_for_a_lease(
    server: postgres.Server, paper: PaperWorld, sleeper: Node, other: Node, at: int, deeds: list[tuple[str, int, int]]
) -> None:
    """The sleeper's process stops at that point of its cycle, the other works meanwhile, and the sleeper wakes."""
    do(paper, deeds[::2])
    sleeper.sleep.at = sleeper.sleep.points + at
    thread = threading.Thread(target=sleeper.turn)
    thread.start()
    while thread.is_alive() and not sleeper.sleep.asleep.wait(0.005):
        pass
    do(paper, deeds[1::2])
    sleeper.now += LEASE
    with other.world.store._database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE lease SET until = clock_timestamp() WHERE owner = %s", (sleeper.world.work.owner,)
        )
        connection.exec_driver_sql("DELETE FROM replica WHERE owner = %s", (sleeper.world.work.owner,))
    other.turn()
    other.turn()
    sleeper.sleep.at = None
    sleeper.sleep.wake.set()
    thread.join(20)
    assert not thread.is_alive()
    sleeper.sleep.asleep.clear()
    sleeper.sleep.wake.clear()
    sleeper.world.work.join()


@contextmanager
def world(server: postgres.Server) -> Iterator[tuple[PaperWorld, Log, ExitStack]]:
    log = Log()
    with tempfile.TemporaryDirectory() as folder, server.database(migrated=True) as url, ExitStack() as stack:
        paper = made(Path(folder), url)
        text = (Path(folder) / "config" / "syncd.yaml").read_text()
        (Path(folder) / "config" / "syncd.yaml").write_text(f"lease: {LEASE:.0f} seconds\n{text}")
        yield paper, log, stack


def made(folder: Path, store: str | None = None) -> PaperWorld:
    scoring = SCORING.replace("High: 9, Medium: 5, Low: 1", "High: 9000, Medium: 5000, Low: 1000")
    trackers = {name: backlog(PaperTracker(name.upper()), size=6) for name in SOURCES}
    paper = PaperWorld(folder, trackers, store=store, scoring=scoring)
    do(paper, [(name, number, 1 + number % 5) for name in SOURCES for number in range(6)])
    return paper


def do(paper: PaperWorld, deeds: list[tuple[str, int, int]]) -> None:
    """People estimate anew; no two estimates are equal, since work of equal score keeps the order that it had."""
    for source, number, size in deeds:
        tracker = paper.trackers[source]
        issue = list(tracker.issues.values())[number]
        issue.fields["Size"] = size + 0.01 * number + 0.003 * SOURCES.index(source)
        tracker.touch(issue)


def undisturbed(deeds: list[tuple[str, int, int]]) -> dict[str, object]:
    """What one process makes of the same."""
    with tempfile.TemporaryDirectory() as folder:
        paper = made(Path(folder))
        do(paper, deeds)
        paper.settle()
        return {name: tracker.picture() for name, tracker in paper.trackers.items()}
