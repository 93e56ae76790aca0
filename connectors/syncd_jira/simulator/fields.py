"""The fields of the simulated site: Jira's own and the configured custom ones, as `GET field` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_AGILE = "com.pyxis.greenhopper.jira:"

_CUSTOM: Mapping[str, tuple[str, str | None, str]] = {
    "number": ("number", None, _TYPES + "float"),
    "string": ("string", None, _TYPES + "textfield"),
    "text": ("string", None, _TYPES + "textarea"),
    "option": ("option", None, _TYPES + "select"),
    "options": ("array", "option", _TYPES + "multiselect"),
    "labels": ("array", "string", _TYPES + "labels"),
    "date": ("date", None, _TYPES + "datepicker"),
    "rank": ("any", None, _AGILE + "gh-lexo-rank"),
    "sprint": ("array", "json", _AGILE + "gh-sprint"),
    "epic-link": ("any", None, _AGILE + "gh-epic-link"),
}

_SYSTEM = (
    ("summary", "Summary", "string", None, ("summary",)),
    ("description", "Description", "string", None, ("description",)),
    ("environment", "Environment", "string", None, ("environment",)),
    ("issuetype", "Issue Type", "issuetype", None, ("issuetype", "type")),
    ("project", "Project", "project", None, ("project",)),
    ("status", "Status", "status", None, ("status",)),
    ("priority", "Priority", "priority", None, ("priority",)),
    ("resolution", "Resolution", "resolution", None, ("resolution",)),
    ("resolutiondate", "Resolved", "datetime", None, ("resolutiondate", "resolved")),
    ("created", "Created", "datetime", None, ("created", "createdDate")),
    ("updated", "Updated", "datetime", None, ("updated", "updatedDate")),
    ("duedate", "Due date", "date", None, ("due", "duedate")),
    ("labels", "Labels", "array", "string", ("labels",)),
    ("assignee", "Assignee", "user", None, ("assignee",)),
    ("reporter", "Reporter", "user", None, ("reporter",)),
    ("creator", "Creator", "user", None, ("creator",)),
    ("parent", "Parent", "issuelink", None, ("parent",)),
    ("subtasks", "Sub-tasks", "array", "issuelinks", ("subtasks",)),
    ("issuelinks", "Linked Issues", "array", "issuelinks", ("issueLink",)),
    ("fixVersions", "Fix versions", "array", "version", ("fixVersion",)),
    ("versions", "Affects versions", "array", "version", ("affectedVersion",)),
    ("components", "Components", "array", "component", ("component",)),
    ("votes", "Votes", "votes", None, ("votes",)),
    ("watches", "Watchers", "watches", None, ("watchers",)),
    ("comment", "Comment", "comments-page", None, ("comment",)),
    ("attachment", "Attachment", "array", "attachment", ("attachments",)),
)

DEFAULT_FIELDS: tuple[Mapping[str, Any], ...] = (
    {"id": "customfield_10016", "name": "Story Points", "type": "number"},
    {"id": "customfield_10019", "name": "Rank", "type": "rank"},
    {"id": "customfield_10020", "name": "Sprint", "type": "sprint"},
    {"id": "customfield_10031", "name": "Priority Score", "type": "number"},
    {"id": "customfield_10032", "name": "Backlog Rank", "type": "number"},
    {"id": "customfield_10033", "name": "Objective", "type": "string"},
    {"id": "customfield_10034", "name": "Customers affected", "type": "number"},
    {"id": "customfield_10035", "name": "Impact", "type": "option", "options": ["Massive", "High", "Medium", "Low"]},
    {"id": "customfield_10036", "name": "Confidence", "type": "number"},
)
"""What a site has when its files say nothing about it."""


@dataclass(frozen=True, slots=True)
class FieldDef:
    id: str
    name: str
    kind: str
    """The short type of the configuration; `system` for Jira's own."""
    type: str
    items: str | None
    custom: str | None
    clauses: tuple[str, ...]
    options: tuple[str, ...] = ()
    project: str = ""
    """Key of the team-managed project that it belongs to; empty: it is the site's."""

    @property
    def is_text_area(self) -> bool:
        return self.id in ("description", "environment") or self.kind == "text"

    def is_on(self, project: str) -> bool:
        return self.project in ("", project)

    def shown(self) -> dict[str, Any]:
        """As https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/ lists it."""
        schema: dict[str, Any] = {"type": self.type}
        if self.items:
            schema["items"] = self.items
        if self.custom:
            schema |= {"custom": self.custom, "customId": int(self.id.removeprefix("customfield_"))}
        else:
            schema["system"] = self.id
        return {
            "id": self.id,
            "key": self.id,
            "name": self.name,
            "custom": self.custom is not None,
            "orderable": self.kind not in ("rank",),
            "navigable": True,
            "searchable": True,
            "clauseNames": list(self.clauses),
            "schema": schema,
        }


def custom(spec: Mapping[str, Any]) -> FieldDef:
    kind = str(spec.get("type", "string"))
    if kind not in _CUSTOM:
        raise ValueError(f"the simulator knows no field type {kind!r}; it knows {', '.join(_CUSTOM)}")
    type_, items, full = _CUSTOM[kind]
    name = str(spec["name"])
    number = str(spec["id"]).removeprefix("customfield_")
    return FieldDef(
        f"customfield_{number}",
        name,
        kind,
        type_,
        items,
        full,
        (f"cf[{number}]", name),
        tuple(spec.get("options", ())),
        str(spec.get("project", "")),
    )


def all_fields(configured: Iterable[Mapping[str, Any]]) -> dict[str, FieldDef]:
    """Jira's own fields and the configured ones; a site without Rank or Sprint gets them, as Jira Software does."""
    found = {i: FieldDef(i, name, "system", type_, items, None, c) for i, name, type_, items, c in _SYSTEM}
    for spec in configured:
        field = custom(spec)
        found[field.id] = field
    kinds = {field.kind for field in found.values()}
    for spec in DEFAULT_FIELDS:
        if spec["type"] in ("rank", "sprint") and spec["type"] not in kinds:
            field = custom(spec)
            found.setdefault(field.id, field)
    return found
