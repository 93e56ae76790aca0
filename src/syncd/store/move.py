"""Carries a whole store into an empty one of the other kind: all rows in one transaction, counted on both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select, text

from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.tables import lease, letter, metadata, replica

AT_ONCE: Final = 1_000
LEFT: Final = frozenset({lease.name, letter.name, replica.name})
"""What is only true of the processes that run on a store."""


def move(source: Database, target: Database, watch: Callable[[int, int], None]) -> dict[str, int]:
    """Returns the rows by table. `watch` is told rows done and rows in all. Raises StoreError, and then nothing was moved."""
    tables = [table for table in metadata.sorted_tables if table.name not in LEFT]
    with source.read() as there, target.write(durable=True) as here:
        target.take_turn(here, "schema")
        full = [table.name for table in tables if here.execute(select(table).limit(1)).first() is not None]
        if full:
            raise StoreError(
                f"The store {target.name} is not empty (it has rows in {', '.join(full)}): name an empty database."
            )
        wanted = {table.name: _count(there, table) for table in tables}
        total, done = sum(wanted.values()), 0
        for table in tables:
            for rows in there.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings().partitions():
                here.execute(insert(table), [dict(row) for row in rows])
                done += len(rows)
                watch(done, total)
            _go_on_numbering(there, here, table)
        found = {table.name: _count(here, table) for table in tables}
        if found != wanted:
            missing = ", ".join(
                f"{name}: {found[name]} of {wanted[name]}" for name in wanted if found[name] != wanted[name]
            )
            raise StoreError(f"Not every row arrived in {target.name} ({missing}); nothing was moved.")
    return wanted


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _go_on_numbering(there: Connection, here: Connection, table: Table) -> None:
    """A number that was given once is never given again, here neither."""
    column = table.autoincrement_column
    if column is None or table.dialect_kwargs.get("sqlite_autoincrement") is not True:
        return
    last = _last_number(there, table)
    if not last:
        return
    if here.dialect.name == "postgresql":
        here.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"),
            {"table": table.name, "column": column.name, "last": last},
        )
        return
    if not here.execute(
        text("UPDATE sqlite_sequence SET seq = :n WHERE name = :t"), {"n": last, "t": table.name}
    ).rowcount:
        here.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :n)"), {"n": last, "t": table.name})


def _last_number(connection: Connection, table: Table) -> int:
    if connection.dialect.name == "postgresql":
        name = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table.name}
        ).scalar_one()
        number = connection.execute(text(f"SELECT last_value FROM {name} WHERE is_called")).scalar()  # noqa: S608 - its own name
    else:
        number = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :t"), {"t": table.name}).scalar()
    return int(number or 0)
