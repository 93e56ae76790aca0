"""What brakes look at besides a plan, gathered from the decision and the store; and what they compare with next time."""

from __future__ import annotations

from datetime import timedelta

from syncd.core.decide import Decision
from syncd.core.safety.brakes import Measures
from syncd.core.safety.shifts import Standing
from syncd.engine.permits.permit import Ruling
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import Applied

HOUR = timedelta(hours=1)


def measures(world: World, source: Source, decision: Decision) -> Measures:
    name, after = source.name, standings(decision, source.name)
    written, notified = _within_an_hour(world, name)
    seen = world.store.sources.get(name).rules_seen
    return Measures(
        open_items=len(after),
        there=frozenset(ref.id for ref in decision.primary_of if ref.source == name),
        before=world.store.rankings.load(name),
        after=after,
        rules_changed=seen is not None and seen != world.rules.digest,
        written=written,
        notified=notified,
    )


def standings(decision: Decision, source: str) -> tuple[Standing, ...]:
    """A source's part of the ranking: open issues, first place first."""
    return tuple(
        (member.ref.id, one.score)
        for one in decision.ranked
        for member in one.work.members
        if member.ref.source == source and member.status.open
    )


def remember(world: World, source: Source, decision: Decision | None, ruling: Ruling, applied: Applied | None) -> None:
    """After a plan that went out whole, and where nothing is to be written: this is what people see now."""
    if decision is None or source.broken is not None or not ruling.whole:
        return
    if applied is None and not decision.plans[source.name].empty:
        return
    if applied is None and world.store.rankings.load(source.name) is not None:
        return
    if applied is not None and (applied.failed or applied.ended_by is not None):
        return
    world.store.rankings.save(source.name, standings(decision, source.name), now=world.clock())
    world.store.sources.set(source.name, rules_seen=world.rules.digest)


def _within_an_hour(world: World, source: str) -> tuple[int, int]:
    """Issues that were written to without anybody's approval, and notifications that were expected of it."""
    written = notified = 0
    for run in world.store.runs.since(world.clock() - HOUR):
        told = run.summary.get(source)
        if isinstance(told, dict):
            written += int(told.get("unasked", 0))
            notified += int(told.get("notified", 0))
        else:  # a run that was killed told nothing: all that it wrote counts
            written += len(
                {entry.ref for entry in world.store.journal.entries(run=run.run) if entry.ref.source == source}
            )
    return written, notified
