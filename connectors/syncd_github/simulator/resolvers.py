"""What the fields of the schema read from the site. A field without an entry here is an attribute or a key of the same name.

https://docs.github.com/en/graphql/reference/objects
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLResolveInfo

from syncd_github.simulator.connections import Context, Problem, connection, pages
from syncd_github.simulator.model import (
    Account,
    Draft,
    Issue,
    IssueField,
    Item,
    Label,
    Milestone,
    Option,
    Project,
    ProjectField,
    Repository,
)
from syncd_github.simulator.timeline import timeline

WEB = "https://github.com"
CONTENTS = {
    "+1": "THUMBS_UP",
    "-1": "THUMBS_DOWN",
    "laugh": "LAUGH",
    "hooray": "HOORAY",
    "confused": "CONFUSED",
    "heart": "HEART",
    "rocket": "ROCKET",
    "eyes": "EYES",
}
_VALUES = {
    "NUMBER": ("ProjectV2ItemFieldNumberValue", "number"),
    "TEXT": ("ProjectV2ItemFieldTextValue", "text"),
    "DATE": ("ProjectV2ItemFieldDateValue", "date"),
    "SINGLE_SELECT": ("ProjectV2ItemFieldSingleSelectValue", "name"),
    "ITERATION": ("ProjectV2ItemFieldIterationValue", "title"),
}


def _issues(repository: Repository, info: GraphQLResolveInfo[Context], **asked: Any) -> Sequence[Issue]:
    filters = asked.get("filterBy") or {}
    states = {state.lower() for state in (asked.get("states") or filters.get("states") or ("OPEN", "CLOSED"))}
    since = filters.get("since")
    rows = [issue for issue in repository.issues.values() if issue.pull is None and issue.state in states]
    if since:
        rows = [issue for issue in rows if issue.updated >= since]
    order = asked.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = {"CREATED_AT": "created", "UPDATED_AT": "updated", "COMMENTS": "comments"}[order["field"]]
    return sorted(rows, key=lambda issue: (getattr(issue, by), issue.id), reverse=order["direction"] == "DESC")


def _repository(_: Any, info: GraphQLResolveInfo[Context], owner: str, name: str, **asked: Any) -> Repository:
    found = info.context.site.repository(f"{owner}/{name}")
    if not isinstance(found, Repository) or not info.context.may_see(found.full_name):
        raise Problem("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _owner(kinds: tuple[str, ...], word: str) -> Callable[..., Account]:
    def resolve(_: Any, info: GraphQLResolveInfo[Context], login: str) -> Account:
        found = info.context.site.accounts.get(login.casefold())
        if not isinstance(found, Account) or found.kind not in kinds:
            raise Problem("NOT_FOUND", f"Could not resolve to {word} with the login of '{login}'.")
        return found

    return resolve


def _project(owner: Account, info: GraphQLResolveInfo[Context], number: int) -> Project:
    found = info.context.site.projects.get((owner.login.casefold(), number))
    if not isinstance(found, Project):
        raise Problem("NOT_FOUND", f"Could not resolve to a ProjectV2 with the number {number}.")
    if found.hidden:
        raise Problem("FORBIDDEN", "Resource not accessible by personal access token")
    return found


def _issue(repository: Repository, info: GraphQLResolveInfo[Context], number: int) -> Issue:
    found = repository.issues.get(number) or repository.moved.get(number)
    if found is None or found.pull is not None:
        raise Problem("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")
    return found


def _nodes(_: Any, info: GraphQLResolveInfo[Context], ids: list[str]) -> list[Any]:
    if len(ids) > 100:
        raise Problem(
            "ARGUMENT_LIMIT", "You may not provide more than 100 node ids; you provided " + str(len(ids)) + "."
        )
    found = []
    for id_ in ids:
        try:
            found.append(info.context.node(id_))
        except Problem as error:
            found.append(error)
    return found


def _value(item: Item, field: ProjectField) -> Any:
    """A field's value on an item, None when it is empty."""
    raw = item.values.get(field.node)
    if raw is None or field.type not in _VALUES:
        return None
    kind, attribute = _VALUES[field.type]
    found = {"__typename": kind, "id": f"{item.node}:{field.node}", "field": field, "updatedAt": item.updated}
    if field.options:
        option = next((option for option in field.options if option.id == raw), None)
        if option is None:
            return None
        more = {"optionId": option.id, "iterationId": option.id, "startDate": option.start, "duration": option.days}
        return {**found, attribute: option.name, **more}
    return {**found, attribute: raw}


def _value_by_name(item: Item, info: GraphQLResolveInfo[Context], name: str) -> Any:
    field = next((field for field in item.project.fields if field.name.casefold() == name.casefold()), None)
    return _value(item, field) if field is not None else None


