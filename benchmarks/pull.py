"""Reading: the connectors alone against raw clients on the same pages, whole pulls into the store, and quiet polls.

Simulators run in processes of their own. Ratios are medians over pairs in one run (raw, ours, raw, ours …).
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson
import requests

from benchmarks.result import Result
from syncd.config.load import load
from syncd.connector.protocol import Answer, Call, Connector, Wiring
from syncd.connector.registry import connectors
from syncd.demo.world import write_world
from syncd.engine.cycle import Cycle
from syncd.engine.reading.inspect import introduce
from syncd.engine.stop import Stop
from syncd.engine.world import assemble
from syncd.store.open import open_store

PAIRS = 5
FIELDS = {
    "jira": frozenset(
        {"Customers affected", "Impact", "Confidence", "Story Points", "Priority Score", "Backlog Rank", "Objective"}
    ),
    "github": frozenset(),
}
JIRA_FIELDS = (
    "summary,description,status,issuetype,priority,labels,assignee,reporter,created,updated,resolution,resolutiondate,"
    "duedate,parent,issuelinks,fixVersions,components,votes,watches"
)
TOKEN = "demo-token"  # the simulators' own


class Free:
    """A transport that lets everything pass and counts."""

    def __init__(self) -> None:
        self.requests = 0

    def before(self, call: Call) -> None:
        self.requests += 1

    def after(self, call: Call, answer: Answer) -> None:
        """Nothing to learn from it."""


def write_issues(folder: Path, kind: str, count: int) -> Path:
    """Exactly `count` issues of one tool; for GitHub of one repository and without pull requests."""
    files = write_world(folder / "world", issues=max(1000, count * 5 if kind == "github" else count * 2 + 1000))
    source = files.jira if kind == "jira" else files.github
    target = folder / f"{kind}.jsonl"
    opened = gzip.open if source.suffix == ".gz" else open
    taken = 0
    with opened(source, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:  # type: ignore[operator]
        for line in lines:
            row = json.loads(line)
            if kind == "github":
                if "_simulator" in row or "pull_request" in row or taken == count:
                    continue
                row = _in_one_repository(row, taken + 1)
                line = json.dumps(row) + "\n"
            elif "_simulator" not in row and taken == count:
                continue
            taken += "_simulator" not in row
            out.write(line)
    if taken != count:
        raise RuntimeError(f"the world holds only {taken} issues for {kind}, {count} were wanted")
    return target


def _in_one_repository(row: dict[str, object], number: int) -> dict[str, object]:
    base = "https://api.github.com/repos/lumen/web"
    return {
        **row, "number": number, "repository_url": base, "url": f"{base}/issues/{number}", "parent_issue_url": None,
        "html_url": f"https://github.com/lumen/web/issues/{number}",
    }  # fmt: skip


@contextmanager
def serving(kind: str, folder: Path, file: Path, latency: float = 0.0) -> Iterator[str]:
    """A simulator as a process; yields its address."""
    command = [
        sys.executable,
        "-m",
        "syncd.testing.serve",
        kind,
        "--folder",
        str(folder),
        "--latency",
        str(latency),
        str(file),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def connector(kind: str, url: str, transport: Free) -> Connector:
    spec = connectors()[kind]
    own: dict[str, object] = (
        {"projects": ["PAY", "SHOP"], "email": "syncd@lumen.example"}
        if kind == "jira"
        else {"repositories": ["lumen/web"]}
    )
    settings = spec.settings.model_validate({"url": url, "token": TOKEN, **own})
    names = FIELDS[kind]
    return spec.build(settings, Wiring(kind, transport, names, frozenset(), False, lambda: datetime.now(UTC)))


def raw_jira(url: str) -> int:
    """`requests` and orjson, page after page."""
    session, found, token = requests.Session(), 0, None
    session.auth = ("syncd@lumen.example", TOKEN)
    while True:
        query = {"jql": "project in (PAY, SHOP) ORDER BY id", "fields": JIRA_FIELDS, "maxResults": "100"}
        page = orjson.loads(
            session.get(
                f"{url}/rest/api/2/search/jql", params=query | ({"nextPageToken": token} if token else {})
            ).content
        )
        found += len([_pick(issue["fields"]) for issue in page["issues"]])
        token = page.get("nextPageToken")
        if not token:
            return found


def raw_github(url: str) -> int:
    session, found = requests.Session(), 0
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    next_url: str | None = f"{url}/repos/lumen/web/issues?state=all&sort=updated&direction=asc&per_page=100"
    while next_url:
        answer = session.get(next_url)
        found += len([_pick(issue) for issue in orjson.loads(answer.content)])
        next_url = answer.links.get("next", {}).get("url")
    return found


def _pick(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(
        row.get(name) for name in ("summary", "title", "status", "state", "labels", "created", "updated", "updated_at")
    )


def _ours(kind: str, url: str) -> tuple[int, int]:
    """How many issues came, and by how many requests."""
    transport = Free()
    client = connector(kind, url, transport)
    found = sum(len(page.issues) for page in client.pull(None))
    client.close()
    return found, transport.requests


def read() -> Iterator[Result]:
    """connector.pull alone, 10,000 issues, in pairs with a raw client."""
    for kind, raw in (("github", raw_github), ("jira", raw_jira)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file = write_issues(folder, kind, 10_000)
            with serving(kind, folder / kind, file) as url:
                _ours(kind, url)
                ratios, seconds = [], []
                for _ in range(PAIRS):
                    began = time.perf_counter()
                    assert raw(url) == 10_000
                    middle = time.perf_counter()
                    found, asked = _ours(kind, url)
                    assert found >= 10_000
                    seconds.append(time.perf_counter() - middle)
                    ratios.append(seconds[-1] / (middle - began))
        yield Result(f"read.{kind}.ratio_to_raw", statistics.median(ratios), "×", 1.5)
        yield Result(f"read.{kind}.10k_seconds", statistics.median(seconds), "s")
        yield Result(f"read.{kind}.10k_requests", asked, "requests", 103)


CONFIG = """
store: {store}
sources:
  {kind}:
    mode: observe
    url: {url}
    token: {{env: TOKEN}}
{own}
"""
OWN = {
    "jira": "    email: syncd@lumen.example\n    projects: [PAY, SHOP]",
    "github": "    repositories: [lumen/web]",
}


@contextmanager
def _world(folder: Path, kind: str, url: str):  # type: ignore[no-untyped-def]
    config = folder / "config"
    config.mkdir(exist_ok=True)
    store = f"sqlite:///{folder / 'syncd.db'}"
    (config / "syncd.yaml").write_text(CONFIG.format(store=store, kind=kind, url=url, own=OWN[kind]))
    loaded = load(config, {"TOKEN": TOKEN}, connectors())
    clock = lambda: datetime.now(UTC)  # noqa: E731
    world = assemble(loaded, open_store(store, write=True, now=clock()), Stop(), clock, lambda: "bench")
    try:
        yield world
    finally:
        world.close()


def pull() -> Iterator[Result]:
    """Into the store from nothing, everything counted; with latency; and then what a quiet poll costs."""
    over: list[float] = []
    for kind in ("github", "jira"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file = write_issues(folder, kind, 10_000)
            with serving(kind, folder / kind, file) as url, _world(folder, kind, url) as world:
                cycle, source = Cycle(world), world.sources[kind]
                began = time.perf_counter()
                raw = (raw_github if kind == "github" else raw_jira)(url)
                raw_seconds = time.perf_counter() - began
                assert raw == 10_000
                before = _asked(world, kind)
                # The configuration is checked against the source once, and again only when it was changed.
                introduce(world, source)
                checks = _asked(world, kind) - before
                began, cpu = time.perf_counter(), time.process_time()
                errors = cycle.pull()
                seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
                assert not errors, errors
                yield Result(f"pull.{kind}.10k_seconds", seconds, "s", 2.5)
                yield Result(f"pull.{kind}.10k_cpu_seconds", cpu, "s")
                yield Result(f"pull.{kind}.10k_ratio_to_raw", seconds / raw_seconds, "×")
                yield Result(f"pull.{kind}.10k_requests", _asked(world, kind) - before - checks, "requests", 103)
                yield Result(f"pull.{kind}.requests_when_the_configuration_is_new", checks, "requests")
                more, cpu = _idle(world, kind)
                over.append(more)
                yield Result(f"pull.idle.{kind}_requests_over_minimum", more, "requests", 0)
                yield Result(f"pull.idle.{kind}_cpu_ms", 1000 * cpu, "ms", 5)
            if kind == "jira":
                (folder / "far").mkdir()
                with serving(kind, folder / kind, file, 0.2) as url, _world(folder / "far", kind, url) as world:
                    began = time.perf_counter()
                    errors = Cycle(world).pull()
                    assert not errors, errors
                    yield Result("pull.jira.10k_200ms_seconds", time.perf_counter() - began, "s", 6)
    yield Result("pull.idle.requests_over_minimum", sum(over), "requests", 0)


def _asked(world, kind: str) -> int:  # type: ignore[no-untyped-def]
    return int(sum(world.sources[kind].pace.requests.values()))


def _idle(world, kind: str) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Requests above one, and seconds of the processor, of a pull that finds nothing changed."""
    cycle, pace = Cycle(world), world.sources[kind].pace
    cycle.pull()
    before, began = sum(pace.requests.values()), time.process_time()
    for _ in range(5):
        cycle.pull()
    cpu = (time.process_time() - began) / 5
    over = (sum(pace.requests.values()) - before) / 5 - 1
    return over, cpu


