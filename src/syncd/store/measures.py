"""What the measures of key results gave: every value with its moment, and what is wrong with a measure that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import measure, measured


@dataclass(frozen=True, slots=True)
class MeasureState:
    """How the measuring of one key result stands."""

    definition: str
    """Of what was asked, see `config.rules.measures`; values of another definition do not count."""
    attempted: datetime
    problem: str | None = None
    """Why the last attempt gave no value; None when it did."""
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Value:
    at: datetime
    value: float


class Measures:
    """By the id of the key result."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, key_result: str, definition: str, value: float, *, now: datetime) -> None:
        row = {"key_result": key_result, "at": now, "definition": definition, "value": value}
        with self._database.write() as connection:
            upsert(connection, measured, [row])
            upsert(connection, measure, [_state(key_result, MeasureState(definition, now))])

    def fail(self, key_result: str, definition: str, problem: str, *, now: datetime) -> bool:
        """Keeps the last value and notes the problem; True when it worked before."""
        before = self.states().get(key_result)
        still = before is not None and before.definition == definition and before.problem is not None
        since = before.failing_since if before is not None and still else now
        with self._database.write() as connection:
            upsert(connection, measure, [_state(key_result, MeasureState(definition, now, problem, since))])
        return not still

    def states(self) -> dict[str, MeasureState]:
        with self._database.read() as connection:
            return {
                row.key_result: MeasureState(row.definition, row.attempted, row.problem, row.failing_since)
                for row in connection.execute(select(measure))
            }

    def last(self, definitions: Mapping[str, str]) -> dict[str, Value]:
        """The latest value of each, of its present definition only."""
        latest = select(func.max(measured.c.at).label("at"), measured.c.key_result, measured.c.definition)
        newest = latest.group_by(measured.c.key_result, measured.c.definition).subquery()
        query = select(measured).join(
            newest,
            (measured.c.key_result == newest.c.key_result)
            & (measured.c.definition == newest.c.definition)
            & (measured.c.at == newest.c.at),
        )
        with self._database.read() as connection:
            return {
                row.key_result: Value(row.at, row.value)
                for row in connection.execute(query)
                if definitions.get(row.key_result) == row.definition
            }

    def history(self, key_result: str, definition: str, since: datetime) -> list[Value]:
        """Oldest first."""
        query = (
            select(measured.c.at, measured.c.value)
            .where(measured.c.key_result == key_result, measured.c.definition == definition, measured.c.at >= since)
            .order_by(measured.c.at)
        )
        with self._database.read() as connection:
            return [Value(at, value) for at, value in connection.execute(query)]


def _state(key_result: str, state: MeasureState) -> dict[str, object]:
    return {
        "key_result": key_result,
        "definition": state.definition,
        "attempted": state.attempted,
        "problem": state.problem,
        "failing_since": state.failing_since,
    }
