"""How a backlog is made of work: framework, scale, adjustments and horizons, as types; `core.rules` has the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncd.core.backlog import FactValue
from syncd.core.expressions.language import Expression


class Scale(StrEnum):
    RAW = "raw"
    MINMAX = "minmax"
    """0 … 100 over the open backlog."""
    PERCENTILE = "percentile"
    """0 … 100: the share of the scored open backlog at or below, ties share their mean."""


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Where the line between much and little runs: quick win, big bet, fill-in, money pit."""

    high_value: Expression
    high_effort: Expression

    @staticmethod
    def name(*, high_value: bool, high_effort: bool) -> str:
        if high_value:
            return "big bet" if high_effort else "quick win"
        return "money pit" if high_effort else "fill-in"


@dataclass(frozen=True, slots=True)
class Framework:
    """How facts become a raw score. `classes` (MoSCoW) order before the score: a higher class always stands above."""

    name: str
    formula: Expression
    text: str
    """The formula for people: reach × impact × confidence ÷ effort."""
    classes: tuple[tuple[str, FactValue], ...] = ()
    """(class name, value of the class fact), best first; empty for frameworks without classes. Several values that mean
    one class stand together in a tuple."""
    class_fact: str | None = None
    quadrants: Quadrants | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Applied in the written order to the scaled score: × multiply, then + add, then at least/at most."""

    name: str
    when: Expression | None
    because: str
    multiply: Expression | None = None
    add: Expression | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class TeamCapacity:
    team: str
    """As people wrote it; compared without regard to case. `OTHERS` is the room of all teams that have none of their own."""
    capacity: float
    unit: str = "effort"


OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Horizon:
    name: str
    capacity: float | None = None
    """None: takes everything that is left, or is split among teams in different units."""
    unit: str = "effort"
    """effort (of the fact effort) or items."""
    teams: tuple[TeamCapacity, ...] = ()
    """A room for each team. A team that has none here, where there is no room for others either, waits for the next
    horizon."""

    @property
    def unlimited(self) -> bool:
        return self.capacity is None and not self.teams


@dataclass(frozen=True, slots=True)
class Horizons:
    """Ordered from nearest to farthest. Work fills them in rank order; unscored and unestimated work, see `core.ranking.rank`."""

    names: tuple[Horizon, ...] = ()
    hysteresis: float = 0.0
    """Points of score by which work must win before it crosses a border that it did not cross last time."""
    effort_when_missing: float = 1.0
    """The effort taken for capacity where nobody estimated."""
    team: Expression | None = None
    """The team of a piece of work, a text; read only where a horizon is split among teams."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """A backlog of its own over the same sources: work of another kind, scored and ranked by itself."""

    name: str
    filter: Expression | None
    """None: takes everything that no backlog above it took."""
    framework: Framework
    scale: Scale
    adjustments: tuple[Adjustment, ...]
    horizons: Horizons
