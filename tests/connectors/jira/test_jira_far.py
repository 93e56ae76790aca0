"""First pulls of a site that is far away: ids by thousands, issues by id on several connections, nothing missed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from connectors.jira.jira_world import JiraWorld, found, issues, raw_issue
from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Page
from syncd.testing.httpsim import Fault, Reply, Request
from syncd_jira import everything
from syncd_jira.simulator.searching import _write_token
from syncd_jira.simulator.weather import weather

Build = Callable[..., JiraWorld]


@pytest.fixture(autouse=True)
def _far(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every server is far away, so that no test has to wait."""
    monkeypatch.setattr(everything, "FAR", -1.0)
    yield


def is_list(request: Request) -> bool:
    return b'"fields":["key"]' in request.body


def keys(numbers: Iterator[int] | range) -> set[str]:
    return {f"PAY-{n}" for n in numbers}


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
@pytest.mark.parametrize("count", [1, 99, 100, 101, 250, 1201])
def test_every_issue_comes_once(build: Build, deployment: str, count: int) -> None:
    world = build([*issues(count), raw_issue(5000, "OTHER")], deployment=deployment)
    world.jira.config.lean_page = 500
    pages = list(world.connector().pull(None))
    assert sorted(i.key for page in pages for i in page.issues) == sorted(keys(range(1, count + 1)))
    cursor = pages[-1].cursor
    world.transport.take()
    assert found(world.connector().pull(cursor)) == {}
    assert world.transport.take() == ["search"]


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_projects_whose_ids_alternate_are_read_whole_from_every_place(build: Build, deployment: str) -> None:
    """Lists stand in the order of keys, project by project: an id that is smaller may come later."""
    lines = []
    for number in range(1, 221):
        lines.append({**raw_issue(number), "id": str(10_000 + 2 * number)})
        lines.append({**raw_issue(number, "SHOP"), "id": str(10_001 + 2 * number)})
    world = build(lines, deployment=deployment)
    world.jira.config.lean_page = 150
    both = {f"{project}-{number}" for project in ("PAY", "SHOP") for number in range(1, 221)}
    pages = list(world.connector(projects=["PAY", "SHOP"]).pull(None))
    assert set(found(pages)) == both
    for number, page in enumerate(pages, 1):
        left = set(found(world.connector(projects=["PAY", "SHOP"]).pull(page.cursor)))
        assert left | set(found(pages[:number])) == both


def test_a_first_page_without_issues_is_not_the_last(build: Build) -> None:
    """Jira may fill a page later than it gives its token."""
    world = build(issues(150))
    empty: list[str] = []

    def first(reply: Reply) -> Reply:
        body = json.loads(reply.content)
        empty.append(body["nextPageToken"])
        return Reply(200, {"issues": [], "nextPageToken": again, "isLast": False})

    again = _write_token("1", 0)
    world.jira.http.faults.append(Fault(lambda request: request.path.endswith("/search/jql"), change=first))
    assert set(found(world.connector().pull(None))) == keys(range(1, 151))
    assert len(empty) == 1


def test_it_costs_a_list_of_ids_more_and_no_more(build: Build) -> None:
    world = build(issues(1000))
    assert len(found(world.connector().pull(None))) == 1000
    taken = world.transport.take()
    assert (taken.count("search"), taken.count("bulkfetch"), len(taken)) == (2, 9, 14)


def test_a_near_site_is_read_page_after_page(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everything, "FAR", 0.04)
    world = build(issues(300))
    list(world.connector().pull(None))
    assert "bulkfetch" not in world.transport.take()


def test_a_site_that_takes_its_time_is_noticed(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everything, "FAR", 0.04)
    world = build(issues(1700))
    world.jira.http.latency = 0.06
    under_way: list[int] = []
    transport = world.transport
    transport.forbid = lambda call: under_way.append(len(transport.calls) - len(transport.answers))
    assert len(found(world.connector().pull(None))) == 1700
    assert transport.take().count("bulkfetch") == 16
    assert max(under_way) >= 4, "requests follow each other"


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_every_page_is_a_place_where_a_new_process_goes_on(build: Build, deployment: str) -> None:
    world = build(issues(730), deployment=deployment)
    world.jira.config.lean_page = 250
    whole = list(world.connector().pull(None))
    for stop in range(len(whole)):
        seen: list[Page] = []
        for page in world.connector().pull(None):
            seen.append(page)
            if len(seen) > stop:
                break
        seen += world.connector().pull(seen[-1].cursor)
        assert set(found(seen)) == keys(range(1, 731))
        assert len([i for page in seen for i in page.issues]) == 730, f"stopped after page {stop}, something came twice"


