"""Native orders as we left them, and the places in them that people chose since: the ledger of positions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from syncd.store import codec
from syncd.store.changes import grow
from syncd.store.database import Database
from syncd.store.rows import chunks, upsert
from syncd.store.tables import left_order, order_pin


@dataclass(frozen=True, slots=True)
class Left:
    """One scope's order when we looked last."""

    ids: tuple[str, ...]
    """Top first."""
    entry: int
    """All our moves up to this number in the journal are in it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderPin:
    """An issue that a person moved in a native order."""

    id: str
    below: str | None
    """What it was dropped directly below; None is the top."""
    was_below: str | None
    """What it stood below when we looked last before that; None is the top."""
    after: datetime
    """A person moved it later than this, and not later than `at`."""
    at: datetime


class Orders:
    def __init__(self, database: Database) -> None:
        self._database = database

    def left(self, source: str) -> dict[str, Left]:
        """By scope. A scope is missing until syncd may write its order."""
        query = select(left_order).where(left_order.c.source == source)
        with self._database.read() as connection:
            return {
                row.scope: Left(codec.decode_texts(row.ids), row.entry, row.at) for row in connection.execute(query)
            }

    def keep(
        self,
        source: str,
        scope: str,
        ids: Sequence[str],
        entry: int,
        pins: Sequence[OrderPin] = (),
        *,
        now: datetime,
    ) -> None:
        """Take an order for the one we leave, and in the same transaction what people did to the one before."""
        left = {"source": source, "scope": scope, "ids": codec.encode(tuple(ids)), "entry": entry, "at": now}
        rows = [
            {
                "source": source,
                "scope": scope,
                "id": pin.id,
                "below": pin.below,
                "was_below": pin.was_below,
                "after": pin.after,
                "at": pin.at,
            }
            for pin in pins
        ]
        with self._database.write(source=source) as connection:
            upsert(connection, left_order, [left])
            if rows:
                grow(connection, source)
            upsert(connection, order_pin, rows)

    def pins(self, source: str) -> dict[str, dict[str, OrderPin]]:
        """By scope and issue."""
        query = select(order_pin).where(order_pin.c.source == source).order_by(order_pin.c.scope, order_pin.c.id)
        found: dict[str, dict[str, OrderPin]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                pin = OrderPin(row.id, row.below, row.was_below, row.after, row.at)
                found.setdefault(row.scope, {})[row.id] = pin
        return found

    def release(self, source: str, ids: Collection[str]) -> int:
        """Forget that people moved these issues, in all scopes; returns how many pins that were."""
        gone = 0
        with self._database.write(durable=True) as connection:
            for some in chunks(sorted(ids)):
                forget = delete(order_pin).where(order_pin.c.source == source, order_pin.c.id.in_(some))
                gone += connection.execute(forget).rowcount
            if gone:
                grow(connection, source)
        return gone


def anchors(pins: Mapping[str, Mapping[str, OrderPin]]) -> dict[str, dict[str, str | None]]:
    """As a decision takes them: by scope, the issue and what it stays below."""
    return {scope: {id_: pin.below for id_, pin in them.items()} for scope, them in pins.items()}
