"""What the work is for and when it comes: objectives and roadmap, with what can be taken away and shared."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from syncd.web.access import Person
from syncd.web.api.backlog import Of
from syncd.web.api.okrs import okrs
from syncd.web.api.releases import releases
from syncd.web.api.roadmap import LISTED, Grouping, as_csv, as_markdown, roadmap
from syncd.web.board import as_svg
from syncd.web.front import Front


def router(front: Front) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    viewer = Depends(front.access.viewer)

    @routes.get("/okrs")
    def show_okrs(request: Request, of: Of = "", person: Person = viewer) -> HTMLResponse:
        picture = front.picture(of)
        return front.page(request, person, "okrs.html", {"picture": picture, "okrs": okrs(front, picture)})

    @routes.get("/roadmap")
    def show_roadmap(
        request: Request, by: Grouping = Grouping.OBJECTIVE, of: Of = "", person: Person = viewer
    ) -> HTMLResponse:
        picture = front.picture(of)
        word = _word(front)
        link = f"{request.url.scheme}://{request.url.netloc}/shared/{word}/roadmap" if word else ""
        shown = {"picture": picture, "board": roadmap(picture, by), "shared": False, "link": link}
        return front.page(request, person, "roadmap.html", shown)

    @routes.get("/releases")
    def show_releases(request: Request, of: Of = "", person: Person = viewer) -> HTMLResponse:
        picture = front.picture(of)
        return front.page(request, person, "releases.html", {"picture": picture, "plan": releases(front, picture)})

    @routes.get("/shared/{word}/roadmap")
    def show_shared(request: Request, word: str, by: Grouping = Grouping.OBJECTIVE, of: Of = "") -> HTMLResponse:
        """For whoever has the address, without a login: the roadmap and nothing else."""
        known = _word(front)
        if not known or not hmac.compare_digest(word.encode(), known.encode()):
            raise HTTPException(404, "this link leads nowhere, or not any more")
        picture = front.picture(of)
        shown = {"picture": picture, "board": roadmap(picture, by), "shared": True, "link": ""}
        return front.page(request, None, "roadmap.html", shown)

    @routes.get("/roadmap.md", dependencies=[viewer])
    def markdown(by: Grouping = Grouping.OBJECTIVE, of: Of = "") -> PlainTextResponse:
        text = as_markdown(roadmap(front.picture(of), by, LISTED))
        return PlainTextResponse(text, media_type="text/markdown", headers=_named("roadmap.md"))

    @routes.get("/roadmap.csv", dependencies=[viewer])
    def table(of: Of = "") -> StreamingResponse:
        return StreamingResponse(as_csv(front.picture(of)), media_type="text/csv", headers=_named("roadmap.csv"))

    @routes.get("/roadmap.svg", dependencies=[viewer])
    def drawing(by: Grouping = Grouping.OBJECTIVE, of: Of = "") -> Response:
        return Response(
            as_svg(roadmap(front.picture(of), by)), media_type="image/svg+xml", headers=_named("roadmap.svg")
        )

    return routes


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _word(front: Front) -> str:
    secret = front.world.loaded.settings.access.roadmap
    return secret.get_secret_value() if secret is not None else ""
