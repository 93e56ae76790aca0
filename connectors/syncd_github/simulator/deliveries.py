"""What GitHub tells its webhooks about a change, whoever made it and by whichever route. Reactions are told to nobody.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from syncd_github.simulator.model import Comment, Issue, Item, Label, Milestone, Repository, Site
from syncd_github.simulator.places import Change
from syncd_github.simulator.present import Presenter

Happened = tuple[str, Mapping[str, Any]]
_ITEMS = {"item_add": "created", "item_draft": "created", "item_value": "edited", "item_move": "reordered"}
_COMMENTS = {"comment": "created", "comment_edit": "edited", "comment_delete": "deleted"}


class Deliveries:
    """`before` is asked before a change is made and `after` once it is."""

    def __init__(self, site: Site, present: Presenter) -> None:
        self._site = site
        self._present = present

    def before(self, change: Change) -> Mapping[str, Any]:
        """What will be gone: the issue as it is, or the project's item."""
        if "number" in change and "repository" in change:
            issue = self._site.repositories[change["repository"]].issues.get(change["number"])
            if issue is not None:
                state = {"state": issue.state, "labels": list(issue.labels)}
                return {**state, "issue": self._present.issue(issue), "node": issue}
        if change["do"] == "item_delete":
            item = self._site.nodes.get(change["item"])
            return {"item": self._item(item)} if isinstance(item, Item) else {}
        return {}

    def after(self, change: Change, made: Any, before: Mapping[str, Any]) -> Iterator[Happened]:
        sender = {"sender": self._present.user(self._site.account(change.get("actor") or "maria"))}
        do = change["do"]
        for event, payload in self._happened(do, change, made, before):
            repository = self._site.repositories.get(change.get("repository", 0))
            home = {"repository": self._present.repository(repository, True)} if repository is not None else {}
            yield event, {**payload, **home, **sender}

    def _happened(self, do: str, change: Change, made: Any, before: Mapping[str, Any]) -> Iterator[Happened]:
        if isinstance(made, Item) and do in (*_ITEMS, "item_archive"):
            action = _ITEMS.get(do) or ("archived" if change.get("archived") else "restored")
            yield "projects_v2_item", {"action": action, "projects_v2_item": self._item(made)}
        elif do == "item_delete" and before:
            yield "projects_v2_item", {"action": "deleted", "projects_v2_item": before["item"]}
        elif do == "issue_delete":
            yield "issues", {"action": "deleted", "issue": before["issue"]}
        elif do == "issue_transfer" and isinstance(made, Issue):
            changes = {"new_issue": self._present.issue(made), "new_repository": self._home(made.repository)}
            yield "issues", {"action": "transferred", "issue": before["issue"], "changes": changes}
        elif do in _COMMENTS and isinstance(made, Comment):
            issue = before["node"]
            shown = {"issue": self._present.issue(issue), "comment": self._present.comment(issue, made)}
            yield "issue_comment", {"action": _COMMENTS[do], **shown}
        elif do == "sub_issue" and isinstance(made, Issue):
            yield from self._sub_issue(change, made)
        elif do == "dependency" and isinstance(made, Issue):
            yield from self._dependency(change, made)
        elif do in ("issue_create", "issue_edit", "issue_labels") and isinstance(made, Issue):
            yield from self._edited(do, made, before)
        elif do in ("label_create", "label_edit") and isinstance(made, Label):
            told: dict[str, Any] = {"action": "created", "label": self._present.label(made)}
            if do == "label_edit":
                changes = {name: {"from": ""} for name in ("name", "color", "description") if change.get(name)}
                told |= {"action": "edited", "changes": changes}
            yield "label", told
        elif do == "milestone_create" and isinstance(made, Milestone):
            home = self._site.repositories[change["repository"]]
            yield "milestone", {"action": "created", "milestone": self._present.milestone(home, made)}
        elif do == "repository_rename" and isinstance(made, Repository):
            yield "repository", {"action": "renamed"}

    def _edited(self, do: str, issue: Issue, before: Mapping[str, Any]) -> Iterator[Happened]:
        shown = self._present.issue(issue)
        if do == "issue_create":
            yield self._told(issue, {"action": "opened", "issue": shown})
            return
        if issue.state != before["state"]:
            yield self._told(issue, {"action": "closed" if issue.state == "closed" else "reopened", "issue": shown})
        elif do == "issue_edit":
            yield self._told(issue, {"action": "edited", "issue": shown, "changes": {}})
        for action, one, other in (
            ("labeled", issue.labels, before["labels"]),
            ("unlabeled", before["labels"], issue.labels),
        ):
            for label in one:
                if label not in other:
                    yield self._told(issue, {"action": action, "issue": shown, "label": self._present.label(label)})

    def _sub_issue(self, change: Change, parent: Issue) -> Iterator[Happened]:
        child = self._site.repositories[change["child_repository"]].issues[change["child"]]
        for action in ("sub_issue_added", "parent_issue_added"):
            ids = {"parent_issue_id": parent.id, "sub_issue_id": child.id}
            shown = {"parent_issue": self._present.issue(parent), "sub_issue": self._present.issue(child)}
            yield "sub_issues", {"action": action, **ids, **shown}

    def _dependency(self, change: Change, blocked: Issue) -> Iterator[Happened]:
        blocker = self._site.repositories[change["blocker_repository"]].issues[change["blocker"]]
        what = "removed" if change.get("remove") else "added"
        for action in (f"blocked_by_{what}", f"blocking_{what}"):
            ids = {"blocked_issue_id": blocked.id, "blocking_issue_id": blocker.id}
            shown = {"blocked_issue": self._present.issue(blocked), "blocking_issue": self._present.issue(blocker)}
            yield "issue_dependencies", {"action": action, **ids, **shown}

    def _told(self, issue: Issue, payload: Mapping[str, Any]) -> Happened:
        """Pull requests have events of their own."""
        if issue.pull is None:
            return "issues", payload
        return "pull_request", {"action": payload["action"], "number": issue.number, "pull_request": {"id": issue.id}}

    def _item(self, item: Item) -> dict[str, Any]:
        content = item.content
        kind = "DraftIssue" if not isinstance(content, Issue) else "PullRequest" if content.pull else "Issue"
        return {
            "id": zlib.crc32(item.node.encode()),
            "node_id": item.node,
            "project_node_id": item.project.node,
            "content_node_id": content.node,
            "content_type": kind,
            "creator": self._present.user(item.project.owner),
            "created_at": item.created,
            "updated_at": item.updated,
            "archived_at": item.updated if item.archived else None,
        }

    def _home(self, repository: Repository) -> dict[str, Any]:
        return self._present.repository(repository, True)
