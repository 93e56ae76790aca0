"""A channel that takes messages: a real server that remembers what arrived, and that can be down, slow or too busy."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from engine.metrics_server import listening

PATH = "/services/T0/B0/hunter2hunter2"
"""Of the address: the key that must be seen nowhere."""


@dataclass
class Delivery:
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes
    path: str

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def notices(self) -> list[dict[str, Any]]:
        """Of a message in the form json."""
        return list(self.body["notices"])


@dataclass
class Channel:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b"ok"
    seconds: float = 0.0
    """How long it takes to answer."""
    arrived: list[Delivery] = field(default_factory=list)
    """Those that were answered with 2xx."""
    refused: list[Delivery] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def told(self) -> list[tuple[str, str]]:
        """(subject, event) of all that arrived, in order."""
        return [(one["subject"], one["event"]) for delivery in self.arrived for one in delivery.notices]


@contextmanager
def channel() -> Iterator[Channel]:
    here = Channel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            delivery = Delivery({name.lower(): value for name, value in self.headers.items()}, raw, self.path)
            time.sleep(here.seconds)
            (here.arrived if 200 <= here.status < 300 else here.refused).append(delivery)
            try:
                self.send_response(here.status)
                for name, value in here.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(here.answer)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *given: Any) -> None:
            pass

    with listening(Handler) as here.port:
        yield here
