"""What is written by hand about an issue of the demo: one that people tell stories about, or that shows a special case."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.demo.draft import Sort, Stage


@dataclass(frozen=True, slots=True)
class Hero:
    name: str
    """How the others refer to it here; shown nowhere."""
    scope: str
    component: str
    sort: Sort
    title: str
    story: tuple[str, ...]
    """Paragraphs; the last says why it matters."""
    age: int
    """Days since it was created."""
    stage: Stage = Stage.TO_DO
    level: int = 3
    effort: int | None = None
    reach: int | None = None
    impact: str | None = None
    confidence: float | None = None
    votes: int = 0
    labels: tuple[str, ...] = ()
    blocked_by: str | None = None
    """The name of another hero. Within one tool it is a link or a line, across tools a line of text."""
    twin_of: str | None = None
    duplicates: str | None = None
    due_in: int | None = None
    """Days until it is due."""
