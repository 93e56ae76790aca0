"""A number for each source that grows with everything that a decision reads, so that nobody reads what did not change.

It grows within the transaction that changes something. Two such transactions of one source follow each other, so whoever
saw a number has seen all that came with smaller ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from syncd.store.database import Database
from syncd.store.tables import change

DECISION = ""
"""In place of a source: the previous decision as a whole."""


class Changes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, int]:
        """By source; one that never changed is left out."""
        with self._database.read() as connection:
            return dict(connection.execute(select(change.c.source, change.c.number)).all())


class Mark:
    """The number of one source's change in this transaction; taken when it is first asked for."""

    def __init__(self, connection: Connection, source: str) -> None:
        self._connection = connection
        self._source = source
        self._number: int | None = None

    @property
    def number(self) -> int:
        if self._number is None:
            self._number = grow(self._connection, self._source)
        return self._number


def grow(connection: Connection, source: str) -> int:
    """The next number of a source; other transactions that want one wait until this one ends."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(change).values(source=source, number=1)
    statement = statement.on_conflict_do_update(
        index_elements=["source"], set_={"number": change.c.number + 1}
    ).returning(change.c.number)
    number: int = connection.execute(statement).scalar_one()
    return number


def grow_all(connection: Connection, sources: Iterable[str]) -> None:
    for source in sorted(set(sources)):
        grow(connection, source)
