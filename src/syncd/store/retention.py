"""Letting go of what is old. Open entries, approvals, the ledger and the latest plans stay, whatever their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, delete, exists, func, select

from syncd.store.database import Database
from syncd.store.entries import Verdict
from syncd.store.tables import (
    entry,
    former_key,
    inputs,
    issue,
    measured,
    patch,
    placed_day,
    plan,
    rules_since,
    rules_text,
    run,
)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    issues: int
    entries: int
    plans: int
    days: int
    runs: int
    inputs: int


def prune(database: Database, before: datetime) -> Pruned:
    """Remove what ended before the moment: gone issues, settled entries, replaced plans, days of history, runs."""
    dead = exists().where(issue.c.source == patch.c.source, issue.c.id == patch.c.id, issue.c.gone < before)
    nameless = exists().where(
        issue.c.source == former_key.c.source, issue.c.id == former_key.c.id, issue.c.gone < before
    )
    latest = select(func.max(plan.c.id)).group_by(plan.c.source).scalar_subquery()
    settled = and_(entry.c.finished < before, entry.c.verdict != Verdict.UNKNOWN.value)
    later = measured.alias()
    newer = and_(later.c.key_result == measured.c.key_result, later.c.at > measured.c.at)
    with database.write() as connection:
        connection.execute(delete(patch).where(dead))
        connection.execute(delete(measured).where(measured.c.at < before, exists().where(newer)))
        connection.execute(delete(former_key).where(nameless))
        return Pruned(
            issues=connection.execute(delete(issue).where(issue.c.gone < before)).rowcount,
            entries=connection.execute(delete(entry).where(settled)).rowcount,
            plans=connection.execute(delete(plan).where(plan.c.at < before, plan.c.id.not_in(latest))).rowcount,
            days=connection.execute(
                delete(placed_day).where(placed_day.c.day < before.astimezone(UTC).date())
            ).rowcount,
            runs=connection.execute(delete(run).where(run.c.finished < before)).rowcount,
            inputs=_forget_inputs(connection, before),
        )


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
