"""Opens everything a command needs and turns the expected errors into sentences."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog

from syncd.cli.exits import Exit, Failure
from syncd.config.load import Loaded, load
from syncd.config.reading.document import Document
from syncd.config.reading.faults import ConfigError
from syncd.config.settings import Settings
from syncd.connector.errors import ConnectorError
from syncd.connector.registry import connectors
from syncd.engine.news import Watch, nobody
from syncd.engine.permits.letters import Box, beside
from syncd.engine.service.replicas import patience
from syncd.engine.stop import Stop, Stopped
from syncd.engine.world import World, assemble
from syncd.store.errors import StoreError, StoreLocked, StoreUnreachable
from syncd.store.open import Store, on_server, open_store, sqlite_path

log = structlog.get_logger()

AGAIN = 1.0
"""Seconds between two tries to reach a store."""

HALFWAY = "stopped before it was done; what is stored is whole, run it again to go on"


def clock() -> datetime:
    return datetime.now(UTC)


def new_run() -> str:
    """Sorts by time, and is short enough to type: 20261123-141502-9f3a."""
    return f"{clock():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"


def read_configuration(
    folder: Path,
    environ: Mapping[str, str] | None = None,
    *,
    instead: Mapping[str, Document] | None = None,
    offline: bool = False,
) -> Loaded:
    """`instead` and `offline` as for `load`."""
    known = os.environ if environ is None else environ
    try:
        return load(folder, known, connectors(), instead=instead, offline=offline)
    except ConfigError as error:
        raise Failure(str(error), Exit.USAGE) from None


def read_store(settings: Settings, *, write: bool, wait: float = 0.0, any_schema: bool = False) -> Store:
    """`wait` is how many seconds a server that does not answer yet is waited for; `any_schema` as for `open_store`."""
    deadline, told = time.monotonic() + wait, False
    while True:
        try:
            return _open(settings, write, any_schema)
        except StoreUnreachable as error:
            if time.monotonic() >= deadline:
                raise Failure(str(error), Exit.FAILED) from None
            if not told:
                log.warning("the store does not answer yet", seconds=wait, because=str(error))
                told = True
            time.sleep(AGAIN)


def _open(settings: Settings, write: bool, any_schema: bool) -> Store:
    try:
        return open_store(
            settings.store,
            write=write,
            now=clock(),
            sync_every_write=settings.sync_every_write,
            patience=patience(settings.lease.total_seconds()),
            any_schema=any_schema,
        )
    except StoreUnreachable:
        raise
    except StoreLocked as error:
        raise Failure(str(error), Exit.BUSY) from None
    except StoreError as error:
        raise Failure(str(error), Exit.FAILED) from None


@contextmanager
def opened(
    folder: Path,
    *,
    write: bool,
    watch: Watch = nobody,
    environ: Mapping[str, str] | None = None,
    read: Callable[[Loaded], None] = lambda loaded: None,
    wait: float = 0.0,
) -> Iterator[World]:
    """The world of one command. `write` takes the store's lock; without it the store is only read.

    `read` is told of the configuration before the store is opened; `wait` as for `read_store`.
    """
    loaded = read_configuration(folder, environ)
    read(loaded)
    store = read_store(loaded.settings, write=write, wait=wait)
    try:
        world = assemble(loaded, store, Stop(), clock, new_run)
    except ConnectorError as error:
        store.close()
        raise Failure(str(error)) from None
    world.watch = watch
    try:
        yield world
    except Stopped as stopped:
        if type(stopped) is not Stopped:  # a hold, a change window, a lease: it says itself what goes on, and when
            raise Failure(str(stopped)) from None
        raise Failure(HALFWAY) from None
    except KeyboardInterrupt:
        raise Failure(HALFWAY) from None
    except StoreError as error:
        raise Failure(str(error)) from None
    finally:
        world.close()


def letter_box(settings: Settings) -> Box | None:
    """Where letters to the running daemon are left: beside the file of the store. A server takes our word itself."""
    url = settings.store
    return None if on_server(url) else beside(sqlite_path(url))