def test_a_list_whose_token_has_run_out_is_begun_again(build: Build) -> None:
    world = build(issues(730))
    world.jira.config.lean_page = 250
    some = [page for page, _ in zip(world.connector().pull(None), range(5), strict=False)]
    world.jira._search._results.clear()  # a week passes
    assert set(found([*some, *world.connector().pull(some[-1].cursor)])) == keys(range(1, 731))


def test_what_changes_while_it_runs_comes_with_the_next_pull(build: Build) -> None:
    world = build(issues(400))
    pages = []
    for page in world.connector().pull(None):
        pages.append(page)
        if len(pages) == 1:
            world.clock.passes(minutes=1)
            world.edit("PAY-3", summary="Changed meanwhile")
    assert found(pages)["PAY-3"].title == "Issue 3"
    world.clock.passes(minutes=1)
    assert {i.title for i in found(world.connector().pull(pages[-1].cursor)).values()} >= {"Changed meanwhile"}


def test_an_issue_that_leaves_between_the_list_and_its_reading_is_not_taken_for_ours(build: Build) -> None:
    world = build(issues(300))

    def leaves(reply: Reply) -> Reply:
        world.jira.move("PAY-250", "OTHER")
        world.jira._commit({"do": "delete", "id": "1260"})
        return reply

    world.jira.http.faults.append(Fault(is_list, change=leaves))
    pages = list(world.connector().pull(None))
    assert set(found(pages)) == keys(n for n in range(1, 301) if n not in (250, 260))
    assert [id_ for page in pages for id_ in page.gone] == ["1250"]


def test_an_issue_that_cannot_be_given_at_once_is_asked_for_again(build: Build) -> None:
    world = build(issues(250))
    world.jira.config.bulk_errors = {"1120": 1, "1121": 1}
    assert len(found(world.connector().pull(None))) == 250


def test_an_issue_that_can_never_be_given_is_not_left_out_in_silence(build: Build) -> None:
    world = build(issues(250))
    world.jira.config.bulk_errors = {"1120": 9}
    with pytest.raises(Transient, match="1120"):
        list(world.connector().pull(None))


def test_a_failure_on_one_connection_ends_the_pull_and_the_cursor_leads_on(build: Build) -> None:
    world = build(issues(900))
    world.jira.http.faults.append(Fault(lambda r: b'"1701"' in r.body, Reply(429, None, {"Retry-After": "7"})))
    pages: list[Page] = []
    with pytest.raises(Transient) as caught:
        pages.extend(iter_into(pages, world.connector().pull(None)))
    assert caught.value.retry_after == 7.0
    assert set(found(pages)) == keys(range(1, 701)), "what came before it in order was given"
    assert set(found([*pages, *world.connector().pull(pages[-1].cursor)])) == keys(range(1, 901))


def iter_into(pages: list[Page], more: Iterator[Page]) -> list[Page]:
    for page in more:
        pages.append(page)
    return []


def test_no_more_than_eight_requests_are_under_way_and_a_slow_reader_piles_nothing_up(build: Build) -> None:
    world = build(issues(3000))
    world.jira.http.latency = 0.01
    under_way, most = [0], [0]
    lock = threading.Lock()
    before, after = world.transport.before, world.transport.after

    def count(by: int) -> None:
        with lock:
            under_way[0] += by
            most[0] = max(most[0], under_way[0])

    world.transport.before = lambda call: (count(1), before(call))[1]  # type: ignore[method-assign,func-returns-value]
    world.transport.after = lambda call, answer: (count(-1), after(call, answer))[1]  # type: ignore[method-assign,func-returns-value]
    pull = world.connector().pull(None)
    for _ in range(3):
        next(pull)
    time.sleep(0.3)
    assert world.transport.take().count("bulkfetch") <= 10, "read ahead by what is under way only"
    assert sum(1 for _ in pull) == 28 - 1
    assert 1 < most[0] <= 8


def test_a_visitor_is_locked_out_in_the_middle_of_it(build: Build) -> None:
    world = build(issues(300))
    anonymous = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    world.jira.http.faults.append(
        Fault(is_list, change=lambda reply: replace(reply, headers={**reply.headers, **anonymous}))
    )
    with pytest.raises(Locked, match="visitor"):
        list(world.connector().pull(None))


def test_a_broken_list_is_no_end(build: Build) -> None:
    world = build(issues(300))
    world.jira.http.faults.append(replace(weather({"kind": "truncated"}), matches=is_list))
    with pytest.raises(Transient, match="broken answer"):
        list(world.connector().pull(None))
