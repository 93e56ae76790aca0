"""What lets syncd write: a mode for each kind of write, and the limits beyond which a person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    OBSERVE = "observe"
    REVIEW = "review"
    AUTO = "auto"


class WriteKind(StrEnum):
    """The kinds of write that may have a mode and a change window of their own."""

    FIELDS = "fields"
    LABELS = "labels"
    ORDER = "order"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Limits:
    """Brakes: a plan beyond one of these is not run without a person (`core.safety`)."""

    max_changed_share: float = 0.3
    """Of the source's open items, per plan, once it has been approved the first time."""
    max_changed_min_items: int = 20
    """Plans up to this many issues never trip the share."""
    max_shrink_share: float = 0.5
    """Of the issues that a source had; a larger loss in one pull is taken for a broken source."""
