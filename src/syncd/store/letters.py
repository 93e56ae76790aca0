"""What people asked of whichever process does it first: for stores that several processes share.

A file has its letters beside it (`engine.permits.letters`), since only one process may write to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, delete, or_, select, update

from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import letter

Body = Mapping[str, str | None]
CLAIMED = timedelta(minutes=5)
"""Whoever took a letter has so long to follow it; then another may."""

_BODY = msgspec.json.Decoder(dict[str, str | None])


class Letters:
    def __init__(self, database: Database) -> None:
        self._database = database

    def drop(self, kind: str, name: str, body: Body) -> None:
        """One that is already there under this name is replaced."""
        row = {"kind": kind, "name": name, "body": codec.encode(body), "claimed": None}
        with self._database.write(durable=True) as connection:
            upsert(connection, letter, [row])

    def waiting(self, *, now: datetime) -> bool:
        with self._database.read() as connection:
            return connection.execute(select(letter.c.kind).where(_free(now)).limit(1)).first() is not None

    def peek(self, kind: str, name: str) -> Body | None:
        query = select(letter.c.body).where(letter.c.kind == kind, letter.c.name == name)
        with self._database.read() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else _BODY.decode(body)

    def opened(self, kind: str, *, now: datetime) -> Iterator[Body]:
        """Those that nobody follows, in order of their names. Each is destroyed when the next is asked for."""
        with self._database.read() as connection:
            names = connection.execute(select(letter.c.name).where(letter.c.kind == kind, _free(now)))
            found = sorted(names.scalars())
        for name in found:
            here = (letter.c.kind == kind, letter.c.name == name)
            claim = update(letter).where(*here, _free(now)).values(claimed=now).returning(letter.c.body)
            with self._database.write() as connection:
                body = connection.execute(claim).scalar()
            if body is None:
                continue
            yield _BODY.decode(body)
            with self._database.write() as connection:
                # A newer one under the same name is not claimed, and is followed next time.
                connection.execute(delete(letter).where(*here, letter.c.claimed.is_not(None)))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(letter.c.claimed.is_(None), letter.c.claimed < now - CLAIMED)
