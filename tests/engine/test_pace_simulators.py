"""The real connectors on simulated servers whose limits are reached: what left when, by the servers' own call logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from connectors.github.github_stage import Mirror, Stage, row
from connectors.jira.jira_world import READ, WRITTEN, JiraWorld, edit, found, issues
from engine.pace_weather import ClockStop, http_date
from syncd.connector.errors import Reach, Transient
from syncd.connector.protocol import Connector, Wiring
from syncd.engine.pacing.pace import Pace
from syncd.testing.httpsim import Exchange, Fault, HttpSimulator, Reply
from syncd_github import SPEC as GITHUB
from syncd_jira import SPEC as JIRA

SHOP = "acme/shop"


class Log:
    """When each request arrived, in seconds since the first, and how it was answered."""

    def __init__(self, http: HttpSimulator, clock: Callable[[], datetime]) -> None:
        self.seen: list[tuple[datetime, str, int]] = []
        self._clock = clock
        http.on_exchange = self._note

    def _note(self, exchange: Exchange) -> None:
        status = exchange.reply.status if exchange.reply is not None else 0
        self.seen.append((self._clock(), exchange.request.path, status))

    @property
    def gaps(self) -> list[float]:
        return [(later[0] - earlier[0]).total_seconds() for earlier, later in pairwise(self.seen)]

    @property
    def refused(self) -> int:
        return sum(status in (403, 429) for _, _, status in self.seen)


class Paced:
    """A site with a connector that is paced; waits move the site's clock, too."""

    def __init__(self, site: Any, http: HttpSimulator, connect: Callable[[Wiring], Connector]) -> None:
        self.clock = site.clock
        self.http = http
        moves = site.clock.tick if hasattr(site.clock, "tick") else lambda seconds: site.clock.passes(seconds=seconds)
        site.clock.forward = moves
        self.stop = ClockStop(site.clock)
        self.pace = Pace("demo", self.stop, site.clock)
        self.connector = connect(Wiring("demo", self.pace, READ, WRITTEN, False, site.clock))
        self.log = Log(http, site.clock)

    def fault(self, reply: Reply, times: int = 1, path: str = "") -> None:
        self.http.faults.append(Fault(lambda request: path in request.path, reply, times=times))


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Paced]:
    stage = Stage(tmp_path, [row(SHOP, number) for number in range(1, 451)])
    settings = stage.settings()
    nothing = frozenset[str]()

    def connect(wiring: Wiring) -> Connector:
        return GITHUB.build(settings, Wiring("demo", wiring.transport, nothing, nothing, False, wiring.clock))

    paced = Paced(stage, stage.http, connect)
    paced.stage = stage  # type: ignore[attr-defined]
    yield paced
    paced.connector.close()
    stage.close()


@pytest.fixture
def jira(tmp_path: Path) -> Iterator[Paced]:
    world = JiraWorld(tmp_path, issues(30))
    settings = JIRA.settings.model_validate(
        {"url": world.jira.url, "email": "ann@lumen.example", "token": "demo-token", "projects": ["PAY"]}
    )
    paced = Paced(world, world.jira.http, lambda wiring: JIRA.build(settings, wiring))
    paced.world = world  # type: ignore[attr-defined]
    yield paced
    paced.connector.close()
    world.close()


def test_a_quota_that_is_used_up_is_never_run_into(github: Paced) -> None:
    """Seven requests are needed and four allowed: the rest is asked for when the hour is over, and nothing twice."""
    github.stage.simulator.access.limits["core"] = 4  # type: ignore[attr-defined]
    mirror = Mirror()
    with pytest.raises(Transient, match=r"paused until .* by GitHub's hourly limit"):
        mirror.take(github.connector.pull(mirror.cursor))
    assert github.log.refused == 0
    asked = len(github.log.seen)
    with pytest.raises(Transient, match="paused until"):
        github.pace.patiently(lambda: mirror.take(github.connector.pull(mirror.cursor)))
    assert len(github.log.seen) == asked, "nothing leaves during the pause"
    pause = github.pace.pause
    assert pause is not None and (pause.until - github.clock()).total_seconds() > 3500
    github.clock.forward(3700)
    github.stage.simulator.access.limits["core"] = 1000  # type: ignore[attr-defined]
    github.pace.patiently(lambda: mirror.take(github.connector.pull(mirror.cursor)))
    assert len(mirror.issues) == 450
    assert github.log.refused == 0


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (Reply(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "37"}), 37),
        (Reply(429, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "41"}), 41),
        (Reply(403, {"message": "You have exceeded a secondary rate limit."}, {"X-GitHub-Request-Id": "1"}), 60),
        (Reply(429, {"message": "slow down"}, {"X-GitHub-Request-Id": "1"}), 60),
        (Reply(503, {"message": "unavailable"}, {"Retry-After": "12", "X-GitHub-Request-Id": "1"}), 12),
    ],
)
def test_each_refusal_of_github_is_waited_out_and_the_pull_is_whole(github: Paced, reply: Reply, pause: float) -> None:
    mirror = Mirror()
    github.fault(reply)
    github.pace.patiently(lambda: mirror.take(github.connector.pull(mirror.cursor)))
    assert len(mirror.issues) == 450
    assert max(github.log.gaps) == pytest.approx(pause, abs=1)


