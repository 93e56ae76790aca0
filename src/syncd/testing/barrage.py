"""Fires signed GitHub deliveries at a running syncd as fast as it acknowledges them, and notes what was acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Barrage:
    """What came of it."""

    kept: list[str] = field(default_factory=list)
    """Deliveries that were acknowledged with 202."""
    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.kept) / self.seconds if self.seconds else 0.0


def fire(url: str, secret: str, *, seconds: float, connections: int = 64, first: int = 0) -> Barrage:
    """Posts to `url` over so many connections at a time; a connection that breaks ends its part. Ids count on from `first`."""
    result = Barrage()
    began = time.monotonic()
    asyncio.run(_fire(url, secret.encode(), began + seconds, connections, itertools.count(first + 1), result))
    result.seconds = time.monotonic() - began
    return result


async def _fire(
    url: str, secret: bytes, end: float, connections: int, numbers: itertools.count[int], result: Barrage
) -> None:
    await asyncio.gather(*(_connection(url, secret, end, numbers, result) for _ in range(connections)))


async def _connection(url: str, secret: bytes, end: float, numbers: itertools.count[int], result: Barrage) -> None:
    parts = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.monotonic() < end:
            delivery = f"barrage-{next(numbers)}"
            writer.write(_request(parts.netloc, parts.path, delivery, secret))
            status, length = 0, 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                if not status:
                    status = int(line.split()[1])
                elif line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not status:
                return
            await reader.readexactly(length)
            result.answers[status] += 1
            if status == 202:
                result.kept.append(delivery)
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        return  # it was killed: what it did not acknowledge, it need not have kept


def _request(host: str, path: str, delivery: str, secret: bytes) -> bytes:
    number = int(delivery.rpartition("-")[2])
    body = json.dumps(
        {
            "action": "edited",
            "repository": {"id": 1, "full_name": "lumen/web"},
            "issue": {"id": number, "number": number, "node_id": f"I_{number}"},
        }
    ).encode()
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-GitHub-Event: issues\r\nX-GitHub-Delivery: {delivery}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n"
    )
    return head.encode() + body
