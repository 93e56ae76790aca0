"""Chance that falls the same way for a seed on every Python version and machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Built on `Random.random` alone, the one sequence that Python promises to keep for a seed.

    Only multiplication and comparison follow, so no mathematical library can round differently elsewhere.
    """

    def __init__(self, seed: int) -> None:
        self._roll = random.Random(seed).random  # noqa: S311  a repeatable story, not a secret

    def chance(self, share: float) -> bool:
        return self._roll() < share

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return int(self._roll() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + self.below(high - low + 1)

    def share(self) -> float:
        """From 0 up to, not including, 1."""
        return self._roll()

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the values, as often as its weight says."""
        left = self.below(sum(weight for _, weight in choices))
        for value, weight in choices:
            left -= weight
            if left < 0:
                return value
        raise AssertionError("the weights add up")
