"""Where a change happens and who makes it: what all kinds of changes ask."""

from __future__ import annotations

from typing import Any

from syncd_github.simulator.model import Account, Issue, Site

Change = dict[str, Any]


def issue_at(site: Site, change: Change) -> Issue:
    return site.repositories[change["repository"]].issues[change["number"]]


def touch(issue: Issue, at: str) -> Issue:
    issue.updated = max(at, issue.updated)
    issue.repository.version += 1
    return issue


def actor(site: Site, change: Change) -> Account | None:
    return site.account(change["actor"]) if change.get("actor") else None
