"""What each receiver would be told now, and what it was told: for people who ask, from what is stored. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from syncd.config.sources.receivers import Receiver
from syncd.core.decide import Decision
from syncd.core.permission.windows import ALWAYS, Closed
from syncd.core.telling.notices import Event, Notice
from syncd.core.telling.shift import NAME
from syncd.core.telling.subjects import subjects
from syncd.core.telling.told import Told, due
from syncd.engine.telling import stands
from syncd.engine.telling.horizons import report
from syncd.engine.telling.message import Message
from syncd.engine.telling.sending import Outcome, send
from syncd.engine.world import World
from syncd.store.telling import Arrival

_TRY: Final = Notice(
    subject="test",
    about=None,
    event=Event.TEST,
    headline="syncd reaches this channel. This is a test: nothing waits.",
)


@dataclass(frozen=True, slots=True)
class Preview:
    receiver: Receiver
    arrival: Arrival
    rests: Closed | None
    """Its quiet hours, where they are now."""
    would: tuple[Notice, ...]
    """What it would be told now, or after its quiet hours."""
    last: tuple[Told, ...]
    """What was told and still counts, the latest first."""


def preview(world: World, receiver: Receiver, decision: Decision | None) -> Preview:
    now, rows = world.clock(), world.store.telling.rows(receiver.name)
    terms = receiver.terms
    found = [one for each in stands.stored(world) for one in subjects(each, titles=terms.titles, now=now)]
    found += report(world, receiver, decision, rows.get(NAME), now)
    would = due(found, rows, replace(terms, quiet=replace(ALWAYS, zone=terms.quiet.zone)), now).notices
    last = sorted((row for row in rows.values() if row.headline and row.at is not None), key=_at, reverse=True)
    arrival = world.store.telling.arrivals().get(receiver.name, Arrival())
    return Preview(receiver, arrival, terms.rests(now), would, tuple(last))


def _at(row: Told) -> datetime:
    return row.at or row.since


def try_it(receiver: Receiver, page: str | None, now: datetime) -> Outcome:
    """Sends a test message and waits for the answer. Keeps nothing."""
    notice = replace(_TRY, since=now, id=f"test-{now.timestamp():.0f}")
    return send(receiver, Message(now, (notice,), page), now)
