"""The web application: one factory that mounts what syncd serves.

It is made anew whenever the configuration changes, so it holds no state of its own: what must outlive that is handed in.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from syncd.engine.world import World
from syncd.web import health, metrics
from syncd.web.access import Access, Person, Role
from syncd.web.desk import Desk
from syncd.web.front import Front
from syncd.web.guard import Guard
from syncd.web.login import Logins
from syncd.web.pages.mount import mount
from syncd.web.webhooks import doors, router

OPENAPI = "/api/openapi.json"


OPERATOR = Person("you", Role.OPERATOR, ambient=True)


def create_app(world: World, desk: Desk | None = None, *, open_to_all: bool = False) -> FastAPI:
    """`open_to_all`: whoever reaches the address may do everything. Only for the demo, on an address of this machine."""
    app = FastAPI(title="syncd", docs_url=None, redoc_url=None, openapi_url=None)
    text = world.loaded.settings.access
    logins = Logins(text)
    access = Access(text, lambda request: OPERATOR) if open_to_all else Access(text, logins)
    app.add_middleware(Guard)
    if open_to_all:  # a foreign page must not reach it under a name that it made point here
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.include_router(router(doors(world.loaded.sources), world.inbox, world.clock))
    app.include_router(health.router(world))
    app.include_router(metrics.router(world))

    @app.get(OPENAPI, include_in_schema=False, dependencies=[Depends(access.viewer)])
    def openapi() -> dict[str, Any]:
        return app.openapi()

    mount(app, Front(world, access, logins, desk or Desk(world), open_to_all))
    return app
