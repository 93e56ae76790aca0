"""The costs of a plan, by what its connector knows of its tool."""

from __future__ import annotations

import dataclasses
from typing import Final

from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Priced
from syncd.core.plan import Plan
from syncd.core.safety.noise import Audience, Cost, Toll, cost
from syncd.engine.items import Items
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World

ENOUGH: Final = 20
"""Requests of a run that say how long one takes."""


def cost_of(world: World, source: Source, items: Items, plan: Plan) -> Cost:
    """May ask the tool for our permissions, once. How long it takes is told by the last run that wrote enough here."""
    toll = dataclasses.replace(_toll(source), measured=_measured(world, source.name))
    return cost(plan, toll, _audience(items, plan))


def heard_by(source: Source, items: Items, plan: Plan) -> int:
    """How many notifications it is thought to send. May ask the tool for our permissions, once."""
    return cost(plan, _toll(source), _audience(items, plan)).notifications


def _audience(items: Items, plan: Plan) -> dict[str, Audience]:
    known = items.items
    return {
        edit.ref.id: Audience(item.scope, item.watchers + len(item.assignees) + (item.reporter is not None))
        for edit in plan.edits
        if (item := known.get(edit.ref)) is not None
    }


def _toll(source: Source) -> Toll:
    configured = source.configured
    toll = Toll()
    if isinstance(source.connector, Priced):
        try:
            toll = source.connector.toll()
        except Stopped:
            raise
        except ConnectorError:  # the plan's own requests will tell what is wrong
            pass
    apart = configured.spec.seconds_between_writes(configured.settings)
    return dataclasses.replace(toll, seconds_apart=apart, moves_at_once=configured.spec.moves_at_once)


def _measured(world: World, source: str) -> float | None:
    """Seconds a request, of the newest run that tells."""
    for run in world.store.runs.last(50):
        told = run.summary.get(source)
        if isinstance(told, dict) and told.get("requests", 0) >= ENOUGH:
            return float(told["seconds"] / told["requests"])
    return None
