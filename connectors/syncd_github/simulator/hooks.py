"""The registered webhooks of repositories and organizations, as their administrators see them.

https://docs.github.com/en/rest/repos/webhooks
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_github.simulator.access import Token, refusal
from syncd_github.simulator.model import Site


class Hooks:
    def __init__(self, site: Site, root: str) -> None:
        self._site = site
        self._root = root
        self._hooks: dict[str, list[dict[str, Any]]] = {}
        self.delivered: dict[int, list[dict[str, Any]]] = {}
        """By hook, newest first."""
        self.visible = True
        """Whether tokens that may write are administrators, too."""

    def add(
        self, place: str, url: str, events: Sequence[str], *, secret: bool = True, active: bool = True, code: int = 202
    ) -> int:
        """A hook as if registered by hand. `place` is owner/name or an organization; `code` its last answer."""
        of_repository = "/" in place
        mine = self._hooks.setdefault(place.casefold(), [])
        id_ = 1000 + sum(map(len, self._hooks.values()))
        address = f"{self._root}/{'repos' if of_repository else 'orgs'}/{place}/hooks/{id_}"
        config = {"content_type": "json", "insecure_ssl": "0", "url": url} | ({"secret": "********"} if secret else {})
        hook: dict[str, Any] = {
            "type": "Repository" if of_repository else "Organization",
            "id": id_,
            "name": "web",
            "active": active,
            "events": list(events),
            "config": config,
            "updated_at": self._site.started,
            "created_at": self._site.started,
            "url": address,
            "ping_url": f"{address}/pings",
            "deliveries_url": f"{address}/deliveries",
        }
        if of_repository:
            said = "OK" if code < 300 else "Invalid HTTP Response"
            hook |= {
                "test_url": f"{address}/test",
                "last_response": {"code": code, "status": "active", "message": said},
            }
        mine.append(hook)
        self.delivered[id_] = []
        return id_

    def deliver(self, hook: int, event: str, code: int, at: str) -> None:
        """One more delivery, as GitHub keeps them for some days."""
        number = sum(map(len, self.delivered.values()))
        status = "OK" if 200 <= code < 300 else "Invalid HTTP Response" if code else "failed to connect"
        self.delivered[hook].insert(0, {
            "id": 90_000 + number, "guid": f"58474f00-b361-11eb-836d-{number:012d}", "delivered_at": at,
            "redelivery": False, "duration": 0.03, "status": status, "status_code": code, "event": event,
            "action": None, "installation_id": None, "repository_id": None,
        })  # fmt: skip

    def handle(self, request: Request, who: Token) -> Reply | None:
        """None for a request that is about something else."""
        match request.parts:
            case ("repos", owner, name, "hooks") if request.method == "GET":
                repository = self._site.repository(f"{owner}/{name}")
                place = repository.full_name if repository is not None else None
            case ("orgs", owner, "hooks") if request.method == "GET":
                account = self._site.accounts.get(owner.casefold())
                place = owner if account is not None and account.kind == "Organization" else None
            case ("repos", owner, name, "hooks", id_, "deliveries") if request.method == "GET":
                return self._deliveries(request, who, f"{owner}/{name}", id_)
            case ("orgs", owner, "hooks", id_, "deliveries") if request.method == "GET":
                return self._deliveries(request, who, owner, id_)
            case _:
                return None
        if place is None or not (self.visible and who.writes):
            return refusal(404, "Not Found")
        return Reply(200, self._hooks.get(place.casefold(), []))

    def _deliveries(self, request: Request, who: Token, place: str, id_: str) -> Reply:
        known = {str(hook["id"]) for hook in self._hooks.get(place.casefold(), ())}
        if id_ not in known or int(id_) not in self.delivered or not (self.visible and who.writes):
            return refusal(404, "Not Found")
        return Reply(200, self.delivered[int(id_)][: min(int(request.one("per_page", "30")), 100)])
