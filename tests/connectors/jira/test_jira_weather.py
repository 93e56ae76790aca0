"""The simulated site's weather: limits, lag, stale and vanishing issues, lost, late and spoiled answers, clocks that differ."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors.jira.jira_world import SCORE, JiraWorld, edit, found, issues, move
from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Reach, Refused, Stale, Transient
from syncd_jira.simulator import JiraSimulator
from syncd_jira.simulator.weather import KINDS, weather

Build = Callable[..., JiraWorld]
READS = [
    lambda c: c.describe(),
    lambda c: list(c.pull(None)),
    lambda c: list(c.census()),
    lambda c: list(c.fetch(["1001"], {})),
    lambda c: c.order("PAY"),
]


def keys(world: JiraWorld, jql: str) -> list[str]:
    answer = world.person("POST", "search/jql", {"jql": jql, "fields": ["key"], "maxResults": 100})
    return [issue["key"] for issue in answer["issues"]]


# -- the four limits --------------------------------------------------------------------------------------------------


def refused(world: JiraWorld, use: Callable[[Any], Any], *, app: bool = False) -> Transient:
    connector = world.authorized() if app else world.connector()
    with pytest.raises(Transient) as caught:
        use(connector)
    return caught.value


@pytest.mark.parametrize(
    ("quota", "limit"),
    [
        ("quota_global", "Jira's hourly quota of this app"),
        ("quota_tenant", "Jira's hourly quota of this site"),
    ],
)
def test_the_points_of_an_app_end_all_requests_until_the_full_hour(world: JiraWorld, quota: str, limit: str) -> None:
    setattr(world.jira.config, quota, 8)
    connector = world.authorized()
    cursor = list(connector.pull(None))[-1].cursor
    error = refused(world, lambda c: list(c.pull(cursor)), app=True)
    assert (error.scope, error.reach) == (limit, Reach.ACCOUNT)
    assert error.retry_after == 3570.0, "it is half a minute past nine"
    assert len(found(world.connector().pull(None))) == 5, "API tokens spend no points"
    world.clock.passes(seconds=3570)
    assert list(connector.pull(cursor))


def test_an_issue_that_is_given_is_a_point(build: Build) -> None:
    world = build(issues(150))
    world.jira.config.quota_tenant = 3 + 101 + 51
    connector = world.authorized()
    assert len(found(connector.pull(None))) == 150
    with pytest.raises(Transient):
        connector.describe()


def test_requests_of_one_second_and_route_are_limited_and_others_are_not(world: JiraWorld) -> None:
    world.jira.config.per_second = 3
    connector = world.connector()
    list(connector.pull(None))
    outcomes = list(connector.apply([edit(n, {"Priority Score": 1.0}) for n in range(1, 6)]))
    assert [type(each) for each in outcomes] == [type(None)] * 3 + [Transient] * 2
    limited = outcomes[-1]
    assert isinstance(limited, Transient)
    assert (limited.scope, limited.reach, limited.retry_after) == (
        "Jira's limit of requests per second",
        Reach.REQUEST,
        1.0,
    )
    assert len(set(connector.census())) == 5


def test_writes_to_one_issue_are_limited_and_others_are_not(world: JiraWorld) -> None:
    world.jira.config.per_issue = ((2.0, 1),)
    first, second, other = world.connector().apply([edit(n, {"Priority Score": float(n)}) for n in (1, 1, 2)])
    assert (first, other) == (None, None)
    assert isinstance(second, Transient)
    assert (second.scope, second.reach) == ("Jira's limit of writes to one issue", Reach.ISSUE)


def test_data_centers_limit_is_a_web_page_and_names_no_reason(build: Build) -> None:
    world = build(deployment="Server")
    world.jira.config.per_second = 1
    list(world.connector().pull(None))
    error = refused(world, lambda c: list(c.pull(None)))
    assert (error.retry_after, error.reach) == (1.0, Reach.REQUEST)


# -- what a search sees -----------------------------------------------------------------------------------------------


def test_a_stale_search_shows_the_write_before_the_last(world: JiraWorld) -> None:
    world.edit("PAY-1", summary="One")
    world.edit("PAY-1", summary="Two")
    world.jira.config.stale_searches = 1
    asked = {"jql": "project = PAY ORDER BY id", "fields": ["summary"], "maxResults": 1}
    assert world.person("POST", "search/jql", asked)["issues"][0]["fields"]["summary"] == "One"
    assert world.person("POST", "search/jql", asked)["issues"][0]["fields"]["summary"] == "Two"


def test_a_change_that_a_stale_search_hides_comes_with_a_later_one(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=1)
    world.edit("PAY-2", summary="Changed")
    world.jira.config.stale_searches = 2
    seen: dict[str, str] = {}
    for _ in range(3):
        pages = list(connector.pull(cursor))
        cursor = pages[-1].cursor
        seen |= {key: issue.title for key, issue in found(pages).items()}
    assert seen == {"PAY-2": "Changed"}


def test_an_issue_that_was_visible_vanishes_and_comes_back(world: JiraWorld) -> None:
    world.jira.config.vanishing = {"1002": 2}
    seen = [keys(world, "project = PAY ORDER BY id") for _ in range(3)]
    assert [len(each) for each in seen] == [4, 4, 5]
    assert world.person("GET", "issue/PAY-2?fields=summary")["key"] == "PAY-2"


def test_an_issue_that_a_pull_of_changes_did_not_see_is_not_missed(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=1)
    world.edit("PAY-2", summary="Changed")
    world.jira.config.vanishing = {"1002": 1}
    pages = list(connector.pull(cursor))
    assert found(pages) == {}
    assert set(found(connector.pull(pages[-1].cursor))) == {"PAY-2"}


def test_votes_and_ranks_are_no_updates(world: JiraWorld) -> None:
    before = world.field("PAY-5", "updated")
    world.clock.passes(minutes=1)
    world.person("POST", "issue/PAY-5/votes")
    list(world.connector().reorder("PAY", [move(5, 1)]))
    assert world.field("PAY-5", "updated") == before


def test_archived_issues_are_in_no_search_and_can_be_read(world: JiraWorld) -> None:
    said = world.person("PUT", "issue/archive", {"issueIdsOrKeys": ["PAY-2"]})
    assert said == {"numberOfIssuesUpdated": 1, "errors": {}}
    assert "PAY-2" not in keys(world, "project = PAY")
    assert world.person("GET", "issue/PAY-2?fields=summary")["key"] == "PAY-2"
    again = JiraSimulator(world.folder / "jira", clock=world.clock)
    again.close()
    assert again.site.issues["1002"].archived


# -- answers that are lost, late or spoiled ---------------------------------------------------------------------------


def spoiled(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "times": 99, **more}


@pytest.mark.parametrize("use", READS)
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop", Transient),
        ("truncated", Transient),
        ("empty", Transient),
        ("login", Locked),
        ("answer", Transient),
        ("html", Transient),
    ],
)
def test_a_spoiled_answer_to_a_question(
    world: JiraWorld, kind: str, error: type[ConnectorError], use: Callable[[Any], Any]
) -> None:
    world.jira.http.faults.append(weather(spoiled(kind)))
    with pytest.raises(error):
        use(world.connector())


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(
    ("kind", "more", "error"),
    [
        ("drop", {}, Ambiguous),
        ("answer", {"status": 500}, Ambiguous),
        ("html", {"status": 502}, Ambiguous),
        ("answer", {"status": 504}, Ambiguous),
        ("answer", {"status": 409}, Stale),
        ("answer", {"status": 400}, Refused),
    ],
)
def test_a_spoiled_answer_to_an_edit_and_to_a_move(
    world: JiraWorld, kind: str, more: dict[str, Any], error: type[ConnectorError], after: bool
) -> None:
    connector = world.connector()
    list(connector.apply([edit(2, {"Priority Score": 0.0})]))
    world.jira.http.faults.append(weather(spoiled(kind, route="PUT */issue/*", after=after, **more)))
    edited = list(connector.apply([edit(1, {"Priority Score": 9.0})]))
    moved = list(connector.reorder("PAY", [move(3, 5), move(1, 4)]))
    assert [type(each) for each in (*edited, *moved)] == [error, error, Stale]
    assert world.field("PAY-1", SCORE) == (9.0 if after else None)
    assert (world.top(5)[4] == "PAY-3") is after


def test_a_truncated_answer_to_a_partly_failed_ranking_leaves_it_open(world: JiraWorld) -> None:
    world.jira.config.rank_answers["1003"] = 503
    connector = world.connector()
    list(connector.pull(None))
    world.jira.http.faults.append(weather(spoiled("truncated", route="PUT */rank")))
    (outcome,) = connector.reorder("PAY", [move(3, 5)])
    assert isinstance(outcome, Ambiguous)


def test_a_slow_answer_is_waited_for_and_a_slower_one_is_not(world: JiraWorld) -> None:
    world.jira.http.faults.append(weather({"kind": "slow", "route": "GET */myself", "seconds": 0.15}))
    began = time.monotonic()
    assert world.connector().describe()
    assert time.monotonic() - began > 0.15
    world.jira.http.faults.append(weather({"kind": "slow", "route": "GET */myself", "seconds": 0.4}))
    with pytest.raises(Transient, match="in time"):
        world.connector(read_timeout=0.1).describe()


@pytest.mark.parametrize("minutes", [-90, -3, 0, 3, 90])
def test_a_site_whose_clock_runs_apart_from_ours_misses_nothing(world: JiraWorld, minutes: int) -> None:
    world.jira.config.clock_skew = timedelta(minutes=minutes)
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=10)
    world.edit("PAY-3", summary="Changed")
    pages = list(connector.pull(cursor))
    assert set(found(pages)) == {"PAY-3"}
    assert found(world.connector().pull(pages[-1].cursor)) == {}
    now = connector.describe().now
    assert now is not None
    assert abs(now - world.clock.at - timedelta(minutes=minutes)) < timedelta(seconds=1)


# -- said by a line ---------------------------------------------------------------------------------------------------


def test_a_line_of_the_file_makes_the_weather(build: Build) -> None:
    world = build(
        index_lag=30,
        clock_skew=-60,
        full_page=2,
        per_issue=[[2, 5]],
        permissions=["BROWSE_PROJECTS", "EDIT_ISSUES"],
        oauth={"lifetime": 5, "revoked": ["demo-access-token.7"]},
        vanishing={"1001": 1},
        weather=[{"kind": "answer", "route": "GET */serverInfo", "status": 503}],
    )
    config = world.jira.config
    assert (config.index_lag, config.clock_skew) == (timedelta(seconds=30), timedelta(minutes=-1))
    assert (config.full_page, config.per_issue, config.oauth.lifetime) == (2, ((2.0, 5),), 5)
    assert config.permissions == {"BROWSE_PROJECTS", "EDIT_ISSUES"}
    with pytest.raises(Transient, match="unavailable"):
        world.connector().describe()
    assert [len(page.issues) for page in world.connector().pull(None)] == [2, 2]


def test_a_word_that_means_nothing_is_refused(build: Build) -> None:
    with pytest.raises(ValueError, match="no setting 'index_leg'"):
        build(index_leg=30)
    with pytest.raises(ValueError, match="no weather 'hail'"):
        build(weather=[{"kind": "hail"}])
    with pytest.raises(ValueError, match="no such weather"):
        build(weather=[{"kind": "drop", "rout": "*"}])
    assert all(weather({"kind": kind}) for kind in KINDS)


def test_the_gateway_knows_this_site_only_and_no_visitors(world: JiraWorld) -> None:
    def status(path: str, **headers: str) -> int:
        return requests.get(f"{world.jira.url}{path}", headers=headers, timeout=5).status_code

    here = f"/ex/jira/{world.jira.config.cloud_id}/rest/api/3/serverInfo"
    scoped = {"Authorization": "Bearer demo-scoped-token"}
    assert status(here, **scoped) == 200
    assert status("/ex/jira/elsewhere/rest/api/3/serverInfo", **scoped) == 404
    assert status(here) == 401
    assert status(here, Authorization="Bearer demo-access-token.1") == 401, "nobody was given this one yet"
    assert status("/rest/api/3/serverInfo", **scoped) == 401
