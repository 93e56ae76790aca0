"""`syncd webhooks check` tells what is registered, what is missing, and what to do, without giving a secret away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncd_github.simulator import GitHubSimulator
from syncd_jira.simulator import JiraSimulator

SYNCD = """
store: sqlite:///{folder}/syncd.db
sources:
  jira:
    url: {jira}
    email: syncd@lumen.example
    token: {{env: TOKEN}}
    projects: [PAY]
{jira_webhook}
  github:
    url: {github}
    token: {{env: TOKEN}}
    repositories: [lumen/web]
    project: lumen/1
{github_webhook}
"""
SCORING = "facts: {value: {default: 3}, effort: {default: 1}}\nscore: {framework: value_effort}\n"
SIGNED = "    webhook: {secret: {env: HOOK_SECRET}}"
BY_PATH = "    webhook: {path: {env: HOOK_WORD}}"
ENVIRONMENT = {"TOKEN": "demo-token", "HOOK_SECRET": "what-it-signs-with", "HOOK_WORD": "a-long-random-word-4711"}
NEEDED = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted"]


@dataclass
class Place:
    folder: Path
    jira: JiraSimulator
    github: GitHubSimulator

    def check(self, jira: str = SIGNED, github: str = SIGNED, listen: str = "127.0.0.1:8080") -> tuple[int, str]:
        """Exit code and what was said."""
        text = SYNCD.format(
            folder=self.folder, jira=self.jira.url, github=self.github.url, jira_webhook=jira, github_webhook=github
        )
        (self.folder / "syncd.yaml").write_text(text, encoding="utf-8")
        (self.folder / "scoring.yaml").write_text(SCORING, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "syncd", "--config", str(self.folder), "webhooks", "check"],
            env={**os.environ, **ENVIRONMENT, "COLUMNS": "400", **({"SYNCD_LISTEN": listen} if listen else {})},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert not any(secret in said for name, secret in ENVIRONMENT.items() if name != "TOKEN")
        return done.returncode, said


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    at = "2026-03-01T09:00:00Z"
    jira = [{"id": "1001", "key": "PAY-1", "fields": {"summary": "pay"}}]
    github: list[dict[str, Any]] = [
        {"_simulator": {"projects": [{"owner": "lumen", "number": 1, "title": "Roadmap", "fields": [], "items": []}]}},
        {"number": 1, "title": "web", "state": "open", "labels": [], "created_at": at, "updated_at": at,
         "url": "https://api.github.com/repos/lumen/web/issues/1"},
    ]  # fmt: skip
    made = Place(
        tmp_path,
        JiraSimulator(tmp_path / "jira", [_lines(tmp_path / "jira.jsonl", jira)]),
        GitHubSimulator(tmp_path / "github", [_lines(tmp_path / "github.jsonl", github)]),
    )
    made.jira.config.permissions.add("ADMINISTER")
    yield made
    made.jira.close()
    made.github.close()


def _lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def register_all(place: Place) -> None:
    place.jira.hooks.append(
        {"name": "syncd", "url": "https://syncd.example/webhooks/jira", "events": NEEDED, "enabled": True}
    )
    place.github.hooks.add("lumen/web", "https://syncd.example/webhooks/github", ["issues", "issue_comment"])
    place.github.hooks.add("lumen", "https://syncd.example/webhooks/github", ["projects_v2_item"])


def test_where_all_is_registered_it_says_so(place: Place) -> None:
    register_all(place)
    code, said = place.check()
    assert code == 0, said
    assert said.count("✓") == 4 and "✗" not in said


def test_where_nothing_is_registered_it_says_what_to_register_where(place: Place) -> None:
    code, said = place.check()
    assert code == 1
    for part in ("lumen/web has no webhook", "/webhooks/github", "projects_v2_item", "jira:issue_updated"):
        assert part in said


def test_it_says_what_to_configure_first(place: Place) -> None:
    code, said = place.check(jira="", github="", listen="")
    assert code == 1
    assert (
        "nothing listens" in said and "add `webhook: {secret: {env: JIRA_WEBHOOK_SECRET}}` under sources.jira" in said
    )


def test_it_sees_what_is_wrong_with_a_registered_one(place: Place) -> None:
    register_all(place)
    place.jira.hooks = [{**place.jira.hooks[0], "enabled": False}]
    place.github.hooks.add("lumen/web", "https://syncd.example/webhooks/github", ["issues"], secret=False, code=502)
    code, said = place.check()
    assert code == 1
    for part in ("switched off", "has no secret", "answered 502"):
        assert part in said


def test_a_hook_of_another_tool_is_not_ours(place: Place) -> None:
    place.github.hooks.add("lumen/web", "https://ci.example/webhooks/github-builds", ["issues"])
    assert "lumen/web has no webhook" in place.check()[1]


def test_where_it_may_not_look_it_says_which_permission_is_missing(place: Place) -> None:
    place.github.hooks.visible = False
    place.jira.config.permissions.discard("ADMINISTER")
    code, said = place.check()
    assert code == 1
    assert "Webhooks (read)" in said and "only an administrator of Jira" in said


def test_the_secret_word_of_an_address_is_not_shown(place: Place) -> None:
    url = f"https://syncd.example/webhooks/jira/{ENVIRONMENT['HOOK_WORD']}"
    place.jira.hooks.append({"name": "syncd", "url": url, "events": NEEDED, "enabled": True})
    _, said = place.check(jira=BY_PATH)
    assert "https://syncd.example sends jira:issue_created" in said
