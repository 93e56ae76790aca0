"""The daemon as a real process that polls once an hour: what people change comes back within seconds, by webhook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from syncd.testing.emitter import GITHUB, JIRA, Emitter, Weather
from syncd_github.simulator import GitHubSimulator
from syncd_jira.simulator import JiraSimulator

SYNCD = """
poll: 1 hour
census: 1 day
log_format: json
log_level: debug
listen: 127.0.0.1:0
store: sqlite:///{store}
sources:
  jira:
    url: {jira}
    email: syncd@lumen.example
    token: {{env: TOKEN}}
    projects: [PAY]
    mode: auto
    webhook: {{secret: {{env: JIRA_SECRET}}}}
    write: {{score: {{field: Priority Score}}}}
  github:
    url: {github}
    token: {{env: TOKEN}}
    repositories: [lumen/web]
    mode: auto
    webhook: {{secret: {{env: GITHUB_SECRET}}}}
    write: {{horizon: {{label: roadmap/}}}}
policy: {{deadband: 0}}
"""
SCORING = """
facts:
  value: {labels: {value/high: 9, value/low: 1}, default: 3}
  effort: {default: 1}
score: {framework: value_effort}
horizons:
  now: {capacity: 1 items}
  later: {}
"""
SECRETS = {"JIRA_SECRET": "what Jira signs with", "GITHUB_SECRET": "what GitHub signs with"}
SCORE = "Priority Score"
SECONDS = 20.0
"""Enough on a busy machine; a second or two is usual."""


class Trackers:
    """Both simulators in this process, and a person who works in them."""

    def __init__(self, folder: Path) -> None:
        at = "2026-03-01T09:00:00"
        jira = [
            {"id": str(1000 + n), "key": f"PAY-{n}", "fields": {"summary": f"pay {n}", "created": f"{at}.000+0000",
             "updated": f"{at}.000+0000"}} for n in (1, 2, 3)
        ]  # fmt: skip
        github = [
            {"number": n, "title": f"web {n}", "state": "open", "labels": [], "created_at": f"{at}Z", "updated_at": f"{at}Z",
             "url": f"https://api.github.com/repos/lumen/web/issues/{n}"} for n in (1, 2, 3)
        ]  # fmt: skip
        self.jira = JiraSimulator(folder / "jira", [lines(folder / "jira.jsonl", jira)])
        self.github = GitHubSimulator(folder / "github", [lines(folder / "github.jsonl", github)])
        self.score = next(id_ for id_, field in self.jira.site.fields.items() if field.name == SCORE)

    def label_in_jira(self, key: str, label: str) -> None:
        body = {"update": {"labels": [{"add": label}]}}
        auth = ("ann@lumen.example", "demo-token")
        requests.put(f"{self.jira.url}/rest/api/3/issue/{key}", json=body, auth=auth, timeout=5).raise_for_status()

    def label_in_github(self, number: int, label: str) -> None:
        address = f"{self.github.url}/repos/lumen/web/issues/{number}/labels"
        headers = {"Authorization": "Bearer demo-token"}
        requests.post(address, json={"labels": [label]}, headers=headers, timeout=5).raise_for_status()

    def score_of(self, key: str) -> Any:
        found = self.jira.site.find(key)
        assert found is not None
        return found.fields.get(self.score)

    def labels_of(self, number: int) -> set[str]:
        home = self.github.site.repository("lumen/web")
        assert home is not None
        return {label.name for label in home.issues[number].labels}

    def searches(self) -> int:
        return sum("/search" in call.request.path for call in self.jira.http.calls)

    def close(self) -> None:
        self.jira.close()
        self.github.close()


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def trackers(tmp_path: Path) -> Iterator[Trackers]:
    made = Trackers(tmp_path)
    yield made
    made.close()


class Daemon:
    """`syncd run` on these trackers, its first plans approved."""

    def __init__(self, folder: Path, trackers: Trackers) -> None:
        config = folder / "config"
        config.mkdir()
        text = SYNCD.format(store=folder / "syncd.db", jira=trackers.jira.url, github=trackers.github.url)
        (config / "syncd.yaml").write_text(text, encoding="utf-8")
        (config / "scoring.yaml").write_text(SCORING, encoding="utf-8")
        self.environment = {**os.environ, **SECRETS, "TOKEN": "demo-token"}
        self.command = [sys.executable, "-m", "syncd", "--config", str(config)]
        subprocess.run([*self.command, "apply", "--yes"], env=self.environment, check=True, capture_output=True)
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*self.command, "run"], env=self.environment, stderr=log, stdout=log)
        eventually(lambda: self.said("listening") and self.said("pulled", times=2), 20)
        self.url = str(self.told("listening")[0]["url"])

    def told(self, event: str) -> list[dict[str, Any]]:
        read = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in read if line.get("event") == event]

    def said(self, event: str, times: int = 1) -> bool:
        return len(self.told(event)) >= times

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def daemon(tmp_path: Path, trackers: Trackers) -> Iterator[Daemon]:
    running = Daemon(tmp_path, trackers)
    yield running
    running.close()


def eventually(holds: Callable[[], bool], seconds: float = SECONDS) -> float:
    """How long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never happened"
        time.sleep(0.02)
    return time.monotonic() - began


def test_what_a_person_changes_is_answered_within_seconds_although_it_polls_once_an_hour(
    trackers: Trackers, daemon: Daemon
) -> None:
    weather = Weather(repeated=0.5)
    jira = Emitter(JIRA, f"{daemon.url}/webhooks/jira", SECRETS["JIRA_SECRET"], weather=weather)
    github = Emitter(GITHUB, f"{daemon.url}/webhooks/github", SECRETS["GITHUB_SECRET"], weather=weather)
    trackers.jira.tell, trackers.github.tell = jira.emit, github.emit
    before = trackers.score_of("PAY-1")
    trackers.label_in_jira("PAY-1", "value/low")
    eventually(lambda: trackers.score_of("PAY-1") not in (None, before))
    assert trackers.labels_of(2) == {"roadmap/later"}
    for label in ("value/high", "team/web"):
        trackers.label_in_github(2, label)
    eventually(lambda: trackers.labels_of(2) == {"value/high", "team/web", "roadmap/now"})
    for emitter in (jira, github):
        emitter.settle()
        emitter.close()
    assert {status for _, status in jira.sent + github.sent} <= {202, 204}
    time.sleep(2)  # what syncd wrote itself is told to it, too
    quiet = trackers.searches()
    time.sleep(1.5)
    assert trackers.searches() == quiet, "it goes on although nothing happens"
    log = daemon.log.read_text()
    assert not any(secret in log for secret in SECRETS.values())
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(timeout=10) == 0


def test_forged_and_late_deliveries_wake_nobody_and_the_port_is_told_when_it_is_taken(
    trackers: Trackers, daemon: Daemon
) -> None:
    forger = Emitter(JIRA, f"{daemon.url}/webhooks/jira", "what somebody else signs with")
    trackers.jira.tell = forger.emit
    before = trackers.score_of("PAY-3")
    trackers.label_in_jira("PAY-3", "value/high")
    forger.settle()
    forger.close()
    time.sleep(1.5)
    assert [status for _, status in forger.sent] == [401] and trackers.score_of("PAY-3") == before
    port = daemon.url.rpartition(":")[2]
    second = subprocess.run(
        [*daemon.command, "run"],
        env={**daemon.environment, "SYNCD_LISTEN": f"127.0.0.1:{port}", "SYNCD_STORE": f"sqlite:///{daemon.log}.db"},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert second.returncode == 2 and f"cannot listen on 127.0.0.1:{port}" in second.stderr
