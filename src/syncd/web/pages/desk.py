"""Plans, runs and sources: what is about to happen, what happened, and how each tracker stands; and the deeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from syncd.web import forms
from syncd.web.access import Person
from syncd.web.api import plans, runs, sources
from syncd.web.front import Front, by_htmx

ON_A_PAGE = 50
SHOWN = 100
NAME = "syncd_name"
"""The cookie that keeps the name which somebody typed."""
SAID = "syncd_said"
"""The cookie that keeps what was done until the next page has told it. In the address it would be told again and again, and
anybody could write a link that says something else."""

Text = Annotated[str, Form(max_length=400)]


def router(front: Front) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    viewer, operator = Depends(front.access.viewer), Depends(front.access.operator)

    def show(request: Request, person: Person, template: str, context: dict[str, object]) -> HTMLResponse:
        said = "" if by_htmx(request) else request.cookies.get(SAID, "")
        more = {"my_name": unquote(request.cookies.get(NAME, "")), "said": unquote(said)}
        answer = front.page(request, person, template, {**more, **context})
        if said:
            answer.delete_cookie(SAID)
        return answer

    def do(request: Request, person: Person, token: str, by: str, to: str, deed: Callable[[str], str]) -> Response:
        """A deed of a form: checked, done, and told on the page where it was asked for."""
        forms.check(request, person, token)
        name = plans.named(person, by, front)
        answer = RedirectResponse(to, 303)
        answer.set_cookie(SAID, quote(deed(name)[:400]), max_age=60, samesite="strict", httponly=True)
        if front.open_to_all:
            answer.set_cookie(NAME, quote(name), max_age=31_536_000, samesite="strict", httponly=True)
        return answer

    @routes.get("/plans")
    def list_plans(request: Request, person: Person = viewer) -> HTMLResponse:
        return show(request, person, "plans.html", {"plans": plans.plans(front), "unread": front.desk.unread})

    @routes.get("/plans/{source}")
    def one_plan(
        request: Request,
        source: str,
        kind: Annotated[str, Query(max_length=40)] = "",
        q: Annotated[str, Query(max_length=200)] = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        person: Person = viewer,
    ) -> HTMLResponse:
        found = plans.piece(front, source, kind, (page - 1) * ON_A_PAGE, ON_A_PAGE, q)
        pages = max(1, -(-found.found // ON_A_PAGE))
        if page > pages:
            page = pages
            found = plans.piece(front, source, kind, (page - 1) * ON_A_PAGE, ON_A_PAGE, q)
        shown = {"piece": found, "q": q.strip(), "page_number": page, "pages": pages, "on_a_page": ON_A_PAGE}
        return show(request, person, "plan.html", shown)

    @routes.post("/plans/approve")
    def approve(request: Request, digest: Text, token: Text = "", by: Text = "", person: Person = operator) -> Response:
        return do(request, person, token, by, "/plans", lambda name: plans.approve(front, digest, name))

    @routes.get("/runs")
    def list_runs(
        request: Request, before: Annotated[int | None, Query(ge=0, le=2**62)] = None, person: Person = viewer
    ) -> HTMLResponse:
        found = runs.runs(front, SHOWN + 1, before)
        shown = {"runs": found[:SHOWN], "more": len(found) > SHOWN, "before": before, "cycles": runs.cycles(front)[:12]}
        return show(request, person, "runs.html", shown)

    @routes.get("/runs/{run}")
    def one_run(request: Request, run: str, person: Person = viewer) -> HTMLResponse:
        return show(request, person, "run.html", {"detail": runs.detail(front, run)})

    @routes.get("/runs/{run}/undo")
    def preview(request: Request, run: str, person: Person = operator) -> HTMLResponse:
        return show(request, person, "undo.html", {"run": run, "previews": runs.preview(front, run)})

    @routes.post("/runs/{run}/undo")
    def undo(request: Request, run: str, token: Text = "", by: Text = "", person: Person = operator) -> Response:
        return do(request, person, token, by, "/runs", lambda name: runs.undo(front, run, name))

    @routes.get("/sources")
    def list_sources(request: Request, person: Person = viewer) -> HTMLResponse:
        problems, yielded = sources.problems(front), sources.yielded(front)
        shown = {
            "sources": sources.sources(front),
            "problems": problems[:SHOWN],
            "problem_count": len(problems),
            "yielded": yielded[:SHOWN],
            "yielded_count": len(yielded),
        }
        return show(request, person, "sources.html", shown)

    @routes.post("/sources/{name}/hold")
    def hold(
        request: Request, name: str, token: Text = "", by: Text = "", because: Text = "", to: Text = "/sources",
        person: Person = operator,
    ) -> Response:  # fmt: skip
        return do(request, person, token, by, _back(to), lambda who: sources.hold(front, [name], who, because))

    @routes.post("/sources/{name}/resume")
    def resume(
        request: Request, name: str, token: Text = "", by: Text = "", to: Text = "/sources", person: Person = operator
    ) -> Response:
        return do(request, person, token, by, _back(to), lambda who: sources.resume(front, [name]))

    @routes.post("/release")
    def release(
        request: Request, key: Text, slot: Text = "", token: Text = "", by: Text = "", person: Person = operator
    ) -> Response:
        return do(request, person, token, by, "/sources", lambda who: sources.release(front, key, slot, who))

    return routes


def _back(to: str) -> str:
    if to not in ("/sources", "/plans"):
        raise HTTPException(422, "this leads nowhere")
    return to
