"""Reading: everything once, then what changed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.jira.jira_world import Clock, JiraWorld, found, issues, raw_issue
from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Page
from syncd.testing.httpsim import Fault, Reply

Build = Callable[..., JiraWorld]


def last_cursor(pages: list[Page]) -> str:
    cursor = pages[-1].cursor
    assert cursor is not None
    return cursor


def test_a_full_pull_brings_every_issue_in_pages_of_a_hundred_and_three_requests_more(build: Build) -> None:
    world = build(issues(250))
    pages = list(world.connector().pull(None))
    assert set(found(pages)) == {f"PAY-{n}" for n in range(1, 251)}
    assert [len(page.issues) for page in pages] == [100, 100, 50]
    assert world.transport.take() == ["serverInfo", "myself", "field", "search", "search", "search"]


def test_every_page_of_a_full_pull_is_a_place_where_a_new_process_goes_on(build: Build) -> None:
    world = build(issues(250))
    first = next(iter(world.connector().pull(None)))
    world.transport.take()
    rest = list(world.connector().pull(first.cursor))
    assert set(found([first, *rest])) == {f"PAY-{n}" for n in range(1, 251)}
    assert world.transport.take() == ["search", "search"]


def test_a_full_pull_starts_again_when_its_page_token_has_run_out(build: Build) -> None:
    world = build(issues(150))
    first = next(iter(world.connector().pull(None)))
    world.jira._search._results.clear()  # a week passes
    assert len(found(world.connector().pull(first.cursor))) == 150


def test_a_change_comes_with_the_next_pull_and_only_once(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = last_cursor(list(connector.pull(None)))
    world.clock.passes(minutes=3)
    world.edit("PAY-2", summary="Changed")
    pages = list(connector.pull(cursor))
    assert {key: issue.title for key, issue in found(pages).items()} == {"PAY-2": "Changed"}
    world.clock.passes(minutes=1)
    assert found(connector.pull(last_cursor(pages))) == {}


@pytest.mark.parametrize("recent", [0, 1, 99, 100, 101, 700])
def test_a_quiet_pull_costs_one_request_however_much_changed_lately(build: Build, recent: int) -> None:
    now = "2026-03-02T09:00:00.000+0000"
    world = build([raw_issue(n, updated=now if n <= recent else "2026-01-05T08:00:00.000+0000") for n in range(1, 731)])
    cursor = last_cursor(list(world.connector().pull(None)))
    world.transport.take()
    for passed in (0, 1, 2):
        world.clock.passes(minutes=passed)
        pages = list(world.connector().pull(cursor))  # a new process each time
        assert found(pages) == {}
        assert world.transport.take() == ["search"]
        cursor = last_cursor(pages)


def test_many_changes_are_read_by_id_a_hundred_at_a_time(build: Build) -> None:
    world = build(issues(330))
    connector = world.connector()
    cursor = last_cursor(list(connector.pull(None)))
    world.clock.passes(minutes=2)
    for number in range(1, 261):
        world.edit(f"PAY-{number}", summary="Now")
    pages = list(connector.pull(cursor))
    assert len(found(pages)) == 260
    world.clock.passes(minutes=1)
    world.edit("PAY-300", summary="Then")
    world.transport.take()
    assert set(found(connector.pull(last_cursor(pages)))) == {"PAY-300"}
    assert world.transport.take() == ["search", "bulkfetch"]


def test_a_write_that_the_index_shows_late_is_not_missed(world: JiraWorld) -> None:
    world.jira.config.index_lag = timedelta(minutes=4)
    connector = world.connector()
    cursor = last_cursor(list(connector.pull(None)))
    world.clock.passes(minutes=1)
    world.edit("PAY-3", summary="Late")
    seen: dict[str, str] = {}
    for _ in range(5):
        world.clock.passes(minutes=1)
        pages = list(connector.pull(cursor))
        seen |= {key: issue.title for key, issue in found(pages).items()}
        cursor = last_cursor(pages)
    assert seen == {"PAY-3": "Late"}


@pytest.mark.parametrize("skew", [timedelta(hours=-3), timedelta(minutes=-20), timedelta(hours=2)])
def test_a_wrong_clock_on_our_side_misses_nothing(world: JiraWorld, skew: timedelta) -> None:
    cursor = last_cursor(list(world.connector().pull(None)))
    world.clock.passes(minutes=2)
    world.edit("PAY-4", summary="While we slept")
    world.clock.passes(minutes=58)
    ours = Clock(world.clock.at + skew)
    assert set(found(world.connector(clock=ours).pull(cursor))) == {"PAY-4"}


def test_a_search_that_goes_in_circles_is_left(world: JiraWorld) -> None:
    again = Reply(200, {"issues": [], "nextPageToken": "same"})
    world.jira.http.faults.append(Fault(lambda request: request.path.endswith("search/jql"), again, times=99))
    with pytest.raises(Transient, match="token"):
        list(world.connector().census())


def test_a_project_that_got_another_key_stays_in_scope(world: JiraWorld) -> None:
    """The configured old key still finds its issues, which show the new one."""
    world.jira.move("PAY-1", "CASH")
    shown = world.person("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["1001"], "fields": ["project"]})
    answer = Reply(200, {"issues": shown["issues"], "isLast": True})
    world.jira.http.faults.append(Fault(lambda request: request.path.endswith("search/jql"), answer))
    cursor = last_cursor(list(world.connector().pull(None)))
    later = world.connector()
    list(later.pull(cursor))
    (page,) = later.fetch(["1001"], {})
    assert ([issue.key for issue in page.issues], page.gone) == (["CASH-1"], ())


def test_an_empty_answer_is_no_deletion(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = last_cursor(list(connector.pull(None)))
    empty = Reply(200, {"issues": [], "isLast": True})
    world.jira.http.faults.append(Fault(lambda request: "search" in request.path, empty, times=3))
    pages = list(connector.pull(cursor))
    assert [(page.issues, page.gone) for page in pages] == [([], ())]


def test_a_cursor_of_other_questions_reads_everything_again(world: JiraWorld) -> None:
    cursor = last_cursor(list(world.connector().pull(None)))
    assert len(found(world.connector(read=frozenset({"Confidence"})).pull(cursor))) == 5
    assert len(found(world.connector(jql="labels is EMPTY").pull(cursor))) == 5
    assert len(found(world.connector().pull("nonsense"))) == 5
    assert found(world.connector().pull(cursor)) == {}


def test_a_field_that_appears_later_is_found_within_the_hour_and_read_everywhere(world: JiraWorld) -> None:
    wanted = frozenset({"Reach"})
    cursor = last_cursor(list(world.connector(read=wanted).pull(None)))
    added = {"id": "customfield_10900", "name": "Reach", "type": "number"}
    world.jira.site.fields |= _field(added)
    world.edit("PAY-1", customfield_10900=7)
    world.clock.passes(minutes=61)
    pulled = found(world.connector(read=wanted).pull(cursor))
    assert len(pulled) == 5
    assert pulled["PAY-1"].fields["Reach"] == 7.0


def _field(spec: dict[str, Any]) -> dict[str, Any]:
    from syncd_jira.simulator.fields import custom

    field = custom(spec)
    return {field.id: field}


def test_an_issue_moved_out_of_scope_is_reported_gone_when_it_is_looked_at(world: JiraWorld) -> None:
    connector = world.connector()
    list(connector.pull(None))
    world.jira.move("PAY-2", "OTHER")
    (page,) = connector.fetch(["1001", "1002", "4711"], {})
    assert [issue.key for issue in page.issues] == ["PAY-1"]
    assert page.gone == ("1002",)


def test_the_census_names_every_id_and_notices_a_search_that_ends_early(build: Build) -> None:
    world = build(issues(120))
    connector = world.connector()
    assert set(connector.census()) == {str(1000 + n) for n in range(1, 121)}
    short = Reply(200, {"issues": [{"id": "1001"}], "isLast": True})
    world.jira.http.faults.append(Fault(lambda request: request.path.endswith("search/jql"), short))
    with pytest.raises(Transient, match="1 of about 120"):
        list(connector.census())


def test_the_census_of_a_project_that_is_gone_is_an_error_and_not_empty(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="NOPE"):
        list(world.connector(projects=["NOPE"]).census())


def test_someone_who_is_taken_for_a_visitor_is_locked_out_and_learns_why(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = last_cursor(list(connector.pull(None)))
    world.jira.config.wrong_token = "anonymous"
    with pytest.raises(Locked, match="token"):
        list(world.connector(token="expired").pull(cursor))
    with pytest.raises(Locked, match="token"):
        list(world.connector(token="expired").pull(None))


def test_the_restriction_is_part_of_every_question(build: Build) -> None:
    world = build([raw_issue(1, labels=["secret"]), raw_issue(2, labels=["open"]), raw_issue(3)])
    connector = world.connector(jql="labels != secret OR labels is EMPTY")
    assert set(found(connector.pull(None))) == {"PAY-2", "PAY-3"}
    assert set(connector.census()) == {"1002", "1003"}
    assert list(connector.order("PAY")) == ["1002", "1003"]


def test_two_projects_in_one_source_are_one_question(build: Build) -> None:
    world = build([raw_issue(1), raw_issue(2, "SHOP"), raw_issue(3, "OTHER")])
    assert set(found(world.connector(projects=["PAY", "SHOP"]).pull(None))) == {"PAY-1", "SHOP-2"}
