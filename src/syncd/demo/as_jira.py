"""The demo's Payments and Storefront issues as Jira Cloud returns them (GET /rest/api/3/issue).

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from syncd.demo.body import document, text
from syncd.demo.dates import SPRINT_DAYS, SPRINT_STARTS
from syncd.demo.draft import (
    JIRA_PRIORITIES,
    SCOPES,
    SYNCD,
    TEAM,
    VISITOR,
    Draft,
    Member,
    Scope,
    Sort,
    SprintPlace,
    Stage,
    Tie,
    TieKind,
    Version,
)

Json = dict[str, object]

STORY_POINTS = "customfield_10016"
RANK = "customfield_10019"
SPRINT = "customfield_10020"
CUSTOMERS = "customfield_10041"
IMPACT = "customfield_10042"
CONFIDENCE = "customfield_10043"
SCORE = "customfield_10051"
BACKLOG_RANK = "customfield_10052"
OBJECTIVE = "customfield_10053"

FIELDS: tuple[Json, ...] = (
    {"id": STORY_POINTS, "name": "Story Points", "type": "number"},
    {"id": RANK, "name": "Rank", "type": "rank"},
    {"id": SPRINT, "name": "Sprint", "type": "sprint"},
    {"id": CUSTOMERS, "name": "Customers affected", "type": "number"},
    {"id": IMPACT, "name": "Impact", "type": "option", "options": ["Massive", "High", "Medium", "Low"]},
    {"id": CONFIDENCE, "name": "Confidence", "type": "number"},
    {"id": SCORE, "name": "Priority Score", "type": "number"},
    {"id": BACKLOG_RANK, "name": "Backlog Rank", "type": "number"},
    {"id": OBJECTIVE, "name": "Objective", "type": "string"},
)

_TYPES: dict[Sort, Json] = {
    Sort.EPIC: {"id": "10000", "name": "Epic", "subtask": False, "hierarchyLevel": 1},
    Sort.STORY: {"id": "10001", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    Sort.TASK: {"id": "10002", "name": "Task", "subtask": False, "hierarchyLevel": 0},
    Sort.BUG: {"id": "10004", "name": "Bug", "subtask": False, "hierarchyLevel": 0},
    Sort.SUBTASK: {"id": "10003", "name": "Sub-task", "subtask": True, "hierarchyLevel": -1},
}
_CATEGORIES: dict[str, Json] = {
    "undefined": {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"},
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
_STATUSES: dict[Stage, tuple[str, str]] = {
    Stage.TO_DO: ("10000", "new"),
    Stage.IN_PROGRESS: ("3", "indeterminate"),
    Stage.IN_REVIEW: ("10004", "indeterminate"),
    Stage.BLOCKED: ("10005", "indeterminate"),
    Stage.IN_LIMBO: ("10009", "undefined"),
    Stage.DONE: ("10001", "done"),
    Stage.WONT_DO: ("10006", "done"),
}
_RESOLUTIONS = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002"}
_LINK_TYPES: dict[TieKind, Json] = {
    TieKind.BLOCKS: {"id": "10000", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
    TieKind.DUPLICATES: {"id": "10002", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"},
    TieKind.RELATES: {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"},
}
_SPRINT_NUMBERS = {SprintPlace.CLOSED: 41, SprintPlace.ACTIVE: 42, SprintPlace.FUTURE: 43}


def site(zone: str = "Europe/Berlin") -> Json:
    """The first line of the file."""
    return {
        "_simulator": {
            "deployment": "Cloud",
            "time_zone": zone,
            "fields": list(FIELDS),
            "accounts": [{**_person(member), "emailAddress": member.email} for member in (SYNCD, VISITOR, *TEAM)],
        }
    }


def issues(drafts: Sequence[Draft], today: date) -> Iterator[Json]:
    """In the order of the backlog before anyone scored it: as the issues came in."""
    writer = _Writer(drafts, today)
    for draft in sorted(drafts, key=lambda each: (each.created, each.key)):
        yield writer.issue(draft)


class _Writer:
    def __init__(self, drafts: Sequence[Draft], today: date) -> None:
        self._today = today
        self._ids = {id(draft): str(10_100 + at) for at, draft in enumerate(drafts)}
        self._comment = 20_000
        self._remote = 30_000
        self._sprints = {place: _sprint(place, today) for place in SprintPlace}
        self._projects: dict[str, Json] = {
            scope.name: {
                "id": str(10_000 + at),
                "key": scope.name,
                "name": scope.title,
                "projectTypeKey": "software",
                "simplified": False,
            }
            for at, scope in enumerate(scope for scope in SCOPES if scope.jira)
        }

    def issue(self, draft: Draft) -> Json:
        whole: Json = {"id": self._id(draft), "key": draft.key, "fields": self._fields(draft)}
        if draft.web_links:
            whole["_remotelinks"] = [self._remote_link(other) for other in draft.web_links]
        return whole

    def _id(self, draft: Draft) -> str:
        return self._ids[id(draft)]

    def _fields(self, draft: Draft) -> Json:
        closed = draft.closed
        fields: Json = {
            "summary": draft.title,
            "description": document(draft.blocks) if draft.blocks else None,
            "issuetype": _TYPES[draft.sort],
            "project": self._projects[draft.scope.name],
            "status": _status(draft.stage),
            "statuscategorychangedate": _time(closed or draft.created),
            "priority": _priority(draft),
            "resolution": _resolution(draft),
            "resolutiondate": _time(closed) if closed else None,
            "created": _time(draft.created),
            "updated": _time(draft.updated),
            "duedate": draft.due.isoformat() if draft.due else None,
            "labels": draft.labels,
            "components": [_component(draft)],
            "fixVersions": [_version(draft.scope, draft.version, self._today)] if draft.version else [],
            "versions": [],
            "assignee": _person(draft.assignee) if draft.assignee else None,
            "reporter": _person(draft.reporter),
            "creator": _person(draft.reporter),
            "votes": {"votes": draft.votes, "hasVoted": False},
            "watches": {"watchCount": draft.watchers, "isWatching": False},
            "issuelinks": [self._link(tie, draft) for tie in draft.ties if tie.in_jira],
            "subtasks": [self._brief(child) for child in draft.children if child.sort is Sort.SUBTASK],
            "comment": self._comments(draft),
            STORY_POINTS: float(draft.effort) if draft.effort is not None else None,
            SPRINT: [self._sprints[draft.sprint]] if draft.sprint else None,
            CUSTOMERS: float(draft.reach) if draft.reach is not None else None,
            IMPACT: _option(draft.impact) if draft.impact else None,
            CONFIDENCE: draft.confidence,
            SCORE: None,
            BACKLOG_RANK: None,
            OBJECTIVE: None,
        }
        if draft.parent is not None:
            fields["parent"] = self._brief(draft.parent)
        return fields

    def _brief(self, draft: Draft) -> Json:
        """An issue as others show it."""
        fields: Json = {
            "summary": draft.title,
            "status": _status(draft.stage),
            "priority": _priority(draft),
            "issuetype": _TYPES[draft.sort],
        }
        return {"id": self._id(draft), "key": draft.key, "fields": fields}

    def _link(self, tie: Tie, draft: Draft) -> Json:
        end = "outwardIssue" if draft is tie.source else "inwardIssue"
        other = tie.target if draft is tie.source else tie.source
        return {"id": str(40_000 + tie.number), "type": _LINK_TYPES[tie.kind], end: self._brief(other)}

    def _comments(self, draft: Draft) -> Json:
        comments: list[Json] = []
        for remark in draft.remarks:
            self._comment += 1
            comments.append(
                {
                    "id": str(self._comment),
                    "author": _person(remark.author),
                    "updateAuthor": _person(remark.author),
                    "body": document([text(remark.words)]),
                    "created": _time(remark.at),
                    "updated": _time(remark.at),
                    "jsdPublic": True,
                }
            )
        return {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0}

    def _remote_link(self, other: Draft) -> Json:
        self._remote += 1
        return {"id": self._remote, "globalId": f"github={other.key}", "url": other.url, "title": other.title}


def _person(member: Member) -> Json:
    return {
        "accountId": member.account,
        "accountType": "atlassian",
        "displayName": member.name,
        "active": True,
        "timeZone": member.zone,
    }


def _status(stage: Stage) -> Json:
    number, category = _STATUSES[stage]
    return {"id": number, "name": stage.value, "description": "", "statusCategory": _CATEGORIES[category]}


def _priority(draft: Draft) -> Json:
    """A project that sets no priorities shows the site's default on every issue."""
    level = draft.level if draft.scope.priorities else 3
    return {"id": str(level), "name": JIRA_PRIORITIES[level]}


