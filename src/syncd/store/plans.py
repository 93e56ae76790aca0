"""Plans as they were shown, and who approved which digest: what was approved is exactly what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select, update

from syncd.core.plan import Plan
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.tables import approval, plan


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """`at` is when these writes were last decided; `tripped` are the sentences of the brakes that stopped them."""

    plan: Plan
    digest: str
    run: str
    at: datetime
    tripped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    source: str
    digest: str
    by: str
    at: datetime
    used: datetime | None


class Plans:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: str, decided: Plan, *, now: datetime, tripped: Sequence[str] = ()) -> None:
        """Keep the plan as its source's latest. One that decides the same as the latest takes its row over."""
        digest = decided.digest
        row = {"run": run, "at": now, "tripped": codec.encode(tuple(tripped)), "body": codec.encode_plan(decided)}
        with self._database.write() as connection:
            newest = select(plan.c.id, plan.c.digest).where(plan.c.source == decided.source)
            latest = connection.execute(newest.order_by(plan.c.id.desc()).limit(1)).one_or_none()
            if latest is not None and latest.digest == digest:
                connection.execute(update(plan).where(plan.c.id == latest.id).values(row))
            else:
                connection.execute(insert(plan).values(source=decided.source, digest=digest, **row))

    def latest(self, source: str) -> StoredPlan | None:
        query = select(plan).where(plan.c.source == source).order_by(plan.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return StoredPlan(codec.decode_plan(row.body), row.digest, row.run, row.at, codec.decode_texts(row.tripped))

    def newest(self, source: str) -> tuple[str, datetime] | None:
        """Digest and moment of the latest plan, without the plan."""
        query = select(plan.c.digest, plan.c.at).where(plan.c.source == source).order_by(plan.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.digest, row.at)

    def approve(self, source: str, digest: str, by: str, *, now: datetime) -> None:
        """Allow these writes once. Approving what is approved and waits changes nothing."""
        waits = exists().where(approval.c.source == source, approval.c.digest == digest, approval.c.used.is_(None))
        with self._database.write(durable=True) as connection:
            if not connection.execute(select(waits)).scalar():
                connection.execute(insert(approval).values(source=source, digest=digest, approver=by, at=now))

    def approved(self, source: str) -> frozenset[str]:
        """Digests that may be written and were not yet."""
        query = select(approval.c.digest).where(approval.c.source == source, approval.c.used.is_(None))
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def use(self, source: str, digest: str, *, now: datetime) -> None:
        """Spend the approval."""
        spent = update(approval).where(
            approval.c.source == source, approval.c.digest == digest, approval.c.used.is_(None)
        )
        with self._database.write(durable=True) as connection:
            connection.execute(spent.values(used=now))

    def ever_approved(self, source: str) -> bool:
        """True when a person ever approved a plan of this source, used or not."""
        query = select(exists().where(approval.c.source == source))
        with self._database.read() as connection:
            return bool(connection.execute(query).scalar())

    def approvals(self, source: str) -> list[Approval]:
        """Who approved what, newest first."""
        query = select(approval).where(approval.c.source == source).order_by(approval.c.id.desc())
        with self._database.read() as connection:
            return [
                Approval(row.source, row.digest, row.approver, row.at, row.used) for row in connection.execute(query)
            ]
