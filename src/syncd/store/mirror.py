"""What the sources told us, as they told it. Everything to the right of the mirror can be computed again from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from syncd.connector.protocol import Page
from syncd.core.issue import SourceIssue
from syncd.store import codec
from syncd.store.changes import Mark
from syncd.store.database import Database
from syncd.store.incoming import (
    alive_among,
    bury,
    current_epoch,
    mark_changed,
    take_issues,
    take_orders,
    take_patches,
)
from syncd.store.rows import chunks, upsert
from syncd.store.tables import cursor, former_key, issue, native_order, patch

READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page did. `changed` are the ids whose merged issue differs now, also by being gone or back."""

    changed: frozenset[str] = frozenset()
    new: int = 0
    """Issues that were not there before, or were gone."""
    gone: int = 0


class Mirror:
    """Issues, patches, native orders and the cursor of each source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, source: str, page: Page, *, now: datetime, echo: bool = False) -> Saved:
        """Keep a page whole or, if the process dies, not at all: its cursor never stands without its issues.

        `echo` marks a page that was read back after our own writes: they do not count as activity, so that a rule on
        `idle_days` cannot feed on its own result.
        An issue that the page also calls gone is gone.
        """
        gone_ids = frozenset(page.gone)
        with self._database.write(source=source) as connection:
            mark = Mark(connection, source)
            copies = [copy for copy in page.issues if copy.ref.id not in gone_ids]
            taken = take_issues(connection, source, copies, mark, echo=echo)
            patched = take_patches(connection, source, page.patches) if page.patches else frozenset()
            gone = bury(connection, source, gone_ids, now, mark) if gone_ids else frozenset()
            patched = alive_among(connection, source, patched - taken.changed)
            mark_changed(connection, source, patched, mark)
            if page.orders:
                take_orders(connection, source, page.orders, now, mark)
            if page.cursor is not None:
                epoch = current_epoch(connection, source)
                upsert(connection, cursor, [{"source": source, "cursor": page.cursor, "epoch": epoch}])
        return Saved(taken.changed | patched | gone, len(taken.born), len(gone))

    def issues(self, source: str, ids: Iterable[str] | None = None) -> Iterator[SourceIssue]:
        """The living issues in order of their ids, each overlaid by its patch; all from one moment, read as they go.

        `updated` is when somebody other than us changed it last.
        """
        query = (
            select(issue.c.data, issue.c.people, patch.c.data, patch.c.digest)
            .select_from(issue.outerjoin(patch, and_(patch.c.source == issue.c.source, patch.c.id == issue.c.id)))
            .where(issue.c.source == source, issue.c.gone.is_(None))
            .order_by(issue.c.id)
        )
        queries = [query] if ids is None else (query.where(issue.c.id.in_(some)) for some in chunks(sorted(set(ids))))
        with self._database.read() as connection:
            streaming = connection.execution_options(yield_per=READ_AT_ONCE)
            for one in queries:
                for data, people, patch_data, digest in streaming.execute(one):
                    yield _merged(data, people, patch_data, digest)

    def handles(self, source: str, ids: Iterable[str]) -> dict[str, Mapping[str, str]]:
        """By id, what the connector wants back when it is asked for fresh copies; unknown ids are left out."""
        return {one.ref.id: one.handles for one in self.issues(source, ids)}

    def ids(self, source: str) -> frozenset[str]:
        with self._database.read() as connection:
            query = select(issue.c.id).where(issue.c.source == source, issue.c.gone.is_(None))
            return frozenset(connection.execute(query).scalars())

    def changed_since(self, source: str, number: int) -> tuple[frozenset[str], frozenset[str]]:
        """The ids that read differently than at this number of `Changes`: those that live, and those that are gone."""
        query = select(issue.c.id, issue.c.gone.is_(None)).where(issue.c.source == source, issue.c.changed > number)
        with self._database.read() as connection:
            found = connection.execute(query).all()
        alive = frozenset(id for id, lives in found if lives)
        return alive, frozenset(id for id, lives in found if not lives)

    def count(self, source: str) -> int:
        with self._database.read() as connection:
            query = select(func.count()).where(issue.c.source == source, issue.c.gone.is_(None))
            return connection.execute(query).scalar_one()

    def aliases(self, source: str) -> dict[str, str]:
        """Every key an issue ever had, casefolded, and its id. Present keys win over former ones, living over gone."""
        with self._database.read() as connection:
            former = select(former_key.c.folded, former_key.c.id).where(former_key.c.source == source)
            found = dict(connection.execute(former).all())
            present = select(issue.c.folded, issue.c.id, issue.c.gone.is_(None)).where(issue.c.source == source)
            alive: dict[str, str] = {}
            for folded, id, lives in connection.execute(present):
                (alive if lives else found)[folded] = id
        return found | alive

    def orders(self, source: str) -> dict[str, tuple[str, ...]]:
        with self._database.read() as connection:
            query = select(native_order.c.scope, native_order.c.ids).where(native_order.c.source == source)
            return {scope: codec.decode_texts(ids) for scope, ids in connection.execute(query)}

    def save_order(self, source: str, scope: str, ids: Iterable[str], *, now: datetime) -> None:
        with self._database.write(source=source) as connection:
            take_orders(connection, source, {scope: ids}, now, Mark(connection, source))

    def mark_gone(self, source: str, ids: Iterable[str], *, now: datetime) -> frozenset[str]:
        """Bury issues; their last copy is kept until it is pruned. Returns those that were alive."""
        with self._database.write(source=source) as connection:
            return bury(connection, source, ids, now, Mark(connection, source))

    def cursor(self, source: str) -> str | None:
        with self._database.read() as connection:
            return connection.execute(select(cursor.c.cursor).where(cursor.c.source == source)).scalar()

    def forget_cursor(self, source: str) -> None:
        """Let the next pull bring everything, and believe it even where it is older than what we hold."""
        with self._database.write(source=source) as connection:
            epoch = current_epoch(connection, source) + 1
            upsert(connection, cursor, [{"source": source, "cursor": None, "epoch": epoch}])


def _merged(data: str, people: datetime | None, patch_data: str | None, digest: str | None) -> SourceIssue:
    own = codec.decode_issue(data)
    if people is not None:
        own = dataclasses.replace(own, updated=people)
    if patch_data is None or digest is None:
        return own
    over = codec.decode_patch(patch_data)
    return dataclasses.replace(
        own,
        revision=f"{own.revision}+{digest[:8]}",
        fields={**own.fields, **over.fields},
        handles={**own.handles, **over.handles},
    )
