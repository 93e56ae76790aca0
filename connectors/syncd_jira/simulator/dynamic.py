"""Webhooks that an OAuth app registered for itself: it alone sees them, and they end after thirty days.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-webhooks/
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import errors
from syncd_jira.simulator.state import Site

LASTS = timedelta(days=30)


class Dynamic:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._hooks: dict[int, dict[str, Any]] = {}

    def add(self, url: str, events: Sequence[str], jql: str = "project = PAY") -> int:
        """As the app registered it with POST."""
        id_ = 10_000 + len(self._hooks)
        self._hooks[id_] = {
            "id": id_, "url": url, "jqlFilter": jql, "events": list(events), "expirationDate": self._end(),
        }  # fmt: skip
        return id_

    def answer(self, request: Request, below: Sequence[str], *, app: bool) -> Reply:
        if not self._site.cloud:
            return errors(404, "Not found.")
        if not app:
            return errors(403, "The caller is not an app.")
        now = self._site.milliseconds()
        live = [hook for hook in self._hooks.values() if hook["expirationDate"] > now]
        match (request.method, *below):
            case ("GET",):
                start, size = int(request.one("startAt", "0")), min(int(request.one("maxResults", "100")), 100)
                page = live[start : start + size]
                last = start + size >= len(live)
                told = {"startAt": start, "maxResults": size, "total": len(live), "isLast": last, "values": page}
                return Reply(200, told)
            case ("PUT", "refresh"):
                end = self._end()
                wanted = set((request.json() or {}).get("webhookIds") or ())
                for hook in live:
                    if hook["id"] in wanted:
                        hook["expirationDate"] = end
                return Reply(200, {"expirationDate": end})
        return errors(404, "Not found.")

    def _end(self) -> int:
        return self._site.milliseconds() + int(LASTS.total_seconds() * 1000)
