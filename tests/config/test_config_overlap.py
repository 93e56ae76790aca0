"""An issue belongs to one source: two that read the same would each take what the other writes for a person's."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_folder import SCORE, Folder

from syncd.connector.registry import connectors

JIRA = "{{kind: jira, url: {url}, email: ada@acme.example, token: {{env: TOKEN}}, projects: [{projects}]{more}}}"
GITHUB = "{{kind: github, url: {url}, token: {{env: TOKEN}}, repositories: [{repositories}]}}"
ACME = "https://acme.atlassian.net"


def faults(folder: Path, one: str, other: str) -> list[str]:
    syncd = f"sources:\n  one: {one}\n  other: {other}\n"
    made = Folder(folder, {"TOKEN": "a-token-of-acme"}, connectors())
    made.write(syncd=syncd, scoring=SCORE + "facts: {value: {default: 1}, effort: {default: 1}}\n")
    try:
        made.load()
    except Exception:
        return made.places()
    return []


def jira(projects: str, more: str = "", url: str = ACME) -> str:
    return JIRA.format(url=url, projects=projects, more=more)


def github(repositories: str, url: str = "https://api.github.com") -> str:
    return GITHUB.format(url=url, repositories=repositories)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (jira("PAY, WEB"), jira("OPS, PAY"), "the project PAY of acme.atlassian.net"),
        (jira("PAY"), jira("PAY", url="https://ACME.atlassian.net/"), "the project PAY of acme.atlassian.net"),
        (jira("PAY"), jira("PAY", more=', jql: "labels = x"'), "the project PAY of acme.atlassian.net"),
        (github("acme/web, acme/api"), github("Acme/API"), "the repository acme/api"),
    ],
)
def test_two_sources_that_read_the_same_issues_are_refused(tmp_path: Path, one: str, other: str, both: str) -> None:
    (said,) = faults(tmp_path, one, other)
    assert said.startswith("syncd.yaml:3:3 ") and f"the sources 'one' and 'other' both read {both}" in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (jira("PAY"), jira("WEB")),
        (jira("PAY"), jira("PAY", url="https://other.atlassian.net")),
        (jira("PAY", more=', jql: "labels = x"'), jira("PAY", more=', jql: "labels != x"')),
        (github("acme/web"), github("acme/api")),
        (github("acme/web"), github("acme/web", url="https://ghe.acme.example/api/v3")),
        (jira("PAY"), github("acme/pay")),
    ],
)
def test_sources_that_may_be_apart_are_not(tmp_path: Path, one: str, other: str) -> None:
    assert faults(tmp_path, one, other) == []