def _items(project: Project, info: GraphQLResolveInfo[Context], **asked: Any) -> Sequence[Item]:
    return project.items


def _counted_items(project: Project, info: GraphQLResolveInfo[Context], **asked: Any) -> Any:
    page = pages(_items)(project, info, **asked)
    return {**page, "totalCount": page["totalCount"] + project.uncounted}


_ISSUE_FIELDS = {"number": "Number", "date": "Date", "single_select": "SingleSelect", "text": "Text"}


def _issue_values(issue: Issue, info: GraphQLResolveInfo[Context], **asked: Any) -> Sequence[Any]:
    """The values of the organization's issue fields that are set."""
    found = []
    for field in info.context.site.issue_fields.get(issue.repository.owner.login.casefold(), ()):
        value = issue.values.get(field.node)
        if value is None:
            continue
        option = next((option for option in field.options if option.id == value), None)
        shown = option.name if option is not None else value
        kind = f"IssueField{_ISSUE_FIELDS[field.type]}Value"
        more = {"name": shown, "optionId": value} if option is not None else {}
        found.append({"__typename": kind, "id": f"IFV_{field.id}_{issue.id}", "field": field, "value": shown, **more})
    return found


def _project_items(issue: Issue, info: GraphQLResolveInfo[Context], **asked: Any) -> Sequence[Any]:
    items = (project.by_issue.get(issue.id) for project in info.context.site.projects.values())
    archived = asked.get("includeArchived", True)
    shown = [item for item in items if item is not None and (archived or not item.archived)]
    hidden = Problem("FORBIDDEN", "Resource not accessible by personal access token")
    return [hidden if item.project.hidden else item for item in shown]


def _content(item: Item, info: GraphQLResolveInfo[Context]) -> Any:
    if item.redacted:
        return None
    return info.context.seen(item.content) if isinstance(item.content, Issue) else item.content


def _content_type(item: Item) -> str:
    if item.redacted:
        return "REDACTED"
    if isinstance(item.content, Draft):
        return "DRAFT_ISSUE"
    return "ISSUE" if item.content.pull is None else "PULL_REQUEST"


def _iterations(field: ProjectField, today: str) -> Any:
    shown = [{"id": o.id, "title": o.name, "startDate": o.start or today, "duration": o.days} for o in field.options]
    return {"duration": 14, "startDay": 1, "iterations": shown, "completedIterations": []}


def _option(option: Option) -> Any:
    return {"id": option.id, "name": option.name, "description": "", "color": "GRAY"}


def _reason(issue: Issue, info: GraphQLResolveInfo[Context], **asked: Any) -> str | None:
    if issue.reason == "duplicate" and not asked.get("enableDuplicate"):
        return "NOT_PLANNED"
    return issue.reason.upper() if issue.reason else None


def _rate(_: Any, info: GraphQLResolveInfo[Context], **asked: Any) -> Any:
    quota = info.context.quota
    counts = {name: int(quota[f"X-RateLimit-{name.title()}"]) for name in ("limit", "remaining", "used")}
    reset = datetime.fromtimestamp(int(quota["X-RateLimit-Reset"]), UTC)
    cost = info.context.cost
    return {"cost": cost.points, "nodeCount": cost.nodes, "resetAt": f"{reset:%Y-%m-%dT%H:%M:%SZ}", **counts}


