"""Traps of Jira's API that no other test is about; TRAPS.md lists them all."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from connectors.jira.jira_world import SCORE, JiraWorld, edit, found, issues, move, raw_issue
from syncd.connector.errors import Locked
from syncd.connector.protocol import Can
from syncd.testing.httpsim import Fault, Request
from syncd_jira.simulator.ranks import Order
from syncd_jira.simulator.weather import weather

Build = Callable[..., JiraWorld]


def use_everything(world: JiraWorld) -> None:
    connector = world.connector()
    connector.describe()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=1)
    list(connector.pull(cursor))
    list(connector.census())
    list(connector.fetch(["1001", "1002"], {}))
    connector.order("PAY")
    assert list(connector.apply([edit(1, {"Priority Score": 1.5}, add=["now"])])) == [None]
    assert list(connector.reorder("PAY", [move(5, None), move(4, 2)])) == [None, None]


def requests_of(world: JiraWorld) -> Iterator[tuple[Request, Any]]:
    for exchange in world.jira.http.calls:
        yield exchange.request, exchange.request.json()


@pytest.mark.parametrize(
    ("deployment", "search"), [("Cloud", "/rest/api/2/search/jql"), ("Server", "/rest/api/2/search")]
)
def test_each_deployment_is_searched_by_the_route_that_it_has(build: Build, deployment: str, search: str) -> None:
    world = build(deployment=deployment)
    use_everything(world)
    searches = {request.path for request, _ in requests_of(world) if "/search" in request.path}
    assert searches - {"/rest/api/2/search/approximate-count", "/rest/api/2/project/search"} == {search}
    assert all(exchange.reply and exchange.reply.status < 300 for exchange in world.jira.http.calls)


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_every_search_says_which_fields_it_wants(build: Build, deployment: str) -> None:
    world = build(deployment=deployment)
    use_everything(world)
    bodies = [body for _, body in requests_of(world) if body and ("jql" in body or "issueIdsOrKeys" in body)]
    assert bodies
    for body in bodies:
        named = body.get("fields", ["count"])
        assert named
        assert not any("*" in field for field in named)


def test_a_page_that_is_shorter_than_asked_for_is_not_the_last(build: Build) -> None:
    world = build(issues(250))
    world.jira.config.full_page = 7
    world.jira.config.lean_page = 30
    connector = world.connector()
    assert len(found(connector.pull(None))) == 250
    assert len(set(connector.census())) == len(connector.order("PAY")) == 250


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kolkata"])
def test_the_time_zone_of_the_account_misses_nothing_and_repeats_nothing(build: Build, zone: str) -> None:
    accounts = [{"accountId": "5f1", "displayName": "Ann", "emailAddress": "ann@lumen.example", "timeZone": zone}]
    world = build(issues(5), accounts=accounts, time_zone=zone)
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    for number in range(1, 6):
        world.clock.passes(minutes=7)
        world.edit(f"PAY-{number}", summary="Changed")
        pages = list(connector.pull(cursor))
        assert set(found(pages)) == {f"PAY-{number}"}
        cursor = pages[-1].cursor


def test_a_pull_of_changes_has_no_upper_end_and_no_wall_clock_time(world: JiraWorld) -> None:
    use_everything(world)
    asked = [body["jql"] for _, body in requests_of(world) if body and "updated >=" in body.get("jql", "")]
    assert asked
    for jql in asked:
        assert re.search(r'updated >= "-\d+m"', jql)
        assert "<" not in jql


def test_a_look_at_what_was_written_does_not_ask_the_index(world: JiraWorld) -> None:
    world.jira.config.index_lag = timedelta(minutes=10)
    connector = world.connector()
    list(connector.apply([edit(1, {"Priority Score": 3.5})]))
    world.transport.take()
    assert found(connector.fetch(["1001"], {}))["PAY-1"].fields["Priority Score"] == 3.5
    assert "search" not in world.transport.take()


def test_our_own_write_comes_back_once_with_the_value_that_was_written(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(minutes=1)
    list(connector.apply([edit(1, {"Priority Score": 3.5})]))
    list(connector.apply([edit(1, {"Priority Score": 3.5})]))
    pages = list(connector.pull(cursor))
    assert [(i.key, i.fields["Priority Score"]) for i in found(pages).values()] == [("PAY-1", 3.5)]
    assert found(connector.pull(pages[-1].cursor)) == {}


def test_an_issue_with_a_new_key_is_the_same_issue(build: Build) -> None:
    world = build([raw_issue(1), raw_issue(2, "SHOP")])
    connector = world.connector(projects=["PAY", "SHOP"])
    before = found(connector.pull(None))["PAY-1"]
    world.jira.move("PAY-1", "SHOP")
    ((page,), ids) = connector.fetch([before.ref.id], {}), list(connector.census())
    (after,) = page.issues
    assert (after.ref, after.key, after.scope) == (before.ref, "SHOP-3", "SHOP")
    assert before.ref.id in ids
    assert list(connector.apply([edit(1, {"Priority Score": 1.0})])) == [None], "written by its id, not its old key"
    assert world.field("SHOP-3", SCORE) == 1.0


def test_an_issue_that_a_search_briefly_loses_is_found_by_a_look_at_it(world: JiraWorld) -> None:
    connector = world.connector()
    list(connector.pull(None))
    world.jira.config.vanishing = {"1003": 1}
    assert "1003" not in set(connector.census())
    assert set(found(connector.fetch(["1003"], {}))) == {"PAY-3"}
    assert "1003" in set(connector.census())


def test_a_rebalancing_of_ranks_is_no_news(world: JiraWorld) -> None:
    connector = world.connector(read=frozenset())
    before, order = found(connector.pull(None)), connector.order("PAY")
    site = world.jira.site
    ranks = {id_: site.order.rank(id_) for id_ in site.order.ids()}
    site.order = Order([*site.order.ids(), "4711"])  # the same order in other words
    site.order.remove("4711")
    assert ranks != {id_: site.order.rank(id_) for id_ in site.order.ids()}
    assert connector.order("PAY") == order
    assert found(connector.pull(None)) == before


def test_the_rank_field_is_known_by_its_kind_whatever_it_is_called(build: Build) -> None:
    fields = [
        {"id": "customfield_10019", "name": "Customer rank", "type": "number"},
        {"id": "customfield_10777", "name": "Rang", "type": "rank"},
    ]
    for deployment, given in (("Cloud", {}), ("Server", {}), ("Cloud", {"rank_field": "Rang"})):
        world = build(issues(3), fields=fields, deployment=deployment)
        connector = world.connector(read=frozenset(), written=frozenset(), **given)
        assert Can.MOVE in connector.describe().can
        assert connector.order("PAY") == ["1001", "1002", "1003"]
        assert list(connector.reorder("PAY", [move(3, None)])) == [None]
        assert connector.order("PAY") == ["1003", "1001", "1002"]


def test_numbers_read_back_as_they_were_written(world: JiraWorld) -> None:
    connector = world.connector()
    for value in (0.1 + 0.2, 5.0, 1e-9, 123456789.125):
        assert list(connector.apply([edit(1, {"Priority Score": value})])) == [None]
        assert found(connector.fetch(["1001"], {}))["PAY-1"].fields["Priority Score"] == value
    assert found(connector.fetch(["1002"], {}))["PAY-2"].fields["Priority Score"] is None


def test_text_is_read_and_written_in_one_version_of_the_api(world: JiraWorld) -> None:
    use_everything(world)
    assert {request.path.split("/")[3] for request, _ in requests_of(world)} <= {"2", "1.0"}


def test_a_parent_that_is_null_or_missing_is_no_parent(build: Build) -> None:
    world = build([raw_issue(1, parent=None), raw_issue(2), raw_issue(3, parent={"id": "1001", "key": "PAY-1"})])
    read = found(world.connector().pull(None))
    assert [read[f"PAY-{n}"].parent is None for n in (1, 2, 3)] == [True, True, False]


def test_nothing_is_kept_in_issue_properties_remote_links_or_bulk_edits(world: JiraWorld) -> None:
    use_everything(world)
    paths = " ".join(request.path for request, _ in requests_of(world))
    assert not any(word in paths for word in ("properties", "remotelink", "/bulk/", "webhook"))
    assert not any(set(body or ()) & {"properties", "historyMetadata"} for _, body in requests_of(world))


def test_no_two_requests_under_way_share_a_session_and_each_has_a_time_limit(build: Build) -> None:
    world = build(issues(900))
    connector = world.connector(read_timeout=7.0, connect_timeout=3.0)
    client = connector._client
    in_use: list[int] = []
    lock = threading.Lock()
    shared: list[int] = []

    def borrowed(number: int) -> None:
        with client._session() as session:
            with lock:
                shared.extend(each for each in in_use if each == id(session))
                in_use.append(id(session))
            assert getattr(session, "timeout", None) == (3.0, 7.0)
            threading.Event().wait(0.01)
            with lock:
                in_use.remove(id(session))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(borrowed, range(40)))
    assert len(found(connector.fetch([str(1000 + n) for n in range(1, 901)], {}))) == 900
    assert shared == []
    assert len(client._idle) <= 9


def test_an_archived_issue_is_gone_and_comes_back_whole(world: JiraWorld) -> None:
    connector = world.connector()
    list(connector.pull(None))
    world.person("PUT", "issue/archive", {"issueIdsOrKeys": ["PAY-2", "PAY-99"]})
    assert set(connector.census()) == {"1001", "1003", "1004", "1005"}
    (refused,) = connector.apply([edit(2, {"Priority Score": 1.0})])
    assert "archived" in str(refused)
    world.person("PUT", "issue/unarchive", {"issueIdsOrKeys": ["PAY-2"]})
    assert "1002" in set(connector.census())
    assert set(found(connector.fetch(["1002"], {}))) == {"PAY-2"}


def test_what_an_archived_project_holds_is_out_of_scope(build: Build) -> None:
    world = build([raw_issue(1), raw_issue(2, "SHOP")])
    connector = world.connector(projects=["PAY", "SHOP"])
    world.person("POST", "project/SHOP/archive")
    assert set(connector.census()) == {"1001"}
    assert set(found(connector.pull(None))) == {"PAY-1"}


def test_an_edit_carries_what_it_changes_and_nothing_else(world: JiraWorld) -> None:
    """Jira has no lock: what a person changes elsewhere in the issue between our look and our write survives."""
    connector = world.connector()
    list(connector.pull(None))
    world.edit("PAY-1", summary="A person was here", labels=["theirs"])
    list(connector.apply([edit(1, {"Priority Score": 2.0}, add=["roadmap/now"])]))
    (sent,) = [body for request, body in requests_of(world) if "/2/issue/" in request.path and request.method == "PUT"]
    assert sent == {"fields": {SCORE: 2.0}, "update": {"labels": [{"add": "roadmap/now"}]}}
    assert (world.field("PAY-1", "summary"), world.field("PAY-1", "labels")) == (
        "A person was here",
        ["roadmap/now", "theirs"],
    )


def test_a_log_in_page_with_status_200_stops_every_use(world: JiraWorld) -> None:
    page = {"kind": "login", "times": 99}
    for use in (
        lambda c: c.describe(),
        lambda c: list(c.pull(None)),
        lambda c: list(c.census()),
        lambda c: list(c.apply([edit(1, {"Priority Score": 1.0})])),
        lambda c: list(c.reorder("PAY", [move(1, 2)])),
    ):
        connector = world.connector()
        world.jira.http.faults[:] = [weather(page)]
        with pytest.raises(Locked, match="web page"):
            use(connector)


def test_a_long_search_that_ends_early_is_completed_by_the_census(build: Build) -> None:
    """The pull cannot know; the census counts, and names what the pull lacks."""
    world = build(issues(300))
    connector = world.connector()

    def short(request: Request) -> bool:
        return request.path.endswith("search/jql") and b"nextPageToken" in request.body

    def ended(reply: Any) -> Any:
        body = json.loads(reply.content)
        return type(reply)(200, {"issues": body["issues"], "isLast": True}, reply.headers)

    world.jira.http.faults.append(Fault(short, change=ended))
    pulled = {issue.ref.id for issue in found(connector.pull(None)).values()}
    assert len(pulled) == 200
    missing = sorted(set(connector.census()) - pulled)
    assert len(found(connector.fetch(missing, {}))) == 100
