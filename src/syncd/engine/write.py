"""A cycle's second half: of each source's plan, what may be written is written; the rest waits and says for what."""

from __future__ import annotations

import dataclasses
from functools import partial

import structlog

from syncd.core.decide import Decision
from syncd.core.permission.leave import Mode, WriteKind
from syncd.core.plan import Plan
from syncd.core.safety.brakes import Brake, check
from syncd.engine.items import Items
from syncd.engine.memory.measures import measures, remember
from syncd.engine.permits.claim import heed
from syncd.engine.permits.permit import Case, Leave, rule
from syncd.engine.reading.readers import side_by_side
from syncd.engine.report import SourceOutcome
from syncd.engine.world import Source, World
from syncd.engine.writing import order
from syncd.engine.writing.applied import Applied
from syncd.engine.writing.apply import apply
from syncd.engine.writing.noise import cost_of, heard_by
from syncd.store.errors import LeaseLost

log = structlog.get_logger()


def write(world: World, items: Items, run: str, decision: Decision | None, leave: Leave) -> dict[str, SourceOutcome]:
    """Writes every plan that may be written, each source in a thread of its own."""
    outcomes = side_by_side(world.ours(), lambda source: _unless_lost(world, items, run, source, decision, leave))
    return {outcome.plan.source: outcome for outcome in outcomes if outcome is not None}


def _unless_lost(
    world: World, items: Items, run: str, source: Source, decision: Decision | None, leave: Leave
) -> SourceOutcome | None:
    """None when another replica took the source over meanwhile: what became of it is for that one to say."""
    try:
        return _write_one(world, items, run, source, decision, leave)
    except LeaseLost as error:
        log.warning("not stored", source=source.name, because=str(error))
        return None


def _write_one(
    world: World, items: Items, run: str, source: Source, decision: Decision | None, leave: Leave
) -> SourceOutcome:
    plan = decision.plans[source.name] if decision is not None else Plan(source.name)
    looked = source.broken is None and not source.reading
    case = Case(plan, partial(_brakes, world, items, source, decision), _outside(world, source, plan))
    ruling = rule(world, source, case, leave)
    if leave.write:
        ruling = heed(world, source, ruling)
    world.store.plans.save(
        run,
        plan,
        waiting=ruling.waits,
        because=ruling.because,
        tripped=[brake.message for brake in ruling.brakes],
        cost=(price := cost_of(world, source, items, plan) if not plan.empty else None),
        now=world.clock(),
    )
    applied: Applied | None = None
    if leave.write and _order_is_ours(world, source, plan, ruling.runs):
        order.remember(world, source)
    if leave.write and not ruling.runs.empty:
        applied = apply(world, source, ruling.runs, run, looked=source.looked_from)
    remember(world, source, decision, ruling, applied)
    return SourceOutcome(
        issues=world.store.mirror.count(source.name),
        items=sum(1 for ref in items.items if ref.source == source.name),
        problems=sum(1 for ref in items.excluded if ref.source == source.name),
        plan=plan,
        brakes=ruling.brakes,
        waits_for=ruling.waits_for,
        applied=applied,
        error=source.broken,
        waiting=ruling.waits,
        unasked=ruling.unasked if applied is not None else 0,
        notified=heard_by(source, items, ruling.runs) if applied and ruling.unasked else 0,
        cost=price,
        looked=looked,
        order=order.verify(world, source, decision, items.items) if decision is not None else {},
    )


def _order_is_ours(world: World, source: Source, plan: Plan, runs: Plan) -> bool:
    """Whether its native order is now as we leave it: a person let us write, and no move of this plan waits."""
    if source.broken is not None or source.configured.rules.mode_of(WriteKind.ORDER) is Mode.OBSERVE:
        return False
    return world.store.approvals.ever(source.name) and runs.moves.keys() == plan.moves.keys()


def _brakes(
    world: World, items: Items, source: Source, decision: Decision | None, goes: Plan, command: str
) -> tuple[Brake, ...]:
    if decision is None:
        return ()
    found = measures(world, source, decision)
    found = dataclasses.replace(found, notifications=heard_by(source, items, goes))
    return check(goes, world.rules.policy.limits, found, command)


def _outside(world: World, source: Source, plan: Plan) -> dict[str, frozenset[str]]:
    """By order scope, what the plan moves there and what is not in it yet."""
    if not plan.moves:
        return {}
    orders = world.store.mirror.orders(source.name)
    return {
        scope: frozenset(move.ref.id for move in moves).difference(orders.get(scope, ()))
        for scope, moves in plan.moves.items()
    }
