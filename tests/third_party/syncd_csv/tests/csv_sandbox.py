"""A CSV file with its people, for the conformance kit."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from syncd_csv import SPEC
from syncd_csv.settings import FIXED
from syncd_csv.sheet import Row, Sheet, read, write

from syncd.core.issue import FieldValue
from syncd.testing.sandbox import On, Sandbox, Seen, Weather

ALL_OR_NOTHING = "a file is replaced whole, and whether that happened is known at once"


class CsvSandbox(Sandbox):
    spec = SPEC
    page = 10
    fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {
        "Score": (12.5, 80.0),
        "Objective": ("O1", 'with "quotes", commas\nand lines'),
    }
    cannot: ClassVar[Mapping[Weather, str]] = {
        Weather.DROPPED: ALL_OR_NOTHING,
        Weather.LOST: ALL_OR_NOTHING,
        Weather.BROKEN: "a file has no server that could fail inside",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file = folder / "backlog.csv"
        self._last = 0
        write(self.file, Sheet([*FIXED, *self.fields]))

    def settings(self) -> Mapping[str, object]:
        return {"file": str(self.file)}

    # the people

    def add(self, title: str, labels: Sequence[str] = ()) -> str:
        self._last += 1
        sheet, at = read(self.file), self.now().isoformat()
        row = dict.fromkeys(sheet.columns, "")
        row |= {"id": str(self._last), "title": title, "state": "open", "labels": " ".join(labels)}
        sheet.rows.append(row | {"created": at, "updated": at})
        write(self.file, sheet)
        return str(self._last)

    @contextmanager
    def _row(self, id_: str) -> Iterator[Row]:
        sheet = read(self.file)
        row = sheet.find(id_)
        assert row is not None
        yield row
        row["updated"] = self.now().isoformat()
        write(self.file, sheet)

    def edit(
        self,
        id_: str,
        *,
        title: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
    ) -> None:
        with self._row(id_) as row:
            row["title"] = title or row["title"]
            row["labels"] = " ".join((set(row["labels"].split()) | set(add)) - set(remove))
            row.update({name: "" if value is None else str(value) for name, value in (fields or {}).items()})

    def finish(self, id_: str) -> None:
        with self._row(id_) as row:
            row["state"] = "done"

    def delete(self, id_: str) -> None:
        sheet = read(self.file)
        sheet.rows = [row for row in sheet.rows if row["id"] != id_]
        write(self.file, sheet)

    def look(self, id_: str) -> Seen:
        row = read(self.file).find(id_)
        assert row is not None
        seen: dict[str, FieldValue] = {"Objective": row["Objective"] or None}
        seen["Score"] = float(row["Score"]) if row["Score"] else None
        return Seen(row["title"], row["state"] == "done", frozenset(row["labels"].split()), seen)

    def order(self) -> Sequence[str]:
        return [row["id"] for row in read(self.file).rows]

    # weather and cost

    def write_requests(self, edits: int) -> int:
        return 1

    @contextmanager
    def weather(self, kind: Weather, on: On, after: int = 0) -> Iterator[None]:
        """A file is struck from the first look on, or not at all."""
        if after:
            yield
            return
        if kind is Weather.LIMITED:
            with (self.folder / "backlog.csv.lock").open("w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield
            return
        whole = self.file.read_text(encoding="utf-8")
        if kind is Weather.LOCKED:
            self.file.unlink()
        elif kind is Weather.PAGE:
            self.file.write_text("<!DOCTYPE html>\n<title>Log in</title>\n", encoding="utf-8")
        else:
            self.file.write_text(whole[: len(whole) * 2 // 3], encoding="utf-8")
        try:
            yield
        finally:
            self.file.write_text(whole, encoding="utf-8")
