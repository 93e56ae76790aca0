"""GET /api/v1/events: tells open pages that there is something new to see, as server-sent events.

An event says only that something changed; the page asks for what it shows. So nothing is lost with a broken connection.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import StreamingResponse

from syncd.web.front import Front

MOST_LISTENERS = 50
LOOK_SECONDS = 0.5
SILENT_SECONDS = 15.0
"""After that a comment is sent, so that proxies do not take the connection for dead."""


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["events"], dependencies=[Depends(front.access.viewer)])
    listeners = 0

    async def stream() -> AsyncIterator[str]:
        nonlocal listeners
        listeners += 1
        try:
            known, silent = _state(front), 0.0
            yield "retry: 3000\n\n"
            while not front.world.stop.is_set:
                await asyncio.sleep(LOOK_SECONDS)
                silent += LOOK_SECONDS
                state = _state(front)
                for name, one, other in zip(("decision", "cycle"), known, state, strict=True):
                    if one != other:
                        silent = 0.0
                        yield f"event: {name}\ndata: {other}\n\n"
                known = state
                if silent >= SILENT_SECONDS:
                    silent = 0.0
                    yield ": nothing new\n\n"
        finally:
            listeners -= 1

    @routes.get("/events", response_class=StreamingResponse, responses={503: {"description": "Too many listeners"}})
    async def listen() -> StreamingResponse:
        """`decision` when the backlog was decided anew, `cycle` at the end of each cycle."""
        if listeners >= MOST_LISTENERS:
            raise HTTPException(503, "too many pages listen already; load the page again to see what is new")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    return routes


def _state(front: Front) -> tuple[str, str]:
    decisions, cycles = front.world.outlook.counts
    return str(decisions), str(cycles)
