"""Reads the sources side by side, each in a thread of its own, so that one that hangs holds up nobody else.

A cycle waits for the quick ones. A slow one goes on beside the next cycles, in which nothing is written to it; when it is
done, the cycle after that takes what it found.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

from syncd.engine.reading.pull import Found
from syncd.engine.stop import Stopped
from syncd.engine.world import Source
from syncd.telemetry import carried

MOST = 256
"""Threads; there is one for each source, and nobody has so many."""

Look = Callable[[Source, Found], None]
T = TypeVar("T")


def side_by_side(sources: Sequence[Source], work: Callable[[Source], T]) -> list[T]:
    """Runs `work` for every source at once; Stopped and bugs escape when all have ended."""
    with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="source") as pool:
        futures = [pool.submit(carried(work, source=source.name), source) for source in sources]
    return [future.result() for future in futures]


@dataclass(slots=True)
class _Reading:
    source: Source
    found: Found = field(default_factory=Found)
    future: Future[None] | None = None


class Readers:
    """`wake` is called when a slow source is done at last. Used by one thread; the work runs in others."""

    def __init__(self, wake: Callable[[], None], *, patience: float | None = None) -> None:
        """`patience` is how many seconds a cycle waits for its sources; None: for as long as it takes."""
        self._wake = wake
        self.patience = patience
        self._pool = ThreadPoolExecutor(max_workers=MOST, thread_name_prefix="source")
        self._under_way: dict[str, _Reading] = {}
        self._late = threading.Event()

    @property
    def has_news(self) -> bool:
        """Whether a slow source was done after the cycle that began it."""
        return self._late.is_set()

    def read(self, sources: Iterable[Source], look: Look) -> Mapping[str, Found]:
        """Begins to look at each source that nobody looks at yet. Gives what is done, also of earlier beginnings.

        Stopped and whatever else `look` raises escapes when all have ended.
        """
        self._late.clear()
        for source in sources:
            if source.name not in self._under_way:
                reading = _Reading(source)
                self._under_way[source.name] = reading
                source.reading = True
                reading.future = self._pool.submit(carried(look, source=source.name), source, reading.found)
        self._wait(self.patience)
        return self._collected()

    def end(self, names: Iterable[str] | None = None) -> None:
        """Returns when nobody looks at these sources any more (or at any); what they found is dropped."""
        wanted = self._under_way.keys() if names is None else names
        for reading in [self._under_way.pop(name) for name in list(wanted) if name in self._under_way]:
            assert reading.future is not None, "a reading begins with its future"
            wait([reading.future])
            reading.source.reading = False

    def close(self) -> None:
        self.end()
        self._pool.shutdown(wait=True)

    def _wait(self, seconds: float | None) -> None:
        futures = [reading.future for reading in self._under_way.values() if reading.future is not None]
        left = wait(futures, timeout=seconds).not_done
        if any(future.done() and isinstance(future.exception(), Stopped) for future in futures):
            left = wait(futures).not_done
        for future in left:
            future.add_done_callback(self._tell)

    def _tell(self, future: Future[None]) -> None:
        self._late.set()
        self._wake()

    def _collected(self) -> dict[str, Found]:
        found: dict[str, Found] = {}
        failures: list[BaseException] = []
        for name, reading in list(self._under_way.items()):
            if reading.future is None or not reading.future.done():
                continue
            del self._under_way[name]
            reading.source.reading = False
            found[name] = reading.found
            if (failure := reading.future.exception()) is not None:
                failures.append(failure)
        if failures:
            raise next((one for one in failures if isinstance(one, Stopped)), failures[0])
        return found
