"""Jira's issue → `SourceIssue`. Pure; how Jira's words map to ours is decided here and nowhere else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from msgspec import UNSET

from syncd.core.issue import FieldValue, Link, LinkKind, Pointer, Ref, SourceIssue, Sprint, StateGroup
from syncd_jira.fields import FieldMap, decode
from syncd_jira.wire import IssueFields, LinkType, Other, User, Version, WireIssue, WireLink

_GROUPS = {"new": StateGroup.NEW, "indeterminate": StateGroup.ACTIVE, "done": StateGroup.DONE}

# What a link says of the issue that carries it. Sites reword the types, so the phrase decides before the type's name.
_PHRASES = {
    "blocks": LinkKind.BLOCKS,
    "is blocking": LinkKind.BLOCKS,
    "is blocked by": LinkKind.BLOCKED_BY,
    "depends on": LinkKind.BLOCKED_BY,
    "depends upon": LinkKind.BLOCKED_BY,
    "is dependent on": LinkKind.BLOCKED_BY,
    "is depended on by": LinkKind.BLOCKS,
    "is depended upon by": LinkKind.BLOCKS,
    "is dependent of": LinkKind.BLOCKS,
    "is a dependency of": LinkKind.BLOCKS,
    "requires": LinkKind.BLOCKED_BY,
    "is required by": LinkKind.BLOCKS,
    "has to be done before": LinkKind.BLOCKS,
    "has to be done after": LinkKind.BLOCKED_BY,
    "duplicates": LinkKind.DUPLICATES,
    "is duplicated by": LinkKind.DUPLICATED_BY,
}
_TYPES = {
    "blocks": (LinkKind.BLOCKS, LinkKind.BLOCKED_BY),
    "blocker": (LinkKind.BLOCKS, LinkKind.BLOCKED_BY),
    "duplicate": (LinkKind.DUPLICATES, LinkKind.DUPLICATED_BY),
    "depends": (LinkKind.BLOCKED_BY, LinkKind.BLOCKS),
    "dependency": (LinkKind.BLOCKED_BY, LinkKind.BLOCKS),
    "dependent": (LinkKind.BLOCKED_BY, LinkKind.BLOCKS),
}
"""By type name, for phrases in other languages: (outward, inward)."""

_SPRINT_ORDER = {"active": 0, "future": 1, "closed": 2}
_OLD_SPRINT = re.compile(
    r"[\[,](id|rapidViewId|state|name|goal|startDate|endDate|completeDate|activatedDate|sequence|synced)="
    r"(.*?)(?=,(?:id|rapidViewId|state|name|goal|startDate|endDate|completeDate|activatedDate|sequence|synced)=|\]$)",
    re.DOTALL,
)
"""A value ends where the next known name begins: people put commas into names and goals."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode


