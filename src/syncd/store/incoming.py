"""How copies that a source sends become the mirror's rows: what is new, what is older than what we have, what is equal.

A copy whose `updated` is older than the one we hold is left aside: search indexes lag behind fetches by seconds to
minutes, and taking yesterday's value for a change would look like a person's edit. So pages may come in any order and
more than once. Copies of equal `updated` and different revision are taken as they come, since clocks of one second see
two edits as one. Forgetting the cursor starts a new epoch, in which the first copy of each issue is believed whatever
its age; this is how a tool that was restored from a backup gets its way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from syncd.core.issue import FieldPatch, SourceIssue
from syncd.store import codec
from syncd.store.changes import Mark
from syncd.store.rows import Row, chunks, upsert
from syncd.store.tables import cursor, former_key, issue, native_order, patch


@dataclass(frozen=True, slots=True)
class Known:
    """What the mirror holds of an issue, as far as an arriving copy is compared with it."""

    folded: str
    revision: str
    updated: datetime
    people: datetime | None
    epoch: int
    alive: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Ids of issues by what their copies did: `born` includes those that came back."""

    changed: frozenset[str]
    born: frozenset[str]


def take_issues(
    connection: Connection, source: str, issues: Sequence[SourceIssue], mark: Mark, *, echo: bool = False
) -> Taken:
    """`echo` says that these copies were read back after our own writes: what is new in `updated` is no news of people."""
    if not issues:
        return Taken(frozenset(), frozenset())
    epoch = current_epoch(connection, source)
    known = _known(connection, source, {copy.ref.id for copy in issues})
    before = dict(known)
    rows: dict[str, Row] = {}
    former: dict[str, tuple[datetime, str]] = {}
    seen_alive: set[str] = set()
    for copy in issues:
        if copy.ref.source != source:
            raise ValueError(f"{copy.ref} was sent as an issue of {source}")
        id, folded = copy.ref.id, copy.key.casefold()
        seen_alive.add(id)
        held = known.get(id)
        if held is not None and held.revision == copy.revision:
            continue
        if held is not None and held.epoch == epoch and copy.updated < held.updated:
            if folded != held.folded:
                _remember(former, folded, copy.updated, id)
            continue
        if held is not None and held.folded != folded:
            _remember(former, held.folded, held.updated, id)
        people = _last_by_people(held, copy, echo)
        known[id] = Known(folded, copy.revision, copy.updated, people, epoch, alive=True)
        rows[id] = _row(source, copy, folded, people, epoch, mark.number)
    upsert(connection, issue, list(rows.values()))
    keys = [
        {"source": source, "folded": folded, "id": id, "seen": seen} for folded, (seen, id) in sorted(former.items())
    ]
    upsert(connection, former_key, keys, newer="seen")
    born = frozenset(id for id in seen_alive if id not in before or not before[id].alive)
    _set_gone(connection, source, born - rows.keys(), None, mark)
    return Taken(born | rows.keys(), born)


def _last_by_people(held: Known | None, copy: SourceIssue, echo: bool) -> datetime | None:
    """When somebody other than us changed the issue last; None: at its `updated`."""
    if held is None:
        return None
    if echo:
        return held.people or held.updated
    return held.people if copy.updated == held.updated else None


def take_patches(connection: Connection, source: str, patches: Sequence[FieldPatch]) -> frozenset[str]:
    """The ids, known or not, whose patch changed."""
    arriving = {one.id: codec.encode(one) for one in patches}
    digests: dict[str, str] = {}
    for ids in chunks(arriving):
        held = select(patch.c.id, patch.c.digest).where(patch.c.source == source, patch.c.id.in_(ids))
        digests.update(connection.execute(held).all())
    rows = [
        {"source": source, "id": id, "digest": digest, "data": data}
        for id, data in arriving.items()
        if (digest := codec.digest(data)) != digests.get(id)
    ]
    upsert(connection, patch, rows)
    return frozenset(str(row["id"]) for row in rows)


def take_orders(
    connection: Connection, source: str, orders: Mapping[str, Iterable[str]], now: datetime, mark: Mark
) -> None:
    query = select(native_order.c.scope, native_order.c.ids).where(native_order.c.source == source)
    held = dict(connection.execute(query).all())
    arriving = {scope: codec.encode(tuple(ids)) for scope, ids in orders.items()}
    rows = [
        {"source": source, "scope": scope, "ids": ids, "at": now}
        for scope, ids in arriving.items()
        if held.get(scope) != ids
    ]
    if rows:
        _ = mark.number
    upsert(connection, native_order, rows)


def bury(connection: Connection, source: str, ids: Iterable[str], now: datetime, mark: Mark) -> frozenset[str]:
    """Mark as gone; returns those that were alive."""
    dying = alive_among(connection, source, ids)
    _set_gone(connection, source, dying, now, mark)
    return dying


def mark_changed(connection: Connection, source: str, ids: Iterable[str], mark: Mark) -> None:
    """For issues that read differently although their own copy is the same."""
    for chunk in chunks(ids):
        those = update(issue).where(issue.c.source == source, issue.c.id.in_(chunk))
        connection.execute(those.values(changed=mark.number))


def alive_among(connection: Connection, source: str, ids: Iterable[str]) -> frozenset[str]:
    alive: set[str] = set()
    for chunk in chunks(set(ids)):
        query = select(issue.c.id).where(issue.c.source == source, issue.c.gone.is_(None), issue.c.id.in_(chunk))
        alive.update(connection.execute(query).scalars())
    return frozenset(alive)


def current_epoch(connection: Connection, source: str) -> int:
    return connection.execute(select(cursor.c.epoch).where(cursor.c.source == source)).scalar() or 0


def _known(connection: Connection, source: str, ids: set[str]) -> dict[str, Known]:
    of = issue.c
    columns = (of.id, of.folded, of.revision, of.updated, of.people, of.epoch, of.gone.is_(None))
    known: dict[str, Known] = {}
    for chunk in chunks(ids):
        query = select(*columns).where(issue.c.source == source, issue.c.id.in_(chunk))
        for id, folded, revision, updated, people, epoch, alive in connection.execute(query):
            known[id] = Known(folded, revision, updated, people, epoch, bool(alive))
    return known


def _row(source: str, copy: SourceIssue, folded: str, people: datetime | None, epoch: int, number: int) -> Row:
    return {
        "source": source,
        "id": copy.ref.id,
        "folded": folded,
        "revision": copy.revision,
        "updated": copy.updated,
        "people": people,
        "epoch": epoch,
        "gone": None,
        "changed": number,
        "data": codec.encode(copy),
    }


def _remember(former: dict[str, tuple[datetime, str]], folded: str, seen: datetime, id: str) -> None:
    former[folded] = max((seen, id), former.get(folded, (seen, id)))


def _set_gone(connection: Connection, source: str, ids: Iterable[str], gone: datetime | None, mark: Mark) -> None:
    for chunk in chunks(ids):
        those = update(issue).where(issue.c.source == source, issue.c.id.in_(chunk))
        connection.execute(those.values(gone=gone, changed=mark.number))
