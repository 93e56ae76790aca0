"""Traps of GitHub and of PyGithub that no other test stands for; TRAPS.md lists them all."""

from __future__ import annotations

import ast
import inspect
import time
from dataclasses import replace
from urllib.parse import unquote

import pytest
from github_stage import Mirror, project, pull_request, put, relabel, row

import syncd_github.client
from syncd.connector.errors import Ambiguous, Locked, Refused, Transient
from syncd.core.issue import StateGroup
from syncd.testing.httpsim import Fault, Reply

WEB, API = "lumen/web", "lumen/api"


@pytest.fixture
def site(stage):
    return stage([row(WEB, n) for n in range(1, 13)] + [row(API, 1)], projects=[project([(WEB, 1)])])


@pytest.fixture
def mirror():
    return Mirror()


def test_of_pygithub_only_signing_addressing_and_naming_of_errors_are_used():
    """Its objects fetch behind one's back, its lists miscount, its dates lose their zone."""
    tree = ast.parse(inspect.getsource(syncd_github.client))
    named = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("github")
        for name in node.names
    }
    assert named == {"Auth", "RateLimitExceededException", "Requester"}


def test_pull_requests_are_known_by_the_row_itself(stage, mirror):
    site = stage([row(WEB, 1), *(pull_request(WEB, n) for n in range(2, 41))])
    mirror.take(site.connector().pull(None))
    assert [issue.key for issue in mirror.issues.values()] == [f"{WEB}#1"]
    assert len(site.wire.calls) <= 2


