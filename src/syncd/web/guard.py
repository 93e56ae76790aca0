"""What every answer carries and no request may exceed: security headers, and a limit for bodies."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 1_000_000
"""Of a body. Webhooks know their own, larger limits and read their bodies themselves."""
BODY_SECONDS: Final = 10.0
"""So long may a body take to arrive. Webhooks watch over theirs themselves."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A route may set a stricter or a wider one itself: what is there already stays."""


class _TooLarge(Exception):
    """More bytes than MOST_BYTES came."""


class _TooSlow(Exception):
    """The body did not arrive in time."""


class Guard:
    """An ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, most_bytes: int = MOST_BYTES, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._most = most_bytes
        self._seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if dict(scope["headers"]).get(b"x-forwarded-proto") == b"https":
            scope["scheme"] = "https"  # a cookie is then for TLS only; whoever lies about it only harms themselves
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api", "/webhooks")):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["path"].startswith("/webhooks/"):
            await self._app(scope, receive, guarded)
            return
        try:
            await self._app(scope, self._counted(scope, receive), guarded)
        except _TooLarge:
            if started:
                raise
            await _refuse(guarded, 413, f"a request's body may have {self._most:,} bytes\n")
        except _TooSlow:
            if not started:
                await _refuse(guarded, 408, f"a request's body may take {self._seconds:g} seconds\n")

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        declared = dict(scope["headers"]).get(b"content-length", b"")
        left, whole = self._most, False
        until = asyncio.get_running_loop().time() + self._seconds

        async def counted() -> Message:
            nonlocal left, whole
            if declared.isdigit() and int(declared) > self._most:
                raise _TooLarge
            if whole:  # what comes now is the end of the connection, whenever that is
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise _TooLarge
            return message

        return counted


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})
