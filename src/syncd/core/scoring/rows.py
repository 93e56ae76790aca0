"""The open work of a decision, one row each, with what ranking needs beside the score: ties, waiting, loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import nan

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Work
from syncd.core.issue import Ref
from syncd.core.scoring.precedence import Strength, waits_for

Places = npt.NDArray[np.int64]
"""Rows, counted from 0."""


class Rows:
    """Built once for the same work; scores, rules and history may change over it."""

    def __init__(self, open_works: Sequence[Work]) -> None:
        self.works = tuple(open_works)
        self.places: Mapping[Ref, int] = {work.primary.ref: place for place, work in enumerate(self.works)}
        self._waits: tuple[bytes, Mapping[int, tuple[int, ...]]] | None = None

    def __len__(self) -> int:
        return len(self.works)

    @property
    def nbytes(self) -> int:
        """What the columns that were built so far take, in bytes."""
        built = [value for value in self.__dict__.values() if isinstance(value, np.ndarray)]
        return sum(array.nbytes for array in (*built, *self.__dict__.get("waiting", ())))

    @cached_property
    def ties(self) -> Places:
        """For each row its place where score and history say nothing: by priority, age and ref."""
        items = [work.primary for work in self.works]
        keys = [(item.priority, item.created, item.ref.source, item.ref.id) for item in items]
        found = np.empty(len(items), dtype=np.int64)
        found[sorted(range(len(items)), key=keys.__getitem__)] = np.arange(len(items))
        return found

    @cached_property
    def waiting(self) -> tuple[Places, Places]:
        """The rows that wait for another, and the row that each of them waits for; no pair stands there twice."""
        get = self.places.get
        pairs: set[tuple[int, int]] = set()
        for place, work in enumerate(self.works):
            if work.blocks or work.blocked_by:
                pairs.update((at, place) for ref in work.blocks if (at := get(ref)) is not None)
                pairs.update((place, at) for ref in work.blocked_by if (at := get(ref)) is not None)
        found = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        return found[:, 0].copy(), found[:, 1].copy()

    def waits(self, own: Mapping[int, Strength]) -> Mapping[int, tuple[int, ...]]:
        """`precedence.waits_for` over `waiting`. It depends on nothing but which of these rows have a score, and that
        seldom changes from one trial to the next: the last answer is kept."""
        blocked, blocker = self.waiting
        key = bytes(own[row][0] for row in (*blocked.tolist(), *blocker.tolist()))
        if self._waits is None or self._waits[0] != key:
            self._waits = key, waits_for(zip(blocked.tolist(), blocker.tolist(), strict=True), own)
        return self._waits[1]

    @cached_property
    def blocks(self) -> Mapping[int, Sequence[int]]:
        """For each row that other rows wait for, by its own word: those rows."""
        get = self.places.get
        return {
            place: [at for ref in work.blocks if (at := get(ref)) is not None]
            for place, work in enumerate(self.works)
            if work.blocks
        }

    @cached_property
    def efforts(self) -> npt.NDArray[np.float64]:
        """The effort of each; NaN where nobody estimated it in numbers, and never below zero."""

        def effort(work: Work) -> float:
            fact = work.facts.get("effort")
            value = fact.value if fact is not None else work.primary.effort
            return nan if isinstance(value, bool) or not isinstance(value, int | float) else max(0.0, float(value))

        return np.array([effort(work) for work in self.works], dtype=np.float64)

    @cached_property
    def containers(self) -> npt.NDArray[np.bool_]:
        """What has children among the rows: the children take the room, not the epic."""
        found = np.zeros(len(self.works), dtype=np.bool_)
        parents = {work.parent for work in self.works if work.parent is not None}
        found[[place for ref in parents if (place := self.places.get(ref)) is not None]] = True
        return found
