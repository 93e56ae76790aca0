"""The ranked backlog: an order of rows with their horizons, read as a sequence of `Ranked`, best first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked
from syncd.core.issue import Ref
from syncd.core.permission.ownership import NO_PINS, Pins
from syncd.core.ranking.teams import Teams
from syncd.core.scoring.rows import Places, Rows
from syncd.core.scoring.scores import Scores


class Ranking(Sequence[Ranked]):
    """Built in columns, so that the first hundred of a million cost nothing more than a hundred."""

    def __init__(
        self,
        rows: Rows,
        scores: Scores,
        order: Places,
        levels: npt.NDArray[np.int8],
        pins: Mapping[Ref, Pins],
        horizons: Sequence[str],
        teams: Teams | None = None,
        backlog: str = "",
    ) -> None:
        self.rows = rows
        self.scores = scores
        self.order = order
        """The rows, best first."""
        self.levels = levels
        """For each row the place of its horizon in `horizons`; nothing to read where there are none."""
        self.horizons = tuple(horizons)
        self.teams = teams
        self.backlog = backlog
        self._pins = pins
        self._all: tuple[Ranked, ...] | None = None

    def at(self, index: int) -> Ranked:
        row = int(self.order[index])
        work = self.rows.works[row]
        score = self.scores.score[row]
        unscored = bool(np.isnan(score))
        return Ranked(
            work=work,
            score=None if unscored else float(score),
            rank=index + 1,
            horizon=self.horizons[self.levels[row]] if self.horizons else None,
            pins=_told(self._pins.get(work.ref, NO_PINS)),
            unscored_because=self.scores.at(row).reason if unscored else None,
            backlog=self.backlog,
            team=None if self.teams is None else self.teams.names[self.teams.of_row[row]],
        )

    @overload
    def __getitem__(self, index: int) -> Ranked: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Ranked, ...]: ...
    def __getitem__(self, index: int | slice) -> Ranked | tuple[Ranked, ...]:
        if self._all is not None:
            return self._all[index]
        places = range(len(self))[index]
        return self.at(places) if isinstance(places, int) else tuple(map(self.at, places))

    def __len__(self) -> int:
        return int(self.order.size)

    def __iter__(self) -> Iterator[Ranked]:
        if self._all is None:
            self._all = tuple(self._every())
        return iter(self._all)

    def _every(self) -> Iterator[Ranked]:
        """As `at` of each place, read a column at a time."""
        order = self.order
        works = self.rows.works
        scores = self.scores.score[order]
        horizons = np.array((*self.horizons, None), dtype=object)
        shown = horizons[self.levels[order]] if self.horizons else np.full(order.size, None, dtype=object)
        teams = self.teams
        named = np.full(order.size, None, dtype=object)
        if teams is not None:
            named = np.array(teams.names, dtype=object)[teams.of_row[order]]
        columns = (order.tolist(), scores.tolist(), np.isnan(scores).tolist(), shown.tolist(), named.tolist())
        pins = self._pins
        for place, (row, score, unscored, horizon, team) in enumerate(zip(*columns, strict=True), 1):
            work = works[row]
            yield Ranked(
                work,
                None if unscored else score,
                place,
                horizon,
                _told(pins.get(work.ref, NO_PINS)) if pins else (),
                self.scores.at(row).reason if unscored else None,
                self.backlog,
                team,
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def _told(pins: Pins) -> tuple[str, ...]:
    told = []
    if pins.horizon is not None:
        told.append(f"horizon={pins.horizon.value} ({pins.horizon.because})")
    if pins.score is not None:
        told.append(f"score={pins.score.value:g} ({pins.score.because})")
    return tuple(told)
