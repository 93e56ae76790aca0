"""GET /livez and /readyz: whether the process should be restarted, and whether it should be sent requests.

Both are open to all and say nothing that needs a token: names of sources and words for their states.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from syncd.engine.permits import holds
from syncd.engine.world import Source, World
from syncd.store.errors import StoreError

IDLE: Final = 900.0
"""Seconds without a sign of the daemon's loop or of any request after which only a restart helps."""


def router(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.get("/livez", include_in_schema=False)
    def livez() -> Response:
        idle = world.idle_seconds
        if idle > IDLE:
            return JSONResponse({"live": False, "because": f"the daemon's loop shows no sign for {idle:.0f} s"}, 503)
        return JSONResponse({"live": True})

    @routes.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        reasons = not_ready(world)
        body: dict[str, object] = {"ready": not reasons, "not_ready": reasons}
        if not reasons:
            body["sources"] = {name: _word(world, source) for name, source in world.sources.items()}
        if world.pulse.failing:
            body["cycles"] = f"the last {world.pulse.failing} failed as a whole; the log says why"
        if world.refused is not None:
            since = world.refused.since.isoformat(timespec="seconds")
            body["configuration"] = f"refused since {since}; the one before it is in force, the log says why"
        return JSONResponse(body, 200 if not reasons else 503)

    return routes


def not_ready(world: World) -> list[str]:
    """One sentence each. A tracker that fails does not count: webhooks and pages of the others are served all the same."""
    if world.stop.is_set:
        return ["it is stopping"]
    if world.work.cut_off:
        return ["the store does not answer"]
    try:
        world.store.sources.all()
    except StoreError:
        return ["the store cannot be read"]
    return []


def _word(world: World, source: Source) -> str:
    if source.broken is not None and source.pace.pause is None:
        return "broken"
    if world.store.sources.get(source.name).last_success is None:
        return "never read whole yet"
    if holds.in_force(world.store, source.name) is not None:
        return "held"
    return "paused" if source.pace.pause is not None else "works"
