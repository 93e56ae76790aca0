"""Bots beside people in a simulated Jira and a simulated GitHub, and what a user then sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.github.github_stage import Stage, row
from connectors.jira.jira_world import SCORE, JiraWorld, raw_issue
from engine.paper_world import anybody
from syncd.cli.session import opened
from syncd.engine.cycle import Cycle

WEB = "lumen/web"
SYNCD = """
store: sqlite:///{folder}/syncd.db
sources:
  jira:
    kind: jira
    url: {jira}
    email: ann@lumen.example
    token: {{env: TOKEN}}
    projects: [PAY]
    mode: auto
    bots: [Automation for Jira]
    write:
      score: {{field: Priority Score}}
      horizon: {{label: roadmap/}}
  github:
    kind: github
    url: {github}
    token: {{env: TOKEN}}
    repositories: [lumen/web]
    seconds_between_writes: 0
    mode: auto
    bots: ["renovate[bot]"]
    write:
      score: {{issue_field: Score}}
      horizon: {{label: roadmap/}}
policy: {{deadband: 0}}
"""
SCORING = """
facts:
  value: {jira: Customers affected, default: 1}
  size: {default: 2}
score: {framework: value_effort, inputs: {effort: size}}
horizons:
  now: {capacity: 4 items}
  later: {}
"""
AFFECTED = "customfield_10034"
PEOPLE = [
    {"accountId": "5f1", "displayName": "Syncd", "emailAddress": "ann@lumen.example"},
    {"accountId": "5f2", "displayName": "Anna Berg", "emailAddress": "anna@lumen.example"},
    {"accountId": "5f3", "displayName": "Automation for Jira", "emailAddress": "robot@lumen.example"},
]
ACCOUNTS = [
    {"token": "demo-token", "login": "syncd-demo"},
    {"token": "anna-token", "login": "anna"},
    {"token": "robot-token", "login": "renovate[bot]"},
]


class Trackers:
    """Both trackers with their people, and a syncd that keeps them."""

    def __init__(self, folder: Path) -> None:
        for name in ("jira", "github", "config"):
            (folder / name).mkdir()
        made = [raw_issue(n, labels=[], **{AFFECTED: 10 - n}) for n in range(1, 6)]
        self.jira = JiraWorld(folder / "jira", made, accounts=PEOPLE)
        fields = {"lumen": [{"name": "Score", "type": "number"}]}
        self.github = Stage(
            folder / "github", [row(WEB, n) for n in range(1, 5)], issue_fields=fields, accounts=ACCOUNTS
        )
        self.config = folder / "config"
        text = SYNCD.format(folder=folder, jira=self.jira.jira.url, github=self.github.simulator.url)
        (self.config / "syncd.yaml").write_text(text, encoding="utf-8")
        (self.config / "scoring.yaml").write_text(SCORING, encoding="utf-8")
        self.environment = {**os.environ, "TOKEN": "demo-token"}

    def close(self) -> None:
        self.jira.close()
        self.github.close()

    def cycles(self, count: int = 1) -> None:
        """As one process; approves the first plans."""
        with opened(self.config, write=True, environ=self.environment) as world:
            cycle = Cycle(world)
            for _ in range(count):
                self.passes()
                for name, outcome in cycle.run(write=True, approved=anybody).sources.items():
                    assert outcome.error is None, (name, outcome.error)

    def passes(self) -> None:
        self.jira.clock.passes(minutes=2)
        self.github.clock.tick(120)

    def in_jira(self, who: str, number: int, body: Mapping[str, Any]) -> None:
        self.passes()
        url, auth = f"{self.jira.jira.url}/rest/api/3/issue/{1000 + number}", (f"{who}@lumen.example", "demo-token")
        assert requests.put(url, json=body, auth=auth, timeout=5).status_code == 204

    def on_github(self, who: str, number: int, *labels: str) -> None:
        self.passes()
        path = f"/repos/{WEB}/issues/{number}/labels"
        self.github.person("PUT", path, {"labels": list(labels)}, f"{who}-token")

    def jira_shows(self, number: int) -> tuple[list[str], float | None]:
        fields = self.jira.jira.site.issues[str(1000 + number)].fields
        return list(fields["labels"]), fields.get(SCORE)

    def github_shows(self, number: int) -> list[str]:
        return self.github.labels(WEB, number)

    def syncd(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "syncd", "--config", str(self.config), *arguments],
            check=True, capture_output=True, text=True, timeout=60, env={**self.environment, "COLUMNS": "200"},
        )  # fmt: skip
        return done.stdout


@pytest.fixture
def trackers(tmp_path: Path) -> Iterator[Trackers]:
    made = Trackers(tmp_path)
    made.cycles(3)
    yield made
    made.close()


def test_bots_are_written_over_and_people_are_not_in_both_trackers(trackers: Trackers) -> None:
    labels, score = trackers.jira_shows(1)
    assert labels == ["roadmap/now"] and score is not None and trackers.github_shows(1) == ["roadmap/later"]
    trackers.in_jira("robot", 1, {"update": {"labels": [{"remove": "roadmap/now"}]}, "fields": {SCORE: 1}})
    trackers.on_github("robot", 1, "roadmap/now")
    trackers.in_jira("anna", 2, {"update": {"labels": [{"remove": "roadmap/now"}]}})
    trackers.on_github("anna", 2, "roadmap/now")
    trackers.cycles()
    assert trackers.jira_shows(1) == (labels, score) and trackers.github_shows(1) == ["roadmap/later"]
    assert trackers.jira_shows(2)[0] == [] and trackers.github_shows(2) == ["roadmap/now"]
    history = trackers.syncd("history", "PAY-1", "--json")
    assert "Automation for Jira, listed under bots, had emptied it" in history
    assert "Automation for Jira, listed under bots, had changed it" in history
    pins = trackers.syncd("pins")
    assert "Anna Berg" in pins and "anna" in pins and "2026-03-0" in pins and "Automation" not in pins
    told = trackers.syncd("explain", "PAY-2")
    assert "left alone PAY-2, horizon: Anna Berg emptied it on 2026-03-02; hand it back with: syncd release" in told
    told = trackers.syncd("explain", f"{WEB}#2")
    assert "pinned horizon=now (set by anna, 2026-03-01, on lumen/web#2 (roadmap/now))" in told


def test_a_bot_that_does_not_give_in_keeps_its_value_and_is_listed_as_a_problem(trackers: Trackers) -> None:
    for round in range(5):
        trackers.on_github("robot", 1, f"roadmap/robot{round}")
        trackers.in_jira("robot", 1, {"fields": {SCORE: 1000 + round}})
        trackers.cycles()
        wins = ["roadmap/later"] if round < 3 else [f"roadmap/robot{round}"]
        assert trackers.github_shows(1) == wins
        assert (trackers.jira_shows(1)[1] == 1000 + round) is (round >= 3)
    status = trackers.syncd("status", "--problems")
    assert "renovate[bot], listed under bots, and syncd write over each other" in status
    assert "Automation for Jira, listed under bots, and syncd write over each other" in status
    trackers.syncd("release", f"{WEB}#1")
    trackers.cycles()
    assert trackers.github_shows(1) == ["roadmap/later"]


def test_a_quiet_day_asks_nobody(trackers: Trackers) -> None:
    trackers.in_jira("anna", 3, {"update": {"labels": [{"remove": "roadmap/now"}]}})
    trackers.cycles()
    trackers.jira.jira.http.calls.clear()
    trackers.cycles(3)
    asked = [call.request.path for call in trackers.jira.jira.http.calls]
    assert asked and not [path for path in asked if "changelog" in path]
