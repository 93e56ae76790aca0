"""The simulated site is honest: it keeps what it was told, and refuses what Jira refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.jira.jira_world import SCORE, JiraWorld, issues, raw_issue, write_lines
from syncd_jira.simulator import JiraSimulator
from syncd_jira.simulator.adf import document, text

Build = Callable[..., JiraWorld]


def keys(world: JiraWorld, jql: str, **more: Any) -> list[str]:
    answer = world.person("POST", "search/jql", {"jql": jql, "fields": ["summary"], "maxResults": 100, **more})
    return [issue["key"] for issue in answer["issues"]]


def served(folder: Path, *files: Path) -> tuple[subprocess.Popen[bytes], str]:
    command = [sys.executable, "-m", "syncd.testing.serve", "jira", "--folder", str(folder), *map(str, files)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "issues.jsonl", issues(3))
    process, url = served(tmp_path / "jira", file)
    auth = ("ann@lumen.example", "demo-token")
    with requests.Session() as session:
        session.auth = auth
        edit = {"fields": {"summary": "Kept", SCORE: 5}, "update": {"labels": [{"add": "now"}]}}
        assert session.put(f"{url}/rest/api/3/issue/PAY-1", json=edit, timeout=9).status_code == 204
        rank = {"issues": ["PAY-3"], "rankBeforeIssue": "PAY-1"}
        assert session.put(f"{url}/rest/agile/1.0/issue/rank", json=rank, timeout=9).status_code == 204
    process.send_signal(signal.SIGKILL)
    process.wait(9)
    with (tmp_path / "jira" / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"do":"set","id":"1002","fie')  # the kill came in the middle of a line
    again = JiraSimulator(tmp_path / "jira")
    try:
        issue = again.site.issues["1001"]
        assert (issue.fields["summary"], issue.fields[SCORE], issue.fields["labels"]) == ("Kept", 5.0, ["now"])
        assert again.site.order.ids() == ["1003", "1001", "1002"]
        answer = requests.put(
            f"{again.url}/rest/api/3/issue/1002", json={"fields": {"summary": "x"}}, auth=auth, timeout=9
        )
        assert answer.status_code == 204
    finally:
        again.close()
    third = JiraSimulator(tmp_path / "jira")
    third.close()
    assert third.site.issues["1002"].fields["summary"] == "x"
    if process.stdout and process.stdin:
        process.stdout.close()
        process.stdin.close()


def test_every_kind_of_change_is_replayed(world: JiraWorld) -> None:
    world.person("POST", "issue/PAY-1/comment", {"body": document("Hello")})
    world.person("POST", "issue/PAY-1/votes")
    done = next(t for t in world.person("GET", "issue/PAY-2/transitions")["transitions"] if t["name"] == "Done")
    world.person("POST", "issue/PAY-2/transitions", {"transition": {"id": done["id"]}})
    made = world.person(
        "POST", "issue", {"fields": {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "New"}}
    )
    world.person("DELETE", "issue/PAY-3")
    moved = world.jira.move("PAY-4", "SHOP")
    again = JiraSimulator(world.folder / "jira", clock=world.clock)
    again.close()
    assert again.site.issues == world.jira.site.issues
    assert again.site.order.ids() == world.jira.site.order.ids()
    assert again.site.find(made["key"]) is not None
    assert again.site.find("PAY-4") == again.site.find(moved)
    assert again.site.find("PAY-3") is None


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = PAY ORDER BY key", [1, 2, 3, 4, 5]),
        ("project = PAY ORDER BY Rank DESC", [5, 4, 3, 2, 1]),
        ("id in (1002, PAY-4) ORDER BY id", [2, 4]),
        ("project in (PAY) AND id > 1003 ORDER BY id ASC", [4, 5]),
        ("labels = red ORDER BY id", [1, 2]),
        ("labels in (red, blue) AND NOT labels = blue ORDER BY id", [1]),
        ("labels != red ORDER BY id", [3]),
        ("labels is EMPTY ORDER BY id", [4, 5]),
        ("(labels = blue OR id = 1005) AND project = PAY ORDER BY id DESC", [5, 3, 2]),
        ('status = "In Progress"', [4]),
        ("statusCategory = Done", [5]),
        ('"Priority Score" > 3', [4]),
        ("cf[10031] is not EMPTY ORDER BY id", [3, 4]),
        ("summary ~ 'issue 2'", [2]),
        ('updated >= "-10m"', [5]),
        ('updated >= "2026-03-02 09:55" AND project = PAY', [5]),
        ('updated < "2026/03/02 09:55" AND id > 1003', [4]),
        ("created >= -1d", []),
    ],
)
def test_a_query_finds_what_jira_would_find(build: Build, jql: str, expected: list[int]) -> None:
    """The caller's zone is an hour ahead of UTC: 09:55 there is 08:55 on the server's clock of 09:00:30."""
    more: dict[int, dict[str, Any]] = {
        1: {"labels": ["red"]},
        2: {"labels": ["red", "blue"]},
        3: {"labels": ["blue"], SCORE: 3.0},
        4: {"status": {"name": "In Progress"}, SCORE: 4.5},
        5: {"status": {"name": "Done"}, "updated": "2026-03-02T08:58:00.000+0000"},
    }
    account = {"accountId": "5f1", "displayName": "Ann", "timeZone": "Europe/Berlin"}
    world = build([raw_issue(n, **more[n]) for n in more], accounts=[account])
    assert keys(world, jql) == [f"PAY-{n}" for n in expected]


@pytest.mark.parametrize("jql", ["project = NOPE", "Teem = red", "id = PAY-99", 'updated >= "soon"', "status = Nope"])
def test_cloud_answers_an_impossible_query_with_nothing_and_its_parser_says_why(world: JiraWorld, jql: str) -> None:
    assert keys(world, jql) == []
    (parsed,) = world.person("POST", "jql/parse?validation=strict", {"queries": [jql]})["queries"]
    assert len(parsed["errors"]) == 1


@pytest.mark.parametrize(
    "jql", ['labels = "x', "labels =", "project PAY", "ORDER BY id", "", "(id = 1", "id = 1 id = 2"]
)
def test_what_is_no_query_is_refused(world: JiraWorld, jql: str) -> None:
    with pytest.raises(AssertionError, match="errorMessages"):
        keys(world, jql)


@pytest.mark.parametrize(
    "asked", [{"maxResults": 0}, {"maxResults": 5001}, {"nextPageToken": "x"}, {"startAt": 0}], ids=str
)
def test_a_wrong_request_is_refused(world: JiraWorld, asked: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="errorMessages"):
        keys(world, "project = PAY", **asked)


def test_pages_hold_a_hundred_issues_with_fields_and_thousands_of_ids(build: Build) -> None:
    world = build(issues(150))
    ask = {"jql": "project = PAY", "maxResults": 5000}
    assert len(world.person("POST", "search/jql", {**ask, "fields": ["summary"]})["issues"]) == 100
    assert len(world.person("POST", "search/jql", ask)["issues"]) == 150
    assert world.person("POST", "search/approximate-count", {"jql": "project = PAY"}) == {"count": 150}


def test_the_search_lags_behind_and_single_issues_do_not(world: JiraWorld) -> None:
    world.jira.config.index_lag = timedelta(seconds=30)
    world.edit("PAY-1", labels=["new"])
    world.edit("PAY-1", labels=["newer"])
    assert keys(world, "labels in (new, newer)") == []
    assert world.person("GET", "issue/PAY-1?fields=labels")["fields"] == {"labels": ["newer"]}
    world.clock.passes(seconds=31)
    assert keys(world, "labels = newer") == ["PAY-1"]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": {"labels": ["two words"]}},
        {"update": {"labels": [{"add": "two words"}]}},
        {"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}},
        {"fields": {"customfield_999": 1}},
        {"fields": {SCORE: "five"}},
        {"fields": {"customfield_10035": {"value": "Enormous"}}},
        {"fields": {"description": "plain text"}},
        {"fields": {"status": {"name": "Done"}}},
        {"fields": {"customfield_10033": "x" * 256}},
    ],
    ids=str,
)
def test_an_edit_with_one_bad_value_changes_nothing(world: JiraWorld, body: dict[str, Any]) -> None:
    body.setdefault("fields", {})["summary"] = "Never"
    with pytest.raises(AssertionError, match="errors"):
        world.person("PUT", "issue/PAY-1", body)
    assert world.field("PAY-1", "summary") == "Issue 1"


def test_an_edit_moves_the_time_of_change_and_an_empty_one_does_not(world: JiraWorld) -> None:
    before = world.field("PAY-1", "updated")
    world.edit("PAY-1", summary="Issue 1")
    assert world.field("PAY-1", "updated") == before
    world.edit("PAY-1", summary="Other")
    assert world.field("PAY-1", "updated") == "2026-03-02T09:00:30.000+0000"


def test_old_keys_lead_to_a_moved_issue(world: JiraWorld) -> None:
    assert world.jira.move("PAY-2", "SHOP") == "SHOP-1"
    assert world.person("GET", "issue/PAY-2?fields=summary")["key"] == "SHOP-1"
    assert keys(world, "project = SHOP") == ["SHOP-1"]


def test_requests_beyond_the_quota_of_a_second_are_put_off(world: JiraWorld) -> None:
    world.jira.config.per_second = 2
    for _ in range(2):
        world.person("GET", "myself")
    with pytest.raises(AssertionError, match="Rate limit"):
        world.person("GET", "myself")
    world.clock.passes(seconds=1)
    world.person("GET", "myself")


def test_documents_become_wiki_text_and_keep_their_links() -> None:
    link = {"type": "text", "text": "the pull", "marks": [{"type": "link", "attrs": {"href": "https://x.example/1"}}]}
    item = {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "one"}]}]}
    whole = {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Why"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "See "}, link]},
            {"type": "bulletList", "content": [item]},
            {"type": "paragraph", "content": [{"type": "inlineCard", "attrs": {"url": "https://x.example/2"}}]},
        ],
    }
    assert text(whole).split("\n") == [
        "h2. Why",
        "See [the pull|https://x.example/1]",
        "* one",
        "[https://x.example/2|https://x.example/2|smart-link]",
    ]
    plain = document("one\n\ntwo")
    assert plain is not None
    assert text(plain) == "one\n\ntwo"


def test_remote_links_are_shown(build: Build) -> None:
    line = {**raw_issue(1), "_remotelinks": [{"globalId": "g1", "url": "https://github.com/lumen/web/issues/1"}]}
    (shown,) = build([line]).person("GET", "issue/PAY-1/remotelink")
    assert (shown["globalId"], shown["object"]["url"]) == ("g1", "https://github.com/lumen/web/issues/1")
