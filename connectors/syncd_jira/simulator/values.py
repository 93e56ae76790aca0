"""Checks a value that someone wants to set and turns it into what the field then shows. Messages as Jira words them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from syncd_jira.simulator import adf
from syncd_jira.simulator.fields import FieldDef
from syncd_jira.simulator.state import Issue, Site

_SETTABLE = {"summary", "description", "environment", "duedate", "labels", "priority", "assignee", "parent"}


class Invalid(ValueError):
    """The message for this field."""


def settable(site: Site, name: str) -> FieldDef:
    field = site.fields.get(name)
    usable = field is not None and (field.kind not in ("system", "rank") or name in _SETTABLE)
    if field is None or not usable or name in site.config.off_screen:
        raise Invalid(f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
    return field


def converted(site: Site, issue: Issue, name: str, value: Any, version: str) -> Any:
    """The value as the field will show it."""
    field = settable(site, name)
    if name == "labels" or field.kind == "labels":
        return labels(value)
    if value is None:
        if name == "summary":
            raise Invalid("You must specify a summary of the issue.")
        return None
    if field.is_text_area and version == "3":
        if not adf.is_document(value):
            raise Invalid("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
        return adf.text(value)
    if field.type == "string":
        return _string(field, value)
    if field.type == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid("Operation value must be a number")
        return float(value)
    if field.type == "date":
        return _date(value)
    if field.type == "option":
        return _option(field, value)
    if field.kind == "options":
        if not isinstance(value, list):
            raise Invalid("Operation value must be an array")
        return [_option(field, v) for v in value]
    return _system(site, issue, name, value)


def labels(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Invalid("Operation value must be an array")
    return [label(v) for v in value]


def label(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Invalid("Operation value must be a string")
    if any(c.isspace() for c in value):
        raise Invalid(f"The label '{value}' contains spaces which is invalid.")
    if len(value) > 255:
        raise Invalid(f"The label '{value}' exceeds the maximum length of 255 characters.")
    return value


def _string(field: FieldDef, value: Any) -> str | None:
    if not isinstance(value, str):
        raise Invalid("Operation value must be a string")
    if not field.is_text_area and len(value) > 255:
        raise Invalid(f"{field.name} must be less than 255 characters.")
    if field.id == "summary" and not value.strip():
        raise Invalid("You must specify a summary of the issue.")
    return value or None


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Invalid(f"Error parsing date string: {value}") from None


def _option(field: FieldDef, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("Specify a valid 'id' or 'name' for " + field.name)
    for number, option in enumerate(field.options):
        id_ = f"{field.id.removeprefix('customfield_')}{number}"
        if value.get("value") == option or str(value.get("id")) == id_:
            return {"value": option, "id": id_}
    raise Invalid(f"Option value '{value.get('value', value.get('id'))}' is not valid")


def _system(site: Site, issue: Issue, name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Invalid("Operation value must be an object")
    if name == "priority":
        for priority in site.priorities.values():
            if value.get("name") == priority.get("name") or value.get("id") == priority.get("id"):
                return priority
        raise Invalid("Specify the Priority (id or name) in the string format")
    if name == "assignee":
        for account in site.config.accounts:
            if value.get("accountId", value.get("name")) in (account.get("accountId"), account.get("name")):
                return account
        raise Invalid("Specify a valid value for assignee")
    parent = site.find(str(value.get("id") or value.get("key")))
    if parent is None or parent.id == issue.id:
        raise Invalid("Could not find issue by id or key.")
    return {"id": parent.id, "key": parent.key, "fields": {"summary": parent.fields.get("summary")}}
