"""Positions as strings that always leave room between two of them, as Jira's LexoRank does."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def between(low: str, high: str) -> str:
    """A string strictly between the two; "" is the beginning and the end. Never ends in 0."""
    made = ""
    place = 0
    while True:
        a = _DIGITS.index(low[place]) if place < len(low) else 0
        b = _DIGITS.index(high[place]) if high and place < len(high) else len(_DIGITS)
        if b - a > 1:
            return made + _DIGITS[(a + b) // 2]
        made += _DIGITS[a]
        if b > a:
            high = ""  # what follows is already below it
        place += 1


def spread(count: int) -> Sequence[str]:
    """Evenly spaced positions, in order."""
    width = 6
    step = len(_DIGITS) ** width // (count + 1)
    return [_base36((n + 1) * step, width) + "i" for n in range(count)]


def _base36(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


class Order:
    """All issues of the site, top first. Rank is global: moving an issue moves it on every board."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        ordered = list(ids)
        self._rank = dict(zip(ordered, spread(len(ordered)), strict=True))
        self._sorted = [(rank, id_) for id_, rank in self._rank.items()]

    def rank(self, id_: str) -> str:
        return self._rank[id_]

    def shown(self, id_: str) -> str:
        """The value of the Rank field; compares as bytes."""
        return f"0|{self._rank[id_]}:"

    def ids(self) -> Sequence[str]:
        return [id_ for _, id_ in self._sorted]

    def append(self, id_: str) -> None:
        self._put(id_, between(self._sorted[-1][0] if self._sorted else "", ""))

    def remove(self, id_: str) -> None:
        rank = self._rank.pop(id_)
        del self._sorted[bisect_left(self._sorted, (rank, id_))]

    def place(self, id_: str, *, after: str | None = None, before: str | None = None) -> None:
        """Directly below `after` or above `before`. Next to itself changes nothing."""
        anchor = after or before
        if anchor is None or anchor == id_:
            return
        self.remove(id_)
        at = bisect_left(self._sorted, (self._rank[anchor], anchor)) + (1 if after else 0)
        low = self._sorted[at - 1][0] if at else ""
        high = self._sorted[at][0] if at < len(self._sorted) else ""
        self._put(id_, between(low, high))

    def _put(self, id_: str, rank: str) -> None:
        self._rank[id_] = rank
        insort(self._sorted, (rank, id_))
