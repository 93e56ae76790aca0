"""What is to be known of each source between two runs: last looks, pauses, holds, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Row, select

from syncd.store import codec
from syncd.store.database import Database
from syncd.store.rows import upsert
from syncd.store.tables import source_state


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source that was never heard of has the defaults."""

    last_success: datetime | None = None
    last_attempt: datetime | None = None
    last_census: datetime | None = None
    last_sweep: datetime | None = None
    """When everything was read last."""
    last_order: datetime | None = None
    problem: str | None = None
    """Why the source as a whole cannot be used, one sentence for people."""
    paused_until: datetime | None = None
    paused_because: str | None = None
    held_by: str | None = None
    """The person who stopped all writing."""
    held_because: str | None = None
    held_since: datetime | None = None
    review_because: str | None = None
    """Why the next plan waits for a person, whatever the mode: somebody undid or ejected what was written."""
    rules_digest: str | None = None
    """Of the rules of the last decision."""
    requests: Mapping[str, int] = field(default_factory=dict)
    scope: Mapping[str, str] | None = None
    """What belonged to the source when a person last approved; None: nobody did."""
    rules_seen: str | None = None
    """Digest of the rules under which a whole plan last went out, or was approved."""
    instance: str | None = None
    """The name under which this store claims the source in its tracker."""
    claimed: datetime | None = None
    """When the tracker last showed that the claim is ours."""
    rival: str | None = None
    """The instance that the tracker names instead of ours."""
    marked: int | None = None
    """The number of the last mark that this store left in the tracker, or was about to."""
    site: str | None = None
    """The address of the server whose issues are known here; None: it was never looked at."""


class SourceChanges(TypedDict, total=False):
    last_success: datetime | None
    last_attempt: datetime | None
    last_census: datetime | None
    last_sweep: datetime | None
    last_order: datetime | None
    problem: str | None
    paused_until: datetime | None
    paused_because: str | None
    held_by: str | None
    held_because: str | None
    held_since: datetime | None
    review_because: str | None
    rules_digest: str | None
    requests: Mapping[str, int]
    scope: Mapping[str, str] | None
    rules_seen: str | None
    instance: str | None
    claimed: datetime | None
    rival: str | None
    marked: int | None
    site: str | None


WORK = frozenset(
    {"last_success", "last_attempt", "last_census", "last_sweep", "last_order", "rules_digest", "requests", "site"}
)
"""What only the process that does a source's work may say of it."""


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, source: str) -> SourceState:
        with self._database.read() as connection:
            row = connection.execute(select(source_state).where(source_state.c.source == source)).one_or_none()
        return SourceState() if row is None else _state(row)

    def all(self) -> dict[str, SourceState]:
        with self._database.read() as connection:
            return {row.source: _state(row) for row in connection.execute(select(source_state))}

    def set(self, source: str, **changes: Unpack[SourceChanges]) -> None:
        """Change what is named and leave the rest."""
        unknown = changes.keys() - SourceChanges.__annotations__.keys()
        if unknown:
            raise ValueError(f"a source has no {', '.join(sorted(unknown))}")
        row: dict[str, object] = {"source": source, **changes}
        if "requests" in changes:
            row["requests"] = codec.encode(changes["requests"])
        if "scope" in changes:
            row["scope"] = None if changes["scope"] is None else codec.encode(changes["scope"])
        # A person's hold must outlive a power cut, and no mark may be ahead of the store; the rest the next run finds out again.
        durable = not changes.keys().isdisjoint({"held_by", "review_because", "marked"})
        work = None if changes.keys().isdisjoint(WORK) else source
        with self._database.write(durable=durable, source=work) as connection:
            upsert(connection, source_state, [row])


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        last_success=row.last_success,
        last_attempt=row.last_attempt,
        last_census=row.last_census,
        last_sweep=row.last_sweep,
        last_order=row.last_order,
        problem=row.problem,
        paused_until=row.paused_until,
        paused_because=row.paused_because,
        held_by=row.held_by,
        held_because=row.held_because,
        held_since=row.held_since,
        review_because=row.review_because,
        rules_digest=row.rules_digest,
        requests={} if row.requests is None else codec.decode_counts(row.requests),
        scope=None if row.scope is None else codec.decode_scope(row.scope),
        rules_seen=row.rules_seen,
        instance=row.instance,
        claimed=row.claimed,
        rival=row.rival,
        marked=row.marked,
        site=row.site,
    )
