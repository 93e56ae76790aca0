"""Jira Cloud's limits: requests a second and route, writes to one issue; and the headers that tell of them.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from syncd.testing.httpsim import Reply
from syncd_jira.simulator.state import Site


class Limits:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._second: dict[str, tuple[int, int]] = {}
        self._writes: dict[str, deque[float]] = defaultdict(deque)

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
        return headers, busy(1, "jira-burst-based", headers)

    def write(self, id_: str) -> Reply | None:
        """The refusal when one issue is written too often."""
        now = self._site.now().timestamp()
        writes = self._writes[id_]
        writes.append(now)
        for seconds, most in self._site.config.per_issue:
            if sum(1 for at in writes if at > now - seconds) > most:
                return busy(int(seconds), "jira-per-issue-on-write", {})
        while writes and writes[0] < now - timedelta(minutes=1).total_seconds():
            writes.popleft()
        return None

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
