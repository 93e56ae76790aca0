"""Where webhooks leave their hints for the next cycle. A hint is in the store before its delivery is acknowledged.

Any thread may put; each source's thread takes what is its own, and says when it has followed it. Hints that arrive at the
same time are stored together, so that the disk limits deliveries by the thousand.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from syncd.connector.hint import Hint
from syncd.store.hints import Hints as Kept
from syncd.store.hints import Pile

MOST_IDS = 2_000
"""Of one source. Beyond that the pull is cheaper than single looks, so the rest is left to it."""
AT_ONCE = 5_000
"""Hints that one look follows; the next follows what is left."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What waits for one source."""

    ids: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    handles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: bool = False
    whole: bool = False
    numbers: tuple[int, ...] = field(default=(), compare=False)
    """What they are called in the store."""


class Inbox:
    """`wake` is called after hints that are news. `close` ends its thread."""

    def __init__(
        self, kept: Kept, wake: Callable[[], None], clock: Callable[[], datetime], *, most_ids: int = MOST_IDS
    ) -> None:
        self._kept = kept
        self._wake = wake
        self._clock = clock
        self._most_ids = most_ids
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._queue: list[tuple[str, Hint, Future[bool]]] = []
        self._writer: threading.Thread | None = None
        self._closed = False
        self._offered: dict[str, Pile] = {}
        """What a source was offered, and left, when it took last."""
        self._news: set[str] | None = None
        """None: nobody looked into the store yet."""

    # what arrives

    def post(self, source: str, hint: Hint) -> Future[bool]:
        """Done when the hint is stored: False when this delivery was put before. Fails with a StoreError."""
        future: Future[bool] = Future()
        with self._arrived:
            self._queue.append((source, hint, future))
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="inbox", daemon=True)
                self._writer.start()
            self._arrived.notify()
        return future

    def put(self, source: str, hint: Hint) -> bool:
        """As `post`, and waits."""
        return self.post(source, hint).result()

    def close(self) -> None:
        """Returns when everything that arrived is stored."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
            writer = self._writer
        if writer is not None:
            writer.join()

    def _write(self) -> None:
        while True:
            with self._arrived:
                while not self._queue and not self._closed:
                    self._arrived.wait()
                batch, self._queue = self._queue, []
            if not batch:
                return
            try:
                news = self._kept.put([(source, hint) for source, hint, _ in batch], now=self._clock())
            except Exception as error:  # whatever it is, those who wait must hear of it
                for _, _, future in batch:
                    future.set_exception(error)
                continue
            woken = {source for (source, _, _), is_news in zip(batch, news, strict=True) if is_news}
            with self._lock:
                if self._news is not None:
                    self._news |= woken
            for (_, _, future), is_news in zip(batch, news, strict=True):
                future.set_result(is_news)
            if woken:
                self._wake()

    # what waits

    @property
    def news(self) -> frozenset[str]:
        """The sources with a hint that nobody took yet; what was given back is no news."""
        with self._lock:
            known = self._news
        if known is None:
            self.look()
        with self._lock:
            return frozenset(self._news or ())

    @property
    def has_news(self) -> bool:
        return bool(self.news)

    def look(self) -> None:
        """Sees also what other processes stored."""
        piles = self._kept.piles()
        with self._lock:
            self._news = {source for source, pile in piles.items() if self._offered.get(source) != pile}

    def take(self, source: str) -> Hints | None:
        """All that waits for the source; None when nothing does. It waits on until it is `done`."""
        with self._lock:
            if self._news is not None:
                self._news.discard(source)
        found = self._kept.waiting(source, AT_ONCE)
        if not found:
            return None
        ids: dict[str, Mapping[str, str]] = {}
        gone: set[str] = set()
        for _, hint in found:
            for id_ in sorted(hint.ids):
                if id_ in ids or len(ids) < self._most_ids:
                    ids[id_] = hint.handles.get(id_) or ids.get(id_, {})
            gone.update(hint.gone)
        with self._lock:
            self._offered[source] = Pile(len(found), found[-1][0])
        return Hints(
            frozenset(ids),
            frozenset(gone & ids.keys()),
            {id_: handles for id_, handles in ids.items() if handles},
            any(hint.order for _, hint in found),
            any(hint.whole for _, hint in found),
            tuple(number for number, _ in found),
        )

    def done(self, source: str, hints: Hints, *, again: Hint | None = None) -> None:
        """They were followed. `again` is what must be followed later all the same; it wakes nobody."""
        with self._lock:
            self._offered.pop(source, None)
        if again is not None:
            self._kept.put([(source, again)], now=self._clock())
        self._kept.done(hints.numbers)
        if again is not None and (left := self._kept.waiting(source, 2)) and len(left) == 1:
            with self._lock:
                self._offered[source] = Pile(1, left[0][0])
