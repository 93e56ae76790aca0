"""Acknowledged means stored: a daemon that is killed while deliveries pour in forgets none of those it acknowledged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import postgres
from syncd.connector.hint import Hint
from syncd.store import open_store
from syncd.store.hints import REMEMBERED
from syncd.testing.barrage import Barrage, fire

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
SCORING = "score: {framework: 1 + 1}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/syncd.db"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.database(migrated=True) as url:
        yield url


def test_killed_while_deliveries_pour_in_it_has_all_that_it_acknowledged(store_url: str, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "syncd.yaml").write_text(SYNCD)
    (config / "scoring.yaml").write_text(SCORING)
    environment = {**os.environ, "GITHUB_SECRET": SECRET, "TOKEN": "t", "SYNCD_STORE": store_url}
    acknowledged: set[str] = set()
    for life in range(2):
        log = tmp_path / f"log{life}"
        with log.open("w") as out:
            command = [sys.executable, "-m", "syncd", "--config", str(config), "run"]
            process = subprocess.Popen(command, env=environment, stderr=out, stdout=out)
        url = listening(log, process)
        killer = threading.Timer(1.0, lambda process=process: os.kill(process.pid, signal.SIGKILL))
        killer.start()
        result: Barrage = fire(f"{url}/webhooks/github", SECRET, seconds=20, connections=16, first=life * 1_000_000)
        process.wait()
        assert set(result.answers) == {202} and len(result.kept) > 50, result.answers
        acknowledged.update(result.kept)
    if store_url.startswith("postgresql"):
        postgres.wait_until_alone(store_url)
    store = open_store(store_url, write=True, now=datetime.now(UTC))
    assert len(acknowledged) < REMEMBERED, "so many that the first ones may be forgotten"
    again = store.hints.put([("github", Hint(delivery)) for delivery in sorted(acknowledged)], now=datetime.now(UTC))
    store.close()
    assert not any(again), "it does not know a delivery that it acknowledged"


def listening(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Where it listens, as soon as it does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("{") and (said := json.loads(line)).get("event") == "listening":
                return str(said["url"])
        time.sleep(0.05)
    raise AssertionError(log.read_text())
