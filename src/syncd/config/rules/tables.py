"""Facts out of files: a table of scoring.yaml with its CSV → rows by key, every mistake at its line and column."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from syncd.config.reading.document import Place
from syncd.config.reading.faults import ConfigError, Fault, words
from syncd.config.reading.sheet import Cell, Row, Sheet, read_sheet
from syncd.config.text.scoring import TableText
from syncd.core.backlog import FactValue
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Type
from syncd.core.expressions.vocabulary import EFFORT
from syncd.core.normalizing.facts import coerce
from syncd.core.rules import Combine, Join, ReadTable

_SEVERAL: Final = frozenset({Join.LABELS, Join.COMPONENTS, Join.ASSIGNEES})
"""What an issue may have more than one of."""
_ORDERED: Final = frozenset({Type.NUMBER, Type.DATE})
_ENOUGH: Final = 20
"""Mistakes of one file that are told at once."""


class Tables:
    """The files of one scoring.yaml, each read once, and what they make of a fact."""

    def __init__(
        self, facts: Mapping[str, Type], joined: Collection[str], faults: list[Fault], *, unread: bool = False
    ) -> None:
        """`facts` are those that a table may be joined by; `joined` are not, because they are looked up themselves.
        `unread`: the files were read before, and what stands in them does not matter now."""
        self._unread = unread
        self._facts, self._joined, self._faults = facts, joined, faults
        self._sheets: dict[Path, Sheet | None] = {}
        self.texts: dict[str, str] = {}
        """Name as written → content, of those that could be read."""

    def read(
        self, name: str, text: TableText, type_: Type, values: Mapping[str, FactValue], place: Place
    ) -> ReadTable | None:
        """None where something is wrong, which is then in the faults."""
        if self._unread:
            return None
        by = self._by(text, place)
        sheet = self._sheet(text.file, place)
        if by is None or sheet is None or not self._combines(name, text, type_, by, place):
            return None
        key = self._column(sheet, text.key, 0, place / "key")
        how = text.combine or Combine.FIRST
        if how is Combine.COUNT and text.column is None:
            value = key
        else:
            value = self._column(sheet, text.column, 1 if len(sheet.header) == 2 else None, place / "column")
        if key is None or value is None:
            return None
        found = _Rows(sheet, key, value, how is Combine.COUNT)
        rows = found.typed(name, type_, values, once=text.combine is None)
        self._faults.extend(found.faults[:_ENOUGH])
        column = sheet.header[value].text
        return ReadTable(text.file, column, by, rows, (text.prefix or "").casefold(), how)

    def _by(self, text: TableText, place: Place) -> Join | str | None:
        if text.by in Join.__members__.values():
            return Join(text.by)
        if text.by in self._joined:
            message = f"'{text.by}' is itself looked up in a file or counted, so no file can be joined by it"
            self._faults.append((place / "by").fault(message, "join by a fact that stands on the issue"))
            return None
        if text.by not in self._facts:
            known = (*(join.value for join in Join), *self._facts)
            message = f"'{text.by}' is nothing that a file can be joined by{did_you_mean(text.by, known)}"
            self._faults.append((place / "by").fault(message, f"known here: {words(known, 'and')}"))
            return None
        return text.by

    def _sheet(self, written: str, place: Place) -> Sheet | None:
        path = place.document.neighbor(written)
        if path not in self._sheets:
            try:
                found = read_sheet(path)
            except ConfigError as error:
                self._faults.extend(error.faults)
                if all(fault.line == 0 for fault in error.faults):
                    self._faults.append((place / "file").fault(f"'{written}' cannot be used as a table"))
                self._sheets[path] = None
            else:
                self._sheets[path] = found
                self.texts[written] = found.text
        return self._sheets[path]

    def _combines(self, name: str, text: TableText, type_: Type, by: Join | str, place: Place) -> bool:
        several = by in _SEVERAL if isinstance(by, Join) else self._facts[by] is Type.WORDS
        how = text.combine
        if several and how is None:
            choice = "sum, max or min" if type_ is Type.NUMBER else "first"
            message = f"an issue may have several {text.by}, and this does not say what becomes of several rows"
            self._faults.append((place / "by").fault(message, f"add `combine:` with {choice}"))
            return False
        wrong = (how is Combine.SUM and type_ is not Type.NUMBER) or (
            how in (Combine.MAX, Combine.MIN) and type_ not in _ORDERED
        )
        if wrong:
            assert how is not None
            message = f"the fact '{name}' is {type_.spoken}, which has no {how.value}"
            self._faults.append((place / "combine").fault(message, "write first or count, or give the fact a `type:`"))
        return not wrong

    def _column(self, sheet: Sheet, name: str | None, otherwise: int | None, place: Place) -> int | None:
        header = [cell.text for cell in sheet.header]
        shown = words([repr(text) for text in header], "and")
        if name is None:
            if otherwise is None or otherwise >= len(header):
                message = f"{Path(sheet.document.file).name} has {len(header)} columns, and this does not say which one counts"
                self._faults.append(place.fault(message, f"add `column:` with one of {shown}"))
                return None
            return otherwise
        folded = [text.casefold() for text in header]
        found = [place for place, text in enumerate(folded) if text == name.strip().casefold()]
        if not found:
            message = f"{Path(sheet.document.file).name} has no column '{name}'{did_you_mean(name, header)}"
            self._faults.append(place.fault(message, f"its first line names {shown}"))
            return None
        if len(found) > 1:
            self._faults.append(sheet.fault(sheet.header[found[1]], f"the column '{name}' stands twice", "rename one"))
            return None
        return found[0]


class _Rows:
    """The rows of one sheet for one fact."""

    def __init__(self, sheet: Sheet, key: int, value: int, counted: bool) -> None:
        self._sheet, self._key, self._value, self._counted = sheet, key, value, counted
        self.faults: list[Fault] = []

    def typed(
        self, name: str, type_: Type, values: Mapping[str, FactValue], *, once: bool
    ) -> dict[str, tuple[tuple[FactValue, int], ...]]:
        found: dict[str, tuple[tuple[FactValue, int], ...]] = {}
        width = len(self._sheet.header)
        for row in self._sheet.rows:
            if len(row.cells) > width and row.cells[width].text:
                message = f"this line has {len(row.cells)} cells, and the first line names {width}"
                self._tell(row.cells[width], message, "put a text with commas in it into quotes")
                continue
            key, cell = self._at(row, self._key), self._at(row, self._value)
            if cell is None or not cell.text:
                continue  # nobody said
            if key is None or not key.text:
                self._tell(row.cells[0], "this line has a value and no key")
                continue
            value = 1.0 if self._counted else self._fact(name, type_, values, cell)
            if value is None:
                continue
            folded = key.text.casefold()
            if once and folded in found:
                message = f"'{key.text}' stands in line {found[folded][0][1]} already"
                self._tell(key, message, "delete one, or say what becomes of both: `combine: sum` in scoring.yaml")
                continue
            found[folded] = (*found.get(folded, ()), (value, row.line))
        return found

    def _fact(self, name: str, type_: Type, values: Mapping[str, FactValue], cell: Cell) -> FactValue | None:
        meant = values.get(cell.text.casefold())
        value = coerce(type_, cell.text) if meant is None else meant
        if value is None or (name == EFFORT and isinstance(value, float) and value < 0):
            hint = "write it plainly, such as 120000.50" if type_ is Type.NUMBER else f"write {type_.spoken}"
            others = f", or name what it means: `values: {{{cell.text}: …}}`" if type_ is not Type.DATE else ""
            self._tell(cell, f"the fact '{name}' is {type_.spoken}, and '{cell.text}' is not", hint + others)
            return None
        return value

    def _at(self, row: Row, column: int) -> Cell | None:
        return row.cells[column] if column < len(row.cells) else None

    def _tell(self, cell: Cell, message: str, hint: str = "") -> None:
        self.faults.append(self._sheet.fault(cell, message, hint))
