"""Reads JSON lines into a site, leniently: what real dumps leave out is what a server always has, so it is made up here."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from syncd_jira.simulator import adf
from syncd_jira.simulator.fields import all_fields
from syncd_jira.simulator.ranks import Order
from syncd_jira.simulator.state import Config, Issue, OAuthConfig, Site, new_project
from syncd_jira.surrogates import mended

_CATEGORIES: Mapping[str, Mapping[str, Any]] = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
    "undefined": {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"},
}
_WORDS = {
    "new": ("to do", "open", "reopened", "backlog", "new", "selected for development"),
    "done": ("done", "closed", "resolved", "released", "won't do"),
}
_PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
_decode = msgspec.json.Decoder().decode


def lines(path: Path) -> Iterator[dict[str, Any]]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    for line in io.BytesIO(content):
        if line.strip():
            yield _decode(mended(line) if b"\\ud" in line else line)


def configure(config: Config, given: Mapping[str, Any]) -> None:
    """Apply a `_simulator` line: every attribute of `Config` can be set, times in seconds."""
    known = {each.name for each in fields_of(config)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"the Jira simulator knows no setting {name!r}; it knows {', '.join(sorted(known))}")
        before = getattr(config, name)
        if isinstance(before, timedelta):
            value = timedelta(seconds=value)
        elif isinstance(before, set):
            value = set(value)
        elif isinstance(before, OAuthConfig):
            value = replace(before, **dict[str, Any](value))
        elif isinstance(before, tuple):
            value = tuple((float(seconds), int(most)) for seconds, most in value)
        setattr(config, name, value)


def load(site: Site, files: Sequence[Path]) -> None:
    """Fill the site. The order of lines is the first order of the backlog, unless the Rank field says otherwise."""
    raw: list[dict[str, Any]] = []
    for path in files:
        for line in lines(path):
            if "_simulator" in line:
                configure(site.config, line["_simulator"])
            elif "fields" in line:
                raw.append(line)
    site.fields = all_fields(site.config.fields)
    sprint = next((f.id for f in site.fields.values() if f.kind == "sprint"), None)
    rank = next((f.id for f in site.fields.values() if f.kind == "rank"), None)
    for number, line in enumerate(raw):
        site.put(_issue(site, line, number, sprint, rank))
    site.order = Order(_ranked(raw, site, rank))
    _complete(site)
    if not site.config.accounts:
        site.config.accounts = [{"accountId": "5f0000000000000000000001", "displayName": "Demo Account"}]


def _ranked(raw: Sequence[Mapping[str, Any]], site: Site, rank: str | None) -> Iterable[str]:
    ids = list(site.issues)
    ranks = {str(line.get("id")): line["fields"].get(rank) for line in raw} if rank else {}
    if any(isinstance(value, str) for value in ranks.values()):
        ids.sort(key=lambda id_: str(ranks.get(id_) or "~"))
    return ids


def _issue(site: Site, line: Mapping[str, Any], number: int, sprint: str | None, rank: str | None) -> Issue:
    fields: dict[str, Any] = dict(line["fields"])
    id_ = str(line.get("id") or 10_000 + number)
    key = str(line.get("key") or f"DEMO-{number + 1}")
    project_key = key.rpartition("-")[0]
    project = fields.get("project") or {}
    if project_key not in site.projects:
        site.projects[project_key] = {**new_project(project_key, len(site.projects)), **project, "key": project_key}
    fields["project"] = site.projects[project_key]
    fields["issuetype"] = _type(site, fields.get("issuetype"))
    fields["status"] = status(site, fields.get("status"))
    if fields.get("priority"):
        site.priorities.setdefault(fields["priority"]["name"], fields["priority"])
    created, updated = _milliseconds(fields.get("created")), _milliseconds(fields.get("updated"))
    created = created if created is not None else site.milliseconds()
    updated = updated if updated is not None else created
    fields["created"], fields["updated"] = site.text(created), site.text(updated)
    for name in ("labels", "issuelinks", "fixVersions", "versions", "components", "subtasks"):
        fields[name] = fields.get(name) or []
    fields.setdefault("summary", key)
    for name, field in site.fields.items():
        if field.is_text_area and isinstance(fields.get(name), dict):
            fields[name] = adf.text(fields[name])
    fields["votes"] = {"votes": 0, "hasVoted": False, **(fields.get("votes") or {})}
    fields["watches"] = {"watchCount": 0, "isWatching": False, **(fields.get("watches") or {})}
    fields["comment"] = _comments(fields.get("comment"))
    if line.get("_remotelinks"):
        site.remote_links[id_] = line["_remotelinks"]
    if sprint and sprint not in fields and (fields.get("sprint") or fields.get("closedSprints")):
        current = fields.pop("sprint", None)
        fields[sprint] = [*(fields.pop("closedSprints", None) or []), *([current] if current else [])]
    epic = fields.pop("epic", None)
    if isinstance(epic, dict) and not fields.get("parent"):
        fields["parent"] = {"id": str(epic.get("id")), "key": epic.get("key"), "fields": {"summary": epic.get("name")}}
    if rank:
        fields.pop(rank, None)
    return Issue(id_, key, fields, created, updated)


def _comments(given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    page = {"comments": [], "maxResults": 0, "total": 0, "startAt": 0, **(given or {})}
    texts = [{**c, "body": adf.text(c["body"])} if isinstance(c.get("body"), dict) else c for c in page["comments"]]
    return {**page, "comments": texts}


def _complete(site: Site) -> None:
    """What every site has, whether an issue uses it or not: a status of each category, priorities, issue types."""
    used = {status_["statusCategory"]["key"] for status_ in site.statuses.values()}
    for name, category in (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done")):
        if category not in used:
            status(site, {"name": name})
    for name in _PRIORITIES:
        site.priorities.setdefault(name, {"id": _unused(site.priorities, 1), "name": name})
    for name in ("Task", "Story", "Bug", "Epic"):
        _type(site, {"name": name})


def _unused(known: Mapping[str, Mapping[str, Any]], first: int) -> str:
    """The next id that nothing of its kind has."""
    taken = {int(each["id"]) for each in known.values() if str(each.get("id", "")).isdigit()}
    return str(next(number for number in range(first, first + len(taken) + 1) if number not in taken))


def status(site: Site, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The site's status of this name, made up where it is new."""
    given = given or {"name": "To Do"}
    name = str(given.get("name") or "To Do")
    if name not in site.statuses:
        category = (given.get("statusCategory") or {}).get("key") or next(
            (key for key, words in _WORDS.items() if name.lower() in words), "indeterminate"
        )
        whole = {"id": _unused(site.statuses, 10_000), "description": "", **given, "name": name}
        site.statuses[name] = {**whole, "statusCategory": _CATEGORIES.get(category, _CATEGORIES["indeterminate"])}
    return site.statuses[name]


def _type(site: Site, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    given = given or {"name": "Task"}
    name = str(given.get("name") or "Task")
    if name not in site.types:
        subtask = bool(given.get("subtask", name.lower().startswith("sub-")))
        site.types[name] = {"id": _unused(site.types, 10_000), "description": "", "subtask": subtask, **given}
    return site.types[name]


def _milliseconds(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
