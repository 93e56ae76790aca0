"""The previous decision, which hysteresis, dead band and ties refer to; and its history, a row for each day of change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import and_, delete, func, select, tuple_

from syncd.core.issue import Ref
from syncd.core.ranking.rank import Placed
from syncd.store.changes import DECISION, grow
from syncd.store.database import Database
from syncd.store.rows import Row, chunks, upsert
from syncd.store.tables import placed, placed_day


@dataclass(frozen=True, slots=True)
class Day:
    """How a day ended for one piece of work. Rank None: it left the backlog."""

    day: date
    rank: int | None
    horizon: str | None
    score: float | None


class Memory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, decided: Mapping[Ref, Placed], *, now: datetime) -> int:
        """Replace the previous decision, writing only what differs; returns how many refs that were."""
        day = now.astimezone(UTC).date()
        with self._database.write() as connection:
            self._database.take_turn(connection, "the decision")
            held = {
                (source, id): (rank, horizon, score)
                for source, id, rank, horizon, score in connection.execute(select(placed))
            }
            rows: list[Row] = []
            for ref, one in decided.items():
                if held.pop((ref.source, ref.id), None) != (one.rank, one.horizon, one.score):
                    rows.append(_row(ref.source, ref.id, one.rank, one.horizon, one.score))
            upsert(connection, placed, rows)
            for left in chunks(held):
                connection.execute(delete(placed).where(tuple_(placed.c.source, placed.c.id).in_(left)))
            rows += [_row(source, id, None, None, None) for source, id in held]
            if rows:
                grow(connection, DECISION)
            upsert(connection, placed_day, [{**row, "day": day} for row in rows])
        return len(rows)

    def load(self) -> dict[Ref, Placed]:
        with self._database.read() as connection:
            return {
                Ref(source, id): Placed(rank, horizon, score)
                for source, id, rank, horizon, score in connection.execute(select(placed))
            }

    def history(self, ref: Ref) -> list[Day]:
        """Oldest day first; between two days nothing changed."""
        query = (
            select(placed_day.c.day, placed_day.c.rank, placed_day.c.horizon, placed_day.c.score)
            .where(placed_day.c.source == ref.source, placed_day.c.id == ref.id)
            .order_by(placed_day.c.day)
        )
        with self._database.read() as connection:
            return [Day(day, rank, horizon, score) for day, rank, horizon, score in connection.execute(query)]

    def first_day(self) -> date | None:
        """The day on which this store decided first; None before that."""
        with self._database.read() as connection:
            return connection.execute(select(func.min(placed_day.c.day))).scalar()

    def ranks_on(self, day: date) -> dict[Ref, int]:
        """The ranks at the end of a day, of the work that was in the backlog then."""
        last = (
            select(placed_day.c.source, placed_day.c.id, func.max(placed_day.c.day).label("day"))
            .where(placed_day.c.day <= day)
            .group_by(placed_day.c.source, placed_day.c.id)
            .subquery()
        )
        same = and_(placed_day.c.source == last.c.source, placed_day.c.id == last.c.id, placed_day.c.day == last.c.day)
        query = select(placed_day.c.source, placed_day.c.id, placed_day.c.rank).join(last, same)
        with self._database.read() as connection:
            rows = connection.execute(query.where(placed_day.c.rank.is_not(None)))
            return {Ref(source, id): rank for source, id, rank in rows}


def _row(source: str, id: str, rank: int | None, horizon: str | None, score: float | None) -> Row:
    return {"source": source, "id": id, "rank": rank, "horizon": horizon, "score": score}
