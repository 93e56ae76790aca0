"""How objectives and key results stand on a day: their progress, what was to be expected by now, and the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from syncd.core.rules import Objective, OkrRules


@dataclass(frozen=True, slots=True)
class Standing:
    weight: float
    progress: float | None
    """Of the key result; of an objective the mean of its measured key results, each held within 0 … 1."""
    expected: float | None
    """The share of the objective's period that is over, 0 … 1; None without both dates."""

    @property
    def behind(self) -> float | None:
        if self.progress is None or self.expected is None:
            return None
        return max(0.0, self.expected - self.progress)


Standings = Mapping[tuple[str, str | None], Standing]
"""By objective id, and key result id or None."""


def standings(okrs: OkrRules, as_of: date) -> Standings:
    found: dict[tuple[str, str | None], Standing] = {}
    for objective in okrs.objectives:
        weight, expected = float(objective.weight), _expected(objective, as_of)
        found[objective.id, None] = Standing(weight, _mean_progress(objective), expected)
        for result in objective.key_results:
            found[objective.id, result.id] = Standing(weight, result.progress, expected)
    return found


def _expected(objective: Objective, as_of: date) -> float | None:
    if objective.starts is None or objective.ends is None:
        return None
    days = (objective.ends - objective.starts).days
    over = (as_of - objective.starts).days
    if days <= 0:
        return 1.0 if over >= 0 else 0.0
    return min(1.0, max(0.0, over / days))


def _mean_progress(objective: Objective) -> float | None:
    measured = [min(1.0, max(0.0, result.progress)) for result in objective.key_results if result.progress is not None]
    return sum(measured) / len(measured) if measured else None
