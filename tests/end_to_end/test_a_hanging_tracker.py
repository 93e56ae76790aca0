"""A tracker that takes a request and never answers does not keep the daemon from stopping, and nothing is lost by that."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.running_demo import Shop
from engine.running import eventually
from syncd.demo.site import Site

DOCKER_KILLS_AFTER = 10


class Between:
    """Stands between syncd and a tracker, and keeps each request that `keeps` fits for itself."""

    def __init__(self, url: str) -> None:
        self.keeps: re.Pattern[bytes] | None = None
        self.kept = threading.Event()
        self._to = urlsplit(url)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection((self._to.hostname or "", self._to.port or 80))
                for one, other, up in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._carry, args=(one, other, up), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if up and self.keeps is not None and self.keeps.match(data):
                    self.kept.set()
                    continue
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def between(site: Site) -> Iterator[Between]:
    there = Between(site.environment["DEMO_JIRA_URL"])
    yield there
    there.close()


@pytest.fixture
def shop(site: Site, between: Between, tmp_path: Path) -> Shop:
    shop = Shop(site, tmp_path)
    shop.environment["DEMO_JIRA_URL"] = between.url
    return shop


def started(shop: Shop) -> subprocess.Popen[bytes]:
    with (shop.folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "syncd", "--config", str(shop.config), "run"],
            env={**shop.environment, "SYNCD_POLL": "1 second"}, cwd=shop.folder, stderr=log, stdout=log,
        )  # fmt: skip


def stopped(daemon: subprocess.Popen[bytes], shop: Shop) -> dict[str, object]:
    """The last word of the log."""
    began = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
    assert time.monotonic() - began < DOCKER_KILLS_AFTER
    last: dict[str, object] = json.loads((shop.folder / "log").read_text().splitlines()[-1])
    return last


@pytest.mark.slow
def test_a_tracker_that_never_answers_a_look_does_not_hold_up_the_end(shop: Shop, between: Between) -> None:
    between.keeps = re.compile(b"GET|POST")
    daemon = started(shop)
    assert between.kept.wait(30)
    last = stopped(daemon, shop)
    assert (last["event"], last["unanswered_writes"]) == ("ended without waiting any longer", 0)
    assert "jira" in str(last["sources"])


@pytest.mark.slow
def test_a_write_without_an_answer_does_not_hold_up_the_end_and_is_settled_by_the_next_start(
    shop: Shop, between: Between
) -> None:
    assert shop.syncd("run", "--once").code == 3
    plans = {name: one["digest"] for name, one in shop.syncd("status", "--json").json.items()}
    daemon = started(shop)
    eventually(lambda: '"started"' in (shop.folder / "log").read_text())
    between.keeps = re.compile(rb"PUT /rest/api/2/issue/\d+[ ?]")  # an edit, and not the mark beside it
    assert shop.syncd("approve", plans["jira"]).code == 0
    assert between.kept.wait(30)
    assert stopped(daemon, shop)["unanswered_writes"] == 1
    between.keeps = None
    assert shop.syncd("pull").code == 0
    verdicts = {one["verdict"] for one in shop.syncd("history", "--json").json}
    assert "lost" in verdicts and verdicts <= {"lost", "done"}, "what had no answer was looked for"
