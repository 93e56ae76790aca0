"""A first plan over 20,000 issues of both tools: planned, printed, approved by digest, and written by `syncd run --once`,
whose process is killed twice, while it writes fields and labels and while it moves. `SYNCD_BENCH_ISSUES` says of how many the trackers are (34,500: 20,900 are open).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.core import CONFIG
from benchmarks.result import Result
from syncd.cli.demo import environment
from syncd.cli.session import opened
from syncd.demo import site as sites
from syncd.demo.site import Site
from syncd.demo.world import write_world

ISSUES = int(os.environ.get("SYNCD_BENCH_ISSUES", "34500"))
KINDS = ("jira", "github")


@dataclass(frozen=True)
class Ran:
    """One `syncd …`, a process of its own."""

    code: int
    out: str
    seconds: float
    peak_mb: float


class Shell:
    def __init__(self, site: Site, folder: Path) -> None:
        self.folder = folder
        self.config = site.overlay(CONFIG)
        self.environ = environment(site.environment, site.state, "1 hour")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "syncd", "--config", str(self.config), *arguments]
        with (self.folder / "out.txt").open("wb") as out, (self.folder / "err.txt").open("wb") as errors:
            return subprocess.Popen(command, env=self.environ, stdout=out, stderr=errors)

    def syncd(self, *arguments: str, fine: Sequence[int] = (0,)) -> Ran:
        began = time.monotonic()
        process = self.start(*arguments)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out = (self.folder / "out.txt").read_text(encoding="utf-8")
        if process.returncode not in fine:
            raise RuntimeError(f"syncd {' '.join(arguments)}: {(self.folder / 'err.txt').read_text()[-2000:]}")
        return Ran(process.returncode, out, time.monotonic() - began, used.ru_maxrss / 1024)

    def plans(self) -> tuple[Any, Ran]:
        ran = self.syncd("plan", "--stored", "--json")
        return json.loads(ran.out), ran

    def requests(self) -> int:
        """That writing took in the runs that came to their end."""
        with opened(self.config, write=False, environ=self.environ) as world:
            told = [run.summary.get(kind) for run in world.store.runs.last(50) for kind in KINDS]
        return sum(int(one["requests"]) for one in told if isinstance(one, dict))


def plan20k() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder / "world", issues=ISSUES)
        with sites.start(folder) as site:
            yield from _measured(Shell(site, folder), folder)


def _measured(shell: Shell, folder: Path) -> Iterator[Result]:
    seen = shell.syncd("plan")
    plans, as_json = shell.plans()
    digests = [plan["waiting"] for plan in plans]
    if not all(f"approve with: syncd approve {digest}" in seen.out for digest in digests):
        raise RuntimeError("the page does not say how to approve it")
    issues = sum(len(plan["edits"]) for plan in plans)
    yield Result("plan20k.issues", issues, "issues", 20_000 if ISSUES >= 34_500 else None, at_least=True)
    yield Result("plan20k.plan_seconds", seen.seconds, "s")
    yield Result("plan20k.plan_peak_mb", seen.peak_mb, "MB")
    printed = shell.syncd("plan", "--stored")
    yield Result("plan20k.print_seconds", printed.seconds, "s", 5)
    yield Result("plan20k.print_lines", printed.out.count("\n"), "lines", 400)
    yield Result("plan20k.json_seconds", as_json.seconds, "s", 10)
    began = time.monotonic()
    for digest in digests:
        shell.syncd("approve", digest, "--by", "the benchmark")
    yield Result("plan20k.approve_seconds", (time.monotonic() - began) / len(digests), "s", 5)
    before, began = _lines(folder), time.monotonic()
    edits, moves = _lines_of(plans)
    for kill, lines in enumerate((edits // 3, edits + moves // 2), 1):
        _killed_at(shell, folder, before + lines)
        yield Result(f"plan20k.seconds_until_kill_{kill}", time.monotonic() - began, "s")
    rest = shell.syncd("run", "--once", fine=(0, 3))
    yield Result("plan20k.apply_seconds", time.monotonic() - began, "s")
    yield Result("plan20k.apply_peak_mb", rest.peak_mb, "MB", 1_000)
    if rest.code == 3:
        sys.stderr.write(rest.out)  # why a plan waits that was approved
    yield Result("plan20k.asked_again", rest.code == 3, "plans that wait", 0)
    yield Result("plan20k.apply_requests_after_the_kill", shell.requests(), "requests")
    estimated = max(plan["cost"]["seconds"] for plan in plans)
    yield Result("plan20k.estimate_to_measured", estimated / (time.monotonic() - began), "×")
    last = shell.syncd("run", "--once", fine=(0, 3))
    left = sum(len(plan["edits"]) + sum(map(len, plan["moves"].values())) for plan in shell.plans()[0])
    yield Result("plan20k.not_written", left + (last.code == 3), "writes", 0)
    yield Result("plan20k.written_twice", sum((n - 1) for n in _noted(folder).values()), "writes", 0)


def _lines_of(plans: Any) -> tuple[int, int]:
    """About how many changes the trackers will note, for edits and for moves: Jira one an issue, and its moves in bulk."""
    found = [0, 0]
    for plan in plans:
        jira = plan["source"] == "jira"
        found[0] += len(plan["edits"]) if jira else sum(len(edit["changes"]) for edit in plan["edits"])
        found[1] += 0 if jira else sum(map(len, plan["moves"].values()))
    return found[0], found[1]


def _killed_at(shell: Shell, folder: Path, changes: int) -> None:
    """SIGKILLs a `syncd run --once` when the trackers have noted so many changes."""
    process = shell.start("run", "--once")
    while process.poll() is None and _lines(folder) < changes:
        time.sleep(0.05)
    if process.poll() is not None:
        raise RuntimeError(f"it ended before it was killed: {(shell.folder / 'err.txt').read_text()[-2000:]}")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _journals(folder: Path) -> list[Path]:
    return [path for kind in KINDS if (path := folder / kind / "journal.jsonl").exists()]


def _lines(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in _journals(folder))


def _noted(folder: Path) -> Mapping[str, int]:
    """Every change that the trackers noted, without its time, and how often."""
    found: Counter[str] = Counter()
    for path in _journals(folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            change = {name: value for name, value in json.loads(line).items() if name != "at"}
            found[json.dumps(change, sort_keys=True)] += 1
    return found
