"""A line between two machines that can fall silent as real ones do: nothing arrives any more, and nobody closes anything."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import make_url

Old = Literal["flow", "break", "mute"]
"""What becomes of connections that were open in the silence: what was sent arrives late, the peer does not know them any
more, or they stay silent for good, as behind a gateway that forgot them."""
_RESET = struct.pack("ii", 1, 0)


class Line:
    """Carries TCP from a port of its own to an address (host and port), or to the path of a Unix socket."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        self._target = target
        self.said: list[tuple[float, bytes]] = []
        """The beginning of each piece that came from callers and was carried on, and when (`time.monotonic`)."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._silent = self._ended = False
        self._peers: dict[socket.socket, socket.socket] = {}
        self._callers: set[socket.socket] = set()
        self._mute: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._carry, name="line", daemon=True)
        self._thread.start()

    def silence(self) -> None:
        """From now on nothing passes, in either direction."""
        with self._lock:
            self._silent = True

    def heal(self, old: Old = "flow") -> None:
        with self._lock:
            if old == "mute":
                self._mute.update(self._peers)
            if old == "break":
                for end in list(self._peers):
                    self._drop(end)
            self._silent = False

    def close(self) -> None:
        self._ended = True
        self._thread.join(5)
        for end in list(self._peers):
            self._drop(end)
        self._listener.close()

    def _carry(self) -> None:
        while not self._ended:
            with self._lock, selectors.DefaultSelector() as ready:
                if not self._silent:
                    for end in (self._listener, *(self._peers.keys() - self._mute)):
                        ready.register(end, selectors.EVENT_READ)
                    for key, _ in ready.select(0.02):
                        if key.fileobj is self._listener:
                            self._connect()
                        else:
                            assert isinstance(key.fileobj, socket.socket)
                            self._pass_on(key.fileobj)
            time.sleep(0.02 if self._silent else 0.0005)

    def _connect(self) -> None:
        caller, _ = self._listener.accept()
        try:
            if isinstance(self._target, str):
                other = socket.socket(socket.AF_UNIX)
                other.connect(self._target)
            else:
                other = socket.create_connection(self._target, 5)
        except OSError:
            caller.close()
            return
        for end in (caller, other):
            if end.family == socket.AF_INET:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._callers.add(caller)
        self._peers |= {caller: other, other: caller}

    def _pass_on(self, end: socket.socket) -> None:
        if end not in self._peers:
            return
        try:
            data = end.recv(1 << 16)
            if data:
                self._peers[end].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(end)
        elif end in self._callers:
            self.said.append((time.monotonic(), data[:16]))

    def _drop(self, end: socket.socket) -> None:
        if end not in self._peers:
            return  # its other end went first
        for one in (end, self._peers[end]):
            del self._peers[one]
            self._mute.discard(one)
            self._callers.discard(one)
            if one.family == socket.AF_INET and self._silent:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.close()


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    """A line to the PostgreSQL at this address, and the address through it."""
    address = make_url(url)
    folder = address.query.get("host")
    port = address.query.get("port") or address.port or 5432
    line = Line(f"{folder}/.s.PGSQL.{port}" if folder is not None else (address.host or "127.0.0.1", int(str(port))))
    through = address.difference_update_query(["host", "port"]).set(host="127.0.0.1", port=line.port)
    try:
        yield line, through.render_as_string(hide_password=False)
    finally:
        line.close()
