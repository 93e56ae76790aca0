"""What receivers of messages were told of each subject, and whether messages arrive.

It is kept after a message arrived, so that a process that dies in between tells once more and never too little.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from syncd.core.telling.told import Told
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import receiver as receivers
from syncd.store.tables import told


@dataclass(frozen=True, slots=True)
class Arrival:
    """How messages to one receiver fare."""

    arrived: datetime | None = None
    """When one last arrived."""
    problem: str | None = None
    """Why the last one did not; None when it did."""
    failing_since: datetime | None = None


class Telling:
    """By the names of receivers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, receiver: str) -> dict[str, Told]:
        """By subject."""
        with self._database.read() as connection:
            return {
                row.subject: Told(
                    since=row.since,
                    at=row.at,
                    parts=frozenset(codec.decode_texts(row.parts)),
                    over=row.over,
                    times=row.times,
                    headline=row.headline,
                )
                for row in connection.execute(select(told).where(told.c.receiver == receiver))
            }

    def keep(self, receiver: str, changes: Mapping[str, Told | None], *, durable: bool = False) -> None:
        """None forgets a subject. `durable` for what arrived: told twice after a power cut is once too often."""
        if not changes:
            return
        with self._database.write(durable=durable) as connection:
            for subject, row in sorted(changes.items()):
                if row is None:
                    connection.execute(delete(told).where(told.c.receiver == receiver, told.c.subject == subject))
                    continue
                kept = {
                    "receiver": receiver,
                    "subject": subject,
                    "since": row.since,
                    "at": row.at,
                    "over": row.over,
                    "times": row.times,
                    "parts": codec.encode(tuple(sorted(row.parts))),
                    "headline": row.headline,
                }
                upsert(connection, told, [kept])

    def arrivals(self) -> dict[str, Arrival]:
        with self._database.read() as connection:
            return {
                row.receiver: Arrival(row.arrived, row.problem, row.failing_since)
                for row in connection.execute(select(receivers))
            }

    def note(self, receiver: str, problem: str | None, *, now: datetime) -> None:
        """What became of an attempt; `problem` None: the message arrived."""
        before = self.arrivals().get(receiver, Arrival())
        row = {
            "receiver": receiver,
            "arrived": now if problem is None else before.arrived,
            "problem": problem,
            "failing_since": None if problem is None else before.failing_since or now,
        }
        with self._database.write() as connection:
            upsert(connection, receivers, [row])

    def forget_others(self, names: Collection[str], *, before: datetime) -> None:
        """Those that have other names and were told nothing since the moment: another replica may still tell them, and who
        comes back is not told everything anew."""
        last = func.coalesce(told.c.at, told.c.since)
        lately = func.coalesce(receivers.c.failing_since, receivers.c.arrived)
        with self._database.write() as connection:
            for table, moment in ((told, last), (receivers, lately)):
                old = table.c.receiver.not_in(sorted(names)) & (moment < before)
                connection.execute(delete(table).where(old))
