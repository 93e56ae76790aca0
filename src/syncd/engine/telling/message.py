"""One message: some notices, in the form that its receiver takes, as the bytes that are sent and the headers with them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from syncd.config.text.tell import Form, TellText
from syncd.core.telling.notices import Notice
from syncd.engine.telling import document, slack, teams

MOST: Final = 8
"""Notices in one message; the next ones go in another."""
LARGEST: Final = 26_000
"""Bytes of a body: Teams takes 28 kB, the others more."""
SIGNATURE: Final = "X-Syncd-Signature-256"


@dataclass(frozen=True, slots=True)
class Message:
    at: datetime
    notices: tuple[Notice, ...]
    page: str | None
    """Where people find the page; None: nobody said."""


_FORMS: Final[Mapping[Form, Callable[[datetime, tuple[Notice, ...], str | None], object]]] = {
    Form.SLACK: slack.payload,
    Form.TEAMS: teams.payload,
    Form.JSON: document.payload,
}


def fitting(message: Message, text: TellText) -> Message:
    """With as many of the notices as one message takes, and at least one; the others go in another."""
    notices = message.notices[:MOST]
    while len(notices) > 1 and len(_body(replace(message, notices=notices), text)) > LARGEST:
        notices = notices[:-1]
    return replace(message, notices=notices)


def encoded(message: Message, text: TellText, version: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers."""
    body = _body(message, text)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"syncd/{version}"}
    if text.secret is not None:
        key = text.secret.get_secret_value().encode()
        headers[SIGNATURE] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    return body, headers


def _body(message: Message, text: TellText) -> bytes:
    said = _FORMS[text.form](message.at, message.notices, message.page)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
