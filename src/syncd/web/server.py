"""Serves the web application in a thread of the daemon, from before the first cycle until after the last."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from syncd.config.text.syncd import host_and_port
from syncd.engine.world import World
from syncd.web.app import create_app
from syncd.web.connections import MOST, Connection
from syncd.web.desk import Desk, keep_ready
from syncd.web.webhooks import doors

log = structlog.get_logger()

START_SECONDS = 10.0
END_SECONDS = 3


class ListenError(Exception):
    """The address cannot be listened on; one sentence with the next step."""


class Current:
    """The application for the configuration in force: the first request after a change makes it anew."""

    def __init__(self, world: World, create: Callable[[], ASGIApp]) -> None:
        self._world = world
        self._create = create
        self._made: tuple[object, ASGIApp] = (world.loaded, create())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loaded, app = self._made
        if loaded is not self._world.loaded:
            loaded = self._world.loaded
            app = self._create()
            self._made = (loaded, app)
        await app(scope, receive, send)


@contextmanager
def serving(world: World, *, open_to_all: bool = False) -> Iterator[str | None]:
    """Listens while the block runs, where `listen:` is set. Gives the base address. Raises ListenError.

    `open_to_all` as for `create_app`.
    """
    address = world.loaded.settings.listen
    if address is None:
        yield None
        return
    listening = _listen(address)
    desk = Desk(world)
    config = uvicorn.Config(
        Current(world, lambda: create_app(world, desk, open_to_all=open_to_all)),
        log_config=None,
        proxy_headers=False,  # `access: {proxy: …}` trusts the connection's own address, not what a header says of it
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=END_SECONDS,
        http=Connection,
        limit_concurrency=MOST,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="web", daemon=True)
    thread.start()
    ahead = threading.Thread(target=keep_ready, args=(desk, lambda: server.should_exit), name="pictures", daemon=True)
    try:
        _wait(server, thread)
        ahead.start()
        url = _url(listening)
        log.info("listening", url=url, webhooks=[f"/webhooks/{name}" for name in sorted(doors(world.loaded.sources))])
        yield url
    finally:
        server.should_exit = True
        thread.join(END_SECONDS + 2)
        world.outlook.wake()
        if ahead.ident is not None:
            ahead.join(END_SECONDS)
        listening.close()


def _listen(address: str) -> socket.socket:
    """Bound before the thread starts, so that a taken port is told at once and in a sentence."""
    host, port = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ListenError(
            f"cannot listen on {address}: {reason.lower()}. Choose another address: `listen:` or SYNCD_LISTEN"
        ) from None
    # Connections inherit it. asyncio forgets it for sockets that it did not make, and each answer then waits 40 ms for
    # the sender's delayed acknowledgement of the headers.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise ListenError("the web server did not start; the log says why")
        time.sleep(0.01)


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
