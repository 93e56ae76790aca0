"""The web application: one factory that mounts what syncd serves.

It is made anew whenever the configuration changes, so it holds no state of its own: what must outlive that is handed in.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI

from syncd.engine.world import World
from syncd.web.access import Access
from syncd.web.guard import Guard
from syncd.web.webhooks import doors, router

OPENAPI = "/api/openapi.json"


def create_app(world: World) -> FastAPI:
    app = FastAPI(title="syncd", docs_url=None, redoc_url=None, openapi_url=None)
    access = Access(world.loaded.settings.access)
    app.add_middleware(Guard)
    app.include_router(router(doors(world.loaded.sources), world.inbox))

    @app.get(OPENAPI, include_in_schema=False, dependencies=[Depends(access.viewer)])
    def openapi() -> dict[str, Any]:
        return app.openapi()

    return app
