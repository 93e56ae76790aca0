"""Who lets a plan be written: modes, approvals and brakes. The first plan of a source is always reviewed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncd.core.plan import Plan
from syncd.core.rules import Mode
from syncd.core.safety import Brake
from syncd.engine import holds
from syncd.engine.world import Source, World

Approve = Callable[[Plan], str | None]
"""Asked about a plan that waits for a person; gives the name of who approves it, or None."""


def waits_for(world: World, source: Source, plan: Plan, brakes: Sequence[Brake], approve: Approve | None) -> str | None:
    """None when this plan may be written now, else one sentence on what it waits for, with the next step."""
    if plan.empty:
        return None
    if source.broken is not None:
        return f"{source.name} could not be read in this cycle"
    if (hold := holds.in_force(world.store, source.name)) is not None:
        return holds.waits(source.name, hold)
    plans, mode = world.store.plans, source.configured.rules.mode
    if mode is Mode.OBSERVE:
        return f"{source.name} is in mode observe: nothing is written"
    if plan.digest in plans.approved(source.name):
        return None
    known = plans.ever_approved(source.name)
    review = world.store.sources.get(source.name).review_because
    if mode is Mode.AUTO and known and not brakes and review is None:
        return None
    if approve is not None and (by := approve(plan)):
        plans.approve(source.name, plan.digest, by, now=world.clock())
        return None
    if brakes:
        return "; ".join(brake.message for brake in brakes)
    first = "" if known else "the first plan of a source is always reviewed: "
    if review is not None:
        first = f"{review}, and this would write again: "
    return f"{first}look at it with `syncd plan`, then run `syncd apply --plan {plan.digest}`"
