"""The whole program over the connectors' simulators, each in a process of its own as in the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.result import Result
from syncd.cli.demo import environment
from syncd.cli.session import opened
from syncd.demo import site as sites
from syncd.engine.cycle import Cycle
from syncd.engine.world import World

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("SYNCD_SHARED", ROOT.parent / "shared"))


def demo() -> Iterator[Result]:
    """`syncd demo --once --json` from nothing: pull, decide, write, pull again."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _once("demo", _run(["--folder", folder]), seconds=30)


def titanium() -> Iterator[Result]:
    """The same on real data: 22,371 Jira issues and two GitHub repositories; and then the quiet daemon."""
    data = SHARED / "data"
    jira = data / "jira_issues_titanium.jsonl.gz"
    github = sorted(data.glob("github_issues_bitcoin-core-*.jsonl.gz"))
    if not jira.is_file() or not github:
        sys.stderr.write(f"titanium: the real data is not at {data}; name its folder in SYNCD_SHARED\n")
        return
    files = ["--jira", str(jira), *(part for path in github for part in ("--github", str(path)))]
    with tempfile.TemporaryDirectory() as folder:
        yield from _once("titanium", _run(["--folder", folder, *files]), seconds=300)
        yield from _quiet("titanium", Path(folder), [jira], github)


def idle() -> Iterator[Result]:
    """A second process over the demo with nothing changed: its requests, its writes and its CPU."""
    with tempfile.TemporaryDirectory() as folder:
        _run(["--folder", folder])
        yield from _quiet("idle", Path(folder), (), ())


def _run(arguments: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "syncd", "demo", "--once", "--json", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _once(name: str, said: dict[str, Any], *, seconds: float) -> Iterator[Result]:
    sources = said["sources"].values()
    issues = sum(source["issues"] for source in sources)
    accounted = sum(source["items"] + source["problems"] for source in sources)
    yield Result(f"{name}.issues", issues, "issues")
    yield Result(f"{name}.accounted_percent", 100 * accounted / issues, "%", 100, at_least=True)
    yield Result(f"{name}.quiet", float(said["quiet"]), "", 1, at_least=True)
    yield Result(f"{name}.seconds", said["seconds"], "s", seconds)
    yield Result(f"{name}.peak_mb", said["peak_mb"], "MB")


def _quiet(name: str, folder: Path, jira: Sequence[Path], github: Sequence[Path]) -> Iterator[Result]:
    """One process that finds a store where everything was written, and cycles twice."""
    with sites.start(folder, jira=jira, github=github) as site:
        environ = environment(site.environment, site.state, "1 hour")
        with opened(site.overlay(ROOT / "config"), write=True, environ=environ) as world:
            cycle = Cycle(world)
            cycle.run(write=True)  # the first cycle of a process introduces itself and loads the items
            before = _requests(world)
            began = time.process_time()
            result = cycle.run(write=True)
            cpu = time.process_time() - began
            held = site.addresses.places
            minimum = len(held.projects) + len(held.repositories) + len(world.sources)
            yield Result(f"{name}.cycle_quiet", float(result.quiet), "", 1, at_least=True)
            yield Result(
                f"{name}.cycle_requests_over_allowed", max(0, _requests(world) - before - minimum), "requests", 0
            )
            yield Result(f"{name}.cycle_cpu_seconds", cpu, "s", 1.0)


def _requests(world: World) -> int:
    return sum(sum(source.pace.requests.values()) for source in world.sources.values())
