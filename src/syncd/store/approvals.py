"""Who approved which writes. An approval allows each of its writes once, in whatever plan it comes again, until it expires.

A place of an issue has at most one approved write: the one that was approved last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from syncd.core.plan import Plan
from syncd.core.writing.writes import Write, writes_of
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import approval, approved_write


@dataclass(frozen=True, slots=True)
class Approval:
    source: str
    digest: str
    """Of the plan that was approved."""
    by: str
    at: datetime
    used: datetime | None
    """When nothing of it was left to write; None: something is."""
    writes: int = 0
    left: int = 0
    void: int = 0
    """Of the writes: unmade, since something else was wanted there meanwhile."""


class Approvals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, plan: Plan, by: str, *, now: datetime) -> None:
        """Allow exactly the writes of this plan, each once. What is approved and waits is approved from now on."""
        source = plan.source
        with self._database.write(durable=True) as connection:
            known = {
                (row.issue, row.place): row.what
                for row in connection.execute(select(approved_write).where(approved_write.c.source == source))
            }
            writes = list(writes_of(plan))
            if all(known.get((one.issue, one.place)) == one.what for one in writes):
                same = approval.c.source == source, approval.c.digest == plan.digest
                open_ = select(approval.c.id).where(*same, approval.c.used.is_(None))
                again = update(approval).where(approval.c.id.in_(open_.scalar_subquery())).values(at=now)
                if connection.execute(again).rowcount:
                    return
            row = {"source": source, "digest": plan.digest, "approver": by, "at": now, "writes": len(writes)}
            id_ = connection.execute(insert(approval).values(row).returning(approval.c.id)).scalar_one()
            rows = [
                {"source": source, "issue": one.issue, "place": one.place, "what": one.what, "approval": id_}
                for one in writes
            ]
            upsert(connection, approved_write, rows)
            _close(connection, source, now)

    def allowed(
        self, source: str, *, since: datetime, only: Collection[str] | None = None, moves: bool = False
    ) -> frozenset[Write]:
        """The writes that may be made by an approval given at `since` or later; `only` by those of these digests. With
        `moves` those in native orders."""
        query = (
            select(approved_write.c.issue, approved_write.c.place, approved_write.c.what)
            .join(approval, approval.c.id == approved_write.c.approval)
            .where(approved_write.c.source == source, approval.c.at >= since)
        )
        if only is not None:
            query = query.where(approval.c.digest.in_(only))
        if moves:
            query = query.where(approved_write.c.place.startswith("order:"))
        with self._database.read() as connection:
            return frozenset(Write(*row) for row in connection.execute(query))

    def spend(self, source: str, writes: Iterable[Write], *, now: datetime, void: bool = False) -> None:
        """These were made, or are void: they need a new approval the next time."""
        some = exists().where(approved_write.c.source == source)
        with self._database.read() as connection:
            if not connection.execute(select(some)).scalar():
                return
        rows = [{"of": source, "one": write.issue, "at": write.place, "as": write.what} for write in writes]
        if not rows:
            return
        gone = delete(approved_write).where(
            approved_write.c.source == bindparam("of"),
            approved_write.c.issue == bindparam("one"),
            approved_write.c.place == bindparam("at"),
            approved_write.c.what == bindparam("as"),
        )
        with self._database.write() as connection:
            if void:
                _count_void(connection, rows)
            connection.execute(gone, rows)
            _close(connection, source, now)

    def void(self, source: str, *, now: datetime, before: datetime | None = None) -> None:
        """End all approvals of a source, or those given before a moment."""
        rows = select(approval.c.id).where(approval.c.source == source)
        if before is not None:
            rows = rows.where(approval.c.at < before)
        with self._database.write(durable=True) as connection:
            connection.execute(
                delete(approved_write).where(
                    approved_write.c.source == source, approved_write.c.approval.in_(rows.scalar_subquery())
                )
            )
            _close(connection, source, now)

    def ever(self, source: str) -> bool:
        """True when a person ever approved a plan of this source, used or not."""
        with self._database.read() as connection:
            return bool(connection.execute(select(exists().where(approval.c.source == source))).scalar())

    def listed(self, source: str) -> list[Approval]:
        """Who approved what, newest first."""
        left = select(approved_write.c.approval, func.count().label("left")).group_by(approved_write.c.approval)
        with self._database.read() as connection:
            counts: Mapping[int, int] = {row.approval: row.left for row in connection.execute(left)}
            query = select(approval).where(approval.c.source == source).order_by(approval.c.id.desc())
            return [
                Approval(
                    row.source,
                    row.digest,
                    row.approver,
                    row.at,
                    row.used,
                    row.writes or 0,
                    counts.get(row.id, 0),
                    row.void or 0,
                )
                for row in connection.execute(query)
            ]


def _count_void(connection: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    whose = select(approved_write.c.approval).where(
        approved_write.c.source == bindparam("of"),
        approved_write.c.issue == bindparam("one"),
        approved_write.c.place == bindparam("at"),
        approved_write.c.what == bindparam("as"),
    )
    counts = Counter(connection.execute(whose, row).scalar() for row in rows)
    for id_, count in counts.items():
        ended = func.coalesce(approval.c.void, 0) + count
        connection.execute(update(approval).where(approval.c.id == id_).values(void=ended))


def _close(connection: Connection, source: str, now: datetime) -> None:
    """Notes which approvals have nothing left."""
    left = exists().where(approved_write.c.approval == approval.c.id)
    done = update(approval).where(approval.c.source == source, approval.c.used.is_(None), ~left)
    connection.execute(done.values(used=now))
