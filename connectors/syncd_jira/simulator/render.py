"""An issue as the REST API shows it: the asked fields, in version 2 (text) or 3 (documents)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd_jira.simulator.adf import document
from syncd_jira.simulator.state import Issue, Site

_EXPAND = "operations,versionedRepresentations,editmeta,changelog,renderedFields"


def issue(site: Site, found: Issue, asked: Sequence[str], *, url: str, version: str, account: str) -> dict[str, Any]:
    """`asked` are field ids, *all, *navigable, or -id to leave one out."""
    shown: dict[str, Any] = {
        "expand": _EXPAND,
        "id": found.id,
        "self": f"{url}/rest/api/{version}/issue/{found.id}",
        "key": found.key,
    }
    names = _names(site, asked)
    if names:
        shown["fields"] = {
            name: value(site, found, name, url=url, version=version, account=account)
            for name in names
            if name in site.fields and site.fields[name].is_on(found.project)
        }
    return shown


def _names(site: Site, asked: Sequence[str]) -> Sequence[str]:
    kept: dict[str, None] = {}
    everything = [name for name in site.fields if name not in ("comment", "attachment")]
    for name in asked or ("*all",):
        if name in ("*all", "*navigable"):
            kept |= dict.fromkeys(site.fields if name == "*all" else everything)
        elif name.startswith("-"):
            if not kept:
                kept |= dict.fromkeys(everything)
            kept.pop(name[1:], None)
        elif name not in ("id", "key"):
            kept[name] = None
    return list(kept)


def _comment(comment: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Properties are only shown by the comments' own address."""
    shown = {name: value for name, value in comment.items() if name != "properties"}
    return {**shown, "body": document(shown.get("body"))} if version == "3" else shown


def value(site: Site, found: Issue, name: str, *, url: str, version: str, account: str) -> Any:
    raw = found.fields.get(name)
    field = site.fields[name]
    if field.kind == "rank":
        return site.order.shown(found.id) if found.id in site.issues else None
    if name == "votes" and isinstance(raw, dict):
        voters = raw.get("voters", ())
        return {
            "self": f"{url}/rest/api/{version}/issue/{found.key}/votes",
            "votes": raw["votes"],
            "hasVoted": account in voters,
        }
    if name == "watches" and isinstance(raw, dict):
        return {"self": f"{url}/rest/api/{version}/issue/{found.key}/watchers", **raw}
    if name == "comment" and isinstance(raw, dict):
        return {**raw, "comments": [_comment(each, version) for each in raw.get("comments", ())]}
    if version == "3" and field.is_text_area and isinstance(raw, str):
        return document(raw)
    return raw
