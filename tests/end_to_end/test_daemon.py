"""The daemon as a real process: it waits for a person, answers people's edits, and stops when it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo.site import Site


@pytest.fixture
def daemon(shop: Shop) -> Iterator[subprocess.Popen[str]]:
    log = (shop.folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "syncd", "--config", str(shop.config), "run"],
        env={**shop.environment, "SYNCD_POLL": "1 second"}, cwd=shop.folder, stderr=log, stdout=log, text=True,
    )  # fmt: skip
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    log.close()


def eventually(holds: Callable[[], bool], seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


def test_it_waits_for_approval_then_writes_then_answers_a_person_then_stops(
    shop: Shop, site: Site, daemon: subprocess.Popen[str]
) -> None:
    def digests() -> dict[str, str]:
        said = shop.syncd("status", "--json")
        return (
            {name: one["digest"] for name, one in json.loads(said.out).items() if one["waits_for"]}
            if said.code == 0
            else {}
        )

    eventually(lambda: len(digests()) == 2)
    assert shop.changes() == 0, "it wrote before a person approved"
    assert shop.syncd("pull").code == 4, "a second process took the store"
    assert shop.syncd("approve", "ffffffffffff").code == 3
    waiting = digests()
    for digest in waiting.values():
        assert shop.syncd("approve", digest, "--by", "anna").code == 0
    eventually(lambda: shop.changes() > 400)
    eventually(lambda: not digests())

    def quiet_for_two_cycles() -> bool:
        before = shop.changes()
        time.sleep(3)
        return shop.changes() == before

    eventually(quiet_for_two_cycles)
    before = shop.changes()
    site.person().deed("re-estimate")
    eventually(lambda: shop.changes() > before + 1)
    os.kill(daemon.pid, signal.SIGTERM)
    assert daemon.wait(timeout=10) == 0
    log = [json.loads(line) for line in (shop.folder / "log").read_text().splitlines()]
    assert {"approved", "applied", "started", "stopped"} <= {line["event"] for line in log}
    assert not [line for line in log if line["level"] in ("error", "critical")]
    assert "demo-token" not in (shop.folder / "log").read_text()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells which signals a process catches")
def test_a_hangup_during_the_start_ends_nothing_and_is_heeded_later(shop: Shop, daemon: subprocess.Popen[str]) -> None:
    def said(event: str) -> bool:
        return f'"{event}"' in (shop.folder / "log").read_text(encoding="utf-8")

    def heeds_hangups() -> bool:
        status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="ascii")
        return bool(int(status.partition("SigCgt:")[2].split()[0], 16) & 1)

    eventually(heeds_hangups)
    assert not said("listening") and not said("started"), "it is too late to try this"
    daemon.send_signal(signal.SIGHUP)
    eventually(lambda: said("started") and said("configuration taken"))
    daemon.terminate()
    assert daemon.wait(20) == 0
