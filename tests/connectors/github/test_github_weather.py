"""Bad days: limits with and without a hint, replicas that lag, successes without effect, wrong clocks, broken bodies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from github_stage import Mirror, project, put, relabel, row

from syncd.connector.errors import Ambiguous, Stale, Transient
from syncd.testing.httpsim import Fault, Reply

WEB = "lumen/web"


@pytest.fixture
def site(stage):
    return stage([row(WEB, n) for n in range(1, 61)], projects=[project([(WEB, n) for n in range(1, 51)])])


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def connector(site, mirror):
    made = site.connector(write=("Score",), order=True, project="lumen/7")
    mirror.take(made.pull(None))
    site.clock.tick(120)
    return made


def scores(site):
    return [site.values(WEB, n).get("Score") for n in range(1, 51)]


def is_mutation(request):
    return b"mutation" in request.body


@pytest.mark.parametrize(("after", "waits"), [(17, 17.0), (0, 60.0)], ids=["it says how long", "it does not say"])
@pytest.mark.parametrize("status", [403, 429, 200])
def test_a_secondary_limit_while_writing_keeps_what_was_done_and_says_how_long(
    site, mirror, connector, status, after, waits
):
    weather = site.simulator.weather
    weather.points, weather.burst_status, weather.retry_after = {"graphql": 14}, status, after
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 51)]
    outcomes = []
    with pytest.raises(Transient) as caught:
        outcomes.extend(connector.apply(edits))
    assert caught.value.retry_after == waits
    assert "limit" in caught.value.scope
    done = [value for value in scores(site) if value is not None]
    assert 0 < len(done) < 50
    site.clock.tick(61)
    assert list(connector.apply(edits[len(done) :]))[:10] == [None] * 10


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_while_reading_loses_nothing(site, mirror, status):
    weather = site.simulator.weather
    weather.points, weather.burst_status = {"core": 1}, status
    connector = site.connector()
    with pytest.raises(Transient, match="limit on bursts"):
        mirror.take(connector.pull(None))
    site.clock.tick(61)
    weather.points = {}
    mirror.take(connector.pull(mirror.cursor))
    assert len(mirror.issues) == 60


def test_too_many_writes_a_minute_are_a_limit(site, mirror, connector):
    site.simulator.weather.content = 1
    with pytest.raises(Transient, match="limit on bursts"):
        list(connector.apply([mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 51)]))


def test_a_batch_that_is_too_large_is_halved_until_it_passes(site, mirror, connector):
    site.simulator.weather.most_aliases = 6
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 51)]
    outcomes = list(connector.apply(edits))
    assert all(outcome is None or isinstance(outcome, Ambiguous) for outcome in outcomes)
    again = [edit for edit, outcome in zip(edits, outcomes, strict=True) if outcome is not None]
    while again:
        outcomes = list(connector.apply(again))
        again = [edit for edit, outcome in zip(again, outcomes, strict=True) if outcome is not None]
    assert scores(site) == list(range(1, 51))


def test_resource_limits_leave_each_alias_with_its_own_outcome(site, mirror, connector):
    said = {"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["m1"], "message": "Resource limits for this query exceeded."}
    answer = Reply(200, {"data": {"m0": {"clientMutationId": None}, "m1": None}, "errors": [said]})
    site.http.faults.append(Fault(is_mutation, answer))
    done, failed = connector.apply([mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in (1, 2)])
    assert done is None
    assert isinstance(failed, Transient)


def test_a_success_without_effect_shows_with_the_next_look(site, mirror, connector):
    site.simulator.weather.without_effect = {"item_value": 1}
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in (1, 2)]
    assert list(connector.apply(edits)) == [None, None]
    mirror.take(connector.fetch([edit.ref.id for edit in edits], {}))
    assert [mirror.fields(edit.key)["Score"] for edit in edits] == [None, 2.0]


def test_a_replica_that_lags_misses_nothing_in_the_end(site, mirror, connector):
    site.simulator.weather.stale = 5
    mirror.take(connector.pull(mirror.cursor))
    site.person("PATCH", f"/repos/{WEB}/issues/7", {"title": "Changed"})
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#7").title == "Issue 7"
    site.clock.tick(6)
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#7").title == "Changed"


def test_a_new_issue_that_graphql_does_not_know_yet_is_decided_again(site, mirror, connector):
    site.simulator.weather.late = 5
    site.person("POST", f"/repos/{WEB}/issues", {"title": "New"})
    mirror.take(connector.pull(mirror.cursor))
    edit = mirror.edit(f"{WEB}#61", put("Score", 1.0))
    (outcome,) = connector.apply([edit])
    assert isinstance(outcome, Stale)
    site.clock.tick(6)
    assert list(connector.apply([edit])) == [None]
    assert site.values(WEB, 61) == {"Score": 1.0}


@pytest.mark.parametrize("skew", [-86_400.0, -90.0, 90.0, 86_400.0])
def test_a_wrong_clock_on_either_side_loses_no_change(stage, mirror, skew):
    site = stage([row(WEB, n) for n in range(1, 4)], projects=[project([(WEB, 1)])], weather={"skew": skew})
    connector = site.connector(write=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    for number in (1, 2, 3):
        site.clock.tick(30)
        site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": f"New {number}"})
        mirror.take(connector.pull(mirror.cursor))
        assert mirror.by_key(f"{WEB}#{number}").title == f"New {number}"
    assert connector.describe().now == (site.clock.now + timedelta(seconds=skew)).replace(microsecond=0)


@pytest.mark.parametrize(
    "broken",
    [
        lambda reply: Reply(reply.status, reply.content[:-40], reply.headers),
        lambda reply: Reply(200, b"<html>Log in</html>", {"Content-Type": "text/html"}),
        lambda reply: None,
    ],
    ids=["truncated", "a web page", "dropped"],
)
def test_a_body_that_breaks_off_changes_nothing_and_the_next_look_is_whole(site, mirror, connector, broken):
    site.person("PATCH", f"/repos/{WEB}/issues/7", {"title": "Changed"})
    before, issues = mirror.cursor, dict(mirror.issues)
    site.http.faults.append(Fault(lambda request: request.path.endswith("/issues"), change=broken))
    with pytest.raises(Transient):
        mirror.take(connector.pull(mirror.cursor))
    assert (mirror.cursor, mirror.issues) == (before, issues)
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#7").title == "Changed"


def test_a_fault_before_the_effect_and_one_after_it_are_both_unknown_and_both_settle(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", relabel(["now"])) for n in (1, 2)]
    assert list(connector.apply(edits[:0])) == []
    site.person("POST", f"/repos/{WEB}/labels", {"name": "now"})
    for edit, after_effect in zip(edits, (False, True), strict=True):
        site.http.faults.append(Fault(is_mutation, None, after_effect=after_effect))
        (outcome,) = connector.apply([edit])
        assert isinstance(outcome, Ambiguous)
    assert (site.labels(WEB, 1), site.labels(WEB, 2)) == ([], ["now"])
    assert list(connector.apply(edits)) == [None, None]
    assert (site.labels(WEB, 1), site.labels(WEB, 2)) == (["now"], ["now"])


def test_the_simulator_refuses_weather_that_it_does_not_know(stage):
    with pytest.raises(ValueError, match="knows no weather 'hail'"):
        stage([row(WEB, 1)], weather={"hail": 1})
