"""Tables that fit the terminal: titles give way and what can be spared is left out, so that no key or number is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP = 2
"""Between two columns."""
HARDLY = 6
"""How narrow a column that gives way becomes before a key is cut."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column with all its cells. As wide as the widest of them, unless it gives way."""

    header: str
    cells: Sequence[str | Text]
    right: bool = False
    style: str = ""
    least: int = 0
    """How narrow it may become where the line is short; 0: it never gives way."""
    folds: bool = False
    """Where it gives way its text goes on in the next line; otherwise it ends with …"""
    spare: int = 0
    """Left out where the line is too short even so, the highest first; 0: never."""

    @property
    def width(self) -> int:
        return max(
            (cell_len(text) for cell in (self.header, *self.cells) for text in _plain(cell).split("\n")), default=0
        )


def show(console: Console, columns: Sequence[Column], *, indent: int = 0, header: bool = True) -> None:
    """Prints them, as wide as the terminal is."""
    console.print(Padding.indent(fitted(columns, console.width - indent, header=header), indent))


def fitted(columns: Sequence[Column], width: int, *, header: bool = True) -> Table:
    """The table of these columns for a line of `width`. What can be spared is left out, too, where it has no text."""
    kept = [column for column in columns if not column.spare or any(map(_plain, column.cells))]
    while _narrowest(kept) > width and any(column.spare for column in kept):
        kept.remove(max(kept, key=lambda column: column.spare))
    widths = _shared([column.width for column in kept], [column.least for column in kept], width - GAP * len(kept))
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="dim", show_header=header)
    for column, wide in zip(kept, widths, strict=True):
        table.add_column(
            Text(column.header), justify="right" if column.right else "left", style=column.style, width=wide,
            no_wrap=not column.folds, overflow="fold" if column.folds else "ellipsis",
        )  # fmt: skip
    for cells in zip(*(column.cells for column in kept), strict=True):
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))
    return table


def _narrowest(columns: Sequence[Column]) -> int:
    return sum(min(column.width, column.least or column.width) + GAP for column in columns)


def _shared(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """How wide each may be: what does not fit is taken from the widest of those that give way, below their least at last."""
    widths = list(wanted)
    for lows in (least, [min(low, HARDLY) for low in least]):
        while sum(widths) > room:
            giving = [place for place, low in enumerate(lows) if low and widths[place] > low]
            if not giving:
                break
            widths[max(giving, key=lambda place: widths[place])] -= 1
    return widths


def _plain(cell: str | Text) -> str:
    return cell.plain if isinstance(cell, Text) else cell
