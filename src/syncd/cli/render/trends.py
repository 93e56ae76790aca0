"""How a measured key result went: a line of eighths, the age of its value, and what is wrong with its measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from syncd.cli.render.sparkline import sparkline
from syncd.core.scoring.phrasing import number
from syncd.store.measures import Value


@dataclass(frozen=True, slots=True)
class Trend:
    SPAN: ClassVar[timedelta] = timedelta(days=92)
    WIDTH: ClassVar[int] = 16

    origin: str
    history: tuple[Value, ...]
    """Of the span, oldest first."""
    now: datetime
    stale_after: timedelta
    problem: str | None
    """Why the last attempt gave no value."""

    @property
    def last(self) -> Value | None:
        return self.history[-1] if self.history else None

    @property
    def stale(self) -> bool:
        return self.last is not None and self.now - self.last.at > self.stale_after

    @property
    def line(self) -> str:
        """Equal stretches of the time since the first value, each with its last one; a gap stays as high as before."""
        if len(self.history) < 2:
            return ""
        first, last = self.history[0].at, self.history[-1].at
        stretch = (last - first) / self.WIDTH
        points: list[float] = []
        rest = list(self.history)
        value = rest[0].value
        for place in range(1, self.WIDTH + 1):
            until = last if place == self.WIDTH else first + stretch * place
            while rest and rest[0].at <= until:
                value = rest.pop(0).value
            points.append(value)
        spread = max(points) - min(points)
        return sparkline(points, least=spread or 1.0)

    @property
    def words(self) -> str:
        """ "a count in jira, 5 min ago"; and what is wrong, if anything is."""
        if self.last is None:
            return f"{self.origin}: {self.problem or 'not measured yet'}"
        said = f"{self.origin}, {ago(self.now - self.last.at)}"
        if self.stale:
            said += f", too old to count (it was {number(self.last.value)})"
        return said + (f"; fails: {self.problem}" if self.problem else "")

    def as_json(self) -> dict[str, object]:
        return {
            "origin": self.origin,
            "measured_at": self.last.at.isoformat() if self.last is not None else None,
            "stale": self.stale,
            "problem": self.problem,
            "history": [{"at": one.at.isoformat(), "value": one.value} for one in self.history],
        }


def ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"
