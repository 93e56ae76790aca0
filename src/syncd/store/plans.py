"""Plans as they were shown, with the part that waits for a person and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, or_, select, update

from syncd.core.plan import Plan
from syncd.core.safety.noise import Cost
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.tables import plan


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """`at` is when these writes were last decided; `tripped` are the sentences of the brakes that stopped them."""

    plan: Plan
    digest: str
    run: str
    at: datetime
    tripped: tuple[str, ...]
    waiting: Plan
    """The part that waits for a person; empty when nothing does."""
    because: tuple[str, ...] = ()
    """Why something of it was not written: one sentence each, with the next step."""

    cost: Cost | None = None
    """What writing it costs, as far as that was known."""

    @property
    def waiting_digest(self) -> str | None:
        """What to approve."""
        return None if self.waiting.empty else self.waiting.digest


class Plans:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        run: str,
        decided: Plan,
        *,
        now: datetime,
        tripped: Sequence[str] = (),
        waiting: Plan | None = None,
        because: Sequence[str] = (),
        cost: Cost | None = None,
    ) -> None:
        """Keep the plan as its source's latest. One that decides the same as the latest takes its row over.

        `waiting` is the part that a person may approve.
        """
        digest = decided.digest
        waits = None if waiting is None or waiting.empty else waiting.digest
        row = {
            "run": run,
            "at": now,
            "tripped": codec.encode(tuple(tripped)),
            "body": codec.encode_plan(decided),
            "because": codec.encode(tuple(because)),
            "cost": None if cost is None else codec.encode(cost),
            "waiting_digest": waits,
            "waiting": None if waits in (None, digest) or waiting is None else codec.encode_plan(waiting),
        }
        with self._database.write(source=decided.source) as connection:
            newest = select(plan.c.id, plan.c.digest).where(plan.c.source == decided.source)
            latest = connection.execute(newest.order_by(plan.c.id.desc()).limit(1)).one_or_none()
            if latest is not None and latest.digest == digest:
                connection.execute(update(plan).where(plan.c.id == latest.id).values(row))
            else:
                connection.execute(insert(plan).values(source=decided.source, digest=digest, **row))

    def latest(self, source: str) -> StoredPlan | None:
        return self._one(select(plan).where(plan.c.source == source))

    def find(self, digest: str) -> StoredPlan | None:
        """The newest plan that has this digest, or whose waiting part has."""
        return self._one(select(plan).where(or_(plan.c.digest == digest, plan.c.waiting_digest == digest)))

    def _one(self, query: Select[Any]) -> StoredPlan | None:
        with self._database.read() as connection:
            row = connection.execute(query.order_by(plan.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _stored(row)

    def newest(self, source: str) -> tuple[str, str] | None:
        """Digest and run of the latest plan, without the plan."""
        query = select(plan.c.digest, plan.c.run).where(plan.c.source == source).order_by(plan.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.digest, row.run)


def _stored(row: Row[Any]) -> StoredPlan:
    whole = codec.decode_plan(row.body)
    if row.waiting is not None:
        waiting = codec.decode_plan(row.waiting)
    else:
        waiting = whole if row.waiting_digest == row.digest else Plan(whole.source)
    because = () if row.because is None else codec.decode_texts(row.because)
    tripped = codec.decode_texts(row.tripped)
    return StoredPlan(whole, row.digest, row.run, row.at, tripped, waiting, because, _cost(row.cost))


def _cost(text: str | None) -> Cost | None:
    return None if text is None else codec.decode_cost(text)
