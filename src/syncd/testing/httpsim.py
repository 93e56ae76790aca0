"""A small honest HTTP server for simulators: real sockets on 127.0.0.1, a call log, latency and faults before or after the effect.

A simulator gives `serve` one function from `Request` to `Reply`; requests are handled one at a time, so the state behind
it needs no locks of its own.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from syncd.testing.exchange import Exchange, Fault, Reply, Request
from syncd.testing.record import recorder

__all__ = ["Exchange", "Fault", "HttpSimulator", "Reply", "Request"]


_SILENCE: Final = Reply(0)
"""No answer at all, over a connection that stays open."""


class HttpSimulator:
    """Serves `handle` until closed. `latency` is in seconds per request.

    `port` 0 takes a free one; with `remember`, a file, the one of last time where it is still free, as a real server
    keeps its address over a restart.
    """

    def __init__(
        self,
        handle: Callable[[Request], Reply],
        *,
        port: int = 0,
        remember: Path | None = None,
        latency: float = 0.0,
    ) -> None:
        self._handle = handle
        self.latency = latency
        self.calls: list[Exchange] = []
        self.keep_calls = 10_000
        self.faults: list[Fault] = []
        self.on_exchange: Callable[[Exchange], None] | None = None
        self._record = recorder()
        self._turn = threading.Lock()
        simulator = self

        class Handler(_Handler):
            def answer(self, request: Request) -> tuple[Reply | None, bytes]:
                return simulator._answer(request)

        self._server = _listen(port or _remembered(remember), Handler, strict=bool(port))
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        if remember is not None:
            remember.write_text(f"{self.port}\n", encoding="ascii")
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _answer(self, request: Request) -> tuple[Reply | None, bytes]:
        if self.latency:
            time.sleep(self.latency)
        with self._turn:
            faulty = sum(fault.times for fault in self.faults)
            reply = self._reply(request)
            exchange = Exchange(request, None if reply is _SILENCE else reply)
            if self._record is not None and sum(fault.times for fault in self.faults) == faulty:
                self._record(exchange)
            self.calls.append(exchange)
            if len(self.calls) > self.keep_calls:
                del self.calls[: self.keep_calls // 2]
            if self.on_exchange is not None:
                self.on_exchange(exchange)
            return reply, b"" if reply is None else reply.content

    def _reply(self, request: Request) -> Reply | None:
        for fault in self.faults:
            if fault.times > 0 and fault.matches(request):
                fault.times -= 1
                if fault.change is not None:
                    return fault.change(self._handle(request))
                if fault.after_effect:
                    self._handle(request)
                return _SILENCE if fault.silent else fault.reply
        return self._handle(request)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away (a killed process, a closed session) is weather, not news."""


def _remembered(file: Path | None) -> int:
    try:
        return int(file.read_text(encoding="ascii")) if file is not None else 0
    except (OSError, ValueError):
        return 0


def _listen(port: int, handler: type[BaseHTTPRequestHandler], *, strict: bool) -> _Server:
    """On this port; unless `strict`, on a free one when it is taken."""
    try:
        return _Server(("127.0.0.1", port), handler)
    except OSError:
        if strict or port == 0:
            raise
        return _Server(("127.0.0.1", 0), handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one segment; otherwise delayed acknowledgements cost 40 ms a request
    disable_nagle_algorithm = True

    def answer(self, request: Request) -> tuple[Reply | None, bytes]:
        raise AssertionError("given by the simulator")

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        split = urlsplit(self.path)
        query = {k: tuple(v) for k, v in parse_qs(split.query, keep_blank_values=True).items()}
        headers = {k.lower(): v for k, v in self.headers.items()}
        reply, content = self.answer(Request(self.command, split.path, query, headers, body))
        if reply is None:
            self.close_connection = True
            return
        if reply is _SILENCE:
            self.rfile.read(1)  # until the caller hangs up
            self.close_connection = True
            return
        sent = {"Date": formatdate(usegmt=True), **reply.headers}
        lower = {k.lower() for k in sent}
        if content and "content-type" not in lower:
            sent["Content-Type"] = "application/json; charset=utf-8"
        if len(content) > 1400 and "gzip" in headers.get("accept-encoding", "") and "content-encoding" not in lower:
            content = gzip.compress(content, 1)
            sent["Content-Encoding"] = "gzip"
        self.send_response_only(reply.status)
        for name, value in sent.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in (204, 304):
            self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """The call log is `HttpSimulator.calls`; nothing goes to stderr."""
