"""A partition is silence: packets vanish, connections stay open, nobody says that anything is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.line import Line, Old, line_to
from benchmarks.replica_house import Replicas, replicas, undisturbed

import postgres
from engine.running import eventually

LEASE = 3
SOURCES = 4
OLD: tuple[Old, ...] = ("mute", "flow")


@pytest.fixture
def house(postgresql: postgres.Server, tmp_path: Path) -> Iterator[Replicas]:
    with (
        postgresql.database(migrated=True) as url,
        replicas(tmp_path / "house", url, sources=SOURCES, lease=LEASE) as house,
    ):
        yield house


def writes(line: Line) -> list[float]:
    """When each write to the tracker left."""
    return [at for at, said in list(line.said) if said.startswith(b"PUT /")]


def wait_for_a_write(line: Line) -> None:
    """Returns when one has just left: more of them will follow."""
    before = len(writes(line))
    eventually(lambda: len(writes(line)) > before)


@pytest.mark.slow
def test_a_replica_that_hears_nothing_of_the_database_stops_writing_in_time_and_joins_again(
    house: Replicas, tmp_path: Path
) -> None:
    with line_to(house.url) as (store, address), closing(Line(("127.0.0.1", house.jira.http.port))) as jira:
        house.start(store=address, jira=f"http://127.0.0.1:{jira.port}")
        eventually(lambda: house.shares() == [SOURCES])
        house.start()
        eventually(lambda: house.shares() == [2, 2])
        for round_, old in enumerate(OLD, 1):
            house.jira.http.latency = 0.1
            for key in house.keys:
                house.estimate(key, 1 + (len(house.values) + round_) % 7)
            wait_for_a_write(jira)
            store.silence()
            since, silent = datetime.now(UTC), time.monotonic()
            house.jira.http.latency = 0.0
            assert house.all_worked_on(since, 60) <= LEASE + 20  # a busy machine
            eventually(lambda: house.shares() == [SOURCES], 1)
            assert writes(jira)[-1] < silent + LEASE / 3, "a write left when another could have had the source soon"
            if old == "mute":
                eventually(lambda: "the leases cannot be prolonged: writing ends in time" in house.log(1).read_text())
            store.heal(old)
            eventually(lambda: house.shares() == [2, 2])
        wanted = undisturbed(tmp_path / "alone", house.values, sources=SOURCES)
        assert house.quiet(wanted, 40) == wanted
        assert house.outcome.double_writes == []
        house.estimate(house.keys[0], 7)
        for process in list(house.processes):
            process.terminate()
        assert [process.wait(20) for process in house.processes] == [0, 0]


@pytest.mark.slow
def test_a_tracker_that_falls_silent_holds_nobody_up_and_gets_nothing_twice(tmp_path: Path) -> None:
    with replicas(tmp_path / "house", f"sqlite:///{tmp_path}/syncd.db", sources=2, lease=90) as house:
        config = house.folder / "config" / "syncd.yaml"
        config.write_text(config.read_text().replace("    mode: auto\n", "    mode: auto\n    read_timeout: 2\n"))
        with closing(Line(("127.0.0.1", house.jira.http.port))) as line:
            there, here = (f"    url: {url}\n" for url in (f"http://127.0.0.1:{line.port}", house.jira.url))
            config.write_text(config.read_text().replace(here, there, 1))
            daemon = house.start()
            house.all_worked_on(datetime.now(UTC), 60)
            house.jira.http.latency = 0.2
            for key in house.keys:
                house.estimate(key, 2)
            wait_for_a_write(line)  # it arrives, and its answer does not
            line.silence()
            house.jira.http.latency = 0.0
            house.estimate("P02-1", 7)
            eventually(lambda: house.score("P02-1") == 7, 20)
            eventually(lambda: '"source failed"' in house.log(1).read_text())
            line.heal("mute")
            wanted = undisturbed(tmp_path / "alone", house.values, sources=2)
            assert house.quiet(wanted, 40) == wanted
            assert house.outcome.double_writes == []
            assert house.log(1).read_text().count('"source failed"') == 1
            line.silence()
            daemon.terminate()
            assert daemon.wait(10) == 0
