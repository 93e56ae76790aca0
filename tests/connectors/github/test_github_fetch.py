"""Single issues and the census: the same issues as the listing brings, and the only way to see a deletion."""

from __future__ import annotations

import pytest
from github_stage import Mirror, project, pull_request, row

from syncd.connector.errors import Locked
from syncd.testing.httpsim import Fault, Reply

WEB, API = "lumen/web", "lumen/api"
DELETE = "mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }"


@pytest.fixture
def site(stage):
    rich = {
        "state": "closed",
        "state_reason": "duplicate",
        "closed_at": "2026-02-20T10:00:00Z",
        "labels": [{"name": "zeta"}, {"name": "alpha"}],
        "assignees": [{"login": "zoe", "id": 3}, {"login": "helper[bot]", "id": 4, "type": "Bot"}],
        "milestone": {"title": "v2", "number": 3, "due_on": "2026-04-01T07:00:00Z"},
        "reactions": {"+1": 4, "heart": 2},
        "comments": 9,
        "type": {"name": "Bug"},
        "user": {"login": "helper[bot]", "id": 4, "type": "Bot"},
        "parent_issue_url": f"https://api.github.com/repos/{API}/issues/1",
        "body": None,
    }
    rows = [row(WEB, n) for n in range(1, 121)] + [
        row(WEB, 121, **rich),
        pull_request(WEB, 122),
        row(API, 1, user=None),
    ]
    return stage(rows, projects=[project([(WEB, n) for n in range(1, 6)], Score=7)])


@pytest.fixture
def mirror(site):
    found = Mirror()
    found.take(site.connector(write=("Score",), project="lumen/7").pull(None))
    site.wire.clear()
    return found


def graph_calls(site):
    return sum(path.endswith("/graphql") for path, _ in site.paths())


def handles(mirror):
    return {id_: issue.handles for id_, issue in mirror.issues.items()}


def test_fetched_issues_equal_listed_ones_and_come_with_their_values(site, mirror):
    fetched = Mirror()
    connector = site.connector(write=("Score",), project="lumen/7")
    fetched.take(connector.fetch(list(mirror.issues), handles(mirror)))
    assert fetched.issues == mirror.issues
    assert fetched.live_patches == mirror.live_patches
    assert sum(call.resource == "graphql" for call in site.wire.calls) == 1 + 2


def test_an_issue_that_is_gone_is_left_out(site, mirror):
    gone = mirror.by_key(f"{WEB}#3")
    site.graphql(DELETE, i=gone.handles["node"])
    fetched = Mirror()
    fetched.take(site.connector().fetch([gone.ref.id, mirror.by_key(f"{WEB}#4").ref.id], handles(mirror)))
    assert [issue.key for issue in fetched.issues.values()] == [f"{WEB}#4"]


def test_a_transferred_issue_is_gone_here_and_new_there(site, mirror):
    moved = mirror.by_key(f"{WEB}#3")
    to = site.simulator.site.repository(API).node
    text = "mutation($i: ID!, $r: ID!) { transferIssue(input: {issueId: $i, repositoryId: $r}) { clientMutationId } }"
    site.graphql(text, i=moved.handles["node"], r=to)
    fetched = Mirror()
    fetched.take(site.connector().fetch([moved.ref.id], handles(mirror)))
    assert fetched.issues == {}
    mirror.take(site.connector().pull(None))
    assert mirror.by_key(f"{API}#2").title == "Issue 3"


def test_issues_without_handles_are_found_by_their_ids(site, mirror):
    ids = [mirror.by_key(f"{WEB}#{n}").ref.id for n in (1, 2)]
    fetched = Mirror()
    fetched.take(site.connector().fetch([*ids, "404"], {}))
    assert set(fetched.issues) == set(ids)


def test_an_issue_out_of_scope_is_left_out(site, mirror):
    other = mirror.by_key(f"{API}#1")
    fetched = Mirror()
    fetched.take(site.connector(repositories=[WEB]).fetch([other.ref.id], handles(mirror)))
    assert fetched.issues == {}


@pytest.mark.parametrize(("version", "tries"), [("3.14.2", 5), ("3.16.0", 4), ("3.17.2", 2), ("3.19.1", 1)])
def test_an_older_server_is_asked_without_what_it_does_not_know(stage, version, tries):
    site = stage([row(WEB, n, labels=[{"name": "bug"}]) for n in range(1, 4)], enterprise=version)
    mirror, fetched, connector = Mirror(), Mirror(), site.connector()
    mirror.take(connector.pull(None))
    before = graph_calls(site)
    fetched.take(connector.fetch(list(mirror.issues), handles(mirror)))
    assert fetched.issues == mirror.issues
    assert graph_calls(site) == before + tries
    fetched.take(connector.fetch(list(mirror.issues), handles(mirror)))
    assert graph_calls(site) == before + tries + 1


def test_a_server_that_does_not_know_a_part_that_is_needed_is_named_as_the_reason(site, mirror):
    unknown = {
        "message": "Field 'fullDatabaseId' doesn't exist on type 'Issue'",
        "extensions": {"code": "undefinedField", "typeName": "Issue", "fieldName": "fullDatabaseId"},
    }
    old = Fault(lambda request: b"fullDatabaseId" in request.body, Reply(200, {"errors": [unknown]}), times=99)
    site.http.faults.append(old)
    with pytest.raises(Locked, match=r"'fullDatabaseId' doesn't exist.*GitHub Enterprise Server"):
        list(site.connector().fetch(list(mirror.issues), handles(mirror)))


def test_the_census_is_every_issue_in_scope_and_no_pull_request(site, mirror):
    assert sorted(site.connector().census()) == sorted(mirror.issues)
    site.graphql(DELETE, i=mirror.by_key(f"{WEB}#3").handles["node"])
    assert set(mirror.issues) - set(site.connector().census()) == {mirror.by_key(f"{WEB}#3").ref.id}


def test_a_census_that_breaks_off_raises(site, mirror):
    broken = Reply(
        200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "gone", "path": ["r"]}]}
    )
    site.http.faults.append(
        Fault(lambda request: b"fullDatabaseId" in request.body and b'"after": "' in request.body, broken)
    )
    with pytest.raises(Locked, match="was not found"):
        list(site.connector().census())


def test_fetching_nothing_asks_nothing(site, mirror):
    assert list(site.connector().fetch([], {})) == []
    assert site.wire.calls == []
