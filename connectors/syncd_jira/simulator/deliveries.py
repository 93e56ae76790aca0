"""What Jira tells its webhooks about a change: payloads of REST version 2, whoever made the change and by whichever route.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncd_jira.simulator import render
from syncd_jira.simulator.changelog import item, ranked
from syncd_jira.simulator.state import Event, Issue, Site

Happened = tuple[str, Mapping[str, Any]]
_KINDS = {"create": "jira:issue_created", "delete": "jira:issue_deleted"}


def happened(site: Site, event: Event, before: Mapping[str, Issue], url: str) -> Iterator[Happened]:
    """The deliveries of one event that was just applied; `before` holds the issues as they were."""
    for id_ in event.get("ids") or [event["id"]]:
        old, new = before.get(id_), site.issues.get(id_)
        shown = new or old
        if shown is None:
            continue
        name = _KINDS.get(event["do"], "jira:issue_updated")
        payload: dict[str, Any] = {
            "timestamp": event.get("at") or site.milliseconds(),
            "webhookEvent": name,
            "issue_event_type_name": name.replace("jira:issue_updated", "issue_generic").removeprefix("jira:"),
            "user": site.account(str(event.get("by", ""))) or next(iter(site.config.accounts), {}),
            "issue": render.issue(site, shown, ["*all"], url=url, version="2", account=""),
        }
        if name == "jira:issue_updated":
            payload["changelog"] = {"id": str(payload["timestamp"]), "items": list(_items(site, event, old, shown))}
        yield name, payload
        comments, earlier = shown.fields.get("comment") or {}, (old.fields.get("comment") if old else None) or {}
        if comments.get("total", 0) > earlier.get("total", 0) and event["do"] == "set":
            about = {key: payload[key] for key in ("timestamp", "issue")}
            yield "comment_created", {**about, "webhookEvent": "comment_created", "comment": comments["comments"][-1]}


def _items(site: Site, event: Event, old: Issue | None, new: Issue) -> Iterator[dict[str, Any]]:
    if event["do"] == "rank":
        yield ranked()
        return
    if event["do"] == "move" and old is not None:
        yield item("project", "project", old.project, new.project)
        yield item("Key", "Key", old.key, new.key)
        return
    for id_ in event.get("fields", ()):
        field = site.fields.get(id_)
        was = old.fields.get(id_) if old is not None else None
        yield item(field.name if field else id_, id_, was, new.fields.get(id_))
