"""The daemon on a store that is on a server: connections break at any moment, and commands and people work beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

import postgres
from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.hint import Hint
from syncd.engine.cycle import Cycle
from syncd.engine.permits.claim import take_over
from syncd.engine.permits.letters import box_of
from syncd.engine.permits.reclaim import reclaim
from syncd.engine.service import daemon, post
from syncd.engine.world import World
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperTracker


@pytest.fixture
def paper(postgresql: postgres.Server, tmp_path: Path) -> Iterator[PaperWorld]:
    trackers = {name: backlog(PaperTracker(name.upper()), size=4) for name in ("one", "two")}
    with postgresql.database(migrated=True) as url:
        yield PaperWorld(tmp_path, trackers, store=url)


@contextmanager
def running(paper: PaperWorld) -> Iterator[World]:
    """A daemon in a thread of its own, and when all is quiet."""
    failed: list[BaseException] = []
    with paper.opened() as world:

        def run() -> None:
            try:
                daemon.run(world, box_of(world.store), approve=anybody)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            eventually(lambda: written(paper, "one") and written(paper, "two"))
            yield world
        finally:
            world.stop.set()
            thread.join(30)
        assert not failed and not thread.is_alive()


def written(paper: PaperWorld, name: str) -> bool:
    return all("Score" in issue.fields for issue in paper.trackers[name].issues.values())


def eventually(holds: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def person(paper: PaperWorld, name: str, size: float) -> None:
    issue = next(iter(paper.trackers[name].issues.values()))
    issue.fields["Size"] = size
    paper.trackers[name].touch(issue)


def score(paper: PaperWorld, name: str) -> object:
    return next(iter(paper.trackers[name].issues.values())).fields.get("Score")


def run_of(world: World, name: str) -> str:
    """The run that wrote to a source, when it has ended."""
    ended = {one.run for one in world.store.runs.last(20) if one.finished}
    runs = {one.run for one in world.store.journal.entries() if one.ref.source == name}
    if not runs <= ended:
        time.sleep(0.1)
        return run_of(world, name)
    return min(runs)


def test_it_outlives_connections_that_break_at_any_moment(paper: PaperWorld, postgresql: postgres.Server) -> None:
    config = paper.folder / "config" / "syncd.yaml"
    config.write_text("poll: 1 second\n" + config.read_text())
    broken = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncd'"
    with running(paper) as world:
        name = make_url(world.store.name).database
        for _ in range(20):
            postgresql.run(broken)
            time.sleep(0.02)
        for seconds in (0.8, 1.7):  # and some that cannot be made again for a while
            postgresql.run(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
            postgresql.run(broken)
            time.sleep(seconds)
            postgresql.run(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
            time.sleep(1.5)
        person(paper, "one", 7.5)
        eventually(lambda: score(paper, "one") == 1.2)
        assert world.work.mine("one") and world.work.mine("two")


def test_a_hint_that_another_replica_took_in_is_followed_within_seconds(paper: PaperWorld) -> None:
    with running(paper), paper.opened() as other:
        person(paper, "two", 7.5)
        other.inbox.put("two", Hint("d1", ids=("1001",)))
        eventually(lambda: score(paper, "two") == 1.2, 10)


def test_a_command_borrows_a_source_and_the_daemon_takes_it_back(paper: PaperWorld) -> None:
    with running(paper) as world:
        run = run_of(world, "one")
        with paper.opened() as command:
            undo_what(command, run, by="anna")
        assert "Score" not in next(iter(paper.trackers["one"].issues.values())).fields
        eventually(lambda: world.work.mine("one"))


def test_a_letter_is_followed_by_whoever_comes_first(paper: PaperWorld) -> None:
    with running(paper) as world:
        run = run_of(world, "one")
        with paper.opened() as page:
            post.send_undo(box_of(page.store), run, "anna")
        eventually(lambda: score(paper, "one") is None)


def test_a_run_of_a_replica_that_died_is_told_as_interrupted(paper: PaperWorld) -> None:
    with paper.opened() as first, paper.opened() as second:
        first.work.join()
        first.work.share()
        first.store.runs.start("never ended", now=paper.clock(), owner=first.work.owner)
        with second.store._database.write() as connection:
            connection.exec_driver_sql("UPDATE lease SET until = clock_timestamp()")
            connection.exec_driver_sql("DELETE FROM replica")
        second.work.join()
        second.work.share()
        assert {run.run: run.outcome for run in second.store.runs.last(9)} == {"never ended": "interrupted"}
        assert Cycle(second).run(write=False).sources.keys() == {"one", "two"}


def test_a_takeover_and_a_reclaim_beside_the_daemon_borrow_the_source(paper: PaperWorld) -> None:
    with running(paper):
        tracker = paper.trackers["one"]
        mark, tracker.mark = tracker.mark, "somebody-else"
        assert mark is not None
        with paper.opened() as beside:
            assert take_over(beside, beside.sources["one"], "anna") == []
        taken = tracker.mark
        assert taken.partition(".")[0] == mark.partition(".")[0] and taken != mark
        with paper.opened() as beside:
            cycle = Cycle(beside)
            cycle.pull()
            assert not reclaim(beside, beside.sources["one"], cycle.items, "anna").ours
        assert tracker.mark not in (mark, taken), "a higher number"
