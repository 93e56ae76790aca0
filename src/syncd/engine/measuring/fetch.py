"""Guarded requests: they connect only to addresses that are allowed, follow no redirect, and are bounded in time and size."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from syncd.config.rules.measures import WebAddress
from syncd.engine.measuring.addresses import Address, Allowed
from syncd.engine.measuring.failed import Failed

SECONDS: Final = 10.0
"""For everything: names, connecting, asking and reading."""
LARGEST: Final = 1_000_000
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    seconds: float = SECONDS
    largest: int = LARGEST


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Fetcher:
    """Stateless but for what it was told: any thread may use it."""

    def __init__(self, allowed: Allowed, *, ca: str | None = None, bounds: Bounds | None = None) -> None:
        self._allowed, self._ca, self._bounds = allowed, ca, bounds or Bounds()

    def get(self, address: WebAddress, target: str | None = None) -> bytes:
        """The body of a 200. `target` is the path and query, where it is not the address's own. Raises Failed."""
        headers = {name: secret.get_secret_value() for name, secret in address.headers.items()}
        answer = self._ask("GET", address.url, target, {"Accept": "application/json", **headers}, None, address.host)
        if 300 <= answer.status < 400:
            place = urlsplit(answer.headers.get("location", "")).hostname or "another address"
            raise Failed(
                f"{address.host} sends on to {place}, and redirects are not followed; write the address itself"
            )
        if answer.status != 200:
            raise Failed(f"{address.host} answered {answer.status}")
        return answer.body

    def post(self, url: str, body: bytes, headers: Mapping[str, str], called: str) -> Answer:
        """What came back, whatever its status. `called` names the address in sentences, since it may hold a key. Raises
        Failed."""
        return self._ask("POST", url, None, headers, body, called)

    def _ask(
        self, method: str, url: str, target: str | None, headers: Mapping[str, str], body: bytes | None, called: str
    ) -> Answer:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        if target is None:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        until = time.monotonic() + self._bounds.seconds
        where = self._allowed.addresses(host, port)
        connection = _Connection(host, port, where, until, self._context() if secure else None)
        try:
            return self._answer(connection, method, target, headers, body, called)
        except TimeoutError:
            raise Failed(f"{called} did not answer within {self._bounds.seconds:g} seconds") from None
        except ssl.SSLCertVerificationError as error:
            raise Failed(
                f"the certificate of {called} is not trusted ({error.verify_message}); {self._allowed.own_authority}"
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if connection.overdue:
                raise Failed(f"{called} did not answer within {self._bounds.seconds:g} seconds") from None
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Failed(f"{called} cannot be asked ({reason})") from None
        finally:
            connection.end()

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca)
        except OSError as error:
            reason = error.strerror or "no certificates in it"
            raise Failed(f"the file of certificates cannot be used ({reason}); {self._allowed.own_authority}") from None

    def _answer(
        self,
        connection: _Connection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        called: str,
    ) -> Answer:
        said = {"Accept-Encoding": "identity", "User-Agent": "syncd", **headers}
        connection.request(method, target, body=body, headers=said)
        answer = connection.getresponse()
        found = answer.read(self._bounds.largest + 1)
        if len(found) > self._bounds.largest:
            raise Failed(f"{called} answered with more than {self._bounds.largest // 1000} kB")
        if connection.overdue:
            raise TimeoutError
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, found)


class _Connection(http.client.HTTPConnection):
    """Connects to one of the given addresses and to no other, whatever the name resolves to by then."""

    def __init__(
        self, host: str, port: int, where: list[Address], until: float, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port)
        self._where, self._until, self._tls = where, until, context
        self._watch: threading.Timer | None = None
        self._open: socket.socket | None = None
        self.overdue = False

    def connect(self) -> None:
        failed: OSError = TimeoutError("no time left")
        for one in self._where:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._open = socket.socket(one.family, socket.SOCK_STREAM)
            try:
                self._open.settimeout(left)
                self._open.connect((one.ip, one.port))
            except OSError as error:
                self._open.close()
                failed = error
                continue
            self._end_in_time()
            if self._tls is not None:
                secured = self._tls.wrap_socket(self._open, server_hostname=self.host, do_handshake_on_connect=False)
                self._open = secured
                secured.do_handshake()
            self.sock = self._open
            return
        raise failed

    def _end_in_time(self) -> None:
        """Ends the connection when the time is over, also one that keeps dripping."""

        def end() -> None:
            self.overdue = True
            with contextlib.suppress(OSError):  # it has ended already
                assert self._open is not None
                self._open.shutdown(socket.SHUT_RDWR)

        self._watch = threading.Timer(max(0.0, self._until - time.monotonic()), end)
        self._watch.daemon = True
        self._watch.start()

    def end(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._open is not None:
            self._open.close()
        self.close()
