"""Who changed what: recorded with every change, shown by Cloud for many issues at once and by Data Center within its search.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import Caller, person, refused
from syncd_jira.simulator.state import Entry, Site

_UNRECORDED = {"comment", "votes", "watches", "updated", "created", "resolutiondate"}
"""Jira keeps no past of these."""
_BODY = {"issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken"}


def item(name: str, id_: str, was: Any, now: Any) -> dict[str, Any]:
    """One changed field, as histories and webhooks show it."""
    kind = "custom" if id_.startswith("customfield_") else "jira"
    texts = {"fromString": _text(was), "toString": _text(now)}
    return {"field": name, "fieldtype": kind, "fieldId": id_, "from": None, "to": None, **texts}


def ranked() -> dict[str, Any]:
    """Where an issue went is not told."""
    return {"field": "Rank", "fieldtype": "custom", "from": "", "fromString": "", "to": "", "toString": "ranked higher"}


def histories(site: Site, id_: str, caller: Caller) -> list[dict[str, Any]]:
    """Of one issue, oldest first, each with all that it changed."""
    return [_history(site, entry, caller) for entry in site.past.get(id_, ()) if list(_items(site, entry))]


def bulkfetch(site: Site, request: Request, caller: Caller) -> Reply:
    """A page of the changes of all asked issues, oldest first."""
    asked = request.json() or {}
    names, fields = asked.get("issueIdsOrKeys") or [], asked.get("fieldIds") or []
    size = asked.get("maxResults", 1000)
    if not names or len(names) > 1000:
        return refused("The number of issues to fetch has to be between 1 and 1000.")
    if len(fields) > 10 or set(asked) - _BODY or not isinstance(size, int) or not 1 <= size <= 10_000:
        return refused("Invalid request payload. Refer to the REST API documentation and try again.")
    found = {issue.id for name in names if (issue := site.find(str(name)))} if caller.account else set()
    rows = sorted(
        ((entry.at, int(id_), entry) for id_ in found for entry in site.past.get(id_, ()) if _touches(entry, fields)),
        key=lambda row: (row[0], row[1], row[2].number),
    )
    rows = [row for row in rows if list(_items(site, row[2]))]
    begin = _begin(asked.get("nextPageToken"))
    shown: dict[str, list[Mapping[str, Any]]] = {}
    for _, id_, entry in rows[begin : begin + size]:
        shown.setdefault(str(id_), []).append(_history(site, entry, caller))
    body: dict[str, Any] = {
        "issueChangeLogs": [{"issueId": id_, "changeHistories": them} for id_, them in shown.items()]
    }
    if begin + size < len(rows):
        body["nextPageToken"] = base64.urlsafe_b64encode(str(begin + size).encode()).decode()
    return Reply(200, caller.encode(body))


def _touches(entry: Entry, fields: Sequence[str]) -> bool:
    return not fields or any(id_ in fields for id_, _, _ in entry.changes)


def _history(site: Site, entry: Entry, caller: Caller) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(entry.number),
        "created": site.text(entry.at),
        "items": list(_items(site, entry)),
    }
    account = site.account(entry.by)
    if account is not None:
        who = person(site, {name: value for name, value in account.items() if name not in ("token", "locale")})
        shown["author"] = {**who, "active": True, "self": f"{caller.url}/rest/api/{caller.version}/user"}
    return shown


def _items(site: Site, entry: Entry) -> Iterator[dict[str, Any]]:
    for id_, was, now in entry.changes:
        if id_ == "rank":
            yield ranked()
        elif id_ not in _UNRECORDED:
            field = site.fields.get(id_)
            shown = item(field.name if field and field.custom else id_, id_, was, now)
            if site.cloud:
                # Cloud's description knows no null here, and its examples are full of it: a client must take both.
                yield {name: text for name, text in shown.items() if text is not None}
            else:
                yield {name: text for name, text in shown.items() if name != "fieldId"}  # older ones do not tell it


def _text(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("value") or value.get("displayName") or "")
    if isinstance(value, list):
        return " ".join(str(_text(each)) for each in value)
    return None if value is None else str(value)


def _begin(token: object) -> int:
    try:
        return int(base64.urlsafe_b64decode(str(token))) if token else 0
    except ValueError:
        return 0
