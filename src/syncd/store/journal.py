"""Every write, noted before it leaves and again when its outcome is known.

An entry without a final verdict is a write that may or may not have happened: the process died, or the answer never
came. The next look at the issue settles it. The first final verdict stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, or_, select, union, update

from syncd.core.issue import Ref
from syncd.core.plan import Edit, Move, place_of
from syncd.store import codec
from syncd.store.changes import grow_all
from syncd.store.database import Database
from syncd.store.entries import Entry, Happened, Verdict, Written, entry_of, lines_of
from syncd.store.ledger import LedgerRow, set_written, written_by
from syncd.store.rows import chunks
from syncd.store.tables import entry, former_key, issue

_OPEN = or_(entry.c.verdict.is_(None), entry.c.verdict == Verdict.UNKNOWN.value)


class Journal:
    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, run: str, source: str, edits: Sequence[Edit], *, now: datetime) -> list[int]:
        """One entry an edit, in one transaction; the ids are in the order of the edits."""
        return self._start(
            source,
            [
                {**_about(run, source, one, now), "kind": "edit", "scope": None, "body": codec.encode_edit(one)}
                for one in edits
            ],
        )

    def start_moves(self, run: str, source: str, scope: str, moves: Sequence[Move], *, now: datetime) -> list[int]:
        return self._start(
            source,
            [
                {**_about(run, source, one, now), "kind": "move", "scope": scope, "body": codec.encode(one)}
                for one in moves
            ],
        )

    def finish(
        self,
        outcomes: Sequence[tuple[int, Verdict, str]],
        *,
        now: datetime,
        stands: Mapping[int, Edit] | None = None,
        theirs: Set[int] = frozenset(),
    ) -> None:
        """Note (id, verdict, message for people). What a done edit wrote enters the ledger in the same transaction.

        `stands` gives, for an entry that is not done, the part of its edit that arrived all the same. `theirs` are entries
        whose places a person has now: the ledger remembers it as the value False.
        """
        parts = stands or {}
        verdicts = {id: (verdict, message) for id, verdict, message in outcomes}
        with self._database.write() as connection:
            for ids in chunks(sorted(verdicts)):
                rows = connection.execute(_entries().where(entry.c.id.in_(ids), _OPEN)).all()
                if not rows:
                    continue
                for source in sorted({row.source for row in rows}):
                    self._database.check(connection, source)
                connection.execute(
                    update(entry).where(entry.c.id == bindparam("entry_id")),
                    [
                        {
                            "entry_id": row.id,
                            "verdict": verdicts[row.id][0].value,
                            "message": verdicts[row.id][1],
                            "finished": now,
                        }
                        for row in rows
                    ],
                )
                written: list[LedgerRow] = []
                for row in rows:
                    if row.id in parts:
                        written += written_by(parts[row.id], row.run)
                    elif row.id in theirs:
                        edit = codec.decode_edit(row.body)
                        written += [(edit.ref, place_of(change), False, row.run) for change in edit.changes]
                    elif row.kind == "edit" and verdicts[row.id][0] is Verdict.DONE:
                        written += written_by(codec.decode_edit(row.body), row.run)
                grow_all(connection, (ref.source for ref, _, _, _ in written))
                set_written(connection, written, now)

    def open_entries(self, source: str) -> list[Entry]:
        """Writes whose outcome nobody knows, oldest first."""
        return self._read(_entries().where(entry.c.source == source, _OPEN))

    def entries(self, *, run: str | None = None, ref: Ref | None = None) -> list[Entry]:
        """All entries of a run or of an issue (or both), oldest first: what an undo starts from."""
        query = _entries()
        if run is not None:
            query = query.where(entry.c.run == run)
        if ref is not None:
            query = query.where(entry.c.source == ref.source, entry.c.issue == ref.id)
        return self._read(query)

    def moves_since(self, source: str, scope: str, entry_id: int) -> list[Entry]:
        """The moves of one order with a greater number, oldest first, whatever became of them."""
        query = _entries().where(
            entry.c.source == source, entry.c.scope == scope, entry.c.kind == "move", entry.c.id > entry_id
        )
        return self._read(query)

    def last_number(self) -> int:
        """Of the newest entry; 0 when there is none."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(entry.c.id))).scalar() or 0

    def entries_of_key(self, key: str) -> list[Entry]:
        """All entries of an issue by any key it ever had, oldest first."""
        with self._database.read() as connection:
            query = _entries().where(_about_key(connection, key.casefold()))
            return [entry_of(row) for row in connection.execute(query)]

    def history(self, key: str | None, limit: int, *, run: str | None = None) -> list[Happened]:
        """One line a change, newest first, of one issue by any key it ever had, or of all; of one run, or of all."""
        query = select(entry).order_by(entry.c.id.desc()).limit(limit)
        if run is not None:
            query = query.where(entry.c.run == run)
        lines: list[Happened] = []
        with self._database.read() as connection:
            if key is not None:
                query = query.where(_about_key(connection, key.casefold()))
            for row in connection.execute(query):
                lines += lines_of(entry_of(row))
        return lines[:limit]

    def runs(self, limit: int, *, before: int | None = None) -> list[Written]:
        """The runs that wrote, newest first; `before` is the `last` of the one to go on after."""
        newest = func.max(entry.c.id)
        query = select(entry.c.run, newest, func.min(entry.c.at)).group_by(entry.c.run).order_by(newest.desc())
        if before is not None:
            query = query.having(newest < before)
        with self._database.read() as connection:
            found = connection.execute(query.limit(limit)).all()
            counts = connection.execute(
                select(entry.c.run, entry.c.source, entry.c.verdict, func.count())
                .where(entry.c.run.in_([run for run, _, _ in found]))
                .group_by(entry.c.run, entry.c.source, entry.c.verdict)
            ).all()
        written = []
        for run, last, at in found:
            own = [(source, Verdict(verdict) if verdict else None, n) for r, source, verdict, n in counts if r == run]
            written.append(Written(run, last, at, tuple(own)))
        return written

    def _start(self, source: str, rows: list[dict[str, object]]) -> list[int]:
        if not rows:
            return []
        with self._database.write(durable=True, source=source) as connection:
            started = connection.execute(insert(entry).returning(entry.c.id, sort_by_parameter_order=True), rows)
            return list(started.scalars())

    def _read(self, query: Select[Any]) -> list[Entry]:
        with self._database.read() as connection:
            return [entry_of(row) for row in connection.execute(query)]


def _entries() -> Select[Any]:
    return select(entry).order_by(entry.c.id)


def _about(run: str, source: str, unit: Edit | Move, now: datetime) -> dict[str, object]:
    if unit.ref.source != source:
        raise ValueError(f"{unit.ref} is no issue of {source}")
    return {"run": run, "source": source, "issue": unit.ref.id, "folded": unit.key.casefold(), "at": now}


def _about_key(connection: Connection, folded: str) -> ColumnElement[bool]:
    """The entries under this key, and those of the issues that have it or had it."""
    present = select(issue.c.source, issue.c.id).where(issue.c.folded == folded)
    former = select(former_key.c.source, former_key.c.id).where(former_key.c.folded == folded)
    bearers = connection.execute(union(present, former)).all()
    return or_(
        entry.c.folded == folded, *(and_(entry.c.source == source, entry.c.issue == id) for source, id in bearers)
    )
