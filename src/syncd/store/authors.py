"""Who changed what syncd wrote, as tools said when they were asked: so that they are asked once for each change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, select, tuple_

from syncd.core.issue import Ref
from syncd.core.permission.authors import Traced
from syncd.store import codec
from syncd.store.changes import grow
from syncd.store.database import Database
from syncd.store.rows import chunks, upsert
from syncd.store.tables import author


class Authors:
    """By (ref, Target.key), as the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, source: str | None = None) -> dict[tuple[Ref, str], Traced]:
        query = select(author)
        if source is not None:
            query = query.where(author.c.source == source)
        with self._database.read() as connection:
            return {
                (Ref(row.source, row.id), row.target): codec.decode_traced(row.data)
                for row in connection.execute(query)
            }

    def keep(
        self, source: str, found: Mapping[tuple[Ref, str], Traced], over: Collection[tuple[Ref, str]] = ()
    ) -> None:
        """Remember these of one source, and forget those that are `over`."""
        rows = [
            {"source": source, "id": ref.id, "target": target, "data": codec.encode(traced)}
            for (ref, target), traced in found.items()
        ]
        with self._database.write(source=source) as connection:
            for some in chunks(sorted((ref.id, target) for ref, target in over)):
                connection.execute(
                    delete(author).where(author.c.source == source, tuple_(author.c.id, author.c.target).in_(some))
                )
            upsert(connection, author, rows)
            grow(connection, source)

    def release(self, places: Iterable[tuple[Ref, str]]) -> None:
        """A person handed these places to syncd: how often it wrote over bots there starts anew."""
        with self._database.write(durable=True) as connection:
            for ref, target in places:
                connection.execute(
                    delete(author).where(
                        author.c.source == ref.source, author.c.id == ref.id, author.c.target == target
                    )
                )
