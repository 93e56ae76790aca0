"""The web application: one factory that mounts what syncd serves. It holds no state of its own."""

from __future__ import annotations

from fastapi import FastAPI

from syncd.engine.world import World
from syncd.web.webhooks import doors, router


def create_app(world: World) -> FastAPI:
    app = FastAPI(title="syncd", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router(doors(world.loaded.sources), world.inbox))
    return app
