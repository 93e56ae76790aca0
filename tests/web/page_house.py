"""A whole syncd over a paper tracker with its pages, and a browser that only knows HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from engine.paper_world import PaperWorld, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.world import World
from syncd.testing.paper import PaperTracker
from syncd.web.app import create_app

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
PAGES = ("/backlog", "/work/PAPER-1")


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
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, form: Mapping[str, str], *, token: bool = True, **headers: str) -> httpx.Response:
        data = {**form, "token": self.token()} if token else dict(form)
        return self.ask("POST", path, headers, data=data)


@contextmanager
def house(folder: Path, *, mode: str = "review", size: int = 12, hostile: bool = False) -> Iterator[World]:
    """One cycle was run. With `hostile`, what people can write into a tracker is an attack."""
    tracker = PaperTracker()
    if hostile:
        tracker.add(HOSTILE, priority="High", fields={"Size": 1.0}, labels={HOSTILE[:40]}, state="To Do")
    backlog(tracker, size)
    with PaperWorld(folder, {"paper": tracker}, mode=mode).opened() as world:
        Cycle(world).run(write=True)
        yield world
