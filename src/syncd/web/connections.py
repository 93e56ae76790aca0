"""Connections that ask for nothing: whoever opens many and sends little must not keep probes, webhooks and people out.

uvicorn waits for ever for the rest of a request's head, and counts idle connections among those that it may have.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
"""So long may the head of a request take to arrive."""
MOST_IDLE: Final = 150
"""With more connections than this, the one that waits for its sender the longest gives way to a new one."""
MOST: Final = 200
"""More are refused with 503; one whose request has come whole never gives way."""


class Connection(H11Protocol):
    """One connection. It is idle until the head of a request has come whole, and again when that was answered; until the body has
    come, too, it waits for its sender."""

    head_seconds = HEAD_SECONDS
    _late: asyncio.TimerHandle | None = None
    _since = 0.0
    """When it was made, or asked last, or was answered last."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = time.monotonic()
        self._expect()
        if len(self.connections) > MOST_IDLE:
            others = (one for one in self.connections if isinstance(one, Connection) and one is not self)
            waiting = (one for one in others if (one.idle or one.cycle.more_body))
            if (longest := min(waiting, key=lambda one: one._since, default=None)) is not None:
                longest.transport.close()
                self.connections.discard(
                    longest
                )  # it counts no more, although its end is only told after this turn of the loop

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._since = time.monotonic()
        if not self.idle:
            self._forget()
        elif self._late is None:
            self._expect()

    def on_response_complete(self) -> None:
        self._since = time.monotonic()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # it is at first

    def _expect(self) -> None:
        self._late = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if self.idle:
            self.transport.close()
