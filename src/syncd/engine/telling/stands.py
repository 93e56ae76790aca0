"""How the sources stand, for `core.telling`: after a cycle, or as the store knows it."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.backlog import Problem
from syncd.core.plan import Plan
from syncd.core.telling.subjects import Stands
from syncd.engine.permits import holds
from syncd.engine.report import CycleResult
from syncd.engine.world import World


def after(world: World, result: CycleResult) -> Iterator[Stands]:
    """The sources that are this process's work."""
    for name, outcome in result.sources.items():
        if name not in world.sources or not world.work.mine(name):
            continue
        decided = result.decision is not None and outcome.error is None and outcome.looked
        problems = result.decision.problems if result.decision is not None and decided else None
        yield _of(
            world,
            name,
            waiting=outcome.waiting if decided else None,
            because=(outcome.waits_for,) if outcome.waits_for is not None else (),
            tripped=tuple(brake.message for brake in outcome.brakes),
            notifications=outcome.cost.notifications if outcome.cost is not None else None,
            problems=None if problems is None else tuple(one for one in problems if one.source == name),
        )


def stored(world: World) -> Iterator[Stands]:
    """All sources, as the last cycle of any process left them. Asks no source."""
    listed = world.store.problems.all()
    for name in world.sources:
        plan = world.store.plans.latest(name)
        yield _of(
            world,
            name,
            waiting=None if plan is None else plan.waiting,
            because=() if plan is None else plan.because,
            tripped=() if plan is None else plan.tripped,
            notifications=None if plan is None or plan.cost is None else plan.cost.notifications,
            problems=tuple(one for one in listed if one.source == name),
        )


def _of(
    world: World,
    name: str,
    *,
    waiting: Plan | None,
    because: tuple[str, ...],
    tripped: tuple[str, ...],
    notifications: int | None,
    problems: tuple[Problem, ...] | None,
) -> Stands:
    state = world.store.sources.get(name)
    # Whoever holds a source knows that its plan waits: nothing new can be said of it until somebody resumes it.
    held = holds.in_force(world.store, name) is not None
    return Stands(
        source=name,
        waiting=None if held else waiting,
        because=because,
        tripped=tripped,
        notifications=notifications,
        problem=state.problem,
        last_success=state.last_success,
        problems=problems,
        rival=state.rival,
    )
