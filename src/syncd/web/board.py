"""The roadmap as one SVG picture, for slides and walls: columns, groups, cards. Only presentation attributes, no style."""

from __future__ import annotations

import itertools

from markupsafe import Markup, escape

from syncd.web.api.roadmap import Column, Roadmap
from syncd.web.phrases import number

WIDTH = 400
GAP = 20
LINE = 22
INK, GRAY, RULE = "#1b1c1e", "#5b5f66", "#e3e3df"
SHADES = ("#3c3fb8", "#0b6670", "#8a2f72", "#7a4a06", "#2e6413", "#55595f")
LEVELS = ("#2f9e63", "#d58b18", "#9a9da3")


def as_svg(found: Roadmap) -> str:
    columns = [_column(one, index, found) for index, one in enumerate(found.columns)]
    height = max((y for _, y in columns), default=0) + GAP
    width = GAP + len(columns) * (WIDTH + GAP)
    body = "".join(text for text, _ in columns)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif"><title>Roadmap, {found.as_of}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{body}</svg>\n'
    )


def _column(column: Column, index: int, found: Roadmap) -> tuple[str, int]:
    x, y = GAP + index * (WIDTH + GAP), GAP + 22
    parts: list[str] = [_text(x, y, column.horizon, 20, INK, "bold")]
    level = LEVELS[min(index, 2)]
    told = f"{column.works:,} pieces of work"
    if column.capacity is not None and column.taken is not None:
        told += f", {number(column.taken)} of {number(column.capacity)} {column.unit}"
        share = min(1.0, column.taken / column.capacity) if column.capacity else 1.0
        parts.append(f'<rect x="{x}" y="{y + 30}" width="{WIDTH}" height="6" rx="3" fill="{RULE}"/>')
        parts.append(f'<rect x="{x}" y="{y + 30}" width="{WIDTH * share:.1f}" height="6" rx="3" fill="{level}"/>')
    parts.append(_text(x, y + 20, told, 12, GRAY))
    y += 62
    ids = dict.fromkeys(group.id for one in found.columns for group in one.groups)
    shades = dict(zip(ids, itertools.cycle(SHADES), strict=False))
    for group in column.groups:
        parts.append(f'<rect x="{x}" y="{y - 11}" width="4" height="14" rx="2" fill="{shades[group.id]}"/>')
        parts.append(_text(x + 12, y, _cut(group.title, 50), 13, INK, "bold"))
        y += LINE
        for one in group.cards:
            parts.append(_text(x + 12, y, one.issue.key, 11, GRAY))
            parts.append(_text(x + 112, y, _cut(one.issue.title, 44), 12, INK))
            y += LINE
        if rest := group.works - len(group.cards):
            parts.append(_text(x + 12, y, f"and {rest:,} more", 11, GRAY))
            y += LINE
        y += 10
    return "".join(parts), y


def _text(x: int, y: int, text: str, size: int, fill: str, weight: str = "normal") -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}" fill="{}" font-weight="{}">{}</text>').format(
        x, y, size, fill, weight, escape(text)
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
