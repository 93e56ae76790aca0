"""Of two processes on one PostgreSQL, the one that works on a source tells of it, and its successor does not again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from channel import Channel, channel

import postgres
from engine.paper_world import PaperWorld, backlog
from engine.running import eventually
from syncd.engine.permits.letters import box_of
from syncd.engine.service import daemon
from syncd.engine.telling.teller import telling
from syncd.engine.world import World
from syncd.testing.paper import PaperTracker

SOURCES = ("one", "two")


@pytest.fixture
def here() -> Iterator[Channel]:
    with channel() as it:
        yield it


@pytest.fixture
def paper(postgresql: postgres.Server, tmp_path: Path, here: Channel) -> Iterator[PaperWorld]:
    trackers = {name: backlog(PaperTracker(name.upper()), size=4) for name in SOURCES}
    with postgresql.database(migrated=True) as url:
        made = PaperWorld(tmp_path, trackers, store=url)
        config = tmp_path / "config"
        (config / "hook").write_text(here.url)
        text = (config / "syncd.yaml").read_text()
        tell = "tell:\n  team: {url: {file: hook}, form: json, inside: true, about: [waiting, horizons]}\n"
        (config / "syncd.yaml").write_text(f"poll: 1 second\n{text}{tell}")
        yield made


@contextmanager
def replica(paper: PaperWorld) -> Iterator[World]:
    with paper.opened() as world:

        def run() -> None:
            with telling(world) as tell:
                daemon.run(world, box_of(world.store), told=tell)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield world
        finally:
            world.stop.set()
            thread.join(30)
            assert not thread.is_alive()


def test_one_of_two_replicas_tells_and_the_one_that_takes_over_does_not_tell_again(
    paper: PaperWorld, here: Channel
) -> None:
    with replica(paper) as other:
        with replica(paper) as first:
            eventually(lambda: sorted(here.told) == [("plan:one", "new"), ("plan:two", "new")])
            eventually(lambda: len(first.ours()) == len(other.ours()) == 1)
            seen = other.outlook.counts[1] + first.outlook.counts[1]
            eventually(lambda: other.outlook.counts[1] + first.outlook.counts[1] > seen + 3)
        eventually(lambda: len(other.ours()) == 2)
        seen = other.outlook.counts[1]
        eventually(lambda: other.outlook.counts[1] > seen + 2)
        baseline = other.store.telling.rows("team")["horizons"]
        assert baseline.at is not None and baseline.times == 0
    assert len(here.told) == 2
    assert here.refused == []
