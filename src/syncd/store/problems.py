"""What syncd could not use as it was, per source, as of the last look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from syncd.core.backlog import Problem
from syncd.store.database import Database
from syncd.store.tables import problem


@dataclass(frozen=True, slots=True)
class Standing:
    """A problem and since when it stands."""

    problem: Problem
    since: datetime


class Problems:
    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, source: str, problems: Sequence[Problem], *, now: datetime) -> bool:
        """Make these the problems of the source; returns whether that changed anything."""
        with self._database.write(source=source) as connection:
            held = _of(connection, source)
            if [one.problem for one in held] == list(problems):
                return False
            since = {one.problem: one.since for one in held}
            rows = [_row(source, n, one, since.get(one, now)) for n, one in enumerate(problems)]
            connection.execute(delete(problem).where(problem.c.source == source))
            if rows:
                connection.execute(insert(problem), rows)
        return True

    def all(self, source: str | None = None) -> list[Problem]:
        return [one.problem for one in self.standing(source)]

    def standing(self, source: str | None = None) -> list[Standing]:
        with self._database.read() as connection:
            return _of(connection, source)


def _row(source: str, n: int, one: Problem, since: datetime) -> dict[str, object]:
    if one.source != source:
        raise ValueError(f"a problem of {one.source} was given for {source}: {one.message}")
    return {
        "source": source,
        "n": n,
        "key": one.key,
        "code": one.code,
        "message": one.message,
        "remedy": one.remedy,
        "excludes": one.excludes,
        "since": since,
    }


def _of(connection: Connection, source: str | None) -> list[Standing]:
    query = select(problem).order_by(problem.c.source, problem.c.n)
    if source is not None:
        query = query.where(problem.c.source == source)
    return [
        Standing(Problem(row.source, row.key, row.code, row.message, row.remedy, row.excludes), row.since)
        for row in connection.execute(query)
    ]