def test_an_issue_that_was_closed_is_told_as_closed(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.person("PATCH", f"/repos/{WEB}/issues/3", {"state": "closed"})
    mirror.take(connector.pull(mirror.cursor))
    closed, other = mirror.by_key(f"{WEB}#3"), mirror.by_key(f"{WEB}#2")
    assert closed.closed is not None and (closed.state_group, closed.resolution) == (StateGroup.DONE, "completed")
    assert (other.state_group, other.resolution, other.closed) == (StateGroup.NEW, None, None)
    site.clock.tick(60)
    site.person("PATCH", f"/repos/{WEB}/issues/3", {"state": "open"})
    mirror.take(connector.pull(mirror.cursor))
    opened = mirror.by_key(f"{WEB}#3")
    assert (opened.state_group, opened.resolution, opened.closed) == (StateGroup.NEW, None, None)


def test_moments_are_sent_in_utc(stage, mirror):
    site = stage([row(WEB, n) for n in range(1, 121)])
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.person("PATCH", f"/repos/{WEB}/issues/3", {"title": "New"})
    mirror.take(connector.pull(mirror.cursor))
    sent = [call.request.query["since"][0] for call in site.http.calls if "since" in call.request.query]
    assert sent
    assert all(text.endswith("Z") for text in sent)


def test_a_write_whose_answer_is_lost_leaves_once(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.person("POST", f"/repos/{WEB}/labels", {"name": "now"})
    for reply in (None, Reply(502, b""), Reply(503, b""), Reply(500, b"")):
        before = sum(b"mutation" in call.request.body for call in site.http.calls)
        site.http.faults.append(Fault(lambda request: b"mutation" in request.body, reply))
        (outcome,) = connector.apply([mirror.edit(f"{WEB}#1", relabel(["now"]))])
        assert isinstance(outcome, Ambiguous)
        assert sum(b"mutation" in call.request.body for call in site.http.calls) == before + 1


def test_a_limit_of_an_hour_is_told_at_once_and_nobody_sleeps(site):
    site.simulator.access.limits["core"] = 0
    began = time.monotonic()
    with pytest.raises(Transient) as caught:
        list(site.connector().pull(None))
    assert time.monotonic() - began < 5
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 3000


def test_reading_is_not_slowed_by_the_librarys_own_throttle(site):
    connector = site.connector()
    began = time.monotonic()
    for _ in range(10):
        list(connector.census())
    assert time.monotonic() - began < 5  # PyGithub would wait a second before each of these twenty


def test_an_answer_kept_for_another_token_is_asked_for_anew(site, mirror):
    mirror.take(site.connector().pull(None))
    site.simulator.access.tokens["other"] = replace(site.simulator.access.tokens["demo-token"])
    rotated = site.connector(token="other")
    site.wire.clear()
    pages = mirror.take(rotated.pull(mirror.cursor))
    assert all(answer.status == 200 for answer in site.wire.answers)
    assert len({issue.key for page in pages for issue in page.issues}) <= 13
    site.wire.clear()
    mirror.take(rotated.pull(mirror.cursor))
    assert {answer.status for answer in site.wire.answers} == {304}


def test_both_forms_of_node_ids_name_the_same_issue(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    known = mirror.by_key(f"{WEB}#1")
    old = "MDU6SXNzdWU1MDAwMDAwMDAy"
    site.simulator.site.nodes[old] = site.simulator.site.nodes[known.handles["node"]]
    (page,) = connector.fetch([known.ref.id], {known.ref.id: {"node": old}})
    (fetched,) = page.issues
    assert (fetched.ref, fetched.handles["node"]) == (known.ref, old)
    edit = replace(mirror.edit(f"{WEB}#1", relabel(["now"])), handles=fetched.handles)
    assert list(connector.apply([edit])) == [None]
    assert site.labels(WEB, 1) == ["now"]


def test_the_same_number_in_two_repositories_is_two_issues(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    assert list(connector.apply([mirror.edit(f"{API}#1", relabel(["now"]))])) == [None]
    assert (site.labels(API, 1), site.labels(WEB, 1)) == (["now"], [])


def test_an_issue_with_a_hundred_labels_is_refused_and_its_neighbors_are_written(stage, mirror):
    full = [{"name": f"l{n}"} for n in range(100)]
    site = stage([row(WEB, 1, labels=full), row(WEB, 2)])
    connector = site.connector()
    mirror.take(connector.pull(None))
    first, second = connector.apply([mirror.edit(f"{WEB}#{n}", relabel(["now"])) for n in (1, 2)])
    assert isinstance(first, Refused)
    assert "at most 100" in str(first)
    assert (second, site.labels(WEB, 2)) == (None, ["now"])


def test_a_renamed_label_is_not_taken_for_the_one_it_was(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    assert list(connector.apply([mirror.edit(f"{WEB}#1", relabel(["roadmap/now"]))])) == [None]
    site.person("PATCH", f"/repos/{WEB}/labels/roadmap%2Fnow", {"new_name": "roadmap/today"})
    mirror.take(connector.pull(mirror.cursor))
    assert list(connector.apply([mirror.edit(f"{WEB}#2", relabel(["roadmap/now"]))])) == [None]
    assert (site.labels(WEB, 1), site.labels(WEB, 2)) == (["roadmap/today"], ["roadmap/now"])


@pytest.mark.parametrize("name", ["okr/q1/50%", "🚀 launch?", "a#b&c=d", "%2F", "größe: M", "1+1"])
def test_any_label_name_is_made_added_and_removed(site, mirror, name):
    connector = site.connector()
    mirror.take(connector.pull(None))
    assert list(connector.apply([mirror.edit(f"{WEB}#1", relabel([name]))])) == [None]
    assert site.labels(WEB, 1) == [name]
    label = site.simulator.site.repository(WEB).labels[name.casefold()]
    assert (label.color != "ededed", bool(label.description)) == (True, True)
    assert list(connector.apply([mirror.edit(f"{WEB}#1", relabel([], [name]))])) == [None]
    assert site.labels(WEB, 1) == []
    assert not any(name in unquote(path) for path, _ in site.paths())


def test_an_enterprise_server_is_used_below_its_own_address(stage, mirror):
    rows = [row(WEB, n) for n in range(1, 251)]
    site = stage(rows, enterprise="3.17.2", projects=[project([(WEB, 1)])], largest_numbered=100)
    connector = site.connector(write=("Score", "issue:Effort"), project="lumen/7")
    described = connector.describe()
    assert described.tool == "GitHub Enterprise Server 3.17.2"
    assert set(described.fields) == {"Score"}
    mirror.take(connector.pull(None))
    assert len(mirror.issues) == 250
    assert list(connector.apply([mirror.edit(f"{WEB}#2", put("Score", 1.0), relabel(["now"]))])) == [None]
    assert (site.values(WEB, 2), site.labels(WEB, 2)) == ({"Score": 1.0}, ["now"])
    assert all(path.startswith("/api/") for path, _ in site.paths())


@pytest.mark.parametrize("status", [404, 410])
def test_a_repository_that_is_gone_or_hidden_locks_and_takes_nothing_for_deleted(site, mirror, status):
    connector = site.connector()
    mirror.take(connector.pull(None))
    issues = dict(mirror.issues)
    gone = Reply(status, {"message": "Not Found" if status == 404 else "Gone"})
    site.http.faults.append(Fault(lambda request: "/issues" in request.path, gone, times=9))
    with pytest.raises(Locked, match=r"check the name|switched off"):
        mirror.take(connector.pull(mirror.cursor))
    assert mirror.issues == issues


def test_a_write_that_is_sent_on_elsewhere_is_no_success(site, mirror):
    connector = site.connector()
    mirror.take(connector.pull(None))
    away = Reply(307, {"message": "Moved"}, {"Location": f"{site.simulator.url}/repositories/1/graphql"})
    site.http.faults.append(Fault(lambda request: b"mutation" in request.body, away))
    site.person("POST", f"/repos/{WEB}/labels", {"name": "now"})
    with pytest.raises(Locked, match="answered 307"):
        list(connector.apply([mirror.edit(f"{WEB}#1", relabel(["now"]))]))
    assert site.labels(WEB, 1) == []
