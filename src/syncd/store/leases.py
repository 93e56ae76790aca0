"""Which replica does which source's work, until when, by the database's clock. Only for stores that several processes share.

Every new owner gets a higher fence. A transaction that does a source's work checks owner and fence and holds the row until
it ends, so nobody takes the source over in the middle of it, and a replica that woke too late writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Interval, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from syncd.store.database import Database
from syncd.store.errors import LeaseLost
from syncd.store.tables import lease, replica

NOW = func.clock_timestamp()
FORGOTTEN = timedelta(days=1)
"""A replica that was silent for so long."""


@dataclass(frozen=True, slots=True)
class Lease:
    """`owner` None: free. `wanted` is who asked to have it for a while."""

    source: str
    owner: str | None
    fence: int
    wanted: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    fence: int
    before: str | None
    """Whose it was until its time was over; None: nobody's, or it was given up."""


class Leases:
    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, owner: str, seconds: float, held: Collection[str], *, member: bool) -> Mapping[str, int]:
        """Prolongs what the owner holds, and as a member says that it lives. Returns the fences of what it has, by source.

        What it has without knowing, since an answer was lost, is left to run out: nobody would work on it.
        """
        here = insert(replica).values(owner=owner, seen=NOW)
        here = here.on_conflict_do_update(index_elements=["owner"], set_={"seen": NOW})
        prolong = update(lease).where(lease.c.owner == owner, lease.c.source.in_(sorted(held)))
        prolong = prolong.values(until=NOW + _span(seconds))
        with self._database.write() as connection:
            if member:
                connection.execute(here)
                connection.execute(delete(replica).where(replica.c.seen < NOW - FORGOTTEN))
            return dict(connection.execute(prolong.returning(lease.c.source, lease.c.fence)).all())

    def alive(self, seconds: float) -> list[str]:
        """Those that said so within the time, in order."""
        query = select(replica.c.owner).where(replica.c.seen > NOW - _span(seconds)).order_by(replica.c.owner)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def all(self) -> dict[str, Lease]:
        """By source, for those that ever had an owner."""
        lives = func.coalesce(lease.c.until > NOW, False)
        asks = func.coalesce(lease.c.wanted_until > NOW, False)
        query = select(lease.c.source, lease.c.owner, lease.c.fence, lease.c.wanted, lives, asks)
        with self._database.read() as connection:
            return {
                source: Lease(source, owner if alive else None, fence, wanted if asked else None)
                for source, owner, fence, wanted, alive, asked in connection.execute(query)
            }

    def take(self, source: str, owner: str, seconds: float) -> Taken | None:
        """None when another has it, or asked for it first."""
        free = or_(lease.c.owner.is_(None), lease.c.until <= NOW)
        mine = or_(lease.c.wanted.is_(None), lease.c.wanted == owner, lease.c.wanted_until <= NOW)
        with self._database.write() as connection:
            new = insert(lease).values(source=source, owner=None, until=NOW, fence=0).on_conflict_do_nothing()
            connection.execute(new)
            found = connection.execute(
                select(lease.c.owner, lease.c.fence)
                .where(lease.c.source == source, and_(free, mine))
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if found is None:
                return None
            fence = found.fence + 1
            connection.execute(
                update(lease)
                .where(lease.c.source == source)
                .values(owner=owner, fence=fence, until=NOW + _span(seconds), wanted=None, wanted_until=None)
            )
            return Taken(fence, found.owner)

    def want(self, source: str, owner: str, seconds: float) -> None:
        """Asks whoever has it to give it up; it is kept for the asker so long."""
        asked = lease.c.wanted_until > NOW
        ask = update(lease).where(
            lease.c.source == source, or_(lease.c.wanted.is_(None), lease.c.wanted == owner, ~asked)
        )
        with self._database.write() as connection:
            connection.execute(ask.values(wanted=owner, wanted_until=NOW + _span(seconds)))

    def give_up(self, owner: str, sources: Iterable[str] | None = None) -> None:
        """These, or all that the owner has and asked for."""
        named = () if sources is None else (lease.c.source.in_(list(sources)),)
        drop = update(lease).where(lease.c.owner == owner, *named).values(owner=None, until=NOW)
        unask = update(lease).where(lease.c.wanted == owner, *named).values(wanted=None, wanted_until=None)
        with self._database.write() as connection:
            connection.execute(drop)
            connection.execute(unask)

    def leave(self, owner: str) -> None:
        """It ends: it has nothing and does not count any more."""
        self.give_up(owner)
        with self._database.write() as connection:
            connection.execute(delete(replica).where(replica.c.owner == owner))


def check(connection: Connection, source: str, owner: str, fence: int) -> None:
    """Raises LeaseLost unless the source is still this owner's; then it is until the transaction ends."""
    mine = (lease.c.source == source, lease.c.owner == owner, lease.c.fence == fence, lease.c.until > NOW)
    if connection.execute(select(lease.c.fence).where(*mine).with_for_update(read=True)).first() is None:
        raise LeaseLost(f"{source} is another replica's work now; what this one wanted to store is not stored.")


def _span(seconds: float) -> ColumnElement[timedelta]:
    return bindparam(None, timedelta(seconds=seconds), type_=Interval, unique=True)
