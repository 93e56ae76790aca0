"""A cycle's first half: each source whose turn it is settles what is open and is pulled, side by side; then the items follow."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from syncd.connector.errors import ConnectorError, Locked, Transient
from syncd.engine.items import Items
from syncd.engine.news import Recovered, Trouble
from syncd.engine.permits.authors import Authors
from syncd.engine.reading.hinted import follow
from syncd.engine.reading.inspect import recognize
from syncd.engine.reading.pull import Found, pull
from syncd.engine.reading.readers import Readers, side_by_side
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.engine.writing import order
from syncd.engine.writing.settle import settle_open
from syncd.store.errors import LeaseLost, StoreError
from syncd.store.sources import SourceChanges

log = structlog.get_logger()


class Look:
    """Of one process. What failed is in `Source.broken`; only Stopped and a StoreError escape."""

    def __init__(self, world: World, items: Callable[[], Items], patience: float | None) -> None:
        """`items` gives them as of now; `patience` is how many seconds slow sources are waited for, None: as long as it takes."""
        self._world = world
        self._items = items
        self.readers = Readers(world.stop.wake, patience=patience)
        self._authors = Authors(world)

    def whole(self, census: bool) -> None:
        """Reads, and brings the items up to date with what changed."""
        self.read(census)
        self._items().catch_up(self._world.sources, self._world.watch)
        order.look(self._world, self._world.ours(), self._items().items, self._items().excluded)
        self._ask_authors()

    def _ask_authors(self) -> None:
        """Where accounts are listed that count as nobody: who changed what we wrote."""
        about = self._authors.questions(self._world.ours(), self._items())
        if about and any(
            side_by_side(
                self._world.ours(),
                lambda source: source.name in about and self._authors.ask(source, about[source.name]),
            )
        ):
            self._items().catch_up(self._world.sources, self._world.watch)

    def read(self, census: bool) -> None:
        """Settles and pulls the sources whose turn it is. What failed is in `Source.broken`."""
        now, sources = time.monotonic(), self._world.ours()
        for source in sources:
            source.fresh = False
        due = [source for source in sources if self.readers.patience is None or source.schedule.due(now)]
        read = self.readers.read(due, lambda source, found: self._pull_one(source, found, census))
        for name, found in read.items():
            with suppress(LeaseLost):
                self._note(self._world.sources[name], found.error)

    def _pull_one(self, source: Source, found: Found, census: bool) -> None:
        source.looked_from = time.monotonic()
        try:
            recognize(self._world, source)
            settled = settle_open(self._world, source)
            found.changed |= settled.changed
            found.gone |= settled.gone
            follow(self._world, source, found)
            pull(self._world, source, found, census=census)
        except Stopped:
            raise
        except ConnectorError as error:
            found.error = error
        except LeaseLost as error:
            log.warning("not stored", source=source.name, because=str(error))
        except StoreError:
            raise  # no fault of the source: the cycle fails, and the next one reads it again
        except Exception as bug:
            log.exception("this is a bug in syncd or in its connector", source=source.name)
            found.error = Locked(f"{type(bug).__name__}: {bug} (a bug; the log has its traceback)")

    def _note(self, source: Source, error: ConnectorError | None) -> None:
        """Tells once when a source breaks and once when it recovers, and remembers its state."""
        world, message = self._world, str(error) if error is not None else None
        now = world.clock()
        source.pace.heed(error)
        pause = source.pace.pause
        waits = pause is not None and isinstance(error, Transient)  # a limit is no fault: nobody has to act
        changes: SourceChanges = {
            "last_attempt": now,
            "problem": None if waits else message,
            "requests": dict(source.pace.requests),
            "paused_until": pause.until if pause else None,
            "paused_because": pause.because if pause else None,
        }
        if error is None:
            changes["last_success"] = now
        world.store.sources.set(source.name, **changes)
        if message is not None and source.broken is None and not waits:
            log.error("source failed", source=source.name, error=message, kind=type(error).__name__)
            world.watch(Trouble(source.name, message))
        elif message is None and source.broken is not None:
            log.info("source recovered", source=source.name)
            world.watch(Recovered(source.name))
        if message is None or waits:
            source.schedule.worked(time.monotonic(), world.loaded.settings.poll)
        else:
            source.schedule.failed(time.monotonic(), world.loaded.settings.poll)
        source.broken, source.fresh = message, message is None
