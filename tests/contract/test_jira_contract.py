"""Every request that the connector sends, and every answer that the simulator gives, fits Atlassian's own description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.jira.jira_world import SCORE, JiraWorld, edit, issues, move, raw_issue
from contract.vendor_jira import Described
from syncd.connector.errors import Transient
from syncd.testing.httpsim import Exchange, Reply, Request
from syncd_jira import everything
from syncd_jira.simulator.adf import document


@pytest.fixture(scope="module")
def platform(shared: Path) -> Described:
    return Described(shared / "specs" / "jira-cloud-platform-v3.json")


@pytest.fixture(scope="module")
def software(shared: Path) -> Described:
    return Described(shared / "specs" / "jira-cloud-software.json")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[JiraWorld]:
    rich = raw_issue(
        1,
        description="one\ntwo",
        labels=["a"],
        priority={"id": "2", "name": "High"},
        parent={"id": "1002", "key": "PAY-2", "fields": {"summary": "Issue 2"}},
        fixVersions=[{"id": "1", "name": "1.0", "released": False, "archived": False}],
    )
    account = {"accountId": "5f1", "displayName": "Ann", "emailAddress": "ann@lumen.example"}
    built = JiraWorld(tmp_path, [rich, *issues(130)[1:]], accounts=[account])
    yield built
    built.close()


def check(described: Described, exchanges: list[Exchange], prefix: str) -> None:
    chosen = [each for each in exchanges if each.request.path.startswith(prefix)]
    assert chosen
    assert [fault for each in chosen for fault in described.faults(each)] == []


def use_everything(world: JiraWorld, **settings: Any) -> None:
    connector = world.connector(
        comments=True, rank_field="Rank", written=frozenset({"Priority Score", "Impact"}), **settings
    )
    connector.describe()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=1)
    for number in range(1, 110):
        world.jira.config.per_issue = ()
        world.person("PUT", f"issue/PAY-{number}", {"fields": {"summary": "Changed"}})
    cursor = list(connector.pull(cursor))[-1].cursor
    list(connector.pull(cursor))
    list(connector.census())
    list(connector.fetch(["1001", "999999"], {}))
    connector.order("PAY")
    written = {"Priority Score": 2.5, "Impact": "High"}
    assert list(connector.apply([edit(1, written, add=["now"], remove=["a"]), edit(2, {"Priority Score": None})])) == [
        None,
        None,
    ]
    assert list(connector.reorder("PAY", [move(5, None), move(4, 5), move(9, 3)])) == [None] * 3


def test_every_request_of_the_connector_fits_and_none_is_deprecated(
    world: JiraWorld, platform: Described, software: Described
) -> None:
    use_everything(world)
    check(platform, world.jira.http.calls, "/rest/api/")
    check(software, world.jira.http.calls, "/rest/agile/")


def test_a_first_pull_from_far_away_fits(
    world: JiraWorld, platform: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everything, "FAR", -1.0)
    world.jira.config.bulk_errors = {"1105": 1}
    assert sum(len(page.issues) for page in world.connector().pull(None)) == 130
    assert any(each.request.path.endswith("bulkfetch") for each in world.jira.http.calls)
    check(platform, world.jira.http.calls, "/rest/api/")


def test_what_is_sent_through_the_gateway_fits(world: JiraWorld, platform: Described, software: Described) -> None:
    use_everything(world, url=world.gateway, token="demo-scoped-token")
    prefix = world.gateway.removeprefix(world.jira.url)
    exchanges = [each for each in world.jira.http.calls if each.request.path.startswith(prefix)]
    behind = [
        replace(each, request=replace(each.request, path=each.request.path.removeprefix(prefix))) for each in exchanges
    ]
    check(platform, behind, "/rest/api/")
    check(software, behind, "/rest/agile/")


def test_limits_and_archives_are_told_in_the_described_shape(world: JiraWorld, platform: Described) -> None:
    world.person("PUT", "issue/archive", {"issueIdsOrKeys": ["PAY-3", "PAY-999"]})
    world.person("PUT", "issue/unarchive", {"issueIdsOrKeys": ["PAY-3"]})
    world.person("POST", "project/PAY/archive")
    world.jira.config.quota_tenant = 1
    with pytest.raises(Transient):
        world.authorized().describe()
    check(platform, world.jira.http.calls, "/rest/api/")


def test_what_people_do_at_the_simulated_site_fits(world: JiraWorld, platform: Described) -> None:
    world.person("POST", "issue/PAY-1/comment", {"body": document("Hello")})
    world.person("GET", "issue/PAY-1/comment")
    world.person("POST", "issue/PAY-1/votes")
    world.person("GET", "issue/PAY-1/votes")
    (first, *_) = world.person("GET", "issue/PAY-1/transitions")["transitions"]
    world.person("POST", "issue/PAY-1/transitions", {"transition": {"id": first["id"]}})
    made = {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "New", SCORE: 4}
    key = world.person("POST", "issue", {"fields": made})["key"]
    world.person("GET", "issue/PAY-1")
    world.person("PUT", "issue/PAY-1?returnIssue=true", {"fields": {"summary": "Seen"}})
    world.person("GET", "issue/PAY-1/editmeta")
    world.person("GET", "issue/PAY-1/remotelink")
    world.person("GET", "search/jql?jql=project%20%3D%20PAY&fields=summary&maxResults=2")
    world.person("DELETE", f"issue/{key}")
    check(platform, world.jira.http.calls, "/rest/api/")


def test_refusals_have_the_described_shape(world: JiraWorld, platform: Described) -> None:
    world.jira.config.off_screen.add(SCORE)
    list(world.connector(email="x@lumen.example").apply([edit(1, {"Priority Score": 1.0})]))
    refusals = [each.reply.body for each in world.jira.http.calls if each.reply and each.reply.status >= 400]
    assert refusals
    for body in refusals:
        assert platform.fits("ErrorCollection", body) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "fault"),
    [
        ("POST", "/rest/api/2/search", b"{}", "deprecated"),
        ("POST", "/rest/api/2/search/jql", b'{"startAt": 0}', "startAt"),
        ("POST", "/rest/api/2/issue/bulkfetch", b"{}", "issueIdsOrKeys"),
        ("GET", "/rest/api/2/nothing", b"", "no such operation"),
        ("PUT", "/rest/api/2/issue/PAY-1", b'{"update": {"labels": [{"plus": "a"}]}}', "plus"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(
    platform: Described, method: str, path: str, body: bytes, fault: str
) -> None:
    exchange = Exchange(Request(method, path, {}, {}, body), Reply(400))
    assert any(fault in found for found in platform.faults(exchange))


def test_an_answer_that_does_not_fit_is_found(platform: Described) -> None:
    answer: dict[str, Any] = {"issues": [{"id": 5}], "total": 1}
    exchange = Exchange(Request("POST", "/rest/api/2/search/jql", {}, {}, b'{"jql": "x"}'), Reply(200, answer))
    assert len(list(platform.faults(exchange))) == 2
