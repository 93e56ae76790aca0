"""What the engine tells whoever watches: progress for people's screens. Logging is separate (structlog)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pulling:
    """`total` is about right, or None when the tool does not say."""

    source: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Pulled:
    source: str
    issues: int
    changed: int
    gone: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Normalizing:
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Decided:
    items: int
    open: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Writing:
    source: str
    what: str
    """edits or moves"""
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Wrote:
    source: str
    edits: int
    moves: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    source: str
    until: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Told once when a source breaks."""

    source: str
    message: str


@dataclass(frozen=True, slots=True)
class Recovered:
    source: str


News = Pulling | Pulled | Normalizing | Decided | Writing | Wrote | Waiting | Trouble | Recovered
Watch = Callable[[News], None]


def nobody(news: News) -> None:
    """A watcher that does not look."""
