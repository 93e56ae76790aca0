"""Jira's four limits: an app's points an hour (of all sites and of this one), requests a second, writes to one issue.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from syncd.testing.httpsim import Reply
from syncd_jira.simulator.state import Site
from syncd_jira.simulator.weather import HTML

_TOMCAT = (
    b"<!doctype html><html><head><title>HTTP Status 429</title></head><body><h1>Too Many Requests</h1></body></html>"
)


class _Listed(msgspec.Struct):
    issues: list[msgspec.Raw] = []


_listed = msgspec.json.Decoder(_Listed)


class Limits:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._second: dict[str, tuple[int, int]] = {}
        self._writes: dict[str, deque[float]] = defaultdict(deque)
        self._hour: tuple[int, int] = (0, 0)
        """The hour since 1970, and the points that were spent in it."""

    def take(self, route: str) -> tuple[Mapping[str, str], Reply | None]:
        """The headers of this answer, and the refusal when the second is used up."""
        now = self._site.now()
        second = int(now.timestamp())
        begun, used = self._second.get(route, (second, 0))
        used = used + 1 if begun == second else 1
        self._second[route] = (second, used)
        quota = self._site.config.per_second
        reset = datetime.fromtimestamp(second + 1, now.tzinfo)
        headers = self._headers(quota, max(quota - used, 0), reset)
        if used <= quota:
            return headers, None
        if not self._site.cloud:
            return headers, Reply(429, _TOMCAT, {**headers, **HTML})
        return headers, busy(1, "jira-burst-based", headers)

    def write(self, id_: str) -> Reply | None:
        """The refusal when one issue is written too often."""
        if not self._site.cloud:
            return None
        now = self._site.now().timestamp()
        writes = self._writes[id_]
        writes.append(now)
        for seconds, most in self._site.config.per_issue:
            if sum(1 for at in writes if at > now - seconds) > most:
                return busy(int(seconds), "jira-per-issue-on-write", {})
        while writes and writes[0] < now - timedelta(minutes=1).total_seconds():
            writes.popleft()
        return None

    # -- points an hour: apps only, not API tokens ------------------------------------------------------------------

    def points_left(self) -> Reply | None:
        """The refusal of everything until the next full hour, when the points of this one are spent."""
        config, now = self._site.config, self._site.now()
        hour, spent = self._hour
        if hour != int(now.timestamp()) // 3600:
            self._hour = (int(now.timestamp()) // 3600, 0)
            return None
        reset = datetime.fromtimestamp((hour + 1) * 3600, now.tzinfo)
        for quota, reason in (
            (config.quota_global, "jira-quota-global-based"),
            (config.quota_tenant, "jira-quota-tenant-based"),
        ):
            if quota is not None and spent >= quota:
                headers = {
                    "X-RateLimit-Limit": str(quota),
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
                }
                return busy(max(int((reset - now).total_seconds()), 1), reason, headers)
        return None

    def spend(self, method: str, reply: Reply) -> None:
        """One point, and one more for each issue that was given."""
        hour, spent = self._hour
        objects = 0
        if method in ("GET", "POST") and reply.status == 200 and b'"issues"' in reply.content[:100]:
            objects = len(_listed.decode(reply.content).issues)
        self._hour = (hour, spent + 1 + objects)

    def _headers(self, quota: int, left: int, reset: datetime) -> Mapping[str, str]:
        if not self._site.cloud:
            return {
                "X-RateLimit-Limit": str(quota),
                "X-RateLimit-Remaining": str(left),
                "X-RateLimit-FillRate": str(quota),
                "X-RateLimit-Interval-Seconds": "1",
                "Retry-After": "0" if left else "1",
            }
        headers = {
            "X-RateLimit-Limit": str(quota),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
        }
        return {**headers, "X-RateLimit-NearLimit": "true"} if left * 5 < quota else headers


def busy(seconds: int, reason: str, headers: Mapping[str, str]) -> Reply:
    said = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
    return Reply(429, said, {**headers, "Retry-After": str(seconds), "RateLimit-Reason": reason})
