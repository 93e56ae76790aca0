"""The demo's web, API and mobile issues as GitHub returns them (GET /repos/{owner}/{repo}/issues/{number}).

https://docs.github.com/en/rest/issues/issues#get-an-issue
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from syncd.demo.body import markdown, tasks
from syncd.demo.dates import SPRINT_DAYS, SPRINT_STARTS
from syncd.demo.dice import Dice
from syncd.demo.draft import SCOPES, TEAM, Draft, Member, Remark, Scope, Sort, SprintPlace, Stage, TieKind, Version

Json = dict[str, object]

OWNER = "lumen"
PROJECT = 1
API = "https://api.github.com"

_COLORS: Mapping[str, tuple[str, str]] = {
    "bug": ("d73a4a", "Something does not work"),
    "enhancement": ("a2eeef", "New feature or request"),
    "epic": ("3e4b9e", "Tracks a larger outcome"),
    "tech-debt": ("c5def5", "Makes later work cheaper"),
    "good first issue": ("7057ff", "Good for newcomers"),
    "security": ("b60205", "Handled with priority by the security round"),
    "customer-escalation": ("e99695", "A customer is waiting for an answer"),
    "size/S": ("c2e0c6", "A day"),
    "size/M": ("c2e0c6", "A few days"),
    "size/L": ("bfdadc", "A week or two"),
    "size/XL": ("bfdadc", "Split it first"),
    "impact/massive": ("5319e7", ""),
    "impact/high": ("7a49e8", ""),
    "impact/medium": ("a98ff0", ""),
    "impact/low": ("d4c5f9", ""),
    **{f"okr/KR{n}": ("fbca04", f"Moves key result KR{n}") for n in range(1, 8)},
    "P0": ("b60205", "Drop everything"),
    "P1": ("d93f0b", "This sprint"),
    "P2": ("fbca04", "Soon"),
    "P3": ("fef2c0", "Some day"),
    "priority: high": ("d93f0b", ""),
    "priority: medium": ("fbca04", ""),
    "priority: low": ("fef2c0", ""),
}
_EVERYWHERE = (
    "bug", "enhancement", "epic", "tech-debt", "good first issue", "security", "customer-escalation",
    "size/S", "size/M", "size/L", "size/XL", "impact/massive", "impact/high", "impact/medium", "impact/low",
    *(f"okr/KR{n}" for n in range(1, 8)),
)  # fmt: skip
_TYPES: Mapping[Sort, tuple[int, str, str]] = {
    Sort.TASK: (2101, "Task", "A specific piece of work"),
    Sort.BUG: (2102, "Bug", "An unexpected problem or behavior"),
    Sort.STORY: (2103, "Feature", "A request, idea, or new functionality"),
}
_BOARD = {
    Stage.TO_DO: "Todo", Stage.BLOCKED: "Todo", Stage.IN_PROGRESS: "In Progress", Stage.IN_REVIEW: "In Progress",
    Stage.DONE: "Done", Stage.WONT_DO: "Done",
}  # fmt: skip
_REACTIONS = ("-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def site(drafts: Mapping[str, Sequence[Draft]], today: date, dice: Dice) -> Json:
    """The first line of the file: label catalogs and the project lumen/1 with most open issues."""
    items: list[Json] = []
    for scope in _repositories():
        for draft in drafts[scope.name]:
            recent = draft.closed is not None and draft.closed.date() > today - timedelta(days=14)
            if draft.sort is not Sort.PULL and (draft.stage.open or recent) and (draft.hero or dice.chance(0.92)):
                items.append({"repository": scope.name, "number": draft.number, "fields": _item(draft)})
    fields: list[Json] = [
        {"name": "Status", "type": "single_select", "options": ["Todo", "In Progress", "Done"]},
        {"name": "Reach", "type": "number"},
        {"name": "Score", "type": "number"},
        {"name": "Rank", "type": "number"},
        {"name": "Roadmap", "type": "single_select", "options": ["now", "next", "later"]},
        {"name": "Due", "type": "date"},
        {"name": "Sprint", "type": "iteration", "iterations": [_iteration(place, today) for place in SprintPlace]},
    ]
    project: Json = {
        "owner": OWNER,
        "owner_type": "Organization",
        "number": PROJECT,
        "title": "Lumen roadmap",
        "fields": fields,
        "items": items,
    }
    labels = {scope.name: [_label(name) for name in _catalog(scope, drafts[scope.name])] for scope in _repositories()}
    return {"_simulator": {"labels": labels, "projects": [project]}}


def issues(drafts: Mapping[str, Sequence[Draft]], today: date) -> Iterator[Json]:
    writer = _Writer(drafts, today)
    everything = [draft for scope in _repositories() for draft in drafts[scope.name]]
    for draft in sorted(everything, key=lambda each: (each.created, each.key)):
        yield writer.issue(draft)


class _Writer:
    def __init__(self, drafts: Mapping[str, Sequence[Draft]], today: date) -> None:
        self._today = today
        self._comment = 3_100_000_000
        self._ids: dict[str, int] = {}
        for at, scope in enumerate(_repositories()):
            for draft in drafts[scope.name]:
                self._ids[draft.key] = 2_600_000_000 + 10_000_000 * at + 7 * draft.number

    def issue(self, draft: Draft) -> Json:
        repository = f"{API}/repos/{draft.scope.name}"
        address = f"{repository}/issues/{draft.number}"
        number = self._ids[draft.key]
        pull = draft.sort is Sort.PULL
        blocks = list(draft.blocks)
        if draft.sort is Sort.EPIC and draft.children:
            blocks.append(tasks([(not child.stage.open, f"#{child.number}") for child in draft.children[:40]]))
        assignees = [_user(draft.assignee)] if draft.assignee else []
        whole: Json = {
            "url": address,
            "repository_url": repository,
            "labels_url": f"{address}/labels{{/name}}",
            "comments_url": f"{address}/comments",
            "events_url": f"{address}/events",
            "html_url": draft.url,
            "id": number,
            "node_id": f"{'PR' if pull else 'I'}_kwDOLumen{number}",
            "number": draft.number,
            "title": draft.title,
            "user": _user(draft.reporter),
            "labels": [_label_of(draft.scope, name) for name in labels_of(draft)],
            "state": "open" if draft.stage.open else "closed",
            "locked": False,
            "active_lock_reason": None,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": self._milestone(draft.scope, draft.version) if draft.version else None,
            "comments": len(draft.remarks),
            "created_at": _time(draft.created),
            "updated_at": _time(draft.updated),
            "closed_at": _time(draft.closed) if draft.closed else None,
            "closed_by": _user(draft.assignee or draft.reporter) if draft.closed else None,
            "author_association": "MEMBER",
            "state_reason": _state_reason(draft),
            "body": markdown(blocks) or None,
            "reactions": _reactions(draft, address),
            "timeline_url": f"{address}/timeline",
            "performed_via_github_app": None,
        }
        if pull:
            whole["draft"] = False
            whole["pull_request"] = _pull(draft, repository)
        else:
            done = sum(1 for child in draft.children if not child.stage.open)
            whole["type"] = _type(draft)
            whole["sub_issues_summary"] = {
                "total": len(draft.children),
                "completed": done,
                "percent_completed": 100 * done // len(draft.children) if draft.children else 0,
            }
            whole["issue_dependencies_summary"] = {
                "blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0
            }  # fmt: skip
            if draft.parent is not None:
                whole["parent_issue_url"] = f"{repository}/issues/{draft.parent.number}"
        if draft.remarks:
            whole["_comments"] = [self._remark(remark) for remark in draft.remarks]
        return whole

    def _milestone(self, scope: Scope, version: Version) -> Json:
        at = scope.versions.index(version)
        address = f"{API}/repos/{scope.name}/milestones/{at + 1}"
        opened = self._today - timedelta(days=150 - 30 * at)
        number = 9_000_000 + 10 * SCOPES.index(scope) + at
        due = self._today + timedelta(days=version.due)
        return {
            "url": address,
            "html_url": f"https://github.com/{scope.name}/milestone/{at + 1}",
            "labels_url": f"{address}/labels",
            "id": number,
            "node_id": f"MI_kwDOLumen{number}",
            "number": at + 1,
            "title": version.name,
            "description": None,
            "creator": _user(TEAM[0]),
            "open_issues": 0,
            "closed_issues": 0,
            "state": "closed" if version.released else "open",
            "created_at": f"{opened.isoformat()}T09:00:00Z",
            "updated_at": f"{opened.isoformat()}T09:00:00Z",
            "due_on": f"{due.isoformat()}T08:00:00Z",
            "closed_at": f"{due.isoformat()}T15:00:00Z" if version.released else None,
        }

    def _remark(self, remark: Remark) -> Json:
        self._comment += 1
        return {
            "id": self._comment,
            "user": _user(remark.author),
            "created_at": _time(remark.at),
            "updated_at": _time(remark.at),
            "author_association": "MEMBER",
            "body": remark.words,
        }


def labels_of(draft: Draft) -> list[str]:
    """What the team says with labels: kind and topic, size, impact and its own words for urgency."""
    labels = list(draft.labels)
    if draft.sort in (Sort.PULL, Sort.EPIC):
        return labels
    if draft.effort is not None:
        size = next((name for most, name in ((2, "S"), (5, "M"), (10, "L")) if draft.effort <= most), "XL")
        labels.append(f"size/{size}")
    if draft.impact is not None:
        labels.append(f"impact/{draft.impact}")
    # The middle is what people rarely bother to say.
    unset = draft.level == 3 and not draft.hero and draft.number % 3 != 0
    if draft.scope.priorities and not unset:
        labels.append(draft.scope.priorities[draft.level])
    return labels


def _repositories() -> list[Scope]:
    return [scope for scope in SCOPES if not scope.jira]


def _catalog(scope: Scope, drafts: Sequence[Draft]) -> list[str]:
    used = {name for draft in drafts for name in draft.labels}
    topics = {label for area in scope.areas for label in area.labels}
    return sorted({*_EVERYWHERE, *scope.priorities.values(), *topics, *used})


def _label(name: str) -> Json:
    color, description = _COLORS.get(name, ("ededed", ""))
    return {"name": name, "color": color, "description": description}


def _label_of(scope: Scope, name: str) -> Json:
    """Ids must only differ and stay: they are read from the name."""
    number = 4_000_000_000 + zlib.crc32(f"{scope.name}/{name}".encode())
    return {
        "id": number,
        "node_id": f"LA_kwDOLumen{number}",
        "url": f"{API}/repos/{scope.name}/labels/{name.replace(' ', '%20').replace('/', '%2F')}",
        "default": name in ("bug", "enhancement", "good first issue"),
        **_label(name),
    }


def _item(draft: Draft) -> Json:
    fields: Json = {"Status": _BOARD[draft.stage]}
    if draft.reach is not None:
        fields["Reach"] = draft.reach
    if draft.due is not None:
        fields["Due"] = draft.due.isoformat()
    return fields


def _iteration(place: SprintPlace, today: date) -> Json:
    number = {SprintPlace.CLOSED: 41, SprintPlace.ACTIVE: 42, SprintPlace.FUTURE: 43}[place]
    start = today + timedelta(days=SPRINT_STARTS[place])
    return {"title": f"Lumen Sprint {number}", "startDate": start.isoformat(), "duration": SPRINT_DAYS}


def _user(member: Member) -> Json:
    number = 5_100_000 + 37 * TEAM.index(member)
    return {
        "login": member.login,
        "id": number,
        "node_id": f"U_kgDOLumen{number}",
        "type": "User",
        "site_admin": False,
    }


def _type(draft: Draft) -> Json | None:
    if not draft.typed or draft.sort not in _TYPES:
        return None
    number, name, description = _TYPES[draft.sort]
    return {
        "id": number,
        "node_id": f"IT_kwDOLumen{number}",
        "name": name,
        "description": description,
        "color": "blue",
        "is_enabled": True,
    }


def _state_reason(draft: Draft) -> str | None:
    if draft.stage.open or draft.sort is Sort.PULL:
        return None
    if draft.stage is Stage.DONE:
        return "completed"
    duplicate = any(tie.kind is TieKind.DUPLICATES and tie.source is draft for tie in draft.ties)
    return "duplicate" if duplicate else "not_planned"


def _reactions(draft: Draft, address: str) -> Json:
    others = dict.fromkeys(_REACTIONS, 0)
    others["heart"] = draft.votes // 6
    others["eyes"] = draft.watchers // 3
    total = draft.votes + others["heart"] + others["eyes"]
    return {"url": f"{address}/reactions", "total_count": total, "+1": draft.votes, **others}


def _pull(draft: Draft, repository: str) -> Json:
    merged = draft.closed if draft.stage is Stage.DONE else None
    return {
        "url": f"{repository}/pulls/{draft.number}",
        "html_url": draft.url,
        "diff_url": f"{draft.url}.diff",
        "patch_url": f"{draft.url}.patch",
        "merged_at": _time(merged) if merged else None,
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
