"""What all themes of the store need to talk to a database: moments, upserts, and lists cut into statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, DateTime, Dialect, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement, KeyedColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Row = Mapping[str, object]
T = TypeVar("T")
IN_ONE_STATEMENT = 500
"""Ids in one `IN (…)`; both dialects allow far more, but the statement is rendered each time."""


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the store keeps aware moments only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value if value is None else value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
    """Text that sorts by code points on every server, and that no server refuses: PostgreSQL knows no NUL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return dialect.type_descriptor(postgresql.TEXT(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else value.replace("\0", "\ufffd")


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    newer: str | None = None,
) -> None:
    """Insert rows, or overwrite those with the same primary key by all the columns given.

    All rows have the same columns. With `newer`, a stored row whose column of that name is greater stays as it is.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    values = [name for name in rows[0] if name not in keys]
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    excluded: ReadOnlyColumnCollection[str, KeyedColumnElement[Any]] = statement.excluded
    where: ColumnElement[bool] | None = None if newer is None else table.c[newer] <= excluded[newer]
    if values:
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: excluded[name] for name in values}, where=where
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Row], unique: tuple[Column[Any], ...]
) -> list[tuple[Any, ...]]:
    """Insert the rows whose `unique` columns are not there yet; returns these columns of what went in."""
    if not rows:
        return []
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=unique).returning(*unique)
    return [tuple(row) for row in connection.execute(statement, rows)]


def chunks(values: Iterable[T], size: int = IN_ONE_STATEMENT) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk
