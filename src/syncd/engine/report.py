"""What one cycle did, for people, logs and the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.core.decide import Decision
from syncd.core.plan import Plan
from syncd.core.safety.brakes import Brake
from syncd.core.safety.noise import Cost
from syncd.engine.writing.applied import Applied, InOrder


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What one cycle did with one source."""

    issues: int
    items: int
    problems: int
    """Issues left out because of a problem: items + problems = issues."""
    plan: Plan
    brakes: tuple[Brake, ...]
    waits_for: str | None
    """Why not all of the plan was written, None when it was (or was empty)."""
    applied: Applied | None
    error: str | None
    waiting: Plan | None = None
    """The part that a person may approve; None or empty when nothing waits for one."""
    unasked: int = 0
    """How many issues were to be written to without anybody's approval."""
    notified: int = 0
    """How many notifications these writes were thought to send."""
    cost: Cost | None = None
    """Of the whole plan."""
    looked: bool = True
    """False: it could not be read, or still was, so that nobody knows what waits there now."""
    order: Mapping[str, InOrder] = field(default_factory=dict)
    """By scope, what the native order proves that was read last: after the writing, where there was any."""


@dataclass(frozen=True, slots=True)
class CycleResult:
    run: str
    decision: Decision | None
    """None when some source was never read completely, so that no ranking would be true."""
    sources: Mapping[str, SourceOutcome]
    seconds: float
    phases: Mapping[str, float] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        return all(outcome.plan.empty and outcome.error is None for outcome in self.sources.values())


def summarize(outcome: SourceOutcome) -> dict[str, object]:
    """What the store keeps of it."""
    applied = outcome.applied
    return {
        "issues": outcome.issues,
        "items": outcome.items,
        "problems": outcome.problems,
        "planned": len(outcome.plan.edits),
        "moves": sum(len(moves) for moves in outcome.plan.moves.values()),
        "digest": outcome.plan.digest,
        "waiting": outcome.waiting.digest if outcome.waiting is not None and not outcome.waiting.empty else None,
        "applied": applied.edits if applied else 0,
        "moved": applied.moves if applied else 0,
        "failed": len(applied.failed) if applied else 0,
        "requests": applied.requests if applied else 0,
        "seconds": round(applied.seconds, 3) if applied else 0.0,
        "unasked": outcome.unasked,
        "notified": outcome.notified,
        "waits_for": outcome.waits_for,
        "error": outcome.error,
        "order": {
            scope: {"issues": one.issues, "in_order": one.first_out is None, "first_out": one.first_out}
            for scope, one in outcome.order.items()
        },
    }
