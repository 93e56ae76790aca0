"""Weeks before the demo began, so that its page has something to compare with: what syncd would have decided then.

Each day is decided by today's rules from what had been opened by then. Ages, the calendar of the objectives and later
work make the difference; estimates and labels are today's, since the demo's trackers keep no history of them.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta

from syncd.core.backlog import BacklogItem, Status
from syncd.core.decide import Snapshot, decide
from syncd.engine.items import Items
from syncd.engine.news import nobody
from syncd.engine.world import World

DAYS_AGO = (42, 35, 28, 21, 17, 14, 10, 7, 5, 3, 2, 1)


def remember(world: World) -> None:
    """Fills an empty memory from the mirror; one that has anything in it stays as it is."""
    memory = world.store.memory
    if memory.first_day() is not None:
        return
    for ago in DAYS_AGO:
        day = world.today() - timedelta(days=ago)
        items = Items(world.store, world.rules, day)
        for name in world.sources:
            items.refresh(name, (), (), nobody)
        then = {ref: _as_of(item, datetime.combine(day, time.max, UTC)) for ref, item in items.items.items()}
        known = {ref: item for ref, item in then.items() if item is not None}
        decision = decide(Snapshot(known, (), {}, memory.load(), {}), world.rules, day)
        memory.save(decision.placed, now=datetime.combine(day, time(12), UTC))


def _as_of(item: BacklogItem, evening: datetime) -> BacklogItem | None:
    """None before it was opened; open until it was closed."""
    if item.created > evening:
        return None
    if item.closed is not None and item.closed > evening:
        return dataclasses.replace(item, status=Status.TODO, closed=None)
    return item
