"""Each source's ranking when its last plan went out whole: what brakes hold the present one against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from syncd.core.safety.shifts import Standing
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import ranking


class Rankings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, source: str, standings: Sequence[Standing], *, now: datetime) -> None:
        row = {"source": source, "at": now, "body": codec.encode(tuple(standings))}
        with self._database.write() as connection:
            upsert(connection, ranking, [row])

    def load(self, source: str) -> tuple[Standing, ...] | None:
        """None when no plan of the source went out whole yet."""
        with self._database.read() as connection:
            body = connection.execute(select(ranking.c.body).where(ranking.c.source == source)).scalar()
        return None if body is None else codec.decode_ranking(body)
