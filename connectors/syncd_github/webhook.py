"""GitHub's webhooks: which issues a delivery is about. Pure; the payload's own values are never used.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from syncd.connector.hint import Hint, NotUnderstood, WebhookKey, WebhookRequest, verify

SIGNATURE = "x-hub-signature-256"
DELIVERY = "x-github-delivery"
EVENT = "x-github-event"
LARGEST = 26_000_000
"""GitHub sends nothing above 25 MB."""

_ABOUT_ISSUES = frozenset({"issues", "issue_comment", "sub_issues", "issue_dependencies"})
_OF_REPOSITORIES = frozenset({"renamed", "transferred", "deleted", "archived", "unarchived"})
_SHOWN = {"label": frozenset({"name"}), "milestone": frozenset({"title", "due_on"})}
"""What issues show of their labels and milestone: an edit of it concerns many issues, names none and changes none."""
NEEDED = frozenset({"issues"})
"""Of a repository."""
NEEDED_OF_PROJECT = frozenset({"projects_v2_item"})
"""Of the organization that owns the project."""
_NODE = re.compile(r"[A-Za-z0-9_=+/-]{4,200}")


class _Issue(Struct, gc=False):
    id: int = 0
    node_id: str = ""
    pull_request: dict[str, Raw] | UnsetType | None = UNSET

    @property
    def is_issue(self) -> bool:
        return self.id > 0 and (self.pull_request is UNSET or self.pull_request is None)


class _Changes(Struct):
    new_issue: _Issue | None = None


class _Repository(Struct):
    full_name: str = ""


class _Item(Struct):
    content_node_id: str = ""
    content_type: str = ""


class _Payload(Struct):
    action: str | None = None
    issue: _Issue | None = None
    parent_issue: _Issue | None = None
    sub_issue: _Issue | None = None
    blocked_issue: _Issue | None = None
    blocking_issue: _Issue | None = None
    repository: _Repository | None = None
    projects_v2_item: _Item | None = None


class _Transfer(Struct):
    changes: _Changes | None = None


class _Edit(Struct):
    changes: dict[str, Raw] = {}


_decode = msgspec.json.Decoder(_Payload).decode
_edit = msgspec.json.Decoder(_Edit).decode
_transfer = msgspec.json.Decoder(_Transfer).decode


def hint(request: WebhookRequest, key: WebhookKey) -> Hint | None:
    """See `syncd.connector.hint.Read`."""
    verify(request, key, SIGNATURE)
    delivery, event = request.headers.get(DELIVERY, ""), request.headers.get(EVENT, "")
    if not event or not delivery:
        raise NotUnderstood("this is no webhook of GitHub: it has no X-GitHub-Event or no X-GitHub-Delivery")
    if event in _ABOUT_ISSUES:
        return _about_issues(delivery, event, _json(request))
    if event == "projects_v2_item":
        return _about_item(delivery, _json(request))
    if event in _SHOWN:
        return _about_many(delivery, event, _json(request))
    if event == "repository":
        payload = _read(_json(request))
        return Hint(delivery, scope=_scope(payload)) if payload.action in _OF_REPOSITORIES else None
    return None


def _about_issues(delivery: str, event: str, body: bytes) -> Hint | None:
    payload = _read(body)
    parts = (payload.issue, payload.parent_issue, payload.sub_issue, payload.blocked_issue, payload.blocking_issue)
    named = [part for part in parts if part is not None]
    gone: tuple[str, ...] = ()
    if event == "issues" and payload.action in ("deleted", "transferred") and payload.issue is not None:
        gone = (str(payload.issue.id),)
    if event == "issues" and payload.action == "transferred":
        moved = _changes(body)
        named += [moved.new_issue] if moved is not None and moved.new_issue is not None else []
    found = {str(issue.id): issue for issue in named if issue.is_issue}
    if not found:
        return None
    handles = {id_: {"node": issue.node_id} for id_, issue in found.items() if _NODE.fullmatch(issue.node_id)}
    return Hint(delivery, tuple(found), tuple(id_ for id_ in gone if id_ in found), handles, scope=_scope(payload))


def _about_item(delivery: str, body: bytes) -> Hint | None:
    """A project's item names its issue by node id only, so that stands in for the id."""
    payload = _read(body)
    item = payload.projects_v2_item
    if item is None or item.content_type != "Issue":
        return None
    node = item.content_node_id
    order = payload.action in ("reordered", "created", "restored", "archived", "deleted", "converted")
    if not _NODE.fullmatch(node):
        return Hint(delivery, order=order)
    return Hint(delivery, (node,), handles={node: {"node": node}}, order=order)


def _about_many(delivery: str, event: str, body: bytes) -> Hint | None:
    payload = _read(body)
    changed = _edited_keys(body) if payload.action == "edited" else frozenset()
    if payload.action != "deleted" and not changed & _SHOWN[event]:
        return None
    return Hint(delivery, whole=True, scope=_scope(payload))


def _scope(payload: _Payload) -> str | None:
    return payload.repository.full_name if payload.repository is not None else None


def _json(request: WebhookRequest) -> bytes:
    """The payload, also out of a form: GitHub's other content type."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return request.body
    try:
        fields: Mapping[str, list[str]] = parse_qs(request.body.decode(), max_num_fields=10)
    except ValueError as error:
        raise NotUnderstood("the form cannot be read: set the webhook's content type to application/json") from error
    return fields.get("payload", [""])[0].encode("utf-8", "replace")


def _read(body: bytes) -> _Payload:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"this is no webhook of GitHub: {error}") from error


def _edited_keys(body: bytes) -> frozenset[str]:
    try:
        return frozenset(_edit(body).changes)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset()


def _changes(body: bytes) -> _Changes | None:
    """Only read for transfers: edits give their changes other shapes."""
    try:
        return _transfer(body).changes
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
