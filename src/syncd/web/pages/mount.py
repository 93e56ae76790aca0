"""Puts pages, API, static files and events into the application, and turns refusals into pages that say what to do."""

from __future__ import annotations

import json
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from syncd.store.errors import StoreError
from syncd.web import events
from syncd.web.api import backlog as backlog_api
from syncd.web.api import okrs, plans, releases, roadmap, runs, sources, whatif, work
from syncd.web.front import STATIC, Front, by_htmx
from syncd.web.pages import backlog, desk, door, outlook
from syncd.web.pages import whatif as whatif_page

API = "/api/v1"


def mount(app: FastAPI, front: Front) -> None:
    api = APIRouter(prefix=API)
    for make in (
        backlog_api.router,
        work.router,
        plans.router,
        runs.router,
        sources.router,
        okrs.router,
        roadmap.router,
        releases.router,
        whatif.router,
    ):
        api.include_router(make(front))
    app.include_router(api)
    app.include_router(events.router(front), prefix=API)
    for page in (backlog.router, desk.router, outlook.router, whatif_page.router, door.router):
        app.include_router(page(front))
    app.mount("/static", _Static(directory=STATIC))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if _for_programs(request):
            return await http_exception_handler(request, error)
        person = front.access.person(request)
        if error.status_code == 401 and by_htmx(request):  # the whole page has to go there, not the part
            at = urlsplit(request.headers.get("hx-current-url", ""))
            back = at.path + (f"?{at.query}" if at.query else "") or "/backlog"
            return Response(status_code=401, headers={"HX-Redirect": f"/login?next={quote(back)}"})
        if error.status_code == 401 and request.method == "GET":
            return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)
        if error.status_code == 503 and request.method == "GET" and front.desk.unread:
            return front.reading(request, person, status=200 if by_htmx(request) else 503)
        if by_htmx(request):  # the page that is open stays, and says it
            return PlainTextResponse(str(error.detail), error.status_code)
        unknown = error.status_code == 404 and error.detail == "Not Found"  # no route at all
        sentence = "there is no such page" if unknown else str(error.detail)
        context = {"status": error.status_code, "sentence": sentence}
        return front.page(request, person, "refused.html", context, status=error.status_code)

    @app.exception_handler(StoreError)
    async def storeless(request: Request, error: StoreError) -> Response:
        """A full disk, a database that does not answer. Why is for those only who may come in."""
        person = front.access.person(request)
        sentence = str(error) if person is not None else "the store cannot be used just now; the log says why"
        if _for_programs(request) or person is None:
            return JSONResponse({"detail": sentence}, 503)
        return PlainTextResponse(f"{sentence}\n", 503)  # a page would ask the store again

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:
        if _for_programs(request):
            # Without what was sent: it may hold what no JSON can say again (NaN, half a character), or a secret.
            told = [{"type": one["type"], "loc": one["loc"], "msg": one["msg"]} for one in error.errors()]
            return Response(json.dumps({"detail": told}), 422, media_type="application/json")
        first = error.errors()[0]
        sentence = f"{first['loc'][-1]}: {first['msg']}"
        return front.page(request, front.access.person(request), "refused.html",
                          {"status": 422, "sentence": sentence}, status=422)  # fmt: skip


def _for_programs(request: Request) -> bool:
    path = request.url.path
    return path.startswith(("/api/", "/webhooks/", "/static/")) or "text/html" not in request.headers.get(
        "accept", "*/*"
    )


class _Static(StaticFiles):
    """With `?v=` in the address, the file is what it is for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        lasting = b"v=" in scope.get("query_string", b"")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return answer
