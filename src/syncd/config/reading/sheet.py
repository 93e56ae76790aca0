"""A file of comma-separated values, read so that every cell knows where it stands.

Quoting is that of RFC 4180. Commas, semicolons and tabs separate: whatever the first line has most of outside of quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syncd.config.reading.document import Document, Scalar
from syncd.config.reading.faults import ConfigError, Fault

LARGEST: Final = 10_000_000
"""Bytes."""
SEPARATORS: Final = ",;\t"
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    """Without quotes and surrounding blanks."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    """Where it begins, from 1."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and rows that are not blank."""

    document: Document
    header: tuple[Cell, ...]
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        return self.document.text

    def fault(self, cell: Cell, message: str, hint: str = "") -> Fault:
        return self.document.fault(cell.start, max(cell.end, cell.start + 1), message, hint)


def read_sheet(path: Path) -> Sheet:
    """Raises ConfigError, also with an OSError's reason."""
    return sheet(read_text(path, LARGEST, "keep only the columns that rules read"), str(path))


def read_text(path: Path, largest: int, smaller: str) -> str:
    """What stands in a file of at most so many bytes; `smaller` is how it becomes so. Raises ConfigError."""
    try:
        if path.exists() and not path.is_file():
            raise ConfigError([Fault(str(path), 0, 0, "this is not a file", f"type: ls -l {path}")])
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise ConfigError([Fault(str(path), 0, 0, "there is no such file", f"type: ls {path.parent}")]) from None
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise ConfigError(
            [Fault(str(path), 0, 0, f"this file cannot be read: {reason}", f"type: ls -lL {path}")]
        ) from None
    if len(content) > largest:
        message = f"this file is larger than {largest // 1_000_000} MB"
        raise ConfigError([Fault(str(path), 0, 0, message, smaller)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        written = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        fault = Fault(str(path), line, 1, "this is not text in UTF-8", f"type: iconv -f {written} -t utf-8 {path}")
        raise ConfigError([fault]) from None


def sheet(text: str, file: str) -> Sheet:
    """Raises ConfigError for an empty text and for quotes that do not close."""
    document = Document(file, text, Scalar(None, "", "", 0, 0))
    rows = _Scanner(document, separator_of(text)).rows()
    if not rows:
        raise ConfigError([Fault(file, 0, 0, "this file is empty", "its first line names the columns: issue,ARR")])
    return Sheet(document, rows[0].cells, tuple(rows[1:]))


def separator_of(text: str) -> str:
    """What the first line has most of, outside of quotes."""
    outside = _QUOTED.sub("", _NEWLINE.split(text, maxsplit=1)[0])
    return max(SEPARATORS, key=outside.count)


def cells_at(text: str, separator: str, start: int) -> tuple[Cell, ...]:
    """The cells of the one row that begins at an offset of a text that was read before."""
    return _Scanner(Document("", text, Scalar(None, "", "", 0, 0)), separator).row(start)[0]


class _Scanner:
    def __init__(self, document: Document, separator: str) -> None:
        self._document, self._text = document, document.text
        self._separator = separator
        self._plain = re.compile(rf"[^{re.escape(separator)}\r\n]*")

    def rows(self) -> list[Row]:
        found: list[Row] = []
        at, line, size = 0, 1, len(self._text)
        while at < size:
            began, start = line, at
            cells, at = self.row(at)
            if (newline := _NEWLINE.match(self._text, at)) is not None:
                at = newline.end()
            line += len(_NEWLINE.findall(self._text, start, at))
            if any(cell.text for cell in cells):
                found.append(Row(began, cells))
        return found

    def row(self, at: int) -> tuple[tuple[Cell, ...], int]:
        """The cells of the row that begins there, and where the line end after it stands."""
        cells: list[Cell] = []
        while True:
            cell, at = self._cell(at)
            cells.append(cell)
            if not self._text.startswith(self._separator, at):
                return tuple(cells), at
            at += 1

    def _cell(self, at: int) -> tuple[Cell, int]:
        """The cell that begins there, and where the separator or line end after it stands."""
        if not self._text.startswith('"', at):
            plain = self._plain.match(self._text, at)
            assert plain is not None, "it may be empty"
            return Cell(plain[0].strip(), at, plain.end()), plain.end()
        quoted = _QUOTED.match(self._text, at)
        if quoted is None:
            message = "this quotation mark is never closed"
            raise ConfigError(
                [self._document.fault(at, at + 1, message, 'a mark inside of quotes is written twice: ""')]
            )
        end = quoted.end()
        if end < len(self._text) and self._text[end] not in f"{self._separator}\r\n":
            message = "this stands after the closing quotation mark"
            raise ConfigError(
                [self._document.fault(end, end + 1, message, 'a mark inside of quotes is written twice: ""')]
            )
        return Cell(quoted[1].replace('""', '"').strip(), at, end), end