def test_graphql_that_is_limited_in_a_good_answer_pauses_everything_a_minute_and_then_two(github: Paced) -> None:
    limited = Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": "secondary rate limit"}]})
    github.fault(limited, times=2, path="graphql")
    assert github.pace.patiently(github.connector.describe).account == "syncd-demo"
    assert github.log.gaps[:2] == [60, 120]


def test_jiras_burst_limit_is_never_run_into(jira: Paced) -> None:
    jira.world.jira.config.per_second = 1  # type: ignore[attr-defined]
    for _ in range(3):
        assert len(found(jira.pace.patiently(lambda: list(jira.connector.pull(None))))) == 30
    assert jira.stop.slept and jira.log.refused == 0


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "5", "RateLimit-Reason": "jira-burst-based"}, 5),
        ({"Retry-After": "80", "RateLimit-Reason": "jira-quota-tenant-based"}, 80),
        ({"Retry-After": "80"}, 80),
        ({"Retry-After": http_date(50), "Date": http_date(0)}, 50),
    ],
)
def test_each_refusal_of_jira_is_waited_out(jira: Paced, headers: dict[str, str], pause: float) -> None:
    jira.fault(Reply(429, b"<html>Too many requests</html>", {"Content-Type": "text/html", **headers}), path="search")
    assert len(found(jira.pace.patiently(lambda: list(jira.connector.pull(None))))) == 30
    assert max(jira.log.gaps) == pytest.approx(pause, abs=1)


def test_a_quota_of_jira_that_lasts_ends_the_cycle_and_nothing_leaves(jira: Paced) -> None:
    quota = {"Retry-After": "1700", "RateLimit-Reason": "jira-quota-global-based"}
    jira.fault(Reply(429, {"errorMessages": ["limited"]}, quota), times=5)
    for _ in range(3):
        with pytest.raises(Transient):
            jira.pace.patiently(lambda: list(jira.connector.pull(None)))
    assert len(jira.log.seen) == 1
    jira.http.faults.clear()
    jira.clock.forward(1701)
    assert len(found(jira.connector.pull(None))) == 30


def test_too_many_writes_to_one_issue_hold_up_no_other(jira: Paced) -> None:
    limited = {"Retry-After": "30", "RateLimit-Reason": "jira-per-issue-on-write"}
    list(jira.connector.pull(None))
    jira.fault(Reply(429, {"errorMessages": ["limited"]}, limited), path="issue/1001")
    began = jira.clock()
    with jira.pace.writing():
        first, second = jira.connector.apply([edit(1, {"Priority Score": 7.0}), edit(2, {"Priority Score": 8.0})])
    assert isinstance(first, Transient) and first.reach is Reach.ISSUE
    assert second is None
    assert jira.pace.pause is None and jira.clock() == began


@pytest.mark.parametrize(
    ("given", "apart"),
    [
        ({}, 1.0),
        ({"url": "https://github.acme.example/api/v3"}, 1.0),
        ({"url": "http://127.0.0.1:8080"}, 0.0),
        ({"url": "http://127.0.0.1:8080", "seconds_between_writes": 2.5}, 2.5),
        ({"seconds_between_writes": 0}, 0.0),
    ],
)
def test_writes_to_github_are_a_second_apart_unless_it_is_on_this_machine(given: dict[str, Any], apart: float) -> None:
    settings = GITHUB.settings.model_validate({"token": "t", "repositories": [SHOP], **given})
    assert GITHUB.seconds_between_writes(settings) == apart
