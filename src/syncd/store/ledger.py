"""The last value that syncd wrote to each place: by comparing with it, a person's edit is told from our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.ownership import Written, left_by
from syncd.core.plan import Edit, place_of
from syncd.store import codec
from syncd.store.changes import grow, grow_all
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import ledger

LedgerRow = tuple[Ref, str, FieldValue, str]
"""Issue, Target.key, value, run."""


class Ledger:
    """By (ref, Target.key), as in ("field:Score") and ("label:roadmap/")."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, source: str | None = None) -> dict[tuple[Ref, str], Written]:
        """All of one source, or of all of them."""
        query = select(ledger)
        if source is not None:
            query = query.where(ledger.c.source == source)
        with self._database.read() as connection:
            return {
                (Ref(row.source, row.id), row.target): Written(codec.decode_value(row.value), row.at, row.run)
                for row in connection.execute(query)
            }

    def adopt(self, rows: Sequence[tuple[Ref, str, FieldValue]], run: str, *, now: datetime) -> None:
        """Take values that stand there already for our own."""
        with self._database.write(durable=True) as connection:
            grow_all(connection, (ref.source for ref, _, _ in rows))
            set_written(connection, [(ref, target, value, run) for ref, target, value in rows], now)

    def release(self, ref: Ref, target_key: str | None = None) -> int:
        """Forget what we wrote to one place of an issue, or to all of them; returns how many places that were."""
        forget = delete(ledger).where(ledger.c.source == ref.source, ledger.c.id == ref.id)
        if target_key is not None:
            forget = forget.where(ledger.c.target == target_key)
        with self._database.write(durable=True) as connection:
            grow(connection, ref.source)
            return connection.execute(forget).rowcount


def written_by(edit: Edit, run: str) -> list[LedgerRow]:
    """The ledger's rows once this edit is done."""
    return [(edit.ref, place_of(change), left_by(change), run) for change in edit.changes]


def set_written(connection: Connection, rows: Iterable[LedgerRow], now: datetime) -> None:
    upsert(
        connection,
        ledger,
        [
            {"source": ref.source, "id": ref.id, "target": target, "value": codec.encode(value), "at": now, "run": run}
            for ref, target, value, run in rows
        ],
    )
