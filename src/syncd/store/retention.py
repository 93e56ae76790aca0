"""Letting go of what is old. Open entries, approvals, the ledger and the latest plans stay, whatever their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, select, tuple_

from syncd.store.database import Database
from syncd.store.entries import Verdict
from syncd.store.rows import chunks
from syncd.store.tables import (
    author,
    entry,
    former_key,
    inputs,
    issue,
    ledger,
    left_order,
    measured,
    patch,
    placed_day,
    plan,
    rules_since,
    rules_text,
    run,
)

RESTORED = "-undo"
"""How the run of an undo ends."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    issues: int
    entries: int
    plans: int
    days: int
    runs: int
    inputs: int


def prune(database: Database, before: datetime, *, journal: datetime | None = None, most: int | None = None) -> Pruned:
    """Remove what ended before the moment: gone issues, settled entries, replaced plans, days of history, runs.

    `journal` is a moment of its own for entries. `most` bounds the rows of each kind, so that a daemon may do it between
    two cycles; what is left goes next time.
    """
    latest = select(func.max(plan.c.id)).group_by(plan.c.source).scalar_subquery()
    later = measured.alias()
    newer = and_(later.c.key_result == measured.c.key_result, later.c.at > measured.c.at)
    with database.write() as connection:
        database.take_turn(connection, "retention")
        connection.execute(delete(measured).where(measured.c.at < before, exists().where(newer)))
        return Pruned(
            issues=_forget_issues(connection, before, most),
            entries=_some(connection, entry, _settled(journal or before), most),
            plans=_some(connection, plan, and_(plan.c.at < before, plan.c.id.not_in(latest)), most),
            days=_some(connection, placed_day, placed_day.c.day < before.astimezone(UTC).date(), most),
            runs=_some(connection, run, run.c.finished < before, most),
            inputs=_forget_inputs(connection, before),
        )


def _settled(before: datetime) -> ColumnElement[bool]:
    """Entries that nothing leans on any more: neither a value that is ours by them, nor an order that was left before them.

    Where an undo wrote last, what it put back may be ours or a person's: the entries before it tell.
    """
    here = (ledger.c.source == entry.c.source, ledger.c.id == entry.c.issue)
    ours = exists().where(*here, (ledger.c.run == entry.c.run) | ledger.c.run.endswith(RESTORED, autoescape=True))
    since = exists().where(
        left_order.c.source == entry.c.source, left_order.c.scope == entry.c.scope, left_order.c.entry < entry.c.id
    )
    return and_(entry.c.finished < before, entry.c.verdict != Verdict.UNKNOWN.value, ~ours, ~since)


def _some(connection: Connection, table: Table, those: ColumnElement[bool], most: int | None) -> int:
    """Deletes as many of those rows as are allowed; returns how many."""
    keys = list(table.primary_key)
    chosen = select(*keys).where(those).limit(most)
    return connection.execute(delete(table).where(tuple_(*keys).in_(chosen) if most else those)).rowcount


def _forget_issues(connection: Connection, before: datetime, most: int | None) -> int:
    query = select(issue.c.source, issue.c.id).where(issue.c.gone < before).limit(most)
    dead = [tuple(row) for row in connection.execute(query)]
    for some in chunks(dead):
        for table in (patch, former_key, author, issue):
            connection.execute(delete(table).where(tuple_(table.c.source, table.c.id).in_(some)))
    return len(dead)


def _forget_inputs(connection: Connection, before: datetime) -> int:
    """What was in force at the moment stays: the last inputs of each work, and the last rules, from before it."""
    later = inputs.alias()
    replaced = exists().where(
        later.c.source == inputs.c.source, later.c.id == inputs.c.id, later.c.at > inputs.c.at, later.c.at <= before
    )
    ended = and_(inputs.c.at < before, replaced | inputs.c.data.is_(None))
    in_force = select(func.max(rules_since.c.at)).where(rules_since.c.at <= before).scalar_subquery()
    forgotten = connection.execute(delete(inputs).where(ended)).rowcount
    connection.execute(delete(rules_since).where(rules_since.c.at < in_force))
    connection.execute(delete(rules_text).where(rules_text.c.digest.not_in(select(rules_since.c.digest))))
    return forgotten
