"""Watches over a long writing: says now and then how far it is, and when a tracker is too silent to go on."""

from __future__ import annotations

import time
from typing import Final

import structlog

from syncd.connector.errors import Ambiguous, ConnectorError, Transient

log = structlog.get_logger()

TELL_EVERY: Final = 60.0
"""Seconds between two lines of the log on how far a long writing is."""
SILENT: Final = 10.0
"""Seconds in all that calls may take which get no answer. After that nothing more is sent in this cycle: each of a hundred
writes could wait for a minute, and every other source with it."""


class Headway:
    """Says now and then how far a long writing is, where nobody sees a bar."""

    def __init__(self, source: str, what: str, total: int) -> None:
        self._source, self._what, self._total = source, what, total
        self._began = self._told = time.monotonic()

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if now - self._told < TELL_EVERY or not 0 < done < self._total:
            return
        self._told = now
        left = (now - self._began) / done * (self._total - done)
        log.info(
            "writing", source=self._source, what=self._what, done=done, total=self._total, seconds_left=round(left)
        )


class Silence:
    """Adds up how long it was waited for answers that never came."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since = time.monotonic()

    def after(self, outcome: ConnectorError | None) -> Transient | None:
        """To be called with each outcome: why nothing more should be sent, or None."""
        now = time.monotonic()
        if isinstance(outcome, Ambiguous):
            self._seconds += now - self._since
        self._since = now
        if self._seconds <= SILENT:
            return None
        return Transient(f"not sent, since the writes before it got no answer for {self._seconds:.0f} seconds")
