"""The report on the first horizons, for `core.telling.shift`, with what was known when it was told last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from syncd.config.sources.receivers import Receiver
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.telling.notices import About
from syncd.core.telling.shift import Then, horizons, reasons
from syncd.core.telling.told import Subject, Told, next_report
from syncd.engine.world import World


def teller_of(world: World) -> str:
    """The source whose replica tells it."""
    return min(world.sources)


def report(
    world: World, receiver: Receiver, decision: Decision | None, row: Told | None, now: datetime
) -> tuple[Subject, ...]:
    """Empty where nobody wants it now, or nothing is decided. `row` is what was told of it last."""
    terms, rules = receiver.terms, world.rules
    if row is not None and row.at is not None and now < next_report(row.at, terms):
        return ()
    if decision is None or (About.HORIZONS not in terms.about) or not rules.horizon_names:
        return ()

    def why(refs: Collection[Ref], since: datetime) -> Mapping[Ref, str]:
        book = world.store.past.book(since)
        known = Then(
            since.date(), world.store.past.inputs(since, refs), book is not None and book.digest != rules.digest
        )
        return reasons(decision, rules, refs, known)

    return (horizons(decision, rules, terms.sources, why, titles=terms.titles),)
