"""What a benchmark gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`goal` is an upper bound unless `at_least`; None: reported only."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


Benchmark = Callable[[], Iterator[Result]]
"""Yields results as they are measured; yields nothing where its data is absent."""
