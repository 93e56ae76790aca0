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
    """Brakes: a plan beyond one of these is not run without a person (`core.safety.brakes`). A limit of 1.0 for a share, or of
    a large number, is never reached."""

    max_changed_share: float = 0.3
    """Of the source's open items, per plan, once it has been approved the first time."""
    max_changed_min_items: int = 20
    """Plans up to this many issues never trip a share, nor do rankings of so few."""
    max_changed_items: int = 2_000
    """Issues in one plan."""
    max_changed_share_new_rules: float = 0.1
    """As `max_changed_share`, for the first plan after a change of the rules."""
    max_shrink_share: float = 0.5
    """Of the issues that a source had; a larger loss in one pull is taken for a broken source."""
    max_rank_churn: float = 0.2
    """Of all pairs of issues, against the ranking when the last plan went out whole: how many change places."""
    rank_churn_top: int | None = None
    """Only the first so many count; None: all."""
    max_score_shift: float = 0.3
    """The distance of Kolmogorov and Smirnov between all scores of then and now."""
    max_writes_per_hour: int = 5_000
    """Issues written to without anybody's approval."""
    max_notifications_per_hour: int = 2_000
    """That these writes are thought to send."""
    max_dragged_share: float = 0.1
    """Of the issues in a native order; more that people moved between two looks are a new order and pin nothing."""
    max_rewrites_over_bots: int = 3
    """How often within a day syncd writes over listed bots in one place before it yields to them as to people."""