def moment(text: str | None) -> datetime | None:
    """`2026-09-27T10:03:11.123+0200`, the site's zone, to UTC; None for anything else."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def translate(source: str, base: str, known: FieldMap, wire: WireIssue[IssueFields]) -> SourceIssue:
    """One issue as Jira shows it. The revision names everything that is translated, `updated` included."""
    f = wire.fields
    status = f.status
    category = status.statusCategory.key if status and status.statusCategory else None
    created = moment(f.created) or moment(f.updated) or _EPOCH
    url = f"{base}/browse/{wire.key}"
    scope = (f.project.key if f.project else None) or wire.key.rpartition("-")[0]
    rest = (
        f.summary or "",
        (status.name if status else None) or "",
        _GROUPS.get(category or "", StateGroup.UNKNOWN),
        created,
        moment(f.updated) or created,
        f.description or "",
        f.issuetype.name if f.issuetype else None,
        f.resolution.name if f.resolution else None,
        f.priority.name if f.priority else None,
        tuple(f.labels) if f.labels else (),
        _people(f.assignee),
        f.reporter.shown if f.reporter else None,
        moment(f.resolutiondate),
        day(f.duedate),
        _parent(f.parent, known, f),
        _links(f.issuelinks) if f.issuelinks else (),
        sprint(getattr(f, known.sprint, None)) if known.sprint else None,
        milestone(f.fixVersions) if f.fixVersions else None,
        tuple(c.name for c in f.components if c.name) if f.components else (),
        f.votes.votes if f.votes else 0,
        0,
        f.watches.watchCount if f.watches else 0,
        f.comment.total if f.comment else 0,
        _fields(known, f),
    )
    release = _next_version(f.fixVersions) if f.fixVersions else None
    due = day(release.releaseDate) if release is not None else None
    said = (wire.key, url, scope, rest) if due is None else (wire.key, url, scope, rest, due)
    revision = hashlib.blake2b(_encode(said), digest_size=10).hexdigest()
    return SourceIssue(Ref(source, wire.id), wire.key, url, scope, revision, *rest, milestone_due=due)


def _fields(known: FieldMap, f: IssueFields) -> Mapping[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    for name, ref in known.wanted.items():
        raw = getattr(f, ref.id, None)
        if ref.id == known.sprint and raw is not UNSET:
            found = sprint(raw)
            values[name] = found.name if found else None
        else:
            values[name] = decode(raw)
    return values


def _people(user: User | None) -> tuple[str, ...]:
    shown = user.shown if user else None
    return (shown,) if shown else ()


def _parent(parent: Other | None, known: FieldMap, f: IssueFields) -> Pointer | None:
    if parent is not None and (parent.id or parent.key):
        return Pointer(id=parent.id, key=parent.key)
    epic = getattr(f, known.epic, None) if known.epic else None
    return Pointer(key=epic) if isinstance(epic, str) and epic else None


def _links(links: Sequence[WireLink]) -> tuple[Link, ...]:
    found = []
    for link in links:
        for other, outward in ((link.outwardIssue, True), (link.inwardIssue, False)):
            if other is not None and (other.id or other.key):
                kind = link_kind(link.type, outward)
                found.append(Link(kind, Pointer(id=other.id, key=other.key), _is_open(other)))
    return tuple(found)


def _is_open(other: Other) -> bool | None:
    status = other.fields.status if other.fields else None
    category = status.statusCategory.key if status and status.statusCategory else None
    return category != "done" if category in _GROUPS else None


def link_kind(type_: LinkType, outward: bool) -> LinkKind:
    """`outward`: the other end stands in outwardIssue, so that "this issue <outward phrase> the other" holds.

    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-links/
    """
    phrase = " ".join((type_.outward if outward else type_.inward).casefold().split())
    kind = _PHRASES.get(phrase)
    if kind is not None:
        return kind
    pair = _TYPES.get(type_.name.casefold())
    return LinkKind.RELATES if pair is None else pair[0 if outward else 1]


def sprint(value: object) -> Sprint | None:
    """The sprint that matters: an active one, else a future one, else the one that closed last."""
    found = [s for s in map(_sprint, value if isinstance(value, list) else [value]) if s is not None]
    if not found:
        return None
    best = min(_SPRINT_ORDER.get(s.state, 3) for s in found)
    return max((s for s in found if _SPRINT_ORDER.get(s.state, 3) == best), key=lambda s: s.end or _EPOCH)


def _sprint(value: object) -> Sprint | None:
    if isinstance(value, str):  # Data Center before 8.x: com.atlassian.greenhopper.service.sprint.Sprint@1f[id=1,…]
        value = {name: text for name, text in reversed(_OLD_SPRINT.findall(value)) if text != "<null>"}
    if not isinstance(value, dict):
        return None
    name, state, end = value.get("name"), value.get("state"), value.get("endDate")
    if not isinstance(name, str) or not name:
        return None
    return Sprint(name, str(state or "").lower(), moment(end) if isinstance(end, str) else None)


def milestone(versions: Sequence[Version]) -> str | None:
    """The fix version that comes next: the earliest unreleased one, else the first."""
    found = _next_version(versions)
    return found.name if found is not None else None


def _next_version(versions: Sequence[Version]) -> Version | None:
    ahead = [v for v in versions if not v.released and not v.archived and v.name]
    if ahead:
        return min(ahead, key=lambda v: v.releaseDate or "9999")
    return next((v for v in versions if v.name), None)
