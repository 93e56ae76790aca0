"""The runs of the engine: when each began, how it ended, and what it counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import run as runs

INTERRUPTED = "interrupted"
"""The outcome of a run whose process ended before it could say one."""


@dataclass(frozen=True, slots=True)
class Run:
    run: str
    started: datetime
    finished: datetime | None
    outcome: str | None
    summary: Mapping[str, object]


class Runs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, run: str, *, now: datetime, owner: str | None = None) -> None:
        """`owner` is the replica whose run it is, None where there is only one process."""
        with self._database.write() as connection:
            row = {"run": run, "started": now, "finished": None, "outcome": None, "summary": "{}", "owner": owner}
            upsert(connection, runs, [row])

    def finish(self, run: str, outcome: str, summary: Mapping[str, object], *, now: datetime) -> None:
        """`summary` is anything that JSON can hold."""
        ended = update(runs).where(runs.c.run == run)
        with self._database.write() as connection:
            connection.execute(ended.values(finished=now, outcome=outcome, summary=codec.encode(summary)))

    def last(self, n: int) -> list[Run]:
        """Newest first."""
        return self._read(select(runs).order_by(runs.c.started.desc(), runs.c.run.desc()).limit(n))

    def since(self, moment: datetime) -> list[Run]:
        """Those that began at the moment or later, newest first."""
        return self._read(select(runs).where(runs.c.started >= moment).order_by(runs.c.started.desc()))

    def _read(self, query: Select[Any]) -> list[Run]:
        with self._database.read() as connection:
            return [
                Run(row.run, row.started, row.finished, row.outcome, codec.decode_summary(row.summary))
                for row in connection.execute(query)
            ]

    def find(self, name: str) -> Run | None:
        """The run of this name, or the only one whose name begins so."""
        query = select(runs).where(runs.c.run.startswith(name, autoescape=True)).order_by(runs.c.run).limit(2)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        found = [row for row in rows if row.run == name] or (rows if len(rows) == 1 and name else [])
        if not found:
            return None
        (row,) = found
        return Run(row.run, row.started, row.finished, row.outcome, codec.decode_summary(row.summary))

    def close_interrupted(self, *, now: datetime, owner: str | None = None) -> int:
        """End the runs that a dead process left open: those of a replica, or all. Only its successor may say so."""
        ended = update(runs).where(runs.c.finished.is_(None)).values(finished=now, outcome=INTERRUPTED)
        if owner is not None:
            ended = ended.where(runs.c.owner == owner)
        with self._database.write() as connection:
            return connection.execute(ended).rowcount
