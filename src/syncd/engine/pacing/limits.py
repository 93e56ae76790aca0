"""What an answer's headers say about limits: which requests must wait until when, and what quota is left. Pure.

GitHub: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
Jira Cloud: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
Jira Data Center: https://confluence.atlassian.com/adminjiraserver/improving-instance-stability-with-rate-limiting-983794911.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syncd.connector.protocol import Answer, Call
from syncd.engine.pacing.headers import FOREVER, bounded, number, reset_in, retry_after, server_now, whole

HOST: Final = "*"
"""The bucket of every request to a host."""
SCARCE: Final = 0.1
"""With less than this share of a quota left, requests are spread over the time until it is full again."""


@dataclass(frozen=True, slots=True)
class Pause:
    """No request of a bucket leaves before `until`."""

    until: datetime
    because: str

    def sentence(self, now: datetime) -> str:
        """`until 14:05 UTC by GitHub's hourly limit`"""
        day = "" if self.until - now < timedelta(hours=20) else f"{self.until:%Y-%m-%d} "
        return f"until {day}{self.until:%H:%M} UTC by {self.because}"


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a number of requests (or points) that a server allows within a time."""

    name: str
    limit: int
    remaining: int
    reset: datetime | None

    @property
    def share(self) -> float:
        return self.remaining / self.limit if self.limit > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket that must pause. `until` None: the server did not say how long; then from `first` to `most` seconds, growing."""

    bucket: str
    because: str
    until: datetime | None
    first: float = 2.0
    most: float = 30.0


@dataclass(frozen=True, slots=True)
class Spacing:
    """Requests of a bucket leave at least this far apart, until a moment or until the next answer says otherwise."""

    bucket: str
    seconds: float
    until: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Said:
    """All that one answer says about limits."""

    limit: Limit | None = None
    quota: Quota | None = None
    quota_bucket: str | None = None
    """Which bucket this request counts in, where the server names it."""
    spacing: Spacing | None = None


def bucket_of(call: Call) -> str:
    return f"{call.method} {call.resource}"


def quota_bucket(name: str) -> str:
    return f"quota {name}"


def read(call: Call, answer: Answer, now: datetime) -> Said:
    """What the answer says; `now` is our clock. Moments of the server's clock are taken relative to its own `Date`."""
    headers = answer.headers
    if "x-github-request-id" in headers or "x-ratelimit-resource" in headers:
        return _github(call, answer, now)
    if "x-ratelimit-fillrate" in headers:
        return _data_center(call, answer, now)
    return _jira_cloud(call, answer, now)


# GitHub


def _github(call: Call, answer: Answer, now: datetime) -> Said:
    headers = answer.headers
    asked = retry_after(headers, now)
    name = headers.get("x-ratelimit-resource") or ("graphql" if call.resource == "graphql" else "core")
    bucket, because = quota_bucket(name), f"GitHub's hourly limit ({name})"
    limit, remaining, left = whole(headers, "limit"), whole(headers, "remaining"), reset_in(headers, now)
    refused = answer.status in (403, 429)
    quota = spacing = stop = None
    if limit is not None and remaining is not None:
        quota = Quota(name, limit, remaining, now + left if left is not None else None)
        spacing = _spread(bucket, quota, now, because)
    if remaining == 0 and (refused or left is not None):
        # One second more: a reset in whole seconds may be a little early.
        until = None if left is None else now + left + timedelta(seconds=1)
        if asked:
            until = max(now + asked, until or now)
        stop = Limit(bucket, because, until, first=60, most=960)
    elif answer.status == 429 or (refused and asked):
        stop = Limit(HOST, "GitHub's limit on bursts", now + asked if asked else None, first=60, most=960)
    else:
        stop = _unavailable(call, answer, now, asked)
    return Said(stop, quota, bucket, spacing)


def _spread(bucket: str, quota: Quota, now: datetime, because: str) -> Spacing | None:
    """Little is left: the less, the nearer to an even spread of it over the time until the reset."""
    if quota.reset is None or quota.remaining == 0 or quota.share >= SCARCE or quota.reset <= now:
        return None
    even = (quota.reset - now).total_seconds() / quota.remaining
    left = f"{because}: {quota.remaining} of {quota.limit} left until {quota.reset:%H:%M}"
    return Spacing(bucket, even * (1 - quota.share / SCARCE), quota.reset, left)


# Jira


