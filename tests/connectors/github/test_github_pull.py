"""Reading issues: everything once, then only what changed, and one free request when nothing did."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from github_stage import Mirror, project, pull_request, row

from syncd.connector.errors import Transient
from syncd.connector.protocol import Can
from syncd.core.issue import Pointer, StateGroup
from syncd.testing.httpsim import Fault, Reply

WEB = "lumen/web"


def test_a_full_pull_brings_every_issue_and_no_pull_request(stage):
    site = stage([row(WEB, n) for n in range(1, 121)] + [pull_request(WEB, n) for n in range(121, 141)])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    assert sorted(int(issue.key.split("#")[1]) for issue in mirror.issues.values()) == list(range(1, 121))


def test_an_issue_is_translated_with_all_that_github_says(stage):
    one = row(
        WEB,
        5,
        id=987654321012,
        node_id="I_abc",
        state="closed",
        state_reason="not_planned",
        closed_at="2026-02-20T10:00:00Z",
        labels=[{"name": "size/M"}, {"name": "bug"}],
        assignees=[{"login": "zoe", "id": 3}, {"login": "ali", "id": 4}],
        milestone={"title": "v2", "number": 3, "due_on": "2026-04-01T07:00:00Z"},
        reactions={"+1": 4, "heart": 2},
        comments=9,
        type={"name": "Bug"},
        parent_issue_url="https://api.github.com/repos/lumen/api/issues/1",
    )
    site = stage([one, row("lumen/api", 1)])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    issue = mirror.issues["987654321012"]
    assert (issue.key, issue.scope, issue.url) == ("lumen/web#5", WEB, "https://github.com/lumen/web/issues/5")
    assert (issue.state, issue.state_group, issue.resolution) == ("closed", StateGroup.DONE, "not_planned")
    assert (issue.labels, issue.assignees, issue.reporter) == (("bug", "size/M"), ("ali", "zoe"), "maria")
    assert (issue.milestone, str(issue.due), issue.kind) == ("v2", "2026-04-01", "Bug")
    assert str(issue.milestone_due) == "2026-04-01"
    assert (issue.votes, issue.reactions, issue.comments) == (4, 6, 9)
    assert issue.parent == Pointer(key="lumen/api#1")
    assert issue.handles == {"node": "I_abc", "number": "5", "repository": WEB}
    assert issue.closed is not None
    assert issue.closed.isoformat() == "2026-02-20T10:00:00+00:00"


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 230, 1130])
def test_a_quiet_cycle_costs_one_free_request_a_repository_also_in_a_new_process(stage, count):
    site = stage([row(WEB, n) for n in range(1, count + 1)] + [row("lumen/api", 1)])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    assert len(mirror.issues) == count + 1 if count else True
    for connector in (site.connector(), site.connector()):
        site.wire.clear()
        pages = mirror.take(connector.pull(mirror.cursor))
        repositories = len(site.simulator.site.repositories)
        assert [answer.status for answer in site.wire.answers] == [304] * repositories
        assert sum(len(page.issues) for page in pages) == 0


def test_a_full_pull_costs_little_more_than_its_pages(stage):
    site = stage([row(WEB, n) for n in range(1, 1151)])
    Mirror().take(site.connector().pull(None))
    assert len(site.wire.calls) <= 12 + 3


def test_without_a_project_there_is_no_graphql(stage):
    site = stage([row(WEB, 1)], projects=[project([(WEB, 1)])])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    mirror.take(site.connector().pull(mirror.cursor))
    assert {call.resource for call in site.wire.calls} == {"issues", "repository"}


@pytest.mark.parametrize("count", [1, 99, 100, 101, 200, 1099, 1100, 1101])
def test_changes_are_seen_wherever_they_fall_on_the_pages(stage, count):
    site = stage([row(WEB, n) for n in range(1, count + 1)])
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    for number in (1, count, (count + 1) // 2):
        site.clock.tick(300)
        site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": f"New {number} {site.clock.now}"})
        site.person("POST", f"/repos/{WEB}/issues", {"title": f"One more {site.clock.now}"})
        mirror.take(connector.pull(mirror.cursor))
        assert mirror.by_key(f"{WEB}#{number}").title == f"New {number} {site.clock.now}"
        assert f"One more {site.clock.now}" in {issue.title for issue in mirror.issues.values()}
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert [answer.status for answer in site.wire.answers] == [304]


@pytest.mark.parametrize("count", [100, 200, 1100])
def test_a_new_issue_behind_a_full_last_page_is_seen(stage, count):
    site = stage([row(WEB, n) for n in range(1, count + 1)])
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    for _ in range(3):
        site.clock.tick(30)
        site.person("POST", f"/repos/{WEB}/issues", {"title": f"One more {site.clock.now}"})
        mirror.take(connector.pull(mirror.cursor))
        assert f"One more {site.clock.now}" in {issue.title for issue in mirror.issues.values()}


@pytest.mark.parametrize("size", [150, 1150])
def test_a_burst_that_fills_a_page_exactly_hides_nothing(stage, size):
    site = stage([row(WEB, n) for n in range(1, size + 1)])
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.clock.tick(600)
    for number in range(1, 101):
        site.person("POST", f"/repos/{WEB}/issues/{number}/labels", {"labels": ["swept"]})
    mirror.take(connector.pull(mirror.cursor))
    site.clock.tick(1)
    site.person("POST", f"/repos/{WEB}/issues", {"title": "One more"})
    mirror.take(connector.pull(mirror.cursor))
    assert "One more" in {issue.title for issue in mirror.issues.values()}


@pytest.mark.parametrize("size", [133, 1133])
def test_after_a_burst_in_one_second_nothing_is_missing_and_it_becomes_quiet_again(stage, size):
    site = stage([row(WEB, n) for n in range(1, size + 1)])
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.clock.tick(60)
    for number in range(1, 131):
        site.person("POST", f"/repos/{WEB}/issues/{number}/labels", {"labels": ["swept"]})
    mirror.take(connector.pull(mirror.cursor))
    assert sum("swept" in issue.labels for issue in mirror.issues.values()) == 130
    mirror.take(connector.pull(mirror.cursor))
    for number in (1, 120, 133):  # a second burst in the very same second
        site.person("POST", f"/repos/{WEB}/issues/{number}/comments", {"body": "me too"})
    mirror.take(connector.pull(mirror.cursor))
    assert [mirror.by_key(f"{WEB}#{n}").comments for n in (1, 120, 133)] == [1, 1, 1]
    site.clock.tick(1)  # while the second lasts, a third burst could come
    mirror.take(connector.pull(mirror.cursor))
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert [answer.status for answer in site.wire.answers] == [304]


@pytest.mark.parametrize("size", [250, 1250])
def test_rows_that_change_while_pages_are_read_are_not_lost(stage, size):
    site = stage([row(WEB, n) for n in range(1, size + 1)])
    site.clock.tick(3600)
    mirror = Mirror()
    changed = iter((1, 2, 150, 240))
    for page in site.connector().pull(None):
        mirror.save(page)
        number = next(changed, None)
        if number is not None:
            site.clock.tick(2)
            site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": "changed meanwhile"})
    for _ in range(2):
        mirror.take(site.connector().pull(mirror.cursor))
    assert len(mirror.issues) == size
    assert [mirror.by_key(f"{WEB}#{n}").title for n in (1, 2, 150, 240)] == ["changed meanwhile"] * 4


def test_a_pull_that_breaks_off_goes_on_from_its_last_stored_cursor(stage):
    site = stage([row(WEB, n) for n in range(1, 1301)])
    mirror = Mirror()
    for done, page in enumerate(site.connector().pull(None)):
        mirror.save(page)
        if done == 7:
            break
    assert mirror.cursor is not None
    site.wire.clear()
    mirror.take(site.connector().pull(mirror.cursor))
    assert len(mirror.issues) == 1300
    assert len(site.wire.calls) <= 8


def test_a_renamed_repository_is_read_anew_under_its_new_name(stage):
    site = stage([row(WEB, n) for n in range(1, 131)])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    site.person("PATCH", f"/repos/{WEB}", {"name": "site"})
    mirror.take(site.connector(repositories=[WEB]).pull(mirror.cursor))
    assert {issue.scope for issue in mirror.issues.values()} == {"lumen/site"}
    fresh = Mirror()
    fresh.take(site.connector(repositories=[WEB]).pull(None))
    assert fresh.issues == mirror.issues
    described = site.connector(repositories=[WEB]).describe()
    assert described.scopes == ("lumen/site",)
    assert Can.LABELS in described.can


def test_equal_revisions_mean_equal_issues(stage):
    site = stage([row(WEB, 1), row(WEB, 2)])
    connector = site.connector()
    before, after = Mirror(), Mirror()
    before.take(connector.pull(None))
    site.person("POST", f"/repos/{WEB}/issues/1/reactions", {"content": "+1"})
    after.take(connector.pull(None))
    assert after.by_key(f"{WEB}#1").votes == 1
    assert after.by_key(f"{WEB}#1").revision != before.by_key(f"{WEB}#1").revision
    assert after.by_key(f"{WEB}#2") == before.by_key(f"{WEB}#2")


@pytest.mark.parametrize("cursor", ["", "{}", "nonsense", '{"version":99}', '{"repositories":{"lumen/web":3}}', "[]"])
def test_a_cursor_that_is_none_of_ours_means_from_the_start(stage, cursor):
    site = stage([row(WEB, 1), row(WEB, 2)])
    mirror = Mirror()
    mirror.take(site.connector().pull(cursor))
    assert len(mirror.issues) == 2


def test_a_cursor_of_another_version_means_from_the_start(stage):
    site = stage([row(WEB, 1), row(WEB, 2)])
    mirror, again = Mirror(), Mirror()
    mirror.take(site.connector().pull(None))
    assert mirror.cursor is not None
    again.take(site.connector().pull(mirror.cursor.replace("{", '{"version":99,', 1)))
    assert len(again.issues) == 2


def test_a_repository_added_to_the_configuration_is_read_from_the_start(stage):
    site = stage([row(WEB, n) for n in range(1, 4)] + [row("lumen/api", n) for n in range(1, 4)])
    mirror = Mirror()
    mirror.take(site.connector(repositories=[WEB]).pull(None))
    assert len(mirror.issues) == 3
    mirror.take(site.connector(repositories=[WEB, "lumen/api"]).pull(mirror.cursor))
    assert len(mirror.issues) == 6


def test_a_page_address_that_github_no_longer_takes_is_given_up(stage):
    site = stage([row(WEB, n) for n in range(1, 1141)])
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    assert mirror.cursor is not None
    site.person("PATCH", f"/repos/{WEB}/issues/3", {"title": "later"})
    broken = mirror.cursor.replace("after=", "after=gone")
    assert broken != mirror.cursor
    mirror.take(site.connector().pull(broken))
    assert mirror.by_key(f"{WEB}#3").title == "later"


def test_the_overlap_reaches_behind_the_newest_change(stage):
    site = stage([row(WEB, n) for n in range(1, 61)])
    mirror = Mirror()
    connector = site.connector(overlap="10 minutes")
    mirror.take(connector.pull(None))
    newest = max(issue.updated for issue in mirror.issues.values())
    assert mirror.cursor is not None
    assert f"{newest - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}" in mirror.cursor


def test_a_change_that_arrives_late_is_seen_within_the_overlap(stage):
    """A replica may show a change after newer ones; the last page of a large listing reaches back only three minutes."""
    site = stage([row(WEB, n) for n in range(1, 1104)])
    mirror = Mirror()
    connector = site.connector(overlap="10 minutes")
    mirror.take(connector.pull(None))
    home = site.simulator.site.repository(WEB)
    newest = max(issue.updated for issue in home.issues.values())
    late = datetime.strptime(newest, "%Y-%m-%dT%H:%M:%SZ") - timedelta(minutes=6)  # noqa: DTZ007
    home.issues[1].title, home.issues[1].updated = "late", f"{late:%Y-%m-%dT%H:%M:%SZ}"
    home.version += 1
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#1").title == "late"


@pytest.mark.parametrize("link", ['<http://[>; rel="next"', '<x>; rel="next"', "y; rel=next"])
def test_a_listing_never_ends_early(stage, link):
    site = stage([row(WEB, 1)])
    rows = Reply(200, [], {"Link": link})
    site.http.faults.append(Fault(lambda request: request.path.endswith("/issues"), rows))
    with pytest.raises(Transient, match="next page"):
        list(site.connector().pull(None))


@pytest.mark.parametrize("count", [100, 200, 1100])
def test_a_last_page_that_is_exactly_full_becomes_quiet_and_hides_nothing(stage, count):
    site = stage([row(WEB, n) for n in range(1, count + 1)])
    for number in range(1, count + 1):
        site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": f"Burst {number}"})
    mirror = Mirror()
    mirror.take(site.connector().pull(None))
    site.clock.tick(1)
    mirror.take(site.connector().pull(mirror.cursor))
    for deed in (("POST", "issues", {"title": "new"}), ("PATCH", "issues/50", {"title": "changed"})):
        site.wire.clear()
        mirror.take(site.connector().pull(mirror.cursor))
        assert [answer.status for answer in site.wire.answers] == [304]
        site.clock.tick(1)
        site.person(deed[0], f"/repos/{WEB}/{deed[1]}", deed[2])
        mirror.take(site.connector().pull(mirror.cursor))
        assert deed[2]["title"] in {issue.title for issue in mirror.issues.values()}
        site.clock.tick(1)
        mirror.take(site.connector().pull(mirror.cursor))
