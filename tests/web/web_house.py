"""One door for each kind of sender, with secrets of their own, and an inbox behind them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from syncd.connector.hint import WebhookKey
from syncd.engine.reading.inbox import Hints, Inbox
from syncd.store import Store, open_store
from syncd.web.webhooks import Door, router
from syncd_github.webhook import LARGEST
from syncd_github.webhook import hint as read_github
from syncd_jira.webhook import hint as read_jira

T = TypeVar("T")

SECRET = "It's a Secret to Everybody"
WORD = "a-long-random-word-4711"


@dataclass
class House:
    """The web application and what it leaves behind."""

    woken: int = 0
    inbox: Inbox = field(init=False)
    store: Store = field(init=False)
    app: FastAPI = field(default_factory=FastAPI)

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.store = open_store(f"{self._folder.name}/syncd.db", write=True, now=datetime.now(UTC))
        self.inbox = Inbox(self.store.hints, self._wake, lambda: datetime.now(UTC))
        signed = WebhookKey(secret=SecretStr(SECRET))
        doors = {
            "github": Door(read_github, signed, LARGEST),
            "jira": Door(read_jira, signed, 5_000_000),
            "datacenter": Door(read_jira, WebhookKey(path=SecretStr(WORD)), 5_000_000),
        }
        self.app.include_router(router(doors, self.inbox, lambda: datetime.now(UTC)))

    def taken(self, source: str) -> Hints | None:
        """What waits for a source; it waits no longer."""
        hints = self.inbox.take(source)
        if hints is not None:
            self.inbox.done(source, hints)
        return hints

    def _wake(self) -> None:
        self.woken += 1

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.run(lambda client: client.post(path, content=body, headers=dict(headers or {})))

    def run(self, talk: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]]) -> T:
        """One client for as long as `talk` takes: making one costs more than a request."""

        async def whole() -> T:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://syncd.example") as client:
                return await talk(client)

        return asyncio.run(whole())
