"""What answers say about limits, one vendor's rule after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pace_weather import JIRA, NOON, get, github, http_date, jira, put
from syncd.connector.protocol import Answer
from syncd.engine.pacing.headers import FOREVER
from syncd.engine.pacing.limits import HOST, read


def seconds(answer: Answer) -> tuple[str, float | None] | None:
    """The bucket that pauses and for how long."""
    limit = read(get("search", JIRA), answer, NOON).limit
    if limit is None:
        return None
    return limit.bucket, None if limit.until is None else (limit.until - NOON).total_seconds()


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        (github(200, remaining=4000), None),
        (github(403, remaining=0, reset=1800), ("quota core", 1801)),
        (github(429, remaining=0, reset=1800), ("quota core", 1801)),
        (github(200, remaining=0, reset=1800), ("quota core", 1801)),
        (github(403, remaining=0, reset=30, retry_after="700"), ("quota core", 700)),
        (github(403, remaining=4000, retry_after="120"), (HOST, 120)),
        (github(429, remaining=4000, retry_after=http_date(500)), (HOST, 500)),
        (github(429, remaining=4000), (HOST, None)),
        (github(403, remaining=4000), None),
        (github(503, retry_after="20"), (HOST, 20)),
        (jira(429, ratelimit_reason="jira-quota-global-based", retry_after="1500"), (HOST, 1500)),
        (jira(429, ratelimit_reason="jira-quota-tenant-based"), (HOST, 3600)),
        (jira(429, ratelimit_reason="jira-cost-based", retry_after="9"), (HOST, 9)),
        (jira(429, ratelimit_reason="jira-burst-based", retry_after="2"), ("GET search", 2)),
        (jira(429, ratelimit_reason="jira-burst-based"), ("GET search", None)),
        (jira(429, ratelimit_reason="jira-per-issue-on-write", retry_after="30"), None),
        (jira(429, x_ratelimit_reset="2026-11-23T12:10Z"), (HOST, 600)),
        (jira(429, retry_after="86400000"), (HOST, FOREVER.total_seconds())),
        (jira(429, retry_after="100000"), (HOST, 100_000)),
        (jira(503, retry_after="45"), (HOST, 45)),
        (jira(503), None),
        (jira(429), (HOST, None)),
        (jira(429, x_ratelimit_fillrate="5", x_ratelimit_interval_seconds="1", retry_after="3"), (HOST, 3)),
        (jira(403, x_ratelimit_fillrate="5", x_ratelimit_remaining="3", retry_after="0"), None),
        (jira(200, x_ratelimit_fillrate="5", x_ratelimit_remaining="0", retry_after="4"), (HOST, 4)),
    ],
)  # fmt: skip
def test_each_form_of_a_limit_pauses_what_it_is_about(answer: Answer, pauses: tuple[str, float | None] | None) -> None:
    assert seconds(answer) == pauses


def test_moments_are_taken_by_the_clock_of_the_server_that_named_them() -> None:
    """A server whose clock is ten minutes ahead means thirty minutes when it names a moment forty minutes ahead of us."""
    answer = github(403, remaining=0, reset=2400, date=http_date(600))
    assert seconds(answer) == ("quota core", 1801)
    assert seconds(jira(429, retry_after=http_date(660), date=http_date(600))) == (HOST, 60)


def test_the_hour_of_jiras_quota_ends_at_the_full_hour_of_jiras_clock() -> None:
    answer = jira(429, ratelimit_reason="jira-quota-tenant-based", date=http_date(20 * 60))
    assert seconds(answer) == (HOST, 40 * 60)


def test_what_is_left_of_a_quota_is_kept_by_name() -> None:
    said = read(get(), github(200, remaining=4321), NOON)
    assert said.quota is not None
    assert (said.quota.name, said.quota.remaining, said.quota.limit) == ("core", 4321, 5000)
    assert said.quota.reset == NOON + timedelta(hours=1)
    policy = '"global-app-quota";q=65000;w=3600'
    points = jira(200, beta_ratelimit='"global-app-quota";r=120;t=300', beta_ratelimit_policy=policy)
    said = read(get("search", JIRA), points, NOON)
    assert said.quota is not None
    assert (said.quota.name, said.quota.remaining, said.quota.limit) == ("global-app-quota", 120, 65_000)


def test_the_less_is_left_the_wider_requests_are_spread() -> None:
    found = [read(get(), github(200, remaining=n, limit=1000), NOON).spacing for n in (500, 99, 50, 10, 1)]
    assert found[0] is None
    apart = [spacing.seconds for spacing in found[1:] if spacing is not None]
    assert apart == sorted(apart) and len(apart) == 4
    assert apart[-1] == pytest.approx(3600, rel=0.02)


def test_jira_near_its_limit_spreads_what_is_left_of_a_second() -> None:
    said = read(put(), jira(204, x_ratelimit_nearlimit="true", x_ratelimit_remaining="5", x_ratelimit_limit="50"), NOON)
    assert said.spacing is not None and said.limit is None
    assert (said.spacing.bucket, said.spacing.seconds) == ("PUT issue", 0.2)


def test_data_center_gives_tokens_no_faster_than_it_makes_them() -> None:
    tokens = jira(200, x_ratelimit_limit="10", x_ratelimit_remaining="1", x_ratelimit_fillrate="4",
                  x_ratelimit_interval_seconds="2", retry_after="0")  # fmt: skip
    said = read(get("search", JIRA), tokens, NOON)
    assert said.spacing is not None and said.limit is None
    assert (said.spacing.bucket, said.spacing.seconds) == (HOST, 0.5)


NAMES = [
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "ratelimit-reason",
    "date",
    "x-ratelimit-fillrate",
    "x-ratelimit-interval-seconds",
    "x-ratelimit-nearlimit",
    "beta-ratelimit",
    "beta-ratelimit-policy",
]
ODD = st.sampled_from(["0", "1e400", "nan", "-5", "²", "999999999999999999999", "1e308", "Mon", '"a";r=1;t=1', "true"])


@given(st.integers(100, 599), st.dictionaries(st.sampled_from(NAMES), ODD | st.text(max_size=30)))
def test_no_header_is_so_odd_that_it_breaks_the_reading(status: int, headers: dict[str, str]) -> None:
    said = read(get(), Answer(status, 0.0, headers), NOON)
    assert said.limit is None or said.limit.until is None or said.limit.until - NOON <= FOREVER + timedelta(seconds=1)
