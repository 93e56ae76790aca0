"""Whose capacity each piece of work takes, where the horizons are split among teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.core.expressions.coded import Coded
from syncd.core.scoring.table import Table
from syncd.core.scoring_rules import OTHERS, Horizon, Horizons, TeamCapacity


@dataclass(frozen=True, slots=True, eq=False)
class Teams:
    names: tuple[str | None, ...]
    """The teams that have a room anywhere, as the rules write them; the last one, None, is everybody else."""
    of_row: npt.NDArray[np.int32]
    """For each row the place of its team in `names`."""


def teams_of(table: Table, horizons: Horizons) -> Teams | None:
    """None where no horizon is split."""
    split = [team.team for horizon in horizons.names for team in horizon.teams if team.team != OTHERS]
    if horizons.team is None or not any(horizon.teams for horizon in horizons.names):
        return None
    names = tuple({name.casefold(): name for name in reversed(split)}.values())[::-1]
    place = {name.casefold(): index for index, name in enumerate(names)}
    said = horizons.team.vector(table.columns(horizons.team.names), len(table))
    values = said.plain() if isinstance(said, Coded) else said
    found = [place.get(value, len(names)) if isinstance(value, str) else len(names) for value in values.tolist()]
    return Teams((*names, None), np.array(found, dtype=np.int32))


def rooms(horizon: Horizon, names: Sequence[str | None]) -> list[TeamCapacity | None]:
    """For each team the room that it has in a horizon: its own, that of the others, or None."""
    own = {room.team.casefold(): room for room in horizon.teams}
    others = own.get(OTHERS)
    return [others if name is None else own.get(name.casefold(), others) for name in names]
