"""A whole syncd over a paper tracker with its pages, and a browser that only knows HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from engine.paper_world import SCORING, PaperWorld, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import box_of
from syncd.engine.service import post
from syncd.engine.world import World
from syncd.testing.paper import PaperTracker
from syncd.web.app import create_app

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7331*7331 }}"
ADJUST = """
adjust:
  - {name: team a first, when: "'team/a' in labels", add: 0.5, because: it is behind}
  - {name: heavy, when: size > 3, multiply: 0.8}
  - {name: for the outcome, add: 0.1 * okr.weight}
"""
OKRS = """
period: {starts: 2026-10-01, ends: 2026-12-31}
objectives:
  - id: O1
    title: HOSTILE
    match: "'team/a' in labels"
    key_results:
      - {id: KR1, title: HOSTILE, start: 0, target: 10, current: 2, unit: "<b>%", match: "title == 'work 1'"}
      - {id: KR2, title: Unmeasured}
"""
PAGES = (
    "/okrs",
    "/roadmap",
    "/roadmap?by=team",
    "/backlog",
    "/work/PAPER-1",
    "/plans",
    "/plans/paper",
    "/plans/paper?kind=order",
    "/plans/paper?kind=skips",
    "/runs",
    "/sources",
)


class Visitor:
    """Keeps cookies, and says what it is told to say."""

    def __init__(self, world: World, *, open_to_all: bool = True) -> None:
        self.world = world
        self.app = create_app(world, open_to_all=open_to_all)
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **given: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, headers={"accept": "text/html", **(headers or {})}, **given)
                self.cookies = client.cookies
                return answer

        return asyncio.run(send())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers)

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="syncd-form" content="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, form: Mapping[str, str], *, token: bool = True, **headers: str) -> httpx.Response:
        data = {**form, "token": self.token()} if token else dict(form)
        return self.ask("POST", path, headers, data=data)


def routes(app: FastAPI, method: str) -> list[str]:
    """The paths that answer to a method, included routers among them."""

    def walk(routes: Sequence[Any], prefix: str) -> Iterator[str]:
        for route in routes:
            if (inner := getattr(route, "original_router", None)) is not None:
                yield from walk(inner.routes, prefix + route.include_context.prefix)
            elif method in (getattr(route, "methods", None) or ()):
                yield prefix + route.path

    return list(walk(app.routes, ""))


@dataclass(frozen=True)
class Stage:
    world: World
    tracker: PaperTracker
    cycle: Cycle

    def turn(self) -> None:
        """What the daemon does: it reads its letters and runs a cycle."""
        post.follow(self.world, self.cycle, box_of(self.world.store))
        self.cycle.run(write=True)

    @property
    def digest(self) -> str:
        plan = self.world.store.plans.latest("paper")
        assert plan is not None
        return plan.digest


@contextmanager
def house(
    folder: Path,
    *,
    mode: str = "review",
    size: int = 12,
    hostile: bool = False,
    backlogs: str = "",
    titles: Sequence[str] = (),
    bots: str = "",
    scope: str = "PAPER",
) -> Iterator[Stage]:
    """One cycle was run. With `hostile`, what people can write into a tracker is an attack."""
    tracker = PaperTracker(scope)
    if hostile:
        tracker.add(HOSTILE, priority="High", fields={"Size": 1.0}, labels={HOSTILE[:40]}, state="To Do")
    for title in titles:
        tracker.add(title, priority="High", fields={"Size": 1.0}, labels={"team/a", "y" * 80}, state="To Do")
    backlog(tracker, size)
    paper = PaperWorld(folder, {"paper": tracker}, mode=mode, scoring=SCORING + ADJUST + backlogs, bots=bots)
    (folder / "config" / "okrs.yaml").write_text(OKRS.replace("HOSTILE", json.dumps(HOSTILE if hostile else "Fast")))
    with paper.opened() as world:
        stage = Stage(world, tracker, Cycle(world))
        stage.turn()
        yield stage
