"""Answers that are no HTTP, or only half of it: what arrives over a bad line, below everything a simulator says."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectors.jira.jira_world import JiraWorld, edit, move
from syncd.connector.errors import Ambiguous, Transient
from syncd_jira.connector import JiraConnector

Use = Callable[[JiraConnector], object]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

LONG = b'{"issues": [' + bytes(range(65, 91)) * 9
SPOILED = {
    "a body cut short": OK + b'Content-Length: 500\r\n\r\n{"issues": [',
    "chunks without an end": OK + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"iss',
    "chunks that are none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "spoiled compression": OK + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
    "half a compression": OK + b"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + gzip.compress(LONG)[:30],
    "no HTTP": b"220 smtp.lumen.example ESMTP\r\n",
    "nothing": b"",
    "half a status line": b"HTTP/1.1 2",
    "headers without an end": b"HTTP/1.1 200 OK\r\nX-A: b\r\n",
    "an endless header": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "a length that is no number": OK + b"Content-Length: many\r\n\r\n{",
}


ANSWERED = {"half a compression", "headers without an end", "a length that is no number"}
"""The line with the status came whole: a write was confirmed, whatever is wrong with a body that nobody needs."""


def _whole_request(client: socket.socket) -> None:
    """With its body: who hangs up on what is still arriving resets the connection, and the answer is lost with it."""
    read = b""
    while b"\r\n\r\n" not in read and (more := client.recv(65_536)):
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0)
    while len(body) < length and (more := client.recv(65_536)):
        body += more


@contextmanager
def line(answer: bytes) -> Iterator[str]:
    """A server that reads one request and sends these bytes, again and again."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    _whole_request(client)
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


def on(world: JiraWorld, url: str) -> JiraConnector:
    """A connector that knows its site and meets a bad line from now on."""
    connector = world.connector(read_timeout=8.0)
    list(connector.pull(None))
    assert connector._site.may("EDIT_ISSUES", "PAY")
    connector._client._urls._options["server"] = url
    return connector


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_question_over_a_bad_line_is_transient(world: JiraWorld, spoiled: str) -> None:
    with line(SPOILED[spoiled]) as url:
        for use in (
            lambda c: list(c.pull(None)),
            lambda c: list(c.census()),
            lambda c: list(c.fetch(["1001"], {})),
            lambda c: c.order("PAY"),
        ):
            with pytest.raises(Transient):
                use(on(world, url))


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_write_over_a_bad_line_is_never_called_done_or_not_done(world: JiraWorld, spoiled: str) -> None:
    with line(SPOILED[spoiled]) as url:
        connector = on(world, url)
        outcomes = [*connector.apply([edit(1, {"Priority Score": 1.0})]), *connector.reorder("PAY", [move(3, 1)])]
    assert [type(each) for each in outcomes] == [type(None) if spoiled in ANSWERED else Ambiguous] * 2
