"""The rows of a large file that people keep, CSV or JSON lines: quickly, each with the line where it begins.

What stands in such a file may be private: no fault shows a line of it.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.reading.sheet import cells_at, read_text, separator_of, sheet

LARGEST: Final = 100_000_000
"""Bytes."""
LONGEST: Final = 131_072
"""Characters of one cell."""
_LINE: Final = re.compile(r"\r\n|\n|\r")
_JSON: Final = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Odd:
    """A row that cannot be read."""

    line: int
    column: int
    why: str


@dataclass(frozen=True)
class Records:
    """The rows with anything in them, each as wide as the header."""

    file: str
    text: str = field(repr=False)
    header: tuple[str, ...]
    rows: list[tuple[int, Sequence[str]]] = field(repr=False)
    """The line where it begins, from 1, and its cells."""
    odd: list[Odd]
    separator: str
    """Empty for JSON lines."""

    def place_of(self, line: int, column: int) -> tuple[int, int]:
        """Line and column, from 1, of a cell of the row that begins in a line."""
        if not self.separator:
            return line, 1
        cells = cells_at(self.text, self.separator, self._lines[line - 1])
        if column >= len(cells):
            return line, 1
        start = cells[column].start
        found = bisect_right(self._lines, start)
        return found, start - self._lines[found - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _LINE.finditer(self.text))]


def read_records(path: Path) -> Records:
    """Raises ConfigError, also with an OSError's reason, where the file as a whole cannot be used."""
    text = read_text(path, LARGEST, "leave out what is too old to matter, or write several files")
    first = text.lstrip()[:1]
    if first == "[":
        hint = f"write one object a line: jq -c '.[]' {path} > {path.with_suffix('.jsonl')}"
        raise ConfigError([Fault(str(path), 1, 1, "this is one JSON list", hint)])
    return _json(text, str(path)) if first == "{" else _csv(text, str(path))


def _csv(text: str, file: str) -> Records:
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    odd: list[Odd] = []
    began = 1
    header: tuple[str, ...] | None = None
    try:
        for cells in reader:
            line, began = began, reader.line_num + 1
            if not any(cells) or not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = tuple(cell.strip() for cell in cells)
                width = len(header)
            elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
                why = f"it has {len(cells)} cells, and the first line names {width}: a text with commas needs quotes"
                odd.append(Odd(line, 1, why))
            else:
                rows.append((line, cells if len(cells) >= width else (*cells, *[""] * (width - len(cells)))))
    except csv.Error as error:
        raise ConfigError(_why(error, text, file, began)) from None
    if header is None:
        raise ConfigError(
            [Fault(file, 0, 0, "this file is empty", "its first line names the columns: issue,customer,said,date")]
        )
    return Records(file, text, header, rows, odd, separator)


def _why(error: csv.Error, text: str, file: str, line: int) -> Sequence[Fault]:
    if "limit" in str(error):
        message = f"a cell of this line is longer than {LONGEST:,} characters"
        return [Fault(file, line, 1, message, "look for a quotation mark that is never closed")]
    try:
        sheet(text, file)
    except ConfigError as exact:
        return [replace(fault, excerpt="") for fault in exact.faults]
    return [Fault(file, line, 1, f"this line cannot be read: {error}")]


def _json(text: str, file: str) -> Records:
    header: dict[str, int] = {}
    found: list[tuple[int, dict[str, object]]] = []
    odd: list[Odd] = []
    for line, written in enumerate(_LINE.split(text), 1):
        if not written.strip():
            continue
        try:
            row = _JSON.decode(written)
        except msgspec.ValidationError:
            odd.append(Odd(line, 1, "it is no JSON object"))
        except (msgspec.DecodeError, RecursionError):
            odd.append(Odd(line, 1, "it is no JSON"))
        else:
            found.append((line, row))
            for key in row:
                header.setdefault(key, len(header))
    names = tuple(header)
    rows: list[tuple[int, Sequence[str]]] = [(line, [_said(row.get(name)) for name in names]) for line, row in found]
    return Records(file, text, tuple(name.strip() for name in names), rows, odd, "")


def _said(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.15g}"
        case list():
            return ", ".join(filter(None, map(_said, value)))
        case dict():
            # {"name": "Acme", "id": 7}: what people call it.
            return next((_said(value[key]) for key in ("name", "key", "title", "value") if key in value), "")
        case _:
            return str(value)
