"""Letting go of what is old. Open entries, approvals, the ledger and the latest plans stay, whatever their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, delete, exists, func, select

from syncd.store.database import Database
from syncd.store.entries import Verdict
from syncd.store.tables import entry, former_key, issue, patch, placed_day, plan, run


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    issues: int
    entries: int
    plans: int
    days: int
    runs: int


def prune(database: Database, before: datetime) -> Pruned:
    """Remove what ended before the moment: gone issues, settled entries, replaced plans, days of history, runs."""
    dead = exists().where(issue.c.source == patch.c.source, issue.c.id == patch.c.id, issue.c.gone < before)
    nameless = exists().where(
        issue.c.source == former_key.c.source, issue.c.id == former_key.c.id, issue.c.gone < before
    )
    latest = select(func.max(plan.c.id)).group_by(plan.c.source).scalar_subquery()
    settled = and_(entry.c.finished < before, entry.c.verdict != Verdict.UNKNOWN.value)
    with database.write() as connection:
        connection.execute(delete(patch).where(dead))
        connection.execute(delete(former_key).where(nameless))
        return Pruned(
            issues=connection.execute(delete(issue).where(issue.c.gone < before)).rowcount,
            entries=connection.execute(delete(entry).where(settled)).rowcount,
            plans=connection.execute(delete(plan).where(plan.c.at < before, plan.c.id.not_in(latest))).rowcount,
            days=connection.execute(
                delete(placed_day).where(placed_day.c.day < before.astimezone(UTC).date())
            ).rowcount,
            runs=connection.execute(delete(run).where(run.c.finished < before)).rowcount,
        )