def _of(read: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda source, info, **asked: read(source)


def type_name(value: Any) -> str:
    """The concrete type of what stands behind an interface or a union."""
    if isinstance(value, dict):
        return str(value["__typename"])
    if isinstance(value, Issue):
        return "Issue" if value.pull is None else "PullRequest"
    if isinstance(value, ProjectField):
        return {"SINGLE_SELECT": "ProjectV2SingleSelectField", "ITERATION": "ProjectV2IterationField"}.get(
            value.type, "ProjectV2Field"
        )
    if isinstance(value, IssueField):
        return f"IssueField{_ISSUE_FIELDS[value.type]}"
    if isinstance(value, Account):
        return value.kind
    names = {Item: "ProjectV2Item", Project: "ProjectV2", Draft: "DraftIssue", Label: "Label", Milestone: "Milestone"}
    return names.get(type(value), type(value).__name__)


_WORK: dict[str, Callable[..., Any]] = {
    "fullDatabaseId": _of(lambda issue: str(issue.id)),
    # The old field is 32 bits wide and empty for what was made since.
    "databaseId": _of(lambda issue: issue.id if issue.id < 2**31 else None),
    "id": _of(lambda issue: issue.node),
    "labels": pages(lambda issue, info, **asked: issue.labels),
    "reactionGroups": _of(
        lambda issue: [
            {"content": name, "reactors": {"totalCount": issue.count(key)}} for key, name in CONTENTS.items()
        ]
    ),
}
_NODE = {"id": _of(lambda each: each.node)}
_FIELD = {**_NODE, "dataType": _of(lambda field: field.type)}
_OWNER = {**_NODE, "databaseId": _of(lambda account: account.id), "projectV2": _project}

RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    "Query": {
        "id": _of(lambda _: "Q_1"),
        "node": lambda _, info, id: info.context.node(id),
        "nodes": _nodes,
        "viewer": lambda _, info: info.context.site.account(info.context.login),
        "repository": _repository,
        "repositoryOwner": _owner(("User", "Organization"), "a User or Organization"),
        "organization": _owner(("Organization",), "an Organization"),
        "user": _owner(("User",), "a User"),
        "rateLimit": _rate,
    },
    "User": _OWNER,
    "Organization": _OWNER,
    "Bot": {
        **_NODE,
        "databaseId": _of(lambda account: account.id),
        "login": _of(lambda a: a.login.removesuffix("[bot]")),
    },
    "Repository": {
        **_NODE,
        "databaseId": _of(lambda repository: repository.id),
        "createdAt": _of(lambda repository: repository.created),
        "nameWithOwner": _of(lambda repository: repository.full_name),
        "url": _of(lambda repository: f"{WEB}/{repository.full_name}"),
        "issue": _issue,
        "issues": pages(_issues),
        "label": lambda repository, info, name: repository.labels.get(name.casefold()),
        "labels": pages(lambda repository, info, **asked: list(repository.labels.values())),
    },
    "Label": {**_NODE, "isDefault": _of(lambda label: label.default)},
    "Milestone": {**_NODE, "dueOn": _of(lambda milestone: milestone.due)},
    "IssueType": {"id": _of(lambda type_: type_["node_id"])},
    "IssueComment": {
        **_NODE,
        "createdAt": _of(lambda comment: comment.created),
        "updatedAt": _of(lambda comment: comment.updated),
        "viewerDidAuthor": lambda comment, info: (
            comment.author is not None and comment.author.login == info.context.login
        ),
    },
    "Issue": {
        **_WORK,
        "assignees": pages(lambda issue, info, **asked: issue.assignees),
        "body": _of(lambda issue: issue.body or ""),
        "closed": _of(lambda issue: issue.state == "closed"),
        "closedAt": _of(lambda issue: issue.closed),
        "comments": lambda issue, info, **asked: {
            **connection(info, issue.said, *(asked.get(word) for word in ("first", "last", "after", "before"))),
            "totalCount": issue.comments,
        },
        "createdAt": _of(lambda issue: issue.created),
        "updatedAt": _of(lambda issue: issue.updated),
        "blockedBy": pages(lambda issue, info, **asked: [info.context.seen(one) for one in issue.waits_for]),
        "parent": lambda issue, info: info.context.seen(issue.parent),
        "blocking": pages(lambda issue, info, **asked: issue.holds_up),
        "issueDependenciesSummary": _of(
            lambda issue: {
                "blockedBy": issue.waits[0],
                "totalBlockedBy": issue.waits[1],
                "blocking": issue.holds[0],
                "totalBlocking": issue.holds[1],
            }
        ),
        "issueFieldValues": pages(_issue_values),
        "issueType": _of(lambda issue: issue.type),
        "timelineItems": timeline,
        "projectItems": pages(_project_items),
        "state": _of(lambda issue: issue.state.upper()),
        "stateReason": _reason,
        "url": _of(lambda issue: f"{WEB}/{issue.repository.full_name}/issues/{issue.number}"),
    },
    **{f"IssueField{kind}": _NODE for kind in _ISSUE_FIELDS.values()},
    "PullRequest": _WORK,
    "DraftIssue": _NODE,
    "ProjectV2": {
        **_NODE,
        "createdAt": _of(lambda project: project.created),
        "updatedAt": _of(lambda project: project.updated),
        "viewerCanUpdate": lambda project, info: project.writable and info.context.writes,
        "field": lambda project, info, name: next((f for f in project.fields if f.name == name), None),
        "fields": pages(lambda project, info, **asked: project.fields),
        "items": _counted_items,
    },
    "ProjectV2Field": _FIELD,
    "ProjectV2SingleSelectField": {**_FIELD, "options": _of(lambda field: [_option(o) for o in field.options])},
    "ProjectV2IterationField": {
        **_FIELD,
        "configuration": lambda field, info: _iterations(field, info.context.now[:10]),
    },
    "ProjectV2Item": {
        **_NODE,
        "content": _content,
        "createdAt": _of(lambda item: item.created),
        "updatedAt": _of(lambda item: item.updated),
        "isArchived": _of(lambda item: item.archived),
        "type": _of(_content_type),
        "fieldValueByName": _value_by_name,
        "fieldValues": pages(
            lambda item, info, **asked: [value for f in item.project.fields if (value := _value(item, f))]
        ),
    },
}
