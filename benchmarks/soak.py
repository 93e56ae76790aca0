"""Hours in small: six sources, 50,000 issues, a person who edits one every tenth of a second, and an unreliable line.

`SYNCD_BENCH_SECONDS` says for how long (600); the test of the suite is a short form of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

import requests

from benchmarks.result import Result
from syncd.testing.httpsim import Fault, HttpSimulator, Reply, Request
from syncd_github.simulator import GitHubSimulator
from syncd_jira.simulator import JiraSimulator

SECONDS = float(os.environ.get("SYNCD_BENCH_SECONDS", "600"))
BETWEEN = 0.1
"""Seconds from one edit to the next."""
FAULTS = 0.02
PROJECTS = ("PAY", "SHOP", "OPS")
REPOSITORIES = ("lumen/web", "lumen/api", "lumen/mobile")
SYNCD = """
poll: 1 second
census: 1 day
log_format: json
sources:
{sources}
policy: {{deadband: 0, limits: {{max_writes_per_hour: 1000000, max_notifications_per_hour: 1000000}}}}
"""
JIRA = """  {name}:
    kind: jira
    url: {url}
    email: syncd@lumen.example
    token: {{env: TOKEN}}
    projects: [{place}]
    mode: auto
    write: {{score: {{field: Priority Score}}}}
"""
GITHUB = """  {name}:
    kind: github
    url: {url}
    token: {{env: TOKEN}}
    repositories: [{place}]
    seconds_between_writes: 0
    mode: auto
    write: {{key_result: {{label: okr/}}}}
"""
OKRS = "objectives:\n  - id: O1\n    title: Each value serves a key result of its own\n    key_results:\n" + "".join(
    f"      - {{id: V{value}, title: Value {value}, match: \"'value/{value}' in labels\"}}\n" for value in range(1, 8)
)
SCORING = """
facts:
  value: {labels: {value/1: 1, value/2: 2, value/3: 3, value/4: 4, value/5: 5, value/6: 6, value/7: 7}, default: 3}
  effort: {default: 1}
score: {framework: value_effort}
"""
AT = "2026-03-01T09:00:00"
ANN = "ann"


@dataclass(slots=True)
class Soaked:
    edits: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and megabytes of the daemon then."""
    unreflected: list[str] = field(default_factory=list)
    """Issues that did not show what follows from the last edit when everything was over."""
    exceptions: int = 0
    faults: int = 0

    def growth(self) -> float:
        """Percent, from the second fifth of the time (warm by then) to the last."""
        whole = self.memory[-1][0]
        warm = [mb for at, mb in self.memory if 0.2 * whole <= at < 0.4 * whole]
        late = [mb for at, mb in self.memory if at >= 0.8 * whole]
        return 100.0 * (median(late) / median(warm) - 1.0)


def soak() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        found = soaked(Path(folder), issues=50_000, live=600, seconds=SECONDS)
    yield Result("soak.edits", found.edits, "edits")
    yield Result("soak.faults", found.faults, "answers")
    yield Result("soak.growth_percent", found.growth(), "%", 10)
    yield Result("soak.memory_mb", found.memory[-1][1], "MB")
    yield Result("soak.unreflected", len(found.unreflected), "issues", 0)
    yield Result("soak.exceptions", found.exceptions, "exceptions", 0)


def soaked(folder: Path, *, issues: int, live: int, seconds: float) -> Soaked:
    """`live` of the issues are open, the same number in each source; the others are history."""
    found, dice = Soaked(), Random(2026)
    each, open_ = issues // 6, live // 6
    with _trackers(folder, each, open_) as (jira, github):
        people = _People(jira.url, github.url, open_)
        command = [sys.executable, "-m", "syncd", "--config", str(_configured(folder, jira.url, github.url))]
        environ = {**os.environ, "TOKEN": "demo-token", "SYNCD_STORE": f"sqlite:///{folder}/syncd.db"}
        subprocess.run([*command, "apply", "--yes"], env=environ, check=True, stdout=subprocess.DEVNULL, timeout=900)
        lines = [_Unreliable(server, dice) for server in (jira.http, github.http)]
        log = folder / "log"
        with log.open("w") as out:
            daemon = subprocess.Popen([*command, "run"], env=environ, stdout=out, stderr=out)
        try:
            began = time.monotonic()
            while (at := time.monotonic() - began) < seconds:
                people.edit(dice)
                found.edits += 1
                if found.edits % 10 == 0:
                    found.memory.append((at, _megabytes(daemon.pid)))
                time.sleep(max(0.0, began + found.edits * BETWEEN - time.monotonic()))
            found.faults = sum(line.end() for line in lines)
            end = time.monotonic() + 120
            while (left := people.unreflected(jira, github)) and time.monotonic() < end:
                time.sleep(0.5)
            found.unreflected = left
        finally:
            daemon.terminate()
            daemon.wait(30)
        found.exceptions = log.read_text(encoding="utf-8").count("Traceback (most recent call last)")
    return found


