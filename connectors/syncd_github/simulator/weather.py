"""What real GitHub does on a bad day, switched on one by one: `{"_simulator": {"weather": {…}}}`, or set while it runs.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits

Broken bodies, lost answers and answers before or after the effect are `Fault`s of the HTTP server itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_github.simulator.access import refusal

BURST = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass(slots=True)
class Weather:
    clock: Callable[[], datetime]
    points: Mapping[str, int] = field(default_factory=dict)
    """Points a minute by resource: on GitHub {"core": 900, "graphql": 2000}. A read costs 1, a write 5."""
    content: int = 0
    """Writes a minute at most; on GitHub 80. 0 does not count."""
    burst_status: int = 403
    """403, 429, or 200 with an error in the body (GraphQL only)."""
    retry_after: int = 60
    """0 leaves the header out."""
    stale: float = 0.0
    """Seconds after a write in which a repeated read still shows what it showed before."""
    late: float = 0.0
    """Seconds in which GraphQL does not know a new issue."""
    skew: float = 0.0
    """Seconds by which GitHub's clock is ahead of everybody's."""
    most_aliases: int = 0
    """Mutations of more aliases get no answer in time (502) and have no effect. 0: any number."""
    most_at_once: int = 0
    """GraphQL stumbles over every page that is asked for with more than this. 0: any number."""
    without_effect: dict[str, int] = field(default_factory=dict)
    """Changes (see `changes`) that are answered with success and not made, and how often."""
    _spent: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    _written: float = float("-inf")
    _shown: dict[tuple[object, ...], Reply] = field(default_factory=dict)

    def configure(self, given: Mapping[str, Any]) -> None:
        known = {each.name for each in fields(self) if not each.name.startswith("_")} - {"clock"}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"the simulator knows no weather {name!r}; it knows {', '.join(sorted(known))}")
            setattr(self, name, value)

    def burst(self, resource: str, *, writes: bool) -> Reply | None:
        """The answer when this request is one too many within a minute."""
        over = self._over(resource, 5 if writes else 1, self.points.get(resource, 0))
        over = (writes and self._over("content", 1, self.content)) or over
        if not over:
            return None
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        if self.burst_status == 200 and resource == "graphql":
            return Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": BURST}]}, headers)
        reply = refusal(429 if self.burst_status == 429 else 403, BURST)
        return Reply(reply.status, reply.body, headers)

    def _over(self, name: str, cost: int, limit: int) -> bool:
        if not limit:
            return False
        now = self.clock().timestamp()
        spent = self._spent.setdefault(name, deque())
        while spent and spent[0][0] <= now - 60:
            spent.popleft()
        if sum(points for _, points in spent) + cost > limit:
            return True
        spent.append((now, cost))
        return False

    def read(self, request: Request, answer: Callable[[], Reply]) -> Reply:
        """A read as a replica answers it, which may not have heard of the last write."""
        if not self.stale:
            return answer()
        asked = (request.method, request.path, tuple(sorted(request.query.items())), request.body)
        if self.clock().timestamp() < self._written + self.stale and asked in self._shown:
            return self._shown[asked]
        shown = self._shown[asked] = answer()
        return shown

    def wrote(self) -> None:
        self._written = self.clock().timestamp()

    def swallows(self, do: str) -> bool:
        """Whether this change is only said to be made."""
        left = self.without_effect.get(do, 0)
        if left:
            self.without_effect[do] = left - 1
        return left > 0
