"""Who changed an issue's labels and issue fields: recorded with every change, shown as GitHub's timeline shows it.

https://docs.github.com/en/rest/using-the-rest-api/issue-event-types
Of the fields of a project GitHub keeps no such past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from syncd_github.simulator.connections import Context, connection
from syncd_github.simulator.model import Happening, Issue, IssueField, Label, Site, node_id
from syncd_github.simulator.places import Change, actor

_ITEM_TYPES = {
    "LABELED_EVENT": "LabeledEvent",
    "UNLABELED_EVENT": "UnlabeledEvent",
    "ISSUE_FIELD_ADDED_EVENT": "IssueFieldAddedEvent",
    "ISSUE_FIELD_CHANGED_EVENT": "IssueFieldChangedEvent",
    "ISSUE_FIELD_REMOVED_EVENT": "IssueFieldRemovedEvent",
}


def labels_changed(site: Site, issue: Issue, before: Sequence[Label], change: Change) -> None:
    """One event for each label that came or went."""
    for label in issue.labels:
        if label not in before:
            _add(site, issue, change, "LabeledEvent", label=label)
    for label in before:
        if label not in issue.labels:
            _add(site, issue, change, "UnlabeledEvent", label=label)


def values_changed(site: Site, issue: Issue, before: Mapping[str, object], change: Change) -> None:
    """One event for each issue field that has another value now."""
    for field in site.issue_fields.get(issue.repository.owner.login.casefold(), ()):
        was, now = _shown(field, before.get(field.node)), _shown(field, issue.values.get(field.node))
        if was != now:
            verb = "Added" if was is None else "Removed" if now is None else "Changed"
            _add(site, issue, change, f"IssueField{verb}Event", field=field, was=was, now=now)


def _add(site: Site, issue: Issue, change: Change, kind: str, **what: Any) -> None:
    site.events += 1
    issue.timeline.append(Happening(site.events, kind, change["at"], actor(site, change), **what))


def _shown(field: IssueField, value: object) -> str | None:
    """As people see it, at the time."""
    if value is None:
        return None
    option = next((option for option in field.options if option.id == value), None)
    if option is not None:
        return option.name
    return f"{value:g}" if isinstance(value, float) else str(value)


def timeline(issue: Issue, info: GraphQLResolveInfo[Context], **asked: Any) -> Any:
    kinds = {_ITEM_TYPES[name] for name in asked.get("itemTypes") or _ITEM_TYPES}
    since = asked.get("since") or ""
    rows = [_event(each) for each in issue.timeline if each.kind in kinds and each.at >= since]
    rows = rows[asked.get("skip") or 0 :]
    found = connection(info, rows, *(asked.get(word) for word in ("first", "last", "after", "before")))
    return {**found, "filteredCount": len(rows), "updatedAt": issue.updated}


def _event(one: Happening) -> Mapping[str, Any]:
    shown: dict[str, Any] = {
        "__typename": one.kind,
        "id": node_id("".join(letter for letter in one.kind if letter.isupper()), one.number),
        "actor": one.by,
        "createdAt": one.at,
    }
    if one.label is not None:
        return {**shown, "label": one.label}
    return {**shown, "issueField": one.field, "value": one.now, "newValue": one.now, "previousValue": one.was}
