"""Votes: reactions do not move an issue's time of change, so a sweep finds them."""

from __future__ import annotations

import json

import pytest
from github_stage import Mirror, project, row

from syncd.connector.errors import Transient
from syncd.testing.httpsim import Fault, Reply

WEB = "lumen/web"
HOURS = 3600


@pytest.fixture
def site(stage):
    return stage(
        [row(WEB, n, reactions={"+1": 1} if n == 3 else {}) for n in range(1, 131)], projects=[project([(WEB, 1)])]
    )


@pytest.fixture
def mirror(site):
    found = Mirror()
    found.take(site.connector().pull(None))
    site.wire.clear()
    return found


def react(site, number, content="+1"):
    site.person("POST", f"/repos/{WEB}/issues/{number}/reactions", {"content": content})


def swept(site):
    return sum(b"reactionGroups" in call.request.body and b"$first" in call.request.body for call in site.http.calls)


def test_a_vote_shows_with_the_next_sweep_and_only_the_voted_issues_are_told(site, mirror):
    react(site, 2)
    react(site, 125, "heart")
    mirror.take(site.connector().pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#2").votes == 0
    site.clock.tick(7 * HOURS)
    pages = mirror.take(site.connector().pull(mirror.cursor))
    told = sorted(issue.key for page in pages for issue in page.issues)
    assert told == [f"{WEB}#125", f"{WEB}#2"]
    assert (mirror.by_key(f"{WEB}#2").votes, mirror.by_key(f"{WEB}#125").reactions) == (1, 1)


def test_a_sweep_costs_a_request_for_each_hundred_open_issues(site, mirror):
    site.person("PATCH", f"/repos/{WEB}/issues/130", {"state": "closed"})
    site.clock.tick(7 * HOURS)
    mirror.take(site.connector().pull(mirror.cursor))
    assert swept(site) == 2
    site.wire.clear()
    site.clock.tick(HOURS)
    mirror.take(site.connector().pull(mirror.cursor))
    assert [call.resource for call in site.wire.calls] == ["issues"]


def test_a_vote_that_was_taken_back_shows_too(site, mirror):
    react(site, 2)
    site.clock.tick(7 * HOURS)
    mirror.take(site.connector().pull(mirror.cursor))
    (reaction,) = site.person("GET", f"/repos/{WEB}/issues/2/reactions")
    site.person("DELETE", f"/repos/{WEB}/issues/2/reactions/{reaction['id']}")
    site.clock.tick(7 * HOURS)
    mirror.take(site.connector().pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#2").votes == 0


def test_a_sweep_that_fails_is_made_again_and_loses_nothing(site, mirror):
    react(site, 2)
    site.clock.tick(7 * HOURS)
    site.http.faults.append(Fault(lambda request: b"reactors" in request.body, Reply(502, b"<html>")))
    with pytest.raises(Transient):
        mirror.take(site.connector().pull(mirror.cursor))
    mirror.take(site.connector().pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#2").votes == 1


def test_a_cursor_that_knows_no_votes_leads_to_a_sweep_that_misses_none(site, mirror):
    react(site, 2)
    old = json.loads(mirror.cursor)
    del old["votes"]
    mirror.take(site.connector().pull(json.dumps(old)))
    site.clock.tick(7 * HOURS)
    mirror.take(site.connector().pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#2").votes == 1


def test_a_swept_issue_keeps_its_values_of_the_project(site):
    mirror = Mirror()
    mirror.take(site.connector(write=("Score",), project="lumen/7").pull(None))
    react(site, 1)
    site.clock.tick(7 * HOURS)
    pages = mirror.take(site.connector(write=("Score",), project="lumen/7").pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#1").votes == 1
    assert ["item" in page.patches[0].handles for page in pages if page.issues] == [True]
