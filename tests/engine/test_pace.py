"""When requests leave: pauses, spacing, writes, and waits that end when they must."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from engine.pace_weather import GITHUB, JIRA, NOON, Desk, get, github, http_date, jira, put
from syncd.connector.errors import Reach, Transient
from syncd.connector.protocol import Answer, Call
from syncd.engine.pacing.limits import Pause
from syncd.engine.pacing.pace import IN_FLIGHT, GateClosed, Pace
from syncd.engine.stop import Stop, Stopped


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_burst_limit_pauses_its_method_and_resource_only(desk: Desk) -> None:
    desk.ask(get("search", JIRA), jira(429, ratelimit_reason="jira-burst-based", retry_after="7"))
    assert desk.ask(get("issue", JIRA)) == 0
    assert desk.ask(get("search", JIRA)) == 7


def test_a_limit_on_one_issue_pauses_nothing(desk: Desk) -> None:
    with desk.pace.writing():
        desk.ask(put(), jira(429, ratelimit_reason="jira-per-issue-on-write", retry_after="30"))
        assert desk.ask(put()) == 0
    assert desk.pace.pause is None


def test_a_quota_pauses_the_whole_host_and_no_other(desk: Desk) -> None:
    desk.ask(get("search", JIRA), jira(429, ratelimit_reason="jira-quota-tenant-based", retry_after="60"))
    assert desk.ask(get("issues", GITHUB)) == 0
    assert desk.ask(get("myself", JIRA)) == 60


def test_githubs_quotas_pause_apart_from_each_other(desk: Desk) -> None:
    graphql = Call(GITHUB, "POST", "graphql", False)
    desk.ask(get(), github(200, remaining=0, reset=50))
    assert desk.ask(graphql) == 0
    assert desk.ask(get("labels")) == 51


def test_a_request_counts_in_the_quota_that_github_said_it_counts_in(desk: Desk) -> None:
    desk.ask(get("find"), github(200, remaining=0, reset=40, x_ratelimit_resource="search"))
    assert desk.ask(get("issues")) == 0
    assert desk.ask(get("find")) == 41


def test_a_pause_longer_than_a_cycle_ends_it_and_names_the_moment(desk: Desk) -> None:
    desk.ask(get(), github(403, remaining=0, reset=7500))
    with pytest.raises(Transient, match=r"demo is paused until 14:05 UTC by GitHub's hourly limit \(core\)") as caught:
        desk.pace.before(get())
    assert caught.value.retry_after == 7501
    assert caught.value.until == NOON + timedelta(seconds=7501)
    assert desk.stop.slept == []
    desk.clock.forward(7501)
    assert desk.ask(get()) == 7501


def test_a_pause_that_ends_on_another_day_says_so(desk: Desk) -> None:
    desk.ask(get(), github(403, retry_after=http_date(172_800)))
    with pytest.raises(Transient, match="until 2026-11-25 12:00 UTC"):
        desk.pace.before(get())


def test_a_later_answer_never_shortens_a_pause(desk: Desk) -> None:
    desk.pace.before(get("a"))
    desk.ask(get("b"), github(429, retry_after="80"))
    desk.pace.after(get("a"), github(429, retry_after="5"))
    assert desk.ask(get()) == 80


def test_a_limit_that_does_not_say_how_long_pauses_a_minute_and_then_longer(desk: Desk) -> None:
    moments = [desk.ask(get(), github(429, remaining=4000))]
    for _ in range(3):
        desk.clock.now = desk.pace.pause.until if desk.pace.pause else desk.clock.now
        moments.append(desk.ask(get(), github(429, remaining=4000)))
    assert [after - before for before, after in pairwise(moments)] == [60, 120, 240]
    desk.clock.forward(3600)
    desk.ask(get(), github(429, remaining=4000))
    assert desk.pace.pause is not None and desk.pace.pause.until - desk.clock() == timedelta(seconds=60)


def test_answers_to_requests_that_were_on_their_way_do_not_lengthen_a_pause(desk: Desk) -> None:
    for _ in range(4):
        desk.pace.after(get(), github(429, remaining=4000))
    assert desk.ask(get()) == 60


def test_a_quota_that_runs_low_is_spread_over_the_time_until_it_is_full(desk: Desk) -> None:
    """4 of 100 are left and the hour ends in a minute: no request leaves after the other at once, none is refused."""
    left = [desk.ask(get(), github(200, remaining=4, limit=100, reset=60))]
    for remaining in (3, 2, 1):
        left.append(desk.ask(get(), github(200, remaining=remaining, limit=100, reset=60)))
    gaps = [after - before for before, after in pairwise(left)]
    assert all(gap >= 8 for gap in gaps)
    assert left[-1] < 60
    assert desk.ask(get(), github(200, remaining=99, limit=100, reset=3660)) <= 60
    assert desk.ask(get()) <= 60.5


def test_a_quota_so_low_that_the_next_turn_is_far_away_pauses_the_source(desk: Desk) -> None:
    desk.ask(get(), github(200, remaining=3, limit=5000, reset=3000))
    with pytest.raises(Transient, match=r"paused until 12:16 UTC by GitHub's hourly limit \(core\): 3 of 5000 left"):
        desk.pace.before(get())
    assert desk.pace.pause is not None
    assert len(desk.told) == 1


def test_writes_keep_their_distance_and_reads_do_not(desk: Desk) -> None:
    desk = Desk(seconds_between_writes=1)
    with desk.pace.writing():
        assert [desk.ask(put(host=GITHUB)) for _ in range(3)] == [0, 1, 2]
        assert desk.ask(get()) == 2
        desk.clock.forward(10)
        assert desk.ask(put(host=GITHUB)) == 12


def test_no_write_leaves_while_the_gate_is_closed(desk: Desk) -> None:
    with pytest.raises(GateClosed):
        desk.pace.before(put())
    with desk.pace.writing():
        desk.pace.before(put())
    with pytest.raises(GateClosed):
        desk.pace.before(put())
    assert desk.pace.requests == {"issue": 1}


def test_a_limit_in_a_body_pauses_the_source_and_the_work_goes_on_after_it(desk: Desk) -> None:
    """GraphQL tells of its limits in a good answer's body, and only the connector reads bodies."""
    graphql = Call(GITHUB, "POST", "graphql", False)
    left: list[float] = []

    def work() -> str:
        left.append(desk.ask(graphql))
        if len(left) < 3:
            raise Transient("limited", None, "GitHub's limit on bursts", reach=Reach.ACCOUNT)
        return "done"

    with pytest.raises(Transient, match="paused until 12:03"):
        desk.pace.patiently(work)
    assert left == [0, 60]
    desk.clock.forward(120)
    assert desk.pace.patiently(work) == "done"
    assert left[2] >= 180
    assert len(desk.told) == 2


