"""Jira's webhooks: which issues a delivery is about. Pure; the payload's own values are never used.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from syncd.connector.hint import Hint, NotUnderstood, WebhookKey, WebhookRequest, verify, verify_path
from syncd_jira.app_token import HEADER, bearer, verify_token
from syncd_jira.surrogates import mended

SIGNATURE = "x-hub-signature"
IDENTIFIER = "x-atlassian-webhook-identifier"
"""The same for every attempt to deliver one event."""

EVENTS = frozenset(
    {
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "comment_created",
        "comment_deleted",
        "sprint_started",
        "sprint_closed",
    }
)
"""What syncd can use; `syncd webhooks check` asks for the first three at least."""
NEEDED = frozenset({"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"})

Id = str | int
"""Text in issues, a number in links."""


class _Issue(Struct):
    id: Id = ""
    key: str = ""


class _Link(Struct, rename="camel"):
    source_issue_id: Id = ""
    destination_issue_id: Id = ""


class _Item(Struct):
    field: str = ""


class _Changelog(Struct):
    items: list[_Item] = []


class _Payload(Struct, rename="camel"):
    webhook_event: str = ""
    issue: _Issue | None = None
    issue_link: _Link | None = None
    changelog: _Changelog | None = None


_decode = msgspec.json.Decoder(_Payload).decode


def hint(request: WebhookRequest, key: WebhookKey) -> Hint | None:
    """See `syncd.connector.hint.Read`."""
    _verify(request, key)
    # Older servers send no identifier; equal bytes, which hold the moment of the event, are the same delivery.
    delivery = request.headers.get(IDENTIFIER) or hashlib.sha256(request.body).hexdigest()
    if not request.body.strip():
        return Hint(delivery)  # "Exclude body" is switched on
    payload = _read(request.body)
    event, issue = payload.webhook_event, payload.issue
    if event not in EVENTS:
        return None
    link = payload.issue_link
    named = [issue.id if issue else "", link.source_issue_id if link else "", link.destination_issue_id if link else ""]
    ids = tuple(dict.fromkeys(text for id_ in named if (text := _number(id_))))
    fields = {item.field.casefold() for item in payload.changelog.items} if payload.changelog else set()
    return Hint(
        delivery,
        ids=ids,
        gone=ids if event == "jira:issue_deleted" else (),
        order=bool(fields & {"rank", "project"}) or event == "jira:issue_created",
        scope=issue.key.rpartition("-")[0] or None if issue else None,
    )


def _verify(request: WebhookRequest, key: WebhookKey) -> None:
    token = bearer(request.headers.get(HEADER, ""))
    if token is None or key.secret is None or SIGNATURE in request.headers:
        verify(request, key, SIGNATURE)
        return
    verify_path(request, key)
    verify_token(token, key.secret.get_secret_value(), request.at)


def _read(body: bytes) -> _Payload:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if (whole := mended(body)) != body:
            return _read(whole)
        raise NotUnderstood(f"this is no webhook of Jira: {error}") from error


def _number(id_: Id) -> str:
    """The id, or nothing where it is none: it becomes part of a query."""
    text = str(id_)
    return text if text.isascii() and text.isdigit() and len(text) <= 19 else ""
