"""Whoever opens many connections and sends little keeps nobody out."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from starlette.types import Message, Receive, Scope, Send

from engine.paper_world import PaperWorld, backlog
from syncd.testing.paper import PaperTracker
from syncd.web.connections import MOST, Connection
from syncd.web.guard import Guard
from syncd.web.server import serving

HEAD = b"GET /livez HTTP/1.1\r\nHost: syncd\r\n"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    config = tmp_path / "config" / "syncd.yaml"
    config.write_text(config.read_text() + "listen: 127.0.0.1:0\n")
    with paper.opened() as world, serving(world) as url:
        assert url is not None
        yield url


def connected(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEAD,
        HEAD + b"\r\n",
        b"POST /login HTTP/1.1\r\nHost: syncd\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\ntoken",
    ],
    ids=["nothing", "half a head", "a request, and then nothing", "half a body"],
)
def test_more_idle_connections_than_are_allowed_keep_no_probe_out(url: str, sent: bytes) -> None:
    with ExitStack() as all_of_them:
        for _ in range(MOST + 30):
            idle = all_of_them.enter_context(connected(url))
            idle.sendall(sent)
        began = time.monotonic()
        while requests.get(f"{url}/livez", timeout=5).status_code != 200:  # those that gave way need a moment to end
            assert time.monotonic() - began < 4
            time.sleep(0.1)
        for _ in range(3):
            assert requests.get(f"{url}/livez", timeout=5).status_code == 200


def test_a_head_that_does_not_end_is_not_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "head_seconds", 0.3)
    with connected(url) as slow, connected(url) as again:
        again.sendall(HEAD + b"\r\n")
        assert b"200 OK" in again.recv(65536)
        again.sendall(HEAD)  # the second request on a connection is not waited for either
        began = time.monotonic()
        for end in (slow, again):
            while True:
                try:
                    end.sendall(b"X-More: 1\r\n")
                    end.settimeout(0.05)
                    if not end.recv(1000):
                        break
                except TimeoutError:
                    assert time.monotonic() - began < 5
                except ConnectionError:
                    break


def test_a_body_that_does_not_end_is_not_waited_for() -> None:
    said: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    async def receive() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"a", "more_body": True}

    async def send(message: Message) -> None:
        said.append(message)

    scope: Scope = {"type": "http", "path": "/login", "headers": []}
    asyncio.run(asyncio.wait_for(Guard(app, body_seconds=0.2)(scope, receive, send), 5))
    assert said[0]["status"] == 408


def test_whoever_waits_for_the_end_of_a_connection_may_wait_for_longer_than_a_body_takes() -> None:
    heard: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    messages = iter([(0.0, {"type": "http.request", "body": b""}), (0.3, {"type": "http.disconnect"})])

    async def receive() -> Message:
        seconds, message = next(messages)
        await asyncio.sleep(seconds)
        return message

    async def send(message: Message) -> None:
        raise AssertionError(message)

    asyncio.run(Guard(app, body_seconds=0.1)({"type": "http", "path": "/", "headers": []}, receive, send))
    assert heard == ["http.request", "http.disconnect"]
