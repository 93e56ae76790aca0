"""Stop is stop: one event that every wait and every request looks at."""

from __future__ import annotations

import threading

from syncd.connector.errors import Transient


class Stopped(Transient):
    """Raised instead of starting a request or a wait once stopping was asked for. Nothing left, nothing is lost."""

    def __init__(self) -> None:
        super().__init__("stopping: nothing more is sent")


class Stop:
    """Set once by SIGTERM, SIGINT or a test; never cleared."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._wake = threading.Event()

    def set(self) -> None:
        self._event.set()
        self._wake.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self) -> None:
        """Returns once stopping was asked for."""
        self._event.wait()

    def check(self) -> None:
        """Raises Stopped once stopping was asked for."""
        if self._event.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Waits, and raises Stopped as soon as stopping is asked for."""
        if self._event.wait(max(0.0, seconds)):
            raise Stopped

    def wake(self) -> None:
        """Ends a `nap` early."""
        self._wake.set()

    def nap(self, seconds: float) -> bool:
        """Waits until the time is over, `wake` or `set`; True when it should go on working."""
        self._wake.wait(max(0.0, seconds))
        self._wake.clear()
        return not self._event.is_set()
