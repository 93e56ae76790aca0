"""What-if: turn the rules and see the ranking change, before anybody's rules change."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from syncd.config.reading.faults import ConfigError
from syncd.web.access import Person
from syncd.web.api.whatif import TOPS, Tryouts, first_fault
from syncd.web.front import Front, is_part

MOST_FIELDS = 400


def router(front: Front) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    tryouts = Tryouts(front)

    @routes.get("/whatif")
    def show(request: Request, person: Person = Depends(front.access.viewer)) -> HTMLResponse:
        """What is turned stands in the address: it can be sent to somebody."""
        fields = {name: text[:200] for name, text in list(request.query_params.items())[:MOST_FIELDS]}
        tryout = tryouts.present(fields.get("of", ""))
        asked = fields.get("top", "")
        top = int(asked) if asked.isdigit() and int(asked) in TOPS else TOPS[1]
        trouble = ""
        try:
            found = tryout.tried(fields, top)
        except ConfigError as error:
            found, trouble = tryout.tried({}, top), first_fault(error)
        shown = {
            "picture": tryout.picture,
            "tried": found,
            "trouble": trouble,
            "fields": fields,
            "board": None if is_part(request) else tryout.board,
            "tops": TOPS,
        }
        answer = front.page(request, person, "whatif.html", shown)
        if is_part(request):
            query = request.url.query
            answer.headers["HX-Replace-Url"] = f"/whatif?{query}" if found.changed else "/whatif"
        return answer

    return routes
