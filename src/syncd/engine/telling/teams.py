"""A message as workflows of Microsoft Teams take it: an Adaptive Card. Text runs are read as no Markdown.

https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
https://adaptivecards.io/explorer/TextRun.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from syncd.core.telling.notices import Line, Notice
from syncd.engine.telling.words import plain

Element = dict[str, Any]
_CARD: Final = "application/vnd.microsoft.card.adaptive"


def payload(at: datetime, notices: tuple[Notice, ...], page: str | None) -> Element:
    body = [one for number, notice in enumerate(notices) for one in _elements(notice, page, apart=number > 0)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _elements(notice: Notice, page: str | None, *, apart: bool) -> Iterator[Element]:
    yield _block([_run(notice.headline, 300, weight="Bolder")], separator=apart)
    for reason in notice.reasons:
        yield _block([_run(reason, 400)])
    for line in notice.lines:
        yield _block(_line(line))
    if notice.lines and notice.more > 0:
        yield _block([_run(f"and {notice.more:,} more", 40, isSubtle=True)])
    if notice.command is not None:
        yield _block([_run(notice.command, 200, fontType="Monospace")])
    if page is not None:
        open_it = {"type": "Action.OpenUrl", "title": "See it on the page", "url": f"{page}{notice.path}"}
        yield {"type": "ActionSet", "actions": [open_it]}


def _line(line: Line) -> list[Element]:
    title = f" {plain(line.title, 120)}" if line.title else ""
    because = f" ({plain(line.because, 200)})" if line.because else ""
    rest = f"{title}: {plain(line.what, 160)}{because}"
    return [_run(f"• {plain(line.key, 80)}", 82, weight="Bolder"), {"type": "TextRun", "text": rest}]


def _run(text: str, most: int, **looks: object) -> Element:
    return {"type": "TextRun", "text": plain(text, most), **looks}


def _block(runs: list[Element], *, separator: bool = False) -> Element:
    return {"type": "RichTextBlock", "inlines": runs, **({"separator": True} if separator else {})}
