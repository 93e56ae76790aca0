"""The dead man's switch: asks one address after each good cycle, so that its silence raises the alarm elsewhere."""

from __future__ import annotations

import threading
import time
from typing import Final

import requests
import structlog

from syncd.engine.report import CycleResult
from syncd.engine.world import World

log = structlog.get_logger()

TIMEOUT: Final = 5.0
APART: Final = 10.0
"""Seconds between two beats at least: hints may cause a cycle every second."""


class Heartbeat:
    """Beats in a thread of its own, one at a time: a slow monitor holds up nothing. The address is in no log, it is a key."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy = threading.Lock()
        self._last = float("-inf")
        self.failing = False

    def told(self, result: CycleResult) -> None:
        """Beats when every source was read and what was to be written is."""
        url = self._world.loaded.settings.heartbeat.url
        good = all(outcome.error is None for outcome in result.sources.values())
        if url is None or not good or time.monotonic() - self._last < APART or not self._busy.acquire(blocking=False):
            return
        self._last = time.monotonic()
        threading.Thread(target=self._beat, args=(url.get_secret_value(),), name="heartbeat", daemon=True).start()

    def _beat(self, url: str) -> None:
        try:
            # An operator set the address, so that private ones are as good as others.
            with requests.get(url, timeout=TIMEOUT, stream=True, headers={"User-Agent": "syncd"}) as answer:
                self._note(None if answer.ok else f"status {answer.status_code}")
        except requests.RequestException as error:
            self._note(type(error).__name__)
        finally:
            self._busy.release()

    def _note(self, because: str | None) -> None:
        if because is not None and not self.failing:
            log.error("heartbeat failed", because=because)
        elif because is None and self.failing:
            log.info("heartbeat works again")
        self.failing = because is not None
