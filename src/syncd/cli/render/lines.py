"""Lines of aligned cells with a text behind them that wraps under itself: at any width, and quick for a hundred thousand lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from syncd.cli.render.values import in_one_line

GAP: Final = 2
LEAST: Final = 16
"""Columns of the terminal that a text behind needs; where fewer are left, it is not shown."""
ENOUGH: Final = 28
"""So many it gets before the last cell gets more."""


@dataclass(frozen=True, slots=True)
class Line:
    cells: tuple[Text, ...]
    """The last one may be cut where the terminal is narrow; the others are what people look for and stay whole."""
    behind: str = ""


def aligned(console: Console, lines: Sequence[Line | Text], *, indent: int, most: int = 44) -> Iterator[Text]:
    """The lines as they fit the console; the last cell takes at most `most` columns. A `Text` among them stays as it is."""
    cells = [line.cells for line in lines if isinstance(line, Line)]
    wide = [max(cell_len(cell.plain) for cell in column) for column in zip(*cells, strict=True)] or [0]
    room = console.width - indent - sum(wide[:-1]) - GAP * (len(wide) - 1)
    behind = max((cell_len(line.behind) for line in lines if isinstance(line, Line)), default=0)
    free = room - GAP - min(behind, ENOUGH) if behind else room
    wide[-1] = max(min(wide[-1], most, max(free, room // 2)), 1)
    left = room - wide[-1] - GAP
    for line in lines:
        if isinstance(line, Text):
            yield line
        else:
            yield from _folded(console, line, wide, indent, left)


def _folded(console: Console, line: Line, wide: Sequence[int], indent: int, left: int) -> Iterator[Text]:
    whole = Text(" " * indent, no_wrap=True, overflow="ignore")
    for cell, columns in zip(line.cells, wide, strict=True):
        shown = cell.copy()
        shown.truncate(columns, overflow="ellipsis", pad=True)
        whole.append_text(shown).append(" " * GAP)
    behind = in_one_line(line.behind)
    if cell_len(behind) <= left:
        folded = [behind]
    else:
        folded = [part.plain.rstrip() for part in Text(behind).wrap(console, left)] if left >= LEAST else [""]
    whole.append(folded[0], "dim")
    whole.rstrip()
    yield whole
    under = " " * (indent + sum(wide) + GAP * len(wide))
    for part in folded[1:]:
        yield Text(under, no_wrap=True, overflow="ignore").append(part, "dim")
