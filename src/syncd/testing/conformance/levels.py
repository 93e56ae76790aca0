"""The four levels of the kit, each of which includes those before it."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    BRONZE = 1
    SILVER = 2
    GOLD = 3
    PLATINUM = 4

    @property
    def label(self) -> str:
        return self.name.capitalize()

    @property
    def promise(self) -> str:
        return _PROMISES[self]


_PROMISES = {
    Level.BRONZE: "it reads: nothing is missed, and what it says is true",
    Level.SILVER: "it writes: what was asked, nothing else, with an outcome for each edit",
    Level.GOLD: "it stands bad weather: no fault loses, doubles or invents a write",
    Level.PLATINUM: "it keeps the native order, the budget of requests, and syncd itself quiet",
}
