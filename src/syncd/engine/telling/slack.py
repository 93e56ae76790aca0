"""A message as Slack's incoming webhooks take it. Rich text: what stands in a text of it is read as no markup and calls nobody.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from syncd.core.telling.notices import Line, Notice
from syncd.engine.telling.words import plain

Element = dict[str, Any]
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def payload(at: datetime, notices: tuple[Notice, ...], page: str | None) -> Element:
    """`text` is for the notification on a phone, and for receivers that know no blocks: it holds words of ours alone."""
    blocks: list[Element] = []
    for notice in notices:
        if blocks:
            blocks.append({"type": "divider"})
        blocks.append({"type": "rich_text", "elements": list(_elements(notice, page))})
    return {"text": "\n".join(_short(notice, page) for notice in notices), "blocks": blocks, "unfurl_links": False}


def _elements(notice: Notice, page: str | None) -> Iterator[Element]:
    reasons = [_text(f"\n{plain(reason, 500)}") for reason in notice.reasons]
    yield _section(_text(plain(notice.headline, 300), bold=True), *reasons)
    if notice.lines:
        items = [_section(*_line(line)) for line in notice.lines]
        if notice.more > 0:
            items.append(_section(_text(f"and {notice.more:,} more")))
        yield {"type": "rich_text_list", "style": "bullet", "elements": items}
    if notice.command is not None:
        yield _section({"type": "text", "text": plain(notice.command, 200), "style": {"code": True}})
    if page is not None:
        yield _section({"type": "link", "url": f"{page}{notice.path}", "text": "see it on the page"})


def _section(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _line(line: Line) -> Iterator[Element]:
    yield _text(plain(line.key, 80), bold=True)
    title = f" {plain(line.title, 120)}" if line.title else ""
    because = f" ({plain(line.because, 200)})" if line.because else ""
    yield _text(f"{title}: {plain(line.what, 160)}{because}")


def _text(text: str, *, bold: bool = False) -> Element:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def _short(notice: Notice, page: str | None) -> str:
    said = plain(notice.headline, 300)
    if notice.command is not None:
        said += f" – {plain(notice.command, 200)}"
    if page is not None:
        said += f" – {page}{notice.path}"
    return said.translate(_ENTITIES)
