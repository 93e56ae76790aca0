"""Two hundred random SIGKILLs of real processes that write to the simulators: nothing lost, nothing of others changed.

In each round a fresh pair of trackers is written to by one process after the other; each is killed when the trackers have noted
a random number of changes, or at a random moment, until the last one may finish. The simulators live on, as trackers do.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.core import CONFIG
from benchmarks.result import Result
from benchmarks.trackers import differences, picture
from syncd.cli.demo import environment
from syncd.cli.session import opened
from syncd.core.plan import Plan
from syncd.demo import site as sites
from syncd.demo.site import Site
from syncd.demo.world import write_world
from syncd.engine.cycle import Cycle
from syncd.telemetry import silence_logging

KILLS, ROUNDS = 200, 8
JIRA_OURS = frozenset({"customfield_10051", "customfield_10052", "customfield_10053"})
"""Priority Score, Backlog Rank and Objective, as the demo's Jira numbers them."""
PROJECT_OURS = frozenset({"Score", "Rank", "Roadmap"})
FAMILIES = ("roadmap/", "okr/")
Foreign = dict[tuple[str, str], object]
"""By tool and issue, what is not syncd's to write."""


def kills() -> Iterator[Result]:
    """As many rounds as it takes; the final trackers of each are compared with those of an undisturbed run."""
    killed = lost = changed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder / "world")
        before, wanted, changes, seconds = _undisturbed(folder, folder / "undisturbed")
        dice = random.Random(1)
        number = 0
        while killed < KILLS:
            number += 1
            done, after = _round(folder, folder / f"round{number}", changes, seconds, dice, KILLS - killed)
            killed += done
            lost += len(differences(after, wanted))
            theirs, now = _foreign(before), _foreign(after)
            changed += sum(now.get(key) != value for key, value in theirs.items())
            shutil.rmtree(folder / f"round{number}")
    yield Result("kills.kills", killed, "SIGKILLs", KILLS, at_least=True)
    yield Result("kills.lost", lost, "differences", 0)
    yield Result("kills.foreign_values_changed", changed, "values", 0)
    yield Result("kills.seconds", time.monotonic() - began, "s")


def _undisturbed(world: Path, folder: Path) -> tuple[dict[str, Any], dict[str, Any], int, float]:
    """What the trackers show before and after, how many changes that were, and how long it took."""
    with _trackers(world, folder) as site:
        before = picture(site)
        noted = _changes(folder)
        began = time.monotonic()
        worker = _start(site)
        if worker.wait():
            raise RuntimeError("the undisturbed run failed")
        return before, picture(site), _changes(folder) - noted, time.monotonic() - began


def _round(
    world: Path, folder: Path, changes: int, seconds: float, dice: random.Random, most: int
) -> tuple[int, dict[str, Any]]:
    """Kills as long as there is something to write, then lets one process finish."""
    killed = 0
    with _trackers(world, folder) as site:
        noted = _changes(folder)
        share = max(1, changes * ROUNDS // KILLS)
        while killed < most and (there := _changes(folder) - noted) < changes - 1:
            at = noted + min(changes, there + dice.randint(1, 2 * share))
            end = time.monotonic() + (dice.uniform(0.3, 1.0) * seconds if dice.random() < 0.25 else 60)
            worker = _start(site)
            while worker.poll() is None and _changes(folder) < at and time.monotonic() < end:
                time.sleep(0.0005)
            if worker.poll() is None:
                time.sleep(dice.uniform(0, 0.02))
                os.kill(worker.pid, signal.SIGKILL)
                killed += 1
            worker.wait()
        if _start(site).wait():
            raise RuntimeError("the last process failed")
        return killed, picture(site)


def _trackers(world: Path, folder: Path) -> Site:
    folder.mkdir()
    shutil.copytree(world / "world", folder / "world")
    return sites.start(folder)


def _start(site: Site) -> subprocess.Popen[bytes]:
    environ = environment(site.environment, site.state, "1 hour")
    command = [sys.executable, "-c", "from benchmarks.kills import work; work()", str(site.overlay(CONFIG))]
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def work() -> None:
    """One process: cycles until nothing is left to write, and approves what waits."""
    silence_logging()
    with opened(Path(sys.argv[1]), write=True, environ=dict(os.environ)) as world:
        cycle = Cycle(world)
        for _ in range(6):
            if cycle.run(write=True, approved=_anybody).quiet:
                return
    raise SystemExit(1)


def _anybody(plan: Plan) -> str:
    return "the benchmark"


def _changes(folder: Path) -> int:
    """How many changes the trackers have noted in their journals."""
    journals = [folder / kind / "journal.jsonl" for kind in ("jira", "github")]
    return sum(path.read_bytes().count(b"\n") for path in journals if path.exists())


def _foreign(seen: dict[str, Any]) -> Foreign:
    found: Foreign = {}
    for issues in seen["jira"].values():
        for key, fields in issues:
            theirs = {name: value for name, value in fields.items() if name not in JIRA_OURS}
            found["jira", key] = {**theirs, "labels": _others(theirs.get("labels", ()))}
    for repository, issues in seen["issues"].items():
        for number, (title, state, labels, comments) in issues.items():
            found["github", f"{repository}#{number}"] = (title, state, _others(labels), comments)
    for key, values in seen["project"]:
        found["project", key] = {name: value for name, value in values.items() if name not in PROJECT_OURS}
    return found


def _others(labels: Sequence[str]) -> list[str]:
    return sorted(label for label in labels if not label.startswith(FAMILIES))
