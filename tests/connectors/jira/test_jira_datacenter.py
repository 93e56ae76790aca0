"""The same connector on Data Center: no tokens, no bulkfetch, users by name, pages behind an issue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.jira.jira_world import SCORE, JiraWorld, edit, found, issues, move, raw_issue
from syncd.connector.errors import Locked, Transient
from syncd.testing.httpsim import Fault, Reply

Build = Callable[..., JiraWorld]


@pytest.fixture
def world(build: Build) -> JiraWorld:
    return build(issues(250), deployment="Server")


def test_it_is_described_by_its_version(world: JiraWorld) -> None:
    there = world.connector(email=None).describe()
    assert (there.tool, there.account) == ("Jira Data Center 10.3", "Demo Account")
    assert there.order_scopes == ("PAY",)


def test_a_full_pull_goes_past_the_window_of_offsets(world: JiraWorld) -> None:
    world.jira.config.window = 120
    pages = list(world.connector().pull(None))
    assert set(found(pages)) == {f"PAY-{n}" for n in range(1, 251)}
    assert pages[0].total == 250


def test_a_full_pull_goes_on_where_it_was_broken_off(world: JiraWorld) -> None:
    first = next(iter(world.connector().pull(None)))
    world.transport.take()
    assert set(found(world.connector().pull(first.cursor))) == {f"PAY-{n}" for n in range(100, 251)}
    assert world.transport.take() == ["search", "search"]


def two_projects(build: Build, count: int = 130) -> JiraWorld:
    """Ids of the two alternate, as where both are worked in: by id they do not stand as by key."""
    lines = []
    for number in range(1, count + 1):
        lines.append({**raw_issue(number), "id": str(10_000 + 2 * number)})
        lines.append({**raw_issue(number, "SHOP"), "id": str(10_001 + 2 * number)})
    return build(lines, deployment="Server", window=1000)


BOTH = {f"{project}-{number}" for project in ("PAY", "SHOP") for number in range(1, 131)}


def test_several_projects_are_read_whole_although_a_search_goes_on_in_one_of_them(build: Build) -> None:
    """`id > 10150` finds issues of one project only: what is compared is the number in the key."""
    world = two_projects(build)
    connector = world.connector(projects=["PAY", "SHOP"])
    pages = list(connector.pull(None))
    assert set(found(pages)) == BOTH
    assert pages[0].total == 260
    world.jira.site.config.window = 10_000
    assert len(set(connector.census())) == 260
    assert len(connector.order("SHOP")) == 130
    for page in pages:
        left = set(found(world.connector(projects=["PAY", "SHOP"]).pull(page.cursor)))
        assert left | set(found(pages[: pages.index(page) + 1])) >= BOTH


@pytest.mark.parametrize("gone", ["deleted", "moved", "hidden"])
def test_issues_that_go_while_pages_are_read_take_no_others_with_them(build: Build, gone: str) -> None:
    """A page begins at an issue that was seen; that one may be gone by then, or be compared in another project."""
    world = two_projects(build)
    read: list[str] = []
    pulled = world.connector(projects=["PAY", "SHOP"]).pull(None)
    for page in pulled:
        read += [issue.key for issue in page.issues]
        last = world.jira.site.find(page.issues[-1].key)
        assert last is not None
        if gone == "deleted":
            world.jira._commit({"do": "delete", "id": last.id})
        elif gone == "moved":
            world.jira.move(last.key, "SHOP" if last.project == "PAY" else "PAY")
        else:
            world.jira._commit({"do": "archive", "ids": [last.id], "archived": True})
    assert set(read) >= BOTH


def test_changes_come_once_and_a_quiet_pull_is_one_request(world: JiraWorld) -> None:
    cursor = list(world.connector().pull(None))[-1].cursor
    world.clock.passes(minutes=2)
    for number in range(1, 141):
        world.jira._commit({"do": "set", "id": str(1000 + number), "fields": {"summary": "Now"}, "at": 1772442150000})
    pages = list(world.connector().pull(cursor))
    assert len(found(pages)) == 140
    world.transport.take()
    pages = list(world.connector().pull(pages[-1].cursor))
    assert found(pages) == {}
    assert world.transport.take() == ["search"]


def test_single_issues_are_fetched_and_missing_ones_left_out(world: JiraWorld) -> None:
    assert set(found(world.connector().fetch(["1001", "99999", "1200"], {}))) == {"PAY-1", "PAY-200"}


def test_the_census_is_complete(world: JiraWorld) -> None:
    assert len(set(world.connector().census())) == 250


def test_edits_and_moves_work(world: JiraWorld) -> None:
    connector = world.connector(email=None)
    assert list(connector.apply([edit(3, {"Priority Score": 4.0}, add=["roadmap/now"])])) == [None]
    assert world.field("PAY-3", SCORE) == 4.0
    assert list(connector.reorder("PAY", [move(9, None), move(8, 2)])) == [None, None]
    assert connector.order("PAY")[:4] == ["1009", "1001", "1002", "1008"]


def test_a_query_that_is_refused_stops_the_source(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="Teem"):
        list(world.connector(jql="Teem = red").pull(None))


def test_a_visitor_is_recognized_by_the_header(world: JiraWorld) -> None:
    cursor = list(world.connector().pull(None))[-1].cursor
    world.jira.config.wrong_token = "anonymous"
    with pytest.raises(Locked, match="visitor"):
        list(world.connector(token="expired").pull(cursor))


def test_the_web_page_of_an_overloaded_server_is_transient(world: JiraWorld) -> None:
    busy = Reply(
        429, b"<!doctype html><title>HTTP Status 429</title>", {"Content-Type": "text/html", "Retry-After": "2"}
    )
    world.jira.http.faults.append(Fault(lambda r: True, busy))
    with pytest.raises(Transient) as caught:
        list(world.connector().pull(None))
    assert caught.value.retry_after == 2.0


def test_the_epic_link_leads_to_the_parent(build: Build) -> None:
    fields = [{"id": "customfield_10008", "name": "Epic Link", "type": "epic-link"}]
    world = build([raw_issue(1), raw_issue(2, customfield_10008="PAY-1")], deployment="Server", fields=fields)
    parent = found(world.connector(read=frozenset()).pull(None))["PAY-2"].parent
    assert parent is not None
    assert parent.key == "PAY-1"
