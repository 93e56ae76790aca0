"""The law of pacing: whatever servers answer, no request leaves during a pause of its bucket."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pace_weather import GITHUB, JIRA, NOON, Desk, github, jira
from syncd.connector.errors import Transient
from syncd.connector.protocol import Answer, Call
from syncd.engine.pacing.pace import Pace
from syncd.engine.stop import Stop

CALLS = [
    Call(host, method, resource, mutates=method == "PUT")
    for host in (GITHUB, JIRA)
    for method in ("GET", "PUT")
    for resource in ("issue", "search")
]
SECONDS = st.integers(1, 400)


@st.composite
def limits(draw: st.DrawFn, host: str) -> tuple[Answer, str, int]:
    """An answer that asks for a pause: the answer, which requests pause (all, method and resource, none), for how long."""
    wait = draw(SECONDS)
    if host == GITHUB:
        status = draw(st.sampled_from([403, 429]))
        return github(status, remaining=4000, retry_after=str(wait)), "all", wait
    reason = draw(st.sampled_from(["quota-tenant-based", "burst-based", "per-issue-on-write", "odd"]))
    reach = {"burst-based": "bucket", "per-issue-on-write": "none"}.get(reason, "all")
    return jira(429, ratelimit_reason=f"jira-{reason}", retry_after=str(wait)), reach, wait


@st.composite
def steps(draw: st.DrawFn) -> tuple[Call, Answer, str, int]:
    call = draw(st.sampled_from(CALLS))
    if draw(st.booleans()):
        return call, Answer(200, 0.0, {}), "none", 0
    return (call, *draw(limits(call.host)))


@given(st.lists(st.tuples(steps(), st.integers(0, 60)), max_size=25), st.sampled_from([0.0, 1.0]))
def test_no_request_ever_leaves_during_a_pause_of_its_bucket(
    work: list[tuple[tuple[Call, Answer, str, int], int]], between: float
) -> None:
    desk = Desk(seconds_between_writes=between)
    pauses: list[tuple[str, str, str, float]] = []
    wrote: dict[str, float] = {}
    with desk.pace.writing():
        for (call, answer, reach, wait), idle in work:
            before = (desk.clock.now - NOON).total_seconds()
            try:
                left = desk.ask(call, answer)
            except Transient:
                desk.clock.forward(idle)
                continue
            held = [
                until
                for host, method, resource, until in pauses
                if host == call.host and method in ("*", call.method) and resource in ("*", call.resource)
            ]
            assert left >= max(held, default=0)
            assert left <= max(before, *held, wrote.get(call.host, -between) + between, 0), "nobody waits longer"
            if call.mutates:
                assert left >= wrote.get(call.host, -between) + between
                wrote[call.host] = left
            method, resource = ("*", "*") if reach == "all" else (call.method, call.resource)
            pauses.append((call.host, method, resource, left + wait if reach != "none" else 0))
            desk.clock.forward(idle)


class Told(Counter[str]):
    """A count that tells when it changes; Pace counts while it holds its lock, so the order of what is told is exact."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def __setitem__(self, name: str, value: int) -> None:
        super().__setitem__(name, value)
        self._tell()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(2, 8), min_size=1, max_size=4))
def test_no_thread_slips_through_a_pause(hundredths: list[int]) -> None:
    """Eight threads ask as fast as they may, and now and then an answer pauses the host."""
    now = [datetime.now(UTC)]
    events: list[tuple[str, datetime]] = []
    mine = threading.local()

    def clock() -> datetime:
        now[0] = datetime.now(UTC)
        return now[0]

    def answered() -> None:
        if mine.wait:
            events.append(("pause", now[0] + timedelta(seconds=mine.wait)))

    pace = Pace("demo", Stop(), clock, in_flight=3)
    pace.requests = Told(lambda: events.append(("left", now[0])))
    pace.answered = Told(answered)
    call, waits = CALLS[0], [hundredth / 100 for hundredth in hundredths]
    over = time.monotonic() + 0.2

    def ask() -> None:
        while time.monotonic() < over:
            pace.before(call)
            time.sleep(0.001)
            mine.wait = waits.pop() if len(events) % 7 == 0 and waits else 0.0
            headers = {"retry-after": str(mine.wait)} if mine.wait else {}
            pace.after(call, Answer(429 if mine.wait else 200, 0.0, headers))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    until = now[0] - timedelta(days=1)
    for what, moment in events:
        assert what == "pause" or moment >= until
        until = max(until, moment) if what == "pause" else until