def _resolution(draft: Draft) -> Json | None:
    if draft.closed is None:
        return None
    name = draft.stage.value
    if draft.stage is Stage.WONT_DO and any(
        tie.kind is TieKind.DUPLICATES and tie.source is draft for tie in draft.ties
    ):
        name = "Duplicate"
    return {"id": _RESOLUTIONS[name], "name": name, "description": ""}


def _component(draft: Draft) -> Json:
    at = next(at for at, area in enumerate(draft.scope.areas) if area is draft.area)
    return {"id": str(10_200 + 50 * SCOPES.index(draft.scope) + at), "name": draft.area.component}


def _version(scope: Scope, version: Version, today: date) -> Json:
    return {
        "id": str(10_400 + 10 * SCOPES.index(scope) + scope.versions.index(version)),
        "name": version.name,
        "archived": False,
        "released": version.released,
        "releaseDate": (today + timedelta(days=version.due)).isoformat(),
    }


def _option(impact: str) -> Json:
    names = ("massive", "high", "medium", "low")
    return {"id": str(10_500 + names.index(impact)), "value": impact.capitalize()}


def _sprint(place: SprintPlace, today: date) -> Json:
    number = _SPRINT_NUMBERS[place]
    start = datetime(today.year, today.month, today.day, 8, tzinfo=UTC) + timedelta(days=SPRINT_STARTS[place])
    end = start + timedelta(days=SPRINT_DAYS)
    sprint: Json = {
        "id": number,
        "name": f"Lumen Sprint {number}",
        "state": place.value,
        "boardId": 1,
        "goal": "",
        "startDate": _time(start),
        "endDate": _time(end),
    }
    if place is SprintPlace.CLOSED:
        sprint["completeDate"] = _time(end)
    return sprint


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