def memory() -> Iterator[Result]:
    """The peaks of processes that pull so many issues into a new store, and what each issue added to them."""
    peaks: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name:
        whole = write_issues(Path(name), "jira", 100_000)
        for count in (10_000, 50_000, 100_000):
            folder = Path(name) / str(count)
            folder.mkdir()
            file = _first(whole, folder / "jira.jsonl", count)
            with serving("jira", folder / "jira", file) as url:
                code = f"from benchmarks.pull import peak; peak({str(folder)!r}, {url!r})"
                done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
                peaks[count] = float(done.stdout.split()[-1])
    for count, peak_mb in peaks.items():
        yield Result(f"pull.{count // 1000}k_peak_mb", peak_mb, "MB")
    grown = (peaks[100_000] - peaks[50_000]) * 1024 / 50_000
    yield Result("pull.peak_kb_for_each_issue", grown, "kB", 0.25)


def _first(whole: Path, target: Path, count: int) -> Path:
    """The heads of a file of issues, and so many issues."""
    left = count
    with whole.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        for line in lines:
            head = '"_simulator"' in line[:40]
            left -= not head
            if left < 0:
                break
            out.write(line)
    return target


def peak(folder: str, url: str) -> None:
    """Runs in a process of its own: prints the most memory it ever held, in MB."""
    with _world(Path(folder), "jira", url) as world:
        assert not Cycle(world).pull()
    status = Path("/proc/self/status").read_text()
    print(next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")))
