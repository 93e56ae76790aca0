"""The simulated GitHub keeps what GitHub promises, and loses nothing when it is killed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import requests
from github_stage import Mirror, project, pull_request, put, relabel, row

from syncd_github.simulator import GitHubSimulator

WEB = "lumen/web"
AUTH = {"Authorization": "Bearer demo-token"}


@pytest.fixture
def site(stage):
    rows = [row(WEB, n, labels=[{"name": "bug"}]) for n in range(1, 8)] + [pull_request(WEB, 8)]
    return stage(rows, projects=[project([(WEB, n) for n in range(1, 5)])])


def snapshot(simulator):
    """Everything a client can see."""
    paths = [
        f"/repos/{WEB}",
        f"/repos/{WEB}/issues?state=all&per_page=100",
        f"/repos/{WEB}/labels",
        f"/repos/{WEB}/milestones",
    ]
    text = """{ repositoryOwner(login: "lumen") { ... on ProjectV2Owner { projectV2(number: 7) { id updatedAt items(first: 100) {
        nodes { id isArchived updatedAt type fieldValues(first: 50) { nodes { ... on ProjectV2ItemFieldNumberValue { number } } } } } } } } }"""
    seen = [requests.get(simulator.url + path, headers=AUTH, timeout=5).json() for path in paths]
    seen.append(requests.post(simulator.url + "/graphql", json={"query": text}, headers=AUTH, timeout=5).json())
    return json.loads(json.dumps(seen).replace(simulator.url, ""))


def work(site):
    """A bit of everything that a person and syncd do."""
    mirror = Mirror()
    connector = site.connector(write=("Score",), order=True, project="lumen/7")
    mirror.take(connector.pull(None))
    site.person("POST", f"/repos/{WEB}/milestones", {"title": "v1", "due_on": "2026-06-01T07:00:00Z"})
    site.person("POST", f"/repos/{WEB}/issues", {"title": "New", "labels": ["bug", "fresh"], "milestone": 1})
    site.person("PATCH", f"/repos/{WEB}/issues/2", {"state": "closed", "state_reason": "not_planned"})
    site.person("POST", f"/repos/{WEB}/issues/3/comments", {"body": "hello"})
    site.person("POST", f"/repos/{WEB}/issues/3/reactions", {"content": "+1"})
    site.person("PUT", f"/repos/{WEB}/issues/4/labels", {"labels": ["other"]})
    site.person("DELETE", f"/repos/{WEB}/issues/5/labels/bug")
    site.person("PATCH", f"/repos/{WEB}/labels/fresh", {"new_name": "stale", "color": "ff0000"})
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n), relabel(["roadmap/now"])) for n in range(1, 8)]
    assert list(connector.apply(edits)) == [None] * 7
    assert list(connector.reorder("lumen/7", [mirror.move(f"{WEB}#4", None)])) == [None]
    node = mirror.by_key(f"{WEB}#6").handles["node"]
    site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)


def test_a_killed_simulator_comes_back_as_it_was(site, tmp_path):
    work(site)
    before = snapshot(site.simulator)
    with (site.folder / "state" / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"do": "issue_edit", "at": "2026-')  # the kill came in the middle of a line
    again = GitHubSimulator(site.folder / "state", [], clock=site.clock)
    try:
        assert snapshot(again) == before
        requests.post(f"{again.url}/repos/{WEB}/issues/1/comments", json={"body": "back"}, headers=AUTH, timeout=5)
        after = snapshot(again)
    finally:
        again.close()
    third = GitHubSimulator(site.folder / "state", [], clock=site.clock)
    try:
        assert snapshot(third) == after
    finally:
        third.close()


def test_a_simulator_of_its_own_process_survives_kill_minus_nine(tmp_path):
    file = tmp_path / "issues.jsonl"
    file.write_text("".join(json.dumps(row(WEB, n)) + "\n" for n in range(1, 4)), encoding="utf-8")

    def start(*files):
        command = [sys.executable, "-m", "syncd.testing.serve", "github", "--folder", str(tmp_path / "state"), *files]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())["url"]

    process, url = start(str(file))
    try:
        answer = requests.patch(f"{url}/repos/{WEB}/issues/2", json={"title": "Changed"}, headers=AUTH, timeout=5)
        assert answer.status_code == 200
    finally:
        process.kill()
        process.wait()
    process, url = start()
    try:
        assert requests.get(f"{url}/repos/{WEB}/issues/2", headers=AUTH, timeout=5).json()["title"] == "Changed"
    finally:
        process.kill()
        process.wait()


def test_what_bumps_an_issue_and_what_does_not(site):
    def updated():
        return site.person("GET", f"/repos/{WEB}/issues/1")["updated_at"]

    mirror = Mirror()
    connector = site.connector(write=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    first = updated()
    site.clock.tick(60)
    site.person("POST", f"/repos/{WEB}/issues/1/reactions", {"content": "heart"})
    list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))]))
    site.person("POST", f"/repos/{WEB}/issues/1/labels", {"labels": ["bug"]})
    assert updated() == first
    site.person("POST", f"/repos/{WEB}/issues/1/labels", {"labels": ["more"]})
    assert updated() > first


def test_a_known_answer_is_a_304_that_costs_nothing_and_only_for_the_same_token(stage):
    accounts = [{"token": "demo-token", "login": "a"}, {"token": "other-token", "login": "b"}]
    site = stage([row(WEB, 1)], accounts=accounts)
    url = f"{site.simulator.url}/repos/{WEB}/issues?state=all"
    first = requests.get(url, headers=AUTH, timeout=5)
    known = {**AUTH, "If-None-Match": first.headers["ETag"]}
    again = requests.get(url, headers=known, timeout=5)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Used"] == first.headers["X-RateLimit-Used"]
    other = requests.get(url, headers={**known, "Authorization": "token other-token"}, timeout=5)
    assert other.status_code == 200


def test_a_large_list_refuses_page_numbers(stage):
    site = stage([row(WEB, n) for n in range(1, 1102)])
    url = f"{site.simulator.url}/repos/{WEB}/issues?state=all&per_page=100"
    assert requests.get(f"{url}&page=3", headers=AUTH, timeout=5).status_code == 422
    answer = requests.get(url, headers=AUTH, timeout=5)
    assert "last" not in answer.links
    seen = []
    while True:
        seen += [issue["number"] for issue in answer.json()]
        if "next" not in answer.links:
            break
        answer = requests.get(answer.links["next"]["url"], headers=AUTH, timeout=5)
    assert seen == list(range(1101, 0, -1))


def test_quotas_run_out_and_come_back(stage):
    site = stage([row(WEB, 1)], quota={"core": 2, "graphql": 1})
    url = f"{site.simulator.url}/repos/{WEB}"
    assert [requests.get(url, headers=AUTH, timeout=5).status_code for _ in range(3)] == [200, 200, 403]
    query = {"query": "{ rateLimit { limit remaining used cost } viewer { login } }"}
    first, second = (
        requests.post(f"{site.simulator.url}/graphql", json=query, headers=AUTH, timeout=5) for _ in range(2)
    )
    assert first.json()["data"]["rateLimit"] == {"limit": 1, "remaining": 0, "used": 1, "cost": 1}
    assert (second.status_code, second.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")
    site.clock.tick(3601)
    assert requests.get(url, headers=AUTH, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("headers", "message"), [({}, "Requires authentication"), ({"Authorization": "token x"}, "Bad credentials")]
)
def test_wrong_credentials_are_told(site, headers, message):
    answer = requests.get(f"{site.simulator.url}/repos/{WEB}", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_a_renamed_repository_sends_reads_and_writes_on(site):
    site.person("PATCH", f"/repos/{WEB}", {"name": "site"})
    url = f"{site.simulator.url}/repos/{WEB}/issues"
    read = requests.get(url, params={"state": "all"}, headers=AUTH, allow_redirects=False, timeout=5)
    write = requests.post(url, json={"title": "x"}, headers=AUTH, allow_redirects=False, timeout=5)
    assert (read.status_code, write.status_code) == (301, 307)
    assert len(requests.get(read.headers["Location"], headers=AUTH, timeout=5).json()) == 8


def test_gone_and_transferred_issues_answer_as_github_does(site, stage):
    node = site.person("GET", f"/repos/{WEB}/issues/1")["node_id"]
    site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)
    assert requests.get(f"{site.simulator.url}/repos/{WEB}/issues/1", headers=AUTH, timeout=5).status_code == 410
    assert requests.get(f"{site.simulator.url}/repos/{WEB}/issues/99", headers=AUTH, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("query", "type_", "code"),
    [
        ("{ nope }", None, "undefinedField"),
        ('{ node(id: "x") { id } }', "NOT_FOUND", None),
        (
            '{ repository(owner: "lumen", name: "web") { issues { nodes { id } } } }',
            "MISSING_PAGINATION_BOUNDARIES",
            None,
        ),
        (
            '{ repository(owner: "lumen", name: "web") { issues(first: 101) { nodes { id } } } }',
            "EXCESSIVE_PAGINATION",
            None,
        ),
        ("{ viewer { login", None, None),
    ],
)
def test_graphql_errors_are_worded_as_github_words_them(site, query, type_, code):
    answer = requests.post(f"{site.simulator.url}/graphql", json={"query": query}, headers=AUTH, timeout=5)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 200
    assert error.get("type") == type_
    assert error.get("extensions", {}).get("code") == code
    assert error["locations"]


def test_real_dumps_load_leniently_and_get_a_project_of_their_own(tmp_path, shared):
    files = sorted((shared / "data").glob("github_issues_*.jsonl.gz"))
    simulator = GitHubSimulator(tmp_path / "state", files)
    try:
        url = f"{simulator.url}/repos/bitcoin-core/gui/issues?state=all&per_page=100"
        assert len(requests.get(url, headers=AUTH, timeout=5).json()) == 100
        project = simulator.site.projects["bitcoin-core", 1]
        assert [field.name for field in project.fields if field.type in ("NUMBER", "SINGLE_SELECT")] == [
            "Score",
            "Rank",
            "Roadmap",
            "Reach",
            "Status",
        ]
        opened = [
            i
            for r in simulator.site.repositories.values()
            for i in r.issues.values()
            if i.state == "open" and not i.pull
        ]
        assert len(project.items) == len(opened)
    finally:
        simulator.close()