def _jira_cloud(call: Call, answer: Answer, now: datetime) -> Said:
    headers = answer.headers
    asked, left = retry_after(headers, now), reset_in(headers, now)
    quota = _points(headers, now)
    spacing = _spread(HOST, quota, now, "Jira's hourly quota") if quota is not None else None
    if spacing is None and headers.get("x-ratelimit-nearlimit", "").strip().lower() == "true":
        # Buckets of requests are filled each second: what is left of one is spread over a second.
        apart = 1.0 / max(whole(headers, "remaining") or 0, 1)
        because = f"Jira's burst limit on {call.resource}"
        spacing = Spacing(bucket_of(call), apart, now + timedelta(seconds=1), because)
    if answer.status != 429:
        return Said(_unavailable(call, answer, now, asked), quota, None, spacing)
    reason = headers.get("ratelimit-reason", "").strip().lower()
    longest = max((wait for wait in (asked, left) if wait), default=None)
    if "per-issue" in reason:
        return Said(quota=quota, spacing=spacing)  # the connector says which issue; everything else goes on
    if "burst" in reason:
        wait = asked or longest
        return Said(
            Limit(bucket_of(call), f"Jira's burst limit on {call.resource}", now + wait if wait else None), quota
        )
    if "quota" in reason or "cost" in reason:
        until = now + (longest or _to_full_hour(server_now(headers, now)))
        return Said(Limit(HOST, "Jira's hourly quota", until), quota)
    return Said(Limit(HOST, f"the limit of {call.host}", now + longest if longest else None), quota)


def _data_center(call: Call, answer: Answer, now: datetime) -> Said:
    """A bucket of tokens per account and node; `Retry-After` comes with every answer and is 0 while tokens are left."""
    headers = answer.headers
    asked = retry_after(headers, now)
    because = f"the rate limit of {call.host}"
    limit, remaining, rate = whole(headers, "limit"), whole(headers, "remaining"), number(headers, "fillrate")
    interval = number(headers, "interval-seconds") or 1.0
    apart = interval / rate if rate else interval
    quota = spacing = None
    if limit is not None and remaining is not None:
        full = now + timedelta(seconds=min(apart * max(limit - remaining, 0), FOREVER.total_seconds()))
        quota = Quota("requests", limit, remaining, full)
        if quota.share < 0.2:
            spacing = Spacing(HOST, min(apart, FOREVER.total_seconds()), full, because)
    if answer.status == 429:
        return Said(Limit(HOST, because, now + asked if asked else None, first=apart), quota, None, spacing)
    if remaining == 0 and asked:
        return Said(Limit(HOST, because, now + asked), quota, None, spacing)
    return Said(_unavailable(call, answer, now, asked), quota, None, spacing)


_ITEM = re.compile(r'"(?P<name>[^"]*)"\s*;(?P<parameters>[^,]*)')


def _points(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """`RateLimit: "NAME";r=LEFT;t=SECONDS` with `RateLimit-Policy: "NAME";q=QUOTA;w=WINDOW`, with or without `Beta-`."""
    for prefix in ("", "beta-"):
        state = _ITEM.search(headers.get(f"{prefix}ratelimit", ""))
        policy = _ITEM.search(headers.get(f"{prefix}ratelimit-policy", ""))
        if state is None or policy is None:
            continue
        left, seconds = _parameter(state, "r"), _parameter(state, "t")
        most = _parameter(policy, "q")
        if left is not None and most is not None:
            reset = now + bounded(float(seconds)) if seconds is not None else None
            return Quota(state["name"], most, left, reset)
    return None


def _parameter(item: re.Match[str], name: str) -> int | None:
    found = re.search(rf"(?:^|;)\s*{name}\s*=\s*([0-9]{{1,12}})(?![0-9])", item["parameters"])
    return int(found[1]) if found else None


def _to_full_hour(moment: datetime) -> timedelta:
    """Jira's hourly quotas are full again at the top of each UTC hour."""
    return timedelta(hours=1) - timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def _unavailable(call: Call, answer: Answer, now: datetime, asked: timedelta | None) -> Limit | None:
    if (answer.status == 503 or answer.status == 403) and asked:
        return Limit(HOST, f"{call.host}, which asked for a pause", now + asked)
    if answer.status == 429:
        return Limit(HOST, f"the limit of {call.host}", now + asked if asked else None)
    return None
