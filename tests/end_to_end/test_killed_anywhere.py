"""Real processes that get a real SIGKILL: whatever the moment, starting again ends in the same trackers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.trackers import differences, picture

from syncd.demo import site as sites
from syncd.demo.world import write_world

COMMAND = [sys.executable, "-m", "syncd", "demo", "--once", "--json"]
LIVES, KILLS = 6, 4
"""24 kills: in each life three at a change of the trackers and one at a moment."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's own world, written once."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], float, int]:
    """What the trackers show after a run that nobody disturbed, how long it took, and how many changes it made."""
    folder = _fresh(world, tmp_path_factory.mktemp("undisturbed"))
    began = time.monotonic()
    said = _run_to_the_end(folder)
    seconds = time.monotonic() - began
    assert said["quiet"]
    return _picture(folder), seconds, _changes(folder)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(LIVES))
def test_killed_at_random_moments_it_ends_in_the_same_trackers(
    number: int, world: Path, undisturbed: tuple[dict[str, Any], float, int], tmp_path: Path
) -> None:
    wanted, seconds, changes = undisturbed
    dice = random.Random(number)
    folder = _fresh(world, tmp_path)
    for at in sorted(dice.randint(1, changes) for _ in range(KILLS - 1)):
        _run_and_kill(folder, lambda at=at: _changes(folder) >= at)
    end = time.monotonic() + seconds * dice.uniform(0.2, 1.0)
    _run_and_kill(folder, lambda: time.monotonic() >= end)
    said = _run_to_the_end(folder)
    assert said["quiet"]
    assert differences(_picture(folder), wanted) == []


def _fresh(world: Path, folder: Path) -> Path:
    shutil.copytree(world, folder / "world")
    return folder


def _run_to_the_end(folder: Path) -> dict[str, Any]:
    command = [*COMMAND, "--folder", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _run_and_kill(folder: Path, now: Callable[[], bool]) -> None:
    """Kills syncd alone, at once and without warning; its simulators end because their starter is gone."""
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not now() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _changes(folder: Path) -> int:
    """How many changes the trackers have noted in their journals."""
    journals = [folder / kind / "journal.jsonl" for kind in ("jira", "github")]
    return sum(path.read_bytes().count(b"\n") for path in journals if path.exists())


def _picture(folder: Path) -> dict[str, Any]:
    with sites.start(folder) as site:
        return picture(site)
