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
ENVIRONMENT = {
    "TOKEN": "demo-token",
    "HOOK_SECRET": "what-it-signs-with",
    "HOOK_WORD": "a-long-random-word-4711",
    "APP_SECRET": "demo-secret",
    "APP_TOKEN": "demo-refresh-token",
}
NEEDED = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted"]


@dataclass
class Place:
    folder: Path
    jira: JiraSimulator
    github: GitHubSimulator

    def check(
        self, jira: str = SIGNED, github: str = SIGNED, listen: str = "127.0.0.1:8080", what: str = "check"
    ) -> tuple[int, str]:
        """Exit code and what was said."""
        template = SYNCD
        if "oauth:" in jira:
            head, _, rest = SYNCD.partition("  jira:\n")
            template = f"{head}  jira:\n{{jira_webhook}}\n  github:{rest.partition('  github:')[2]}"
        text = template.format(
            folder=self.folder, jira=self.jira.url, github=self.github.url, jira_webhook=jira, github_webhook=github
        )
        (self.folder / "syncd.yaml").write_text(text, encoding="utf-8")
        (self.folder / "scoring.yaml").write_text(SCORING, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "syncd", "--config", str(self.folder), "webhooks", what],
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


def test_deliveries_that_failed_are_told_with_the_moment_of_the_last(place: Place) -> None:
    register_all(place)
    hook = place.github.hooks.add("lumen/web", "https://syncd.example/webhooks/github", ["issues"])
    for day, code in ((1, 202), (2, 502), (3, 0), (4, 202)):
        place.github.hooks.deliver(hook, "issues", code, f"2026-03-0{day}T10:00:00Z")
    code, said = place.check()
    assert code == 1
    assert "2 of its last 4 deliveries failed, the last one (issues) at 2026-03-03 10:00 UTC" in said
    assert "failed to connect" in said


def test_deliveries_that_may_not_be_seen_leave_what_is_known_of_the_last(place: Place) -> None:
    register_all(place)
    place.github.hooks.add("lumen/web", "https://syncd.example/webhooks/github", ["issues"], code=502)
    place.github.hooks.delivered.clear()
    code, said = place.check()
    assert code == 1 and "answered 502" in said


def as_an_app(place: Place) -> str:
    """The keys of a source that works as an OAuth app, in place of its account's."""
    return f"""
    url: {place.jira.url}/ex/jira/{place.jira.config.cloud_id}
    oauth:
      client_id: demo-app
      client_secret: {{env: APP_SECRET}}
      refresh_token: {{env: APP_TOKEN}}
      token_url: {place.jira.url}/oauth/token
      token_file: {place.folder}/tokens.json
    projects: [PAY]
    webhook: {{path: {{env: HOOK_WORD}}}}"""


def test_webhooks_of_an_app_end_and_are_refreshed(place: Place) -> None:
    register_all(place)
    word = ENVIRONMENT["HOOK_WORD"]
    place.jira.dynamic.add(f"https://syncd.example/webhooks/jira/{word}", NEEDED)
    other = place.jira.dynamic.add("https://other.example/hook", NEEDED)
    soon = place.jira.site.milliseconds() + 3 * 86_400_000
    for hook in place.jira.dynamic._hooks.values():
        hook["expirationDate"] = soon
    code, said = place.check(jira=as_an_app(place))
    assert code == 1 and "run `syncd webhooks refresh`" in said and word not in said
    code, said = place.check(jira=as_an_app(place), what="refresh")
    assert code == 0 and "https://syncd.example lasts until" in said
    assert place.jira.dynamic._hooks[other]["expirationDate"] == soon
    code, said = place.check(jira=as_an_app(place))
    assert code == 0, said


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
