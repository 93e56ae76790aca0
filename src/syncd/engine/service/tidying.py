"""Lets go of what is older than the settings keep, a little between two cycles."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import structlog

from syncd.engine.world import World

log = structlog.get_logger()

MOST: Final = 2_000
"""Rows of each kind at a time: less than a second."""
BETWEEN: Final = timedelta(hours=1)
LEAP: Final = timedelta(hours=6)
"""Later than it should be: longer than any cycle takes."""


class Tidying:
    """Of one process. Replicas may all do it: what is gone is gone.

    It begins an hour after the start, and again an hour after the clock leapt: a machine that wakes up in another year is
    set right within minutes, and what was let go of in between would be lost.
    """

    def __init__(self) -> None:
        self._next: datetime | None = None

    def follow(self, world: World) -> None:
        """Does a share when its time has come. The rest of a large one follows with the next cycles."""
        now, settings = world.clock(), world.loaded.settings
        if self._next is None or not self._next - BETWEEN <= now < self._next + LEAP:
            self._next = now + BETWEEN
        if now < self._next:
            return
        pruned = world.store.prune(now - settings.keep_history, journal=now - settings.keep_journal, most=MOST)
        gone = {kind: rows for kind, rows in asdict(pruned).items() if rows}
        if gone:
            log.info("let go of what is old", **gone)
        self._next = now if MOST in gone.values() else now + BETWEEN