class _People:
    """One person, who gives one issue after the other another value."""

    def __init__(self, jira: str, github: str, open_: int) -> None:
        self._jira, self._github = jira, github
        self.places = [(place, number) for place in (*PROJECTS, *REPOSITORIES) for number in range(1, open_ + 1)]
        self.values: dict[tuple[str, int], int] = {}
        self._session = requests.Session()

    def edit(self, dice: Random) -> None:
        place, number = dice.choice(self.places)
        before = self.values.get((place, number), _value(number))
        value = dice.choice([value for value in range(1, 8) if value != before])
        if place in PROJECTS:
            labels = [{"remove": f"value/{before}"}, {"add": f"value/{value}"}]
            url = f"{self._jira}/rest/api/3/issue/{place}-{number}"
            self._ask("PUT", url, {"update": {"labels": labels}}, jira=True)
        else:
            url = f"{self._github}/repos/{place}/issues/{number}/labels"
            self._ask("POST", url, {"labels": [f"value/{value}"]}, jira=False)
            self._ask("DELETE", f"{url}/value%2F{before}", None, jira=False)
        self.values[place, number] = value

    def _ask(self, method: str, url: str, body: object, *, jira: bool) -> None:
        auth = (f"{ANN}@lumen.example", "demo-token") if jira else None
        headers = {"User-Agent": ANN} | ({} if jira else {"Authorization": f"Bearer {ANN}-token"})
        answer = self._session.request(method, url, json=body, auth=auth, headers=headers, timeout=30)
        answer.raise_for_status()

    def unreflected(self, jira: JiraSimulator, github: GitHubSimulator) -> list[str]:
        field_id = next(id_ for id_, one in jira.site.fields.items() if one.name == "Priority Score")
        left = []
        for (place, number), value in self.values.items():
            if place in PROJECTS:
                issue = jira.site.find(f"{place}-{number}")
                shown = None if issue is None else issue.fields.get(field_id)
            else:
                repository = github.site.repository(place)
                assert repository is not None
                labels = [label.name for label in repository.issues[number].labels]
                ours = [name for name in labels if name.startswith("okr/")]
                shown = int(ours[0].removeprefix("okr/V")) if len(ours) == 1 else None
            if shown != value:
                left.append(f"{place} {number}: {shown} and not {value}")
        return left


class _Unreliable:
    """A server whose answers to syncd get lost now and then, before or after their effect; people have a better line."""

    def __init__(self, server: HttpSimulator, dice: Random) -> None:
        self._faults = [
            Fault(lambda request: self._hits(request, dice), Reply(502, b"<html>Bad Gateway</html>"), times=10**9),
            Fault(lambda request: self._hits(request, dice), None, after_effect=True, times=10**9),
        ]
        self._server = server
        server.faults.extend(self._faults)

    @staticmethod
    def _hits(request: Request, dice: Random) -> bool:
        return request.headers.get("user-agent") != ANN and dice.random() < FAULTS / 2

    def end(self) -> int:
        """How many answers got lost."""
        self._server.faults = [fault for fault in self._server.faults if fault not in self._faults]
        return sum(10**9 - fault.times for fault in self._faults)


def _value(number: int) -> int:
    return 1 + number % 7


@contextmanager
def _trackers(folder: Path, each: int, open_: int) -> Iterator[tuple[JiraSimulator, GitHubSimulator]]:
    rows = (_jira_row(place, number, number <= open_) for place in PROJECTS for number in range(1, each + 1))
    there = [_github_row(place, number, number <= open_) for place in REPOSITORIES for number in range(1, each + 1)]
    accounts = [{"login": "syncd-demo", "token": "demo-token"}, {"login": ANN, "token": f"{ANN}-token"}]
    jira = JiraSimulator(folder / "jira", [_file(folder / "jira.jsonl", rows)])
    github = GitHubSimulator(
        folder / "github", [_file(folder / "github.jsonl", [*there, {"_simulator": {"accounts": accounts}}])]
    )
    try:
        yield jira, github
    finally:
        jira.close()
        github.close()


def _file(path: Path, rows: Iterator[object] | Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _jira_row(project: str, number: int, live: bool) -> object:
    status = {"name": "To Do", "statusCategory": {"key": "new"}}
    if not live:
        status = {"name": "Done", "statusCategory": {"key": "done"}}
    labels = [f"value/{_value(number)}"] if live else []
    fields = {"summary": f"Work {number} of {project}", "status": status, "labels": labels}
    return {
        "key": f"{project}-{number}",
        "fields": {**fields, "created": f"{AT}.000+0000", "updated": f"{AT}.000+0000"},
    }


def _github_row(repository: str, number: int, live: bool) -> object:
    labels = [{"name": f"value/{_value(number)}"}] if live else []
    return {
        "number": number,
        "title": f"Work {number} of {repository}",
        "state": "open" if live else "closed",
        "labels": labels,
        "repository": {"full_name": repository},
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "created_at": f"{AT}Z",
        "updated_at": f"{AT}Z",
    }


def _configured(folder: Path, jira: str, github: str) -> Path:
    config = folder / "config"
    config.mkdir()
    sources = [JIRA.format(name=f"jira-{place.lower()}", url=jira, place=place) for place in PROJECTS]
    sources += [
        GITHUB.format(name=f"github-{place.partition('/')[2]}", url=github, place=place) for place in REPOSITORIES
    ]
    (config / "syncd.yaml").write_text(SYNCD.format(sources="".join(sources)), encoding="utf-8")
    (config / "scoring.yaml").write_text(SCORING, encoding="utf-8")
    (config / "okrs.yaml").write_text(OKRS, encoding="utf-8")
    return config


def _megabytes(pid: int) -> float:
    """Resident memory of a process, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
