"""Where webhooks leave their hints for the next cycle. In memory only: a lost hint costs time, the next poll finds the change.

Any thread may put; each source's thread takes what is its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from syncd.connector.hint import Hint

MOST_IDS = 2_000
"""Of one source. Beyond that the pull is cheaper than single looks, so the rest is left to it."""
DELIVERIES = 10_000
"""So many deliveries are remembered, to know a repetition."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What waits for one source."""

    ids: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    handles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: bool = False
    whole: bool = False


@dataclass(slots=True)
class _Waiting:
    ids: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Handles by id."""
    gone: set[str] = field(default_factory=set)
    order: bool = False
    whole: bool = False
    news: bool = False


class Inbox:
    """`wake` is called after every hint that is news."""

    def __init__(self, wake: Callable[[], None], *, most_ids: int = MOST_IDS, deliveries: int = DELIVERIES) -> None:
        self._wake = wake
        self._most_ids = most_ids
        self._deliveries = deliveries
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._waiting: dict[str, _Waiting] = {}

    def put(self, source: str, hint: Hint) -> bool:
        """False when this delivery was put before."""
        with self._lock:
            if hint.delivery:
                key = (source, hint.delivery)
                if key in self._seen:
                    self._seen.move_to_end(key)
                    return False
                self._seen[key] = None
                if len(self._seen) > self._deliveries:
                    self._seen.popitem(last=False)
            hints = Hints(frozenset(hint.ids), frozenset(hint.gone), hint.handles, hint.order, hint.whole)
            self._add(source, hints).news = True
        self._wake()
        return True

    @property
    def has_news(self) -> bool:
        """Whether a hint came that nobody took yet; what was given back is no news."""
        with self._lock:
            return any(waiting.news for waiting in self._waiting.values())

    def take(self, source: str) -> Hints | None:
        """All that waits for the source, once; None when nothing does."""
        with self._lock:
            waiting = self._waiting.pop(source, None)
        if waiting is None:
            return None
        handles = {id_: handles for id_, handles in waiting.ids.items() if handles}
        return Hints(frozenset(waiting.ids), frozenset(waiting.gone), handles, waiting.order, waiting.whole)

    def give_back(self, source: str, hints: Hints) -> None:
        """They could not be followed just now; they wait for the next cycle and wake nobody."""
        with self._lock:
            self._add(source, hints)

    def _add(self, source: str, hints: Hints) -> _Waiting:
        waiting = self._waiting.setdefault(source, _Waiting())
        for id_ in sorted(hints.ids):
            if id_ in waiting.ids or len(waiting.ids) < self._most_ids:
                waiting.ids[id_] = hints.handles.get(id_) or waiting.ids.get(id_, {})
        waiting.gone |= hints.gone & waiting.ids.keys()
        waiting.order |= hints.order
        waiting.whole |= hints.whole
        return waiting
