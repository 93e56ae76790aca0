"""Sends what happens in a simulator as webhooks, with the weather that real ones have: lost, repeated, late and out of order.

A simulator says what happened (`Emitter.emit` is what its `tell` is set to); the emitter signs and sends from a thread of its own, so
that nobody's request waits for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import requests

Tell = Callable[[str, Mapping[str, Any]], None]
"""`tell(event, payload)`: something happened."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way; every attempt at it is the same bytes with the same id."""

    id: str
    event: str
    body: bytes


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def app_token(secret: str, body: bytes, *, ends: int = 4_102_444_800) -> str:
    """As Jira sends it to an app: a JSON Web Token, whatever the body; it ends so many seconds after 1970."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "demo-app", "iat": 1_772_000_000, "exp": ends})
    signed = b".".join(_base64(json.dumps(part).encode()) for part in parts)
    return "Bearer " + b".".join((signed, _base64(hmac.new(secret.encode(), signed, hashlib.sha256).digest()))).decode()


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@dataclass(frozen=True, slots=True)
class Sender:
    """How a vendor writes its headers."""

    headers: Callable[[Delivery], Mapping[str, str]]
    header: str
    """The header that shows who sends."""
    sign: Callable[[str, bytes], str] = signature
    """What stands in it, by secret and body."""
    largest: int = 25_000_000
    """Bytes; a larger delivery is never sent."""

    def request(self, delivery: Delivery, secret: str | None) -> Mapping[str, str]:
        """The headers of a delivery, signed where there is a secret."""
        signed = {self.header: self.sign(secret, delivery.body)} if secret is not None else {}
        return {**self.headers(delivery), **signed}


GITHUB = Sender(
    lambda delivery: {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Delivery": delivery.id,
        "X-GitHub-Hook-ID": "1",
        "X-GitHub-Hook-Installation-Target-Type": "repository",
    },
    "X-Hub-Signature-256",
)
"""https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers"""
JIRA = Sender(
    lambda delivery: {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": delivery.id,
        "X-Atlassian-Webhook-Flow": "Primary",
    },
    "X-Hub-Signature",
)
"""https://developer.atlassian.com/cloud/jira/platform/webhooks/"""
JIRA_APP = replace(JIRA, header="Authorization", sign=app_token)
"""To the webhooks that an OAuth app registered for itself."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of the deliveries, 0 to 1."""

    lost: float = 0.0
    repeated: float = 0.0
    overtaken: float = 0.0
    """Held back until the next one has gone."""


class Emitter:
    """Posts deliveries to `url`. `secret` None sends them unsigned. `sent` are the statuses by delivery id, 0 for no answer."""

    def __init__(
        self, sender: Sender, url: str, secret: str | None, *, weather: Weather | None = None, seed: int = 7
    ) -> None:
        self.url = url
        self.secret = secret
        self.weather = weather or Weather()
        self.sent: list[tuple[str, int]] = []
        self._sender = sender
        self._dice = Random(seed)  # noqa: S311 - weather, no secret
        self._count = 0
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self._held: Delivery | None = None
        self._session = requests.Session()
        self._thread = threading.Thread(target=self._work, name="emitter", daemon=True)
        self._thread.start()

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Sends what happened, or does with it what the weather wants. Returns at once."""
        self._count += 1
        number = hashlib.sha256(f"{self.url} {self._count}".encode()).hexdigest()
        id_ = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}"
        delivery = Delivery(id_, event, json.dumps(payload, ensure_ascii=False).encode())
        if len(delivery.body) > self._sender.largest or self._dice.random() < self.weather.lost:
            return
        held, self._held = self._held, None
        if held is None and self._dice.random() < self.weather.overtaken:
            self._held = delivery
            return
        for each in (delivery, held):
            if each is not None:
                self._waiting.put(each)
                if self._dice.random() < self.weather.repeated:
                    self._waiting.put(each)

    def settle(self) -> None:
        """Waits until everything has gone, what was held back too."""
        if self._held is not None:
            self._waiting.put(self._held)
            self._held = None
        self._waiting.join()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(timeout=10)
        self._session.close()

    def request(self, delivery: Delivery) -> Mapping[str, str]:
        """The headers of a delivery, signed."""
        return self._sender.request(delivery, self.secret)

    def _work(self) -> None:
        while (delivery := self._waiting.get()) is not None:
            try:
                answer = self._session.post(self.url, data=delivery.body, headers=self.request(delivery), timeout=10)
                self.sent.append((delivery.id, answer.status_code))
            except requests.RequestException:
                self.sent.append((delivery.id, 0))
            finally:
                self._waiting.task_done()
