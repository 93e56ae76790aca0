"""What was known when: the inputs of every score and the rules, a row for each change of them.

`syncd explain --since` decides again from these rows what was decided then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from syncd.core.issue import Ref
from syncd.core.ranking.rank import Placed
from syncd.core.reports.inputs import Inputs
from syncd.store import codec
from syncd.store.database import Database
from syncd.store.inputs_codec import decode_inputs, encode_inputs
from syncd.store.rows import Row, chunks, upsert
from syncd.store.tables import inputs, placed_day, rules_since, rules_text

_TEXTS = msgspec.json.Decoder(dict[str, str])
_NUMBERS = msgspec.json.Decoder(dict[str, float])


@dataclass(frozen=True, slots=True)
class Book:
    """Rules that were in force."""

    since: datetime
    digest: str
    texts: Mapping[str, str]
    """File name → what stood in it; of other files than okrs.yaml and scoring.yaml a digest."""
    measured: Mapping[str, float]
    """Key result → its value."""


class Past:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, changed: Iterable[Inputs], left: Collection[Ref], *, now: datetime) -> int:
        """Keeps inputs that differ from the last ones kept, and that work left the backlog; returns how many rows
        that were."""
        encoded: dict[tuple[str, str], tuple[str, str]] = {}
        for one in changed:
            text, compared = encode_inputs(one)
            encoded[one.work.ref.source, one.work.ref.id] = text, _digest(compared)
        gone = [(ref.source, ref.id) for ref in left]
        with self._database.write() as connection:
            held = _latest_digests(connection, [*encoded, *gone])
            rows: list[Row] = [
                {"source": source, "id": id_, "at": now, "digest": digest, "data": text}
                for (source, id_), (text, digest) in encoded.items()
                if held.get((source, id_)) != digest
            ]
            rows += [
                {"source": source, "id": id_, "at": now, "digest": None, "data": None}
                for source, id_ in gone
                if held.get((source, id_)) is not None
            ]
            upsert(connection, inputs, rows)
        return len(rows)

    def open_refs(self) -> set[Ref]:
        """The work that the last rows say is in the backlog."""
        with self._database.read() as connection:
            return {Ref(source, id_) for (source, id_), digest in _latest_digests(connection, None).items() if digest}

    def record_rules(self, digest: str, texts: Mapping[str, str], measured: Mapping[str, float], now: datetime) -> bool:
        """Keeps the rules when they differ from the last ones kept."""
        row = {"at": now, "digest": digest, "measured": codec.encode(dict(measured))}
        newest = select(rules_since).order_by(rules_since.c.at.desc()).limit(1)
        with self._database.write() as connection:
            last = connection.execute(newest).one_or_none()
            if last is not None and (last.digest, last.measured) == (digest, row["measured"]):
                return False
            upsert(connection, rules_text, [{"digest": digest, "texts": codec.encode(dict(texts))}])
            upsert(connection, rules_since, [row])
        return True

    def inputs(self, moment: datetime, refs: Collection[Ref] | None = None) -> dict[Ref, Inputs]:
        """Of all work that was open at the moment, or of some, by primary."""
        if refs is not None:
            found: dict[Ref, Inputs] = {}
            for some in chunks(sorted((ref.source, ref.id) for ref in refs)):
                found |= self._inputs(moment, tuple_(inputs.c.source, inputs.c.id).in_(some))
            return found
        return self._inputs(moment)

    def _inputs(self, moment: datetime, *which: ColumnElement[bool]) -> dict[Ref, Inputs]:
        last = (
            select(inputs.c.source, inputs.c.id, func.max(inputs.c.at).label("at"))
            .where(inputs.c.at <= moment, *which)
            .group_by(inputs.c.source, inputs.c.id)
            .subquery()
        )
        same = and_(inputs.c.source == last.c.source, inputs.c.id == last.c.id, inputs.c.at == last.c.at)
        query = (
            select(inputs.c.source, inputs.c.id, inputs.c.data)
            .join(last, same)
            .where(inputs.c.data.is_not(None))
            .order_by(inputs.c.source, inputs.c.id)
        )
        with self._database.read() as connection:
            return {
                Ref(source, id_): decode_inputs(source, id_, data) for source, id_, data in connection.execute(query)
            }

    def changes(self, ref: Ref, after: datetime) -> list[tuple[datetime, Inputs | None]]:
        """What was kept of one piece of work later than the moment, oldest first."""
        query = (
            select(inputs.c.at, inputs.c.data)
            .where(inputs.c.source == ref.source, inputs.c.id == ref.id, inputs.c.at > after)
            .order_by(inputs.c.at)
        )
        with self._database.read() as connection:
            return [
                (at, None if data is None else decode_inputs(ref.source, ref.id, data))
                for at, data in connection.execute(query)
            ]

    def book(self, moment: datetime) -> Book | None:
        """The rules in force at the moment; None when none were kept that early."""
        query = (
            select(rules_since, rules_text.c.texts)
            .join(rules_text, rules_text.c.digest == rules_since.c.digest)
            .where(rules_since.c.at <= moment)
            .order_by(rules_since.c.at.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Book(row.at, row.digest, _TEXTS.decode(row.texts), _NUMBERS.decode(row.measured))

    def since(self) -> datetime | None:
        """When keeping began."""
        with self._database.read() as connection:
            found: datetime | None = connection.execute(select(func.min(rules_since.c.at))).scalar()
        return found

    def stood(self, day: date) -> dict[Ref, Placed]:
        """Where all work stood when the day before this one ended."""
        last = (
            select(placed_day.c.source, placed_day.c.id, func.max(placed_day.c.day).label("day"))
            .where(placed_day.c.day < day)
            .group_by(placed_day.c.source, placed_day.c.id)
            .subquery()
        )
        same = and_(placed_day.c.source == last.c.source, placed_day.c.id == last.c.id, placed_day.c.day == last.c.day)
        query = select(placed_day).join(last, same).where(placed_day.c.rank.is_not(None))
        with self._database.read() as connection:
            return {
                Ref(row.source, row.id): Placed(row.rank, row.horizon, row.score) for row in connection.execute(query)
            }


def _latest_digests(
    connection: Connection, refs: Collection[tuple[str, str]] | None
) -> dict[tuple[str, str], str | None]:
    """The digest of the last row of each, None where it left; of all work, or of some."""
    last = select(inputs.c.source, inputs.c.id, func.max(inputs.c.at).label("at")).group_by(
        inputs.c.source, inputs.c.id
    )
    some = [last] if refs is None or len(refs) > 20_000 else [
        last.where(tuple_(inputs.c.source, inputs.c.id).in_(chunk)) for chunk in chunks(refs)
    ]  # fmt: skip
    found: dict[tuple[str, str], str | None] = {}
    for each in some:
        newest = each.subquery()
        same = and_(inputs.c.source == newest.c.source, inputs.c.id == newest.c.id, inputs.c.at == newest.c.at)
        query = select(inputs.c.source, inputs.c.id, inputs.c.digest).join(newest, same)
        found.update({(source, id_): digest for source, id_, digest in connection.execute(query)})
    return found


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
