"""Several real `syncd run` on one PostgreSQL over a local Jira: they get killed, stopped, cut off and started again meanwhile.

What it counts comes from the tracker's call log and from the store, never from syncd's own word.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import requests
from sqlalchemy import create_engine, text

from syncd.store.open import open_store
from syncd.testing.exchange import Exchange
from syncd_jira.simulator import JiraSimulator

SYNCD = """
lease: {lease} seconds
poll: 1 second
census: 1 day
log_format: json
sources:
{sources}
policy: {{deadband: 0}}
"""
SOURCE = """  {name}:
    kind: jira
    url: {url}
    email: syncd@lumen.example
    token: {{env: TOKEN}}
    projects: [{project}]
    mode: auto
    write: {{score: {{field: Priority Score}}}}
"""
SCORING = """
facts:
  value: {labels: {value/1: 1, value/2: 2, value/3: 3, value/4: 4, value/5: 5, value/6: 6, value/7: 7}, default: 3}
  effort: {default: 1}
score: {framework: value_effort}
"""
SCORE = "Priority Score"
ISSUES = 4
"""In each source."""
AT = "2026-03-01T09:00:00.000+0000"


@dataclass(slots=True)
class Outcome:
    events: int = 0
    double_writes: list[str] = field(default_factory=list)
    """Every score that was written although the same one stood there by our own hand."""
    takeovers: list[float] = field(default_factory=list)
    """After each event, seconds until every source had been worked on again."""


class Replicas:
    """`sources` sources of one Jira on the store at `url`."""

    def __init__(self, folder: Path, url: str, *, sources: int, lease: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.url, self.lease = folder, url, lease
        self.names = [f"jira{number:02}" for number in range(1, sources + 1)]
        self.outcome = Outcome()
        self.values: dict[str, int] = {}
        """What people gave last, by key."""
        self._last: dict[tuple[str, str], object] = {}
        self.keys = [f"P{number:02}-{n}" for number in range(1, sources + 1) for n in range(1, ISSUES + 1)]
        rows = [
            {"id": str(1000 + number), "key": key,
             "fields": {"summary": f"work {key}", "created": AT, "updated": AT, "labels": [f"value/{1 + number % 7}"]}}
            for number, key in enumerate(self.keys)
        ]  # fmt: skip
        issues = folder / "issues.jsonl"
        issues.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self.jira = JiraSimulator(folder / "jira", [issues])
        self.jira.http.on_exchange = self._heard
        config = folder / "config"
        config.mkdir()
        entries = "".join(
            SOURCE.format(name=name, url=self.jira.url, project=f"P{number:02}")
            for number, name in enumerate(self.names, 1)
        )
        (config / "syncd.yaml").write_text(SYNCD.format(lease=lease, sources=entries), encoding="utf-8")
        (config / "scoring.yaml").write_text(SCORING, encoding="utf-8")
        self._environment = {**os.environ, "TOKEN": "demo-token", "SYNCD_STORE": url}
        self._command = [sys.executable, "-m", "syncd", "--config", str(config)]
        self.processes: list[subprocess.Popen[bytes]] = []
        self._started = 0

    # processes

    def syncd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *arguments],
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *, store: str | None = None, jira: str | None = None) -> subprocess.Popen[bytes]:
        """`store` and `jira`: other addresses of the same, which only this one uses."""
        self._started += 1
        environment = self._environment | ({"SYNCD_STORE": store} if store else {})
        command = self._command
        if jira is not None:
            there = shutil.copytree(self.folder / "config", self.folder / f"config{self._started}") / "syncd.yaml"
            there.write_text(there.read_text(encoding="utf-8").replace(self.jira.url, jira), encoding="utf-8")
            command = [*command[:-1], str(there.parent)]
        with self.log(self._started).open("w") as out:
            process = subprocess.Popen([*command, "run"], env=environment, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    def listen(self, secret: str) -> None:
        """Starts one that polls once an hour and takes webhooks for its first source."""
        text = (self.folder / "config" / "syncd.yaml").read_text(encoding="utf-8")
        text = text.replace("poll: 1 second\n", "poll: 1 hour\nlisten: 127.0.0.1:0\n", 1)
        text = text.replace("    mode: auto\n", "    mode: auto\n    webhook: {secret: {env: JIRA_SECRET}}\n", 1)
        (self.folder / "config" / "syncd.yaml").write_text(text, encoding="utf-8")
        self._environment["JIRA_SECRET"] = secret
        self.start()

    def listening(self, seconds: float) -> str:
        """Where the last one that was started listens. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.log(self._started).read_text(encoding="utf-8").splitlines():
                if line.startswith("{") and (said := json.loads(line)).get("event") == "listening":
                    return str(said["url"])
            time.sleep(0.05)
        raise TimeoutError(self.log(self._started).read_text(encoding="utf-8"))

    def log(self, number: int) -> Path:
        return self.folder / f"log{number}"

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        self.processes.remove(process)

    def close(self) -> None:
        for process in list(self.processes):
            self.kill(process)
        self.jira.close()

    # people

    def estimate(self, key: str, value: int) -> None:
        """A person gives an issue another value."""
        labels = [{"remove": f"value/{n}"} for n in range(1, 8) if n != value] + [{"add": f"value/{value}"}]
        answer = requests.put(
            f"{self.jira.url}/rest/api/3/issue/{key}",
            json={"update": {"labels": labels}},
            auth=("ann@lumen.example", "demo-token"),
            timeout=30,
        )
        answer.raise_for_status()
        self.values[key] = value

    def scores(self) -> dict[str, object]:
        """What the tracker shows, read by its public interface."""
        auth = ("ann@lumen.example", "demo-token")
        fields = requests.get(f"{self.jira.url}/rest/api/3/field", auth=auth, timeout=30).json()
        number = next(one["id"] for one in fields if one["name"] == SCORE)
        found: dict[str, object] = {}
        for key in self.keys:
            issue = requests.get(f"{self.jira.url}/rest/api/3/issue/{key}", auth=auth, timeout=30).json()
            found[key] = issue["fields"].get(number)
        return found

    def score(self, key: str) -> object:
        """As `scores`, of one issue, without a request."""
        issue = self.jira.site.find(key)
        number = next(id_ for id_, one in self.jira.site.fields.items() if one.name == SCORE)
        return None if issue is None else issue.fields.get(number)

    def _heard(self, exchange: Exchange) -> None:
        request, reply = exchange.request, exchange.reply
        if request.method != "PUT" or "/issue/" not in request.path or reply is None or reply.status >= 300:
            return
        body = json.loads(request.body or b"{}")
        for name, value in body.get("fields", {}).items():
            place = (request.path.rpartition("/")[2], name)
            if place in self._last and self._last[place] == value:
                self.outcome.double_writes.append(f"{place}: {value}")
            self._last[place] = value

    # what happens to them

    def all_worked_on(self, since: datetime, seconds: float) -> float:
        """Seconds from `since` until every source has succeeded again. Raises TimeoutError."""
        store = open_store(self.url, write=False, now=since)
        try:
            while True:
                states = store.sources.all()
                done = [states[name].last_success for name in self.names if name in states]
                late = [moment for moment in done if moment is None or moment <= since]
                if len(done) == len(self.names) and not late:
                    return max((moment - since).total_seconds() for moment in done if moment is not None)
                if datetime.now(UTC) - since > timedelta(seconds=seconds):
                    raise TimeoutError(f"{len(late)} of {len(self.names)} sources were not worked on again")
                time.sleep(0.05)
        finally:
            store.close()

    def event(self, dice: Random) -> None:
        """One misfortune, with people at work meanwhile; ends when every source was worked on again."""
        process = dice.choice(self.processes)
        for key in dice.sample(self.keys, 3):
            self.estimate(key, dice.randint(1, 7))
        kind = dice.choice(("kill", "stop", "cut off", "restart"))
        time.sleep(dice.uniform(0, 1.5))
        since = datetime.now(UTC)
        if kind == "kill":
            self.kill(process)
        elif kind == "stop":
            process.send_signal(signal.SIGSTOP)
        elif kind == "restart":
            process.send_signal(signal.SIGTERM)
        else:
            self.cut_off()
        for key in dice.sample(self.keys, 3):
            self.estimate(key, dice.randint(1, 7))
        self.outcome.takeovers.append(self.all_worked_on(since, self.lease + 60))
        self.outcome.events += 1
        if kind == "stop":
            time.sleep(max(0.0, self.lease + 1 - (datetime.now(UTC) - since).total_seconds()))
            process.send_signal(signal.SIGCONT)
        elif kind == "restart":
            process.wait(30)
            self.processes.remove(process)
        if kind in ("kill", "restart"):
            self.start()

    def cut_off(self) -> None:
        """Every connection to the store breaks."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncd'")
            )
        engine.dispose()

    def shares(self) -> list[int]:
        """How many sources each living replica has, most first."""
        engine = create_engine(self.url)
        counted = text(
            "SELECT count(*) FROM lease WHERE owner IS NOT NULL AND until > now() GROUP BY owner ORDER BY 1 DESC"
        )
        with engine.connect() as connection:
            found = [int(row[0]) for row in connection.execute(counted)]
        engine.dispose()
        return found

    def quiet(self, wanted: Mapping[str, object], seconds: float) -> dict[str, object]:
        """What the tracker shows at last: as wanted, or as it is when the time is over."""
        end = time.monotonic() + seconds
        while (shown := self.scores()) != wanted and time.monotonic() < end:
            time.sleep(0.5)
        return shown


@contextmanager
def replicas(folder: Path, url: str, *, sources: int, lease: int) -> Iterator[Replicas]:
    """With the first plans approved and nobody at work yet."""
    made = Replicas(folder, url, sources=sources, lease=lease)
    try:
        done = made.syncd("apply", "--yes")
        if done.returncode:
            raise RuntimeError(done.stderr)
        yield made
    finally:
        made.close()


def undisturbed(folder: Path, values: Mapping[str, int], *, sources: int) -> dict[str, object]:
    """What one process alone makes of issues with these values, by key."""
    store = f"sqlite:///{folder}/syncd.db"
    made = Replicas(folder, store, sources=sources, lease=90)
    try:
        for key, value in values.items():
            made.estimate(key, value)
        done = made.syncd("apply", "--yes")
        if done.returncode:
            raise RuntimeError(done.stderr)
        return made.scores()
    finally:
        made.close()
