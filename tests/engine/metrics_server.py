"""A web server that measures ask: answers by path, and remembers who asked for what."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Page:
    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    """Seconds between two bytes."""


@dataclass
class Metrics:
    pages: dict[str, Page] = field(default_factory=dict)
    """By path, without the query."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """(path and query, headers in lower case)"""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving() -> Iterator[Metrics]:
    metrics = Metrics()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            metrics.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            page = metrics.pages.get(self.path.partition("?")[0], Page(b"no such page", 404))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for at in range(0, len(page.body), 1 if page.drip else len(page.body)):
                    self.wfile.write(page.body[at : at + (1 if page.drip else len(page.body))])
                    time.sleep(page.drip)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *given: Any) -> None:
            pass

    with listening(Handler) as metrics.port:
        yield metrics


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server on this machine, by its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
