"""What became of a plan that was worked through, what the order then proves, and what a write's error means for the writes behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Reach, Stale, Transient
from syncd.store.entries import Verdict

CHUNK: Final = 100
"""Writes that are journaled, sent and looked at together: one read-back request per chunk."""


@dataclass(slots=True)
class Applied:
    edits: int = 0
    moves: int = 0
    failed: list[str] = field(default_factory=list)
    """One sentence for each write that did not happen."""
    changed: set[str] = field(default_factory=set)
    """Ids whose mirror changed by the read-back."""
    requests: int = 0
    """That it took, writing and looking."""
    seconds: float = 0.0
    ended_by: ConnectorError | None = None
    """What ended the writing early, None when the plan was worked through."""


@dataclass(frozen=True, slots=True)
class InOrder:
    """Whether one scope's native order, as it was read last, is a subsequence of the one backlog.

    Fenced and pinned issues are not held against it, and issues within the dead band stand right either way.
    """

    issues: int
    """How many were held against the ranks."""
    first_out: tuple[str, str] | None
    """Keys of the first two that stand the wrong way around, the upper one first; None when it is in order."""


def ends_the_run(error: ConnectorError) -> ConnectorError | None:
    """The error again where nothing more should be sent in this cycle; a limit on one issue holds up no other."""
    if isinstance(error, Transient) and error.reach is Reach.ISSUE:
        return None
    return error if isinstance(error, Transient | Locked) else None


_VERDICTS: tuple[tuple[type[ConnectorError], Verdict], ...] = (
    (Stale, Verdict.STALE),
    (Ambiguous, Verdict.UNKNOWN),
    (Transient, Verdict.FAILED),
    (Locked, Verdict.FAILED),
)


def verdict_of(error: ConnectorError) -> Verdict:
    return next((verdict for kind, verdict in _VERDICTS if isinstance(error, kind)), Verdict.REFUSED)