def test_the_same_limit_heard_of_twice_pauses_once(desk: Desk) -> None:
    desk.ask(get(), github(403, retry_after="30"))
    desk.pace.heed(Transient("limited", 30, "GitHub's limit on bursts", reach=Reach.ACCOUNT))
    assert desk.ask(get()) == 30
    assert len(desk.told) == 1


def test_a_pause_is_told_once_however_often_it_is_met(desk: Desk) -> None:
    desk.ask(get(), github(403, remaining=0, reset=3600))
    desk.pace.after(get(), github(403, remaining=0, reset=3600))
    for _ in range(3):
        with pytest.raises(Transient):
            desk.pace.before(get())
    assert desk.told == ["until 13:00 UTC by GitHub's hourly limit (core)"]


def test_a_pause_of_an_earlier_process_holds_for_everything(desk: Desk) -> None:
    desk.pace.keep(Pause(NOON + timedelta(seconds=40), "GitHub's hourly limit"))
    assert desk.ask(get("anything", "any.host")) == 40


def test_quotas_and_answers_are_counted(desk: Desk) -> None:
    desk.ask(get(), github(200, remaining=4000), takes=0.5)
    desk.ask(get("labels"), github(304, remaining=4000), takes=0.25)
    assert [(key, quota.remaining) for key, quota in desk.pace.quotas.items()] == [((GITHUB, "core"), 4000)]
    assert (desk.pace.answered[GITHUB], desk.pace.seconds) == (2, pytest.approx(0.35, abs=0.2))
    assert desk.pace.requests == {"issues": 1, "labels": 1}


# with real time


def real(stop: Stop, *, in_flight: int = IN_FLIGHT) -> Pace:
    return Pace("demo", stop, lambda: datetime.now(UTC), in_flight=in_flight)


def test_every_wait_ends_at_once_when_stopping_is_asked_for() -> None:
    stop = Stop()
    pace = real(stop, in_flight=1)
    pace.after(get("paused", "paused.host"), github(429, retry_after="60"))
    pace.before(get("held", "full.host"))
    ended: list[float] = []

    def wait(call: Call) -> None:
        with pytest.raises(Stopped):
            pace.before(call)
        ended.append(time.monotonic())

    def rest() -> None:
        with pytest.raises(Stopped):
            pace.rest(60)
        ended.append(time.monotonic())

    waits = [
        threading.Thread(target=wait, args=(get("x", "full.host"),)),
        threading.Thread(target=wait, args=(get("paused", "paused.host"),)),
        threading.Thread(target=rest),
    ]
    for thread in waits:
        thread.start()
    time.sleep(0.1)
    assert ended == []
    asked = time.monotonic()
    stop.set()
    for thread in waits:
        thread.join(5)
    assert len(ended) == 3 and max(ended) - asked < 0.5


def test_never_more_requests_on_their_way_than_allowed() -> None:
    pace = real(Stop(), in_flight=3)
    flying, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal flying, most
        for _ in range(5):
            pace.before(get())
            with lock:
                flying += 1
                most = max(most, flying)
            time.sleep(0.002)
            with lock:
                flying -= 1
            pace.after(get(), Answer(200, 0.0, {}))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 3
    assert pace.requests["issues"] == 40


def test_a_thread_that_died_on_its_way_holds_nobody_up() -> None:
    pace = real(Stop(), in_flight=1)
    lost = threading.Thread(target=pace.before, args=(get(),))
    lost.start()
    lost.join(5)
    pace.before(get())
    assert pace.requests["issues"] == 2


def test_a_clock_that_is_set_back_leaves_of_each_wait_what_was_left_of_it() -> None:
    desk = Desk(seconds_between_writes=2.0)
    with desk.pace.writing():
        desk.ask(put())
        desk.clock.forward(-7200)
        assert desk.ask(put()) == -7198
        desk.ask(get(), github(429, retry_after="60"))
        desk.clock.forward(-86_400)
        assert desk.pace.pause is not None
        assert desk.pace.pause.until - desk.clock() == timedelta(seconds=60)
        assert desk.ask(get()) == -7198 - 86_400 + 60


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (0, "unreachable"), (200, "ok"), (304, "unchanged"), (399, "ok"), (400, "refused"), (401, "forbidden"),
        (403, "forbidden"), (404, "refused"), (429, "limited"), (500, "failed"), (503, "failed"),
    ],
)  # fmt: skip
def test_answers_are_counted_in_seven_words(desk: Desk, status: int, word: str) -> None:
    desk.ask(get(), Answer(status, 0.0, {}))
    assert dict(desk.pace.outcomes) == {("issues", word): 1}
