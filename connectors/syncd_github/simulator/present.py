"""REST shapes of what the site holds, complete as the vendor's description has them.

https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from syncd_github.simulator.model import (
    REACTIONS,
    Account,
    Comment,
    Issue,
    IssueField,
    Label,
    Milestone,
    Repository,
    node_id,
)
from syncd_github.simulator.versions import LATEST, lacking_keys

Json = dict[str, Any]
WEB = "https://github.com"


def number_in(option: str) -> int:
    return int(option.rpartition("_")[2])


class Presenter:
    """`root` is the server's own address: everything that a client may follow leads back to it."""

    def __init__(
        self, root: str, issue_fields: Mapping[str, Sequence[IssueField]], version: tuple[int, ...] = LATEST
    ) -> None:
        self.root = root
        self.issue_fields = issue_fields
        self._lacks = tuple(lacking_keys(version))
        self._users: dict[str, Json] = {}

    def user(self, account: Account | None) -> Json | None:
        if account is None:
            return None
        known = self._users.get(account.login)
        if known is None:
            login = account.login
            url = f"{self.root}/users/{quote(login)}"
            known = self._users[login] = {
                "login": login,
                "id": account.id,
                "node_id": account.node,
                "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
                "gravatar_id": "",
                "url": url,
                "html_url": f"{WEB}/{quote(login)}",
                "followers_url": f"{url}/followers",
                "following_url": f"{url}/following{{/other_user}}",
                "gists_url": f"{url}/gists{{/gist_id}}",
                "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
                "subscriptions_url": f"{url}/subscriptions",
                "organizations_url": f"{url}/orgs",
                "repos_url": f"{url}/repos",
                "events_url": f"{url}/events{{/privacy}}",
                "received_events_url": f"{url}/received_events",
                "type": account.kind,
                "user_view_type": "public",
                "site_admin": False,
            }
        return known

    def repository_url(self, repository: Repository) -> str:
        return f"{self.root}/repos/{repository.full_name}"

    def label(self, label: Label) -> Json:
        return {
            "id": label.id,
            "node_id": label.node,
            "url": f"{self.repository_url(label.repository)}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.color,
            "default": label.default,
            "description": label.description,
        }

    def milestone(self, repository: Repository, milestone: Milestone | None) -> Json | None:
        if milestone is None:
            return None
        url = f"{self.repository_url(repository)}/milestones/{milestone.number}"
        mine = [issue for issue in repository.issues.values() if issue.milestone is milestone]
        done = sum(issue.state == "closed" for issue in mine)
        return {
            "url": url,
            "html_url": f"{WEB}/{repository.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": milestone.node,
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user(milestone.creator),
            "open_issues": len(mine) - done,
            "closed_issues": done,
            "state": milestone.state,
            "created_at": milestone.created,
            "updated_at": milestone.updated,
            "due_on": milestone.due,
            "closed_at": None,
        }

    def reactions(self, issue: Issue, url: str) -> Json:
        counts = {content: issue.count(content) for content in REACTIONS}
        return {"url": f"{url}/reactions", "total_count": sum(counts.values()), **counts}

    def issue(self, issue: Issue) -> Json:
        repository = issue.repository
        home = self.repository_url(repository)
        url = f"{home}/issues/{issue.number}"
        kind = "issues" if issue.pull is None else "pull"
        done = sum(child.state == "closed" for child in issue.children)
        total = len(issue.children)
        people = [self.user(account) for account in issue.assignees]
        found: Json = {
            "url": url,
            "repository_url": home,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{WEB}/{repository.full_name}/{kind}/{issue.number}",
            "id": issue.id,
            "node_id": issue.node,
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": [self.label(label) for label in issue.labels],
            "state": issue.state,
            "locked": issue.locked,
            "assignee": people[0] if people else None,
            "assignees": people,
            "milestone": self.milestone(repository, issue.milestone),
            "comments": issue.comments,
            "created_at": issue.created,
            "updated_at": issue.updated,
            "closed_at": issue.closed,
            "author_association": issue.association,
            "type": issue.type,
            "active_lock_reason": issue.lock_reason,
            "sub_issues_summary": {
                "total": total,
                "completed": done,
                "percent_completed": 100 * done // total if total else 0,
            },
            "issue_dependencies_summary": {
                "blocked_by": issue.waits[0],
                "total_blocked_by": issue.waits[1],
                "blocking": issue.holds[0],
                "total_blocking": issue.holds[1],
            },
            "body": issue.body,
            "closed_by": self.user(issue.closed_by),
            "reactions": self.reactions(issue, url),
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None,
            "state_reason": issue.reason,
        }
        if issue.repository.owner.login.casefold() in self.issue_fields and issue.pull is None:
            found["issue_field_values"] = self.issue_values(issue)
        if issue.parent is not None:
            found["parent_issue_url"] = f"{self.repository_url(issue.parent.repository)}/issues/{issue.parent.number}"
        elif issue.parent_url is not None:
            found["parent_issue_url"] = f"{self.root}/repos/{issue.parent_url.rpartition('/repos/')[2]}"
        if issue.pull is not None:
            web = f"{WEB}/{repository.full_name}/pull/{issue.number}"
            found["draft"] = bool(issue.draft)
            found["pull_request"] = {
                "url": f"{home}/pulls/{issue.number}",
                "html_url": web,
                "diff_url": f"{web}.diff",
                "patch_url": f"{web}.patch",
                "merged_at": issue.pull.get("merged_at"),
            }
            for only_issues in ("type", "sub_issues_summary", "issue_dependencies_summary"):
                del found[only_issues]
        if found.get("type", 0) is None:
            del found["type"]
        for key in self._lacks:
            found.pop(key, None)
        return found

    def issue_field(self, field: IssueField) -> Json:
        options = [
            {"id": number_in(option.id), "name": option.name, "description": None, "color": "gray", "priority": index}
            for index, option in enumerate(field.options)
        ]
        return {
            "id": field.id,
            "node_id": field.node,
            "name": field.name,
            "description": None,
            "data_type": field.type,
            "visibility": "organization_members_only",
            "options": options if field.type == "single_select" else None,
            "created_at": field.at,
            "updated_at": field.at,
        }

    def issue_values(self, issue: Issue) -> list[Json]:
        """The values that are set, in the order of the fields."""
        found: list[Json] = []
        for field in self.issue_fields.get(issue.repository.owner.login.casefold(), ()):
            value = issue.values.get(field.node)
            if value is None:
                continue
            row: Json = {
                "issue_field_id": field.id,
                "issue_field_name": field.name,
                "node_id": field.node,
                "data_type": field.type,
                "value": value,
            }
            option = next((option for option in field.options if option.id == value), None)
            if option is not None:
                shown = {"id": number_in(option.id), "name": option.name, "color": "gray"}
                row |= {"value": number_in(option.id), "single_select_option": shown}
            found.append(row)
        return found

    def comment(self, issue: Issue, comment: Comment) -> Json:
        home = self.repository_url(issue.repository)
        url = f"{home}/issues/comments/{comment.id}"
        return {
            "url": url,
            "html_url": f"{WEB}/{issue.repository.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{home}/issues/{issue.number}",
            "id": comment.id,
            "node_id": comment.node,
            "user": self.user(comment.author),
            "created_at": comment.created,
            "updated_at": comment.updated,
            "author_association": "MEMBER",
            "body": comment.body,
            "performed_via_github_app": None,
            "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)},
        }

    def reaction(self, account: Account, content: str, id_: int, at: str) -> Json:
        return {
            "id": id_,
            "node_id": node_id("REA", id_),
            "user": self.user(account),
            "content": content,
            "created_at": at,
        }

    def repository(self, repository: Repository, may_write: bool) -> Json:
        url = self.repository_url(repository)
        web = f"{WEB}/{repository.full_name}"
        opened = sum(issue.state == "open" for issue in repository.issues.values())
        plain = [
            "forks",
            "keys{/key_id}",
            "collaborators{/collaborator}",
            "teams",
            "hooks",
            "issues/events{/number}",
            "events",
            "assignees{/user}",
            "branches{/branch}",
            "tags",
            "git/tags{/sha}",
            "git/refs{/sha}",
            "git/trees{/sha}",
            "git/commits{/sha}",
            "statuses/{sha}",
            "languages",
            "stargazers",
            "contributors",
            "subscribers",
            "subscription",
            "commits{/sha}",
            "comments{/number}",
            "issues/comments{/number}",
            "contents/{+path}",
            "compare/{base}...{head}",
            "merges",
            "{archive_format}{/ref}",
            "downloads",
            "issues{/number}",
            "pulls{/number}",
            "milestones{/number}",
            "notifications{?since,all,participating}",
            "labels{/name}",
            "releases{/id}",
            "deployments",
            "git/blobs{/sha}",
        ]
        names = [
            "forks",
            "keys",
            "collaborators",
            "teams",
            "hooks",
            "issue_events",
            "events",
            "assignees",
            "branches",
            "tags",
            "git_tags",
            "git_refs",
            "trees",
            "git_commits",
            "statuses",
            "languages",
            "stargazers",
            "contributors",
            "subscribers",
            "subscription",
            "commits",
            "comments",
            "issue_comment",
            "contents",
            "compare",
            "merges",
            "archive",
            "downloads",
            "issues",
            "pulls",
            "milestones",
            "notifications",
            "labels",
            "releases",
            "deployments",
            "blobs",
        ]
        return {
            "id": repository.id,
            "node_id": repository.node,
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.user(repository.owner),
            "html_url": web,
            "description": None,
            "fork": False,
            "url": url,
            **{f"{name}_url": f"{url}/{path}" for name, path in zip(names, plain, strict=True)},
            "git_url": f"git://github.com/{repository.full_name}.git",
            "ssh_url": f"git@github.com:{repository.full_name}.git",
            "clone_url": f"{web}.git",
            "svn_url": web,
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "license": None,
            "default_branch": "main",
            **{f"has_{what}": False for what in ("projects", "wiki", "pages", "downloads", "discussions")},
            "has_issues": repository.has_issues,
            "archived": repository.archived,
            "disabled": False,
            "visibility": "private" if repository.private else "public",
            "created_at": repository.created,
            "updated_at": repository.created,
            "pushed_at": repository.created,
            "open_issues": opened,
            "open_issues_count": opened,
            "topics": [],
            **dict.fromkeys(("size", "forks", "forks_count", "watchers", "watchers_count", "stargazers_count"), 0),
            "subscribers_count": 0,
            "network_count": 0,
            "permissions": {
                "admin": False,
                "maintain": False,
                "push": may_write,
                "triage": may_write,
                "pull": True,
            },
        }
