"""A message as an object of our own, for programs: described in docs/operations.md. Keys may be added, none will change."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from syncd.core.telling.notices import Notice

VERSION: Final = 1


def payload(at: datetime, notices: tuple[Notice, ...], page: str | None) -> dict[str, Any]:
    """Texts are as they are: whoever shows them escapes them."""
    return {
        "version": VERSION,
        "at": at.isoformat(timespec="seconds"),
        "page": page,
        "notices": [_notice(one, page) for one in notices],
    }


def _notice(one: Notice, page: str | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "subject": one.subject,
        "about": one.about.value if one.about is not None else None,
        "event": one.event.value,
        "source": one.source,
        "since": one.since.isoformat(timespec="seconds") if one.since is not None else None,
        "headline": one.headline,
        "reasons": list(one.reasons),
        "numbers": dict(one.numbers),
        "issues": [
            {"key": line.key, "title": line.title or None, "what": line.what, "because": line.because or None}
            for line in one.lines
        ],
        "more": max(0, one.more),
        "digest": one.digest,
        "command": one.command,
        "link": f"{page}{one.path}" if page is not None else None,
    }
