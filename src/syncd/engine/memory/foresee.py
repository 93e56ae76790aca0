"""A decision from the mirror by any rules: makes no request, needs no connector, and stores nothing."""

from __future__ import annotations

from datetime import date

from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.rules import Rules
from syncd.engine.items import Items
from syncd.engine.news import nobody
from syncd.engine.writing.order import chosen_by_people
from syncd.store.open import Store


def foresee(store: Store, rules: Rules, today: date) -> Decision:
    """What the next cycle would decide if the trackers stayed as the mirror has them."""
    items = Items(store, rules, today)
    items.catch_up(rules.sources, nobody)
    snapshot = Snapshot(
        items=items.items,
        problems=items.problems,
        ledger=store.ledger.load(None),
        memory=store.memory.load(),
        orders={name: store.mirror.orders(name) for name in rules.sources},
        excluded=items.excluded,
        dragged=chosen_by_people(store, rules.sources),
        authors=store.authors.load(),
    )
    return decide(snapshot, rules, today)
