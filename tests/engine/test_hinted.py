"""Hints are looked at, never believed: what enters the mirror is what the source shows, within the configured scope."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked, Transient
from syncd.connector.hint import Hint
from syncd.connector.protocol import Page
from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import box_of
from syncd.engine.service import daemon
from syncd.engine.world import World
from syncd.testing.paper import PaperConnector, PaperTracker


@pytest.fixture
def paper(tmp_path: Path) -> PaperWorld:
    world = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    world.settle()
    return world


def behind(world: World, tracker: PaperTracker) -> None:
    """The source's search lags: pulls bring nothing from now on, only looks at single issues do."""
    connector = world.sources["paper"].connector
    cursor = str(tracker.tick)
    vars(connector)["pull"] = lambda since: iter([Page(cursor=cursor)])


def titles(world: World) -> Mapping[str, str]:
    return {issue.ref.id: issue.title for issue in world.store.mirror.issues("paper")}


def test_a_hinted_change_is_seen_before_the_search_shows_it(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        behind(world, tracker)
        issue = tracker.issues["1001"]
        issue.title = "changed by a person"
        tracker.touch(issue)
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "work 0"
        world.inbox.put("paper", Hint("d1", ids=("1001",)))
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "changed by a person"


def test_a_hint_about_what_does_not_exist_changes_nothing(paper: PaperWorld) -> None:
    with paper.opened() as world:
        before = titles(world)
        world.inbox.put("paper", Hint("d1", ids=("9999", "nonsense"), gone=("9999",)))
        result = Cycle(world).run(write=False)
        assert titles(world) == before and result.sources["paper"].error is None


def test_a_deletion_is_believed_when_a_look_does_not_find_the_issue(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        del tracker.issues["1001"]
        tracker.order.remove("1001")
        world.inbox.put("paper", Hint("d1", ids=("1001", "1002"), gone=("1001", "1002")))
        Cycle(world).run(write=False)
        assert "1001" not in titles(world)
        assert "1002" in titles(world)


def test_an_issue_that_is_missing_without_being_called_gone_is_left_to_a_census(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        del tracker.issues["1001"]
        tracker.order.remove("1001")
        Cycle(world).run(write=False)
        assert "1001" in titles(world)
        world.inbox.put("paper", Hint("d1", ids=("1001",)))
        Cycle(world).run(write=False)
        assert "1001" not in titles(world)


def test_a_broken_source_that_shows_nothing_loses_nothing_to_hints(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        before = titles(world)
        hidden, tracker.issues = tracker.issues, {}
        world.inbox.put("paper", Hint("d1", ids=tuple(before)))
        result = Cycle(world).run(write=False)
        assert titles(world) == before
        assert "nothing was changed" in str(result.sources["paper"].error)
        tracker.issues = hidden


def test_only_what_a_pull_would_bring_enters_by_a_hint(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        behind(world, tracker)
        secret, public = tracker.add("secret", labels={"secret"}), tracker.add("public")
        connector = world.sources["paper"].connector

        def in_scope(ids: Sequence[str]) -> frozenset[str]:
            return frozenset(id_ for id_ in ids if "secret" not in tracker.issues[id_].labels)

        vars(connector)["in_scope"] = in_scope
        world.inbox.put("paper", Hint("d1", ids=(secret.id, public.id)))
        Cycle(world).run(write=False)
        assert public.id in titles(world) and secret.id not in titles(world)


def test_hints_wait_while_the_source_is_down_and_are_followed_when_it_is_back(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        behind(world, tracker)
        connector = world.sources["paper"].connector
        assert isinstance(connector, PaperConnector)
        issue = tracker.issues["1001"]
        issue.title = "changed by a person"
        tracker.touch(issue)

        def down(ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
            raise Transient("down", retry_after=1_000_000)

        vars(connector)["fetch"] = down
        world.inbox.put("paper", Hint("d1", ids=("1001",)))
        Cycle(world).run(write=False)
        assert not world.inbox.has_news
        del vars(connector)["fetch"]
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "changed by a person"


def test_a_look_that_is_refused_does_not_keep_the_source_from_being_pulled(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        connector = world.sources["paper"].connector

        def refused(ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
            raise Locked("these ids are nonsense")

        vars(connector)["fetch"] = refused
        tracker.add("new work")
        world.inbox.put("paper", Hint("d1", ids=("1001",)))
        result = Cycle(world).run(write=False)
        assert result.sources["paper"].error is None and "new work" in titles(world).values()


def test_a_hint_that_a_connector_stumbles_over_stops_its_source_once_and_does_not_come_again(paper: PaperWorld) -> None:
    with paper.opened() as world:

        def buggy(ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
            raise KeyError("node")

        vars(world.sources["paper"].connector)["fetch"] = buggy
        world.inbox.put("paper", Hint("d1", ids=("1001",)))
        assert (Cycle(world).run(write=False).sources["paper"].error or "").startswith("KeyError: 'node' (a bug")
        assert Cycle(world).run(write=False).sources["paper"].error is None


def test_a_moved_row_is_seen_and_respected(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        Cycle(world).run(write=False)
        tracker.order.append(tracker.order.pop(0))
        Cycle(world).run(write=False)
        assert list(world.store.mirror.orders("paper")["PAPER"]) != tracker.order
        world.inbox.put("paper", Hint("d1", order=True))
        Cycle(world).run(write=False)
        assert list(world.store.mirror.orders("paper")["PAPER"]) == tracker.order


def test_what_changed_without_moving_its_time_is_found_by_a_whole_reading_now_and_not_all_the_time(
    paper: PaperWorld,
) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world:
        Cycle(world).run(write=False)
        paper.clock.forward(minutes=20)
        tracker.issues["1001"].title = "renamed in silence"
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "work 0"
        world.inbox.put("paper", Hint("d1", whole=True))
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "renamed in silence"
        tracker.issues["1001"].title = "renamed again"
        world.inbox.put("paper", Hint("d2", whole=True))
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "renamed in silence" and not world.inbox.has_news
        paper.clock.forward(minutes=20)
        Cycle(world).run(write=False)
        assert titles(world)["1001"] == "renamed again"


def test_a_hint_wakes_the_sleeping_daemon_within_a_second_and_a_burst_costs_one_cycle(paper: PaperWorld) -> None:
    tracker = paper.trackers["paper"]
    with paper.opened() as world, running(world) as cycles:
        wait(lambda: len(cycles) == 1)
        time.sleep(daemon.REST)
        issue = tracker.issues["1001"]
        issue.priority = "Low" if issue.priority == "High" else "High"
        tracker.touch(issue)
        began = time.monotonic()
        for number in range(20):
            world.inbox.put("paper", Hint(f"d{number}", ids=("1001",)))
        wait(lambda: len(cycles) > 1)
        assert time.monotonic() - began < 1.0
        time.sleep(0.3)
        assert len(cycles) == 2


@contextmanager
def running(world: World) -> Iterator[list[float]]:
    """A daemon that polls once a minute; gives the moments at which its cycles ended."""
    cycles: list[float] = []

    def work() -> None:
        daemon.run(world, box_of(world.store), approve=anybody, told=lambda result: cycles.append(time.monotonic()))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield cycles
    finally:
        world.stop.set()
        thread.join(timeout=10)


def wait(until: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
