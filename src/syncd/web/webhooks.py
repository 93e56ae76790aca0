"""POST /webhooks/SOURCE: takes a delivery, verifies it, and answers when its hint is in the store.

The answers: 202 taken (also when it was taken before), 204 genuine but of no interest, 400 genuine but unreadable, 401 not
genuine, 404 no such source, 408 too slow, 413 too large, 503 too many at a time. What the tools resend (5xx, 408, 429) is never what resending cannot cure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from syncd.config.load import ConfiguredSource
from syncd.connector.hint import Forged, Hint, NotUnderstood, Read, WebhookKey, WebhookRequest
from syncd.engine.reading.inbox import Inbox
from syncd.store.errors import StoreError

log = structlog.get_logger()

PATIENCE = 10.0
"""Seconds that a delivery may take to arrive."""
MOST_HELD = 100_000_000
"""Bytes of all deliveries that are on their way in: nobody has shown a secret yet."""
SMALL = 100_000
"""Bytes up to which verifying takes less time than handing it to a thread."""


class _TooLarge(Exception):
    """The delivery is larger than the tool's deliveries are."""


class _Busy(Exception):
    """Too much is on its way in already."""


class _Intake:
    """Reads bodies and counts the bytes that are held meanwhile. Lives in one event loop."""

    def __init__(self) -> None:
        self._held = 0

    async def body(self, request: Request, most: int) -> bytes:
        """The raw bytes. Raises as soon as they are known to be too many."""
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise _TooLarge
        pieces = bytearray()
        try:
            async for piece in request.stream():
                self._held += len(piece)
                pieces += piece
                if len(pieces) > most:
                    raise _TooLarge
                if self._held > MOST_HELD:
                    raise _Busy
        finally:
            self._held -= len(pieces)
        return bytes(pieces)


@dataclass(frozen=True, slots=True)
class Door:
    """Where one source's deliveries come in."""

    read: Read
    key: WebhookKey
    most_bytes: int


def doors(sources: Sequence[ConfiguredSource]) -> dict[str, Door]:
    """By name, the sources whose connector reads webhooks and whose settings say how they are verified."""
    found: dict[str, Door] = {}
    for source in sources:
        key = getattr(source.settings, "webhook", None)
        if source.spec.hint is not None and isinstance(key, WebhookKey):
            found[source.name] = Door(source.spec.hint, key, source.spec.hint_bytes)
    return found


def router(doors: Mapping[str, Door], inbox: Inbox, clock: Callable[[], datetime]) -> APIRouter:
    routes, intake = APIRouter(), _Intake()

    @routes.post("/webhooks/{source}")
    @routes.post("/webhooks/{source}/{end:path}")
    async def deliver(request: Request, source: str, end: str = "") -> Response:
        door = doors.get(source)
        if door is None:
            return _say(404, "no source of this name takes webhooks")
        try:
            async with asyncio.timeout(PATIENCE):
                body = await intake.body(request, door.most_bytes)
        except TimeoutError:
            return _say(408, "the delivery took too long")
        except ClientDisconnect:
            return _say(400, "the delivery was cut off")
        except _Busy:
            log.warning("webhook refused", source=source, because="too much is on its way in already")
            return _say(503, "too much is on its way in; send it again")
        except _TooLarge:
            log.warning("webhook refused", source=source, because=f"larger than {door.most_bytes:,} bytes")
            return _say(413, f"a delivery may have {door.most_bytes:,} bytes")
        delivery = WebhookRequest(_headers(request), body, end, clock())
        if len(body) <= SMALL:
            hint = _read(source, door, delivery)
        else:
            hint = await run_in_threadpool(_read, source, door, delivery)
        return hint if isinstance(hint, Response) else await _keep(source, hint, inbox)

    return routes


def _read(source: str, door: Door, delivery: WebhookRequest) -> Hint | Response:
    """What the delivery hints at, or what to answer when it hints at nothing."""
    try:
        hint = door.read(delivery, door.key)
    except Forged as error:
        log.warning("webhook refused", source=source, because=str(error))
        return _say(401, "the signature or the address is missing its secret, or has a wrong one")
    except NotUnderstood as error:
        log.warning("webhook refused", source=source, because=str(error))
        return _say(400, str(error))
    return Response(status_code=204) if hint is None else hint


async def _keep(source: str, hint: Hint, inbox: Inbox) -> Response:
    """Acknowledges what is in the store, and nothing else."""
    try:
        news = await asyncio.wrap_future(inbox.post(source, hint))
    except StoreError as error:
        log.error("webhook not kept", source=source, because=str(error))
        return _say(503, "it cannot be kept just now; send it again")
    log.debug("webhook", source=source, delivery=hint.delivery, ids=len(hint.ids), news=news)
    return _say(202, "taken" if news else "taken before")


def _headers(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _say(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status, media_type="text/plain")
