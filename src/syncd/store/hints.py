"""What webhooks hinted at, kept before the delivery is acknowledged and until a look at the source has followed it.

What was followed stays a while, so that a repeated delivery is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update

from syncd.connector.hint import Hint
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import chunks, insert_new
from syncd.store.tables import hint

REMEMBERED = 10_000
"""So many followed deliveries are kept, of all sources together."""

_HINT = msgspec.json.Decoder(Hint)


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits for one source, counted."""

    count: int
    newest: int
    """The highest number among them."""


class Hints:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, arrived: Sequence[tuple[str, Hint]], *, now: datetime) -> list[bool]:
        """Keeps hints by source, all in one transaction that outlives a power cut. False where the delivery is known.

        A hint without a delivery's name is always news.
        """
        rows: list[dict[str, object]] = []
        first: dict[tuple[str, str], int] = {}
        for number, (source, one) in enumerate(arrived):
            if not one.delivery or first.setdefault((source, one.delivery), number) == number:
                delivery = one.delivery or None
                rows.append(
                    {"source": source, "delivery": delivery, "at": now, "done": False, "body": codec.encode(one)}
                )
        with self._database.write(durable=True) as connection:
            kept = set(insert_new(connection, hint, rows, (hint.c.source, hint.c.delivery)))
        return [
            not one.delivery or (first[source, one.delivery] == number and (source, one.delivery) in kept)
            for number, (source, one) in enumerate(arrived)
        ]

    def piles(self) -> dict[str, Pile]:
        """By source, for those where something waits."""
        query = (
            select(hint.c.source, func.count(), func.max(hint.c.id))
            .where(hint.c.done.is_(False))
            .group_by(hint.c.source)
        )
        with self._database.read() as connection:
            return {source: Pile(count, newest) for source, count, newest in connection.execute(query)}

    def waiting(self, source: str, most: int) -> list[tuple[int, Hint]]:
        """The oldest that wait, by number."""
        query = select(hint.c.id, hint.c.body).where(hint.c.done.is_(False), hint.c.source == source)
        with self._database.read() as connection:
            rows: Sequence[Any] = connection.execute(query.order_by(hint.c.id).limit(most)).all()
        return [(id, _HINT.decode(body)) for id, body in rows]

    def done(self, numbers: Iterable[int]) -> None:
        """They were followed, or cannot be."""
        with self._database.write() as connection:
            for some in chunks(sorted(numbers)):
                connection.execute(update(hint).where(hint.c.id.in_(some)).values(done=True))
            newest = connection.execute(select(func.max(hint.c.id))).scalar() or 0
            connection.execute(delete(hint).where(hint.c.done.is_(True), hint.c.id <= newest - REMEMBERED))
