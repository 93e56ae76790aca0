"""One CSV file, read and written in the shapes of syncd."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from syncd.connector.errors import ConnectorError, Refused, Stale
from syncd.connector.protocol import (
    Answer,
    Call,
    Can,
    Cursor,
    Description,
    FieldInfo,
    FieldType,
    Page,
    Wiring,
)
from syncd.core.issue import FieldValue, Ref, SourceIssue, StateGroup
from syncd.core.plan import Edit, Move, Relabel, SetField
from syncd_csv.settings import CsvSettings
from syncd_csv.sheet import Row, Sheet, locked, read, write

T = TypeVar("T")


class CsvConnector:
    """See `syncd.connector.protocol.Connector` for what holds."""

    def __init__(self, settings: CsvSettings, wiring: Wiring) -> None:
        self._settings = settings
        self._wiring = wiring
        self._path = settings.file
        self._scope = settings.file.stem

    def describe(self) -> Description:
        sheet = self._read("describe")
        return Description(
            tool="CSV file",
            account="whoever runs syncd",
            scopes=(self._scope,),
            can=frozenset(Can),
            fields={name: FieldInfo(name, name, self._type(name), True) for name in self._fields(sheet)},
            order_scopes=(self._scope,) if self._wiring.order else (),
            now=self._wiring.clock(),
        )

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        """The file is read whole, which costs one look, so everything is told each time something changed."""
        sheet = self._read("pull")
        cursor = _hash(repr((sheet.columns, sheet.rows, sorted(self._fields(sheet)))))
        if cursor == since:
            yield Page(cursor=cursor)
            return
        issues = [self._issue(row, sheet) for row in sheet.rows]
        ids = tuple(row["id"] for row in sheet.rows)
        yield Page(issues, cursor=cursor, total=len(issues), orders={self._scope: ids} if self._wiring.order else {})

    def census(self) -> Iterator[str]:
        yield from [row["id"] for row in self._read("census").rows]

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        sheet, wanted = self._read("fetch"), set(ids)
        yield Page([self._issue(row, sheet) for row in sheet.rows if row["id"] in wanted])

    def order(self, scope: str) -> Sequence[str]:
        return [row["id"] for row in self._read("order").rows]

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        """All edits in one replacement of the file: it happened for all of them, or for none."""
        if not edits:
            return

        def change(sheet: Sheet) -> list[ConnectorError | None]:
            return [self._edit(sheet, edit) for edit in edits]

        yield from self._write("edit", change)

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        if not moves:
            return

        def change(sheet: Sheet) -> list[ConnectorError | None]:
            outcomes: list[ConnectorError | None] = []
            for move in moves:
                if any(outcome is not None for outcome in outcomes):
                    outcomes.append(Stale(f"{move.key} was not moved: an earlier move failed."))
                else:
                    outcomes.append(_move(sheet, move))
            return outcomes

        yield from self._write("order", change)

    def close(self) -> None:
        """Nothing is held open."""

    # the file, through the engine's gate

    def _read(self, resource: str) -> Sheet:
        return self._call(resource, False, lambda: read(self._path))

    def _write(
        self, resource: str, change: Callable[[Sheet], list[ConnectorError | None]]
    ) -> list[ConnectorError | None]:
        def work() -> list[ConnectorError | None]:
            sheet = read(self._path)
            outcomes = change(sheet)
            write(self._path, sheet)
            return outcomes

        return self._call(resource, True, work)

    def _call(self, resource: str, mutates: bool, work: Callable[[], T]) -> T:
        call = Call("file", "PUT" if mutates else "GET", resource, mutates)
        self._wiring.transport.before(call)
        status = 0
        try:
            with locked(self._path):
                done = work()
            status = 200
            return done
        finally:
            self._wiring.transport.after(call, Answer(status, 0.0, {}))

    # rows and issues

    def _fields(self, sheet: Sheet) -> list[str]:
        wanted = self._wiring.read_fields | self._wiring.write_fields
        return sorted(name for name in wanted if name in sheet.columns and name not in self._settings.fixed)

    def _type(self, name: str) -> FieldType:
        return FieldType.NUMBER if name in self._settings.numbers else FieldType.TEXT

    def _value(self, name: str, cell: str) -> FieldValue:
        if not cell:
            return None
        if self._type(name) is FieldType.TEXT:
            return cell
        try:
            return float(cell)
        except ValueError:
            return None  # a person wrote words there; the column says what it is

    def _issue(self, row: Row, sheet: Sheet) -> SourceIssue:
        fields = {name: self._value(name, row[name]) for name in self._fields(sheet)}
        return SourceIssue(
            ref=Ref(self._wiring.source, row["id"]),
            key=f"ROW-{row['id']}",
            url=f"{self._path.absolute().as_uri()}#ROW-{row['id']}",
            scope=self._scope,
            revision=_hash(repr((sorted(row.items()), sorted(fields)))),
            title=row["title"],
            state=row["state"],
            state_group=StateGroup.DONE if row["state"] == "done" else StateGroup.NEW,
            created=_moment(row["created"]),
            updated=max(_moment(row["created"]), _moment(row["updated"])),
            labels=tuple(sorted(row["labels"].split())),
            fields=fields,
        )

    def _edit(self, sheet: Sheet, edit: Edit) -> ConnectorError | None:
        row = sheet.find(edit.ref.id)
        if row is None:
            return Stale(f"{edit.key} is not in {self._path} any more.")
        changed = dict(row)
        for change in edit.changes:
            if isinstance(change, SetField):
                if change.field not in self._fields(sheet):
                    return Refused(f"{self._path} has no column '{change.field}'; add it to the first line.")
                if (
                    self._type(change.field) is FieldType.NUMBER
                    and change.after is not None
                    and not isinstance(change.after, float)
                ):
                    return Refused(f"The column '{change.field}' holds numbers; {change.after!r} is none.")
                changed[change.field] = "" if change.after is None else str(change.after)
            elif isinstance(change, Relabel):
                labels = (set(row["labels"].split()) | set(change.add)) - set(change.remove)
                changed["labels"] = " ".join(sorted(labels))
        if changed != row:
            changed["updated"] = self._wiring.clock().astimezone(UTC).isoformat()
            row.update(changed)
        return None


def _move(sheet: Sheet, move: Move) -> ConnectorError | None:
    row = sheet.find(move.ref.id)
    other = sheet.find(move.below.id) if move.below is not None else None
    if row is None or (move.below is not None and other is None):
        return Stale(f"{move.key}, or the row it is to stand below, is gone.")
    sheet.rows.remove(row)
    sheet.rows.insert(0 if other is None else sheet.rows.index(other) + 1, row)
    return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _moment(text: str) -> datetime:
    """A time as people write it; without a zone it is UTC, and what cannot be read is long ago."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
