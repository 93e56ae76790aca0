"""The horizons of scoring.yaml as rules: capacities for all or by team, and what has a spelling of its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from syncd.config.reading.document import Document, Path, Place
from syncd.config.reading.faults import Fault
from syncd.config.reading.sentences import unknown_key
from syncd.config.rules.expressions import Expressions
from syncd.config.text.scoring import HorizonsText
from syncd.core.expressions.language import Type
from syncd.core.expressions.vocabulary import EFFORT
from syncd.core.rules import Horizon, Horizons, TeamCapacity

_RESERVED: Final = ("hysteresis", "effort_when_missing", "team")


def misspelled_horizons(document: Document, faults: list[Fault]) -> list[Path]:
    """Settings with a spelling of their own, which would be taken for the names of horizons."""
    found: list[Path] = []
    backlogs = document.data_at(("backlogs",)) if document.has(("backlogs",)) else None
    count = len(backlogs) if isinstance(backlogs, list) else 0
    for path in (("horizons",), *(("backlogs", i, "horizons") for i in range(count))):
        written = document.data_at(path) if document.has(path) else None
        if isinstance(written, dict):
            wrong = [name for name, value in written.items() if name not in _RESERVED and _plain(value)]
            faults.extend(unknown_key(name, _RESERVED, Place(document, (*path, name))) for name in wrong)
            found += [(*path, name) for name in wrong]
    return found


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def horizons(
    text: HorizonsText, place: Place, facts: Collection[str], expressions: Expressions, faults: list[Fault]
) -> Horizons:
    named = text.named
    found: list[Horizon] = []
    for i, (name, horizon) in enumerate(named.items()):
        at = place / name
        if horizon.capacity is None:
            if i < len(named) - 1:
                message = f"the horizon '{name}' has no capacity, so nothing would ever reach the ones below it"
                faults.append(at.key_fault(message, f"write `{name}: {{capacity: 12 items}}`, or put it last"))
            found.append(Horizon(name))
            continue
        rooms = horizon.capacity if isinstance(horizon.capacity, dict) else {"": horizon.capacity}
        for amount, unit in rooms.values():
            if amount <= 0:
                faults.append((at / "capacity").fault("'capacity' must be more than nothing"))
            if unit == EFFORT and EFFORT not in facts:
                message = f"the horizon '{name}' is measured in effort, and there is no fact named effort"
                hint = "add under facts: `effort: {jira: Story Points}`, or write the capacity in items"
                faults.append((at / "capacity").fault(message, hint))
        if isinstance(horizon.capacity, dict):
            if text.team is None:
                message = f"the horizon '{name}' has a capacity for each team, and nothing says whose work is whose"
                hint = "add to horizons: `team: scope`, or the name of a text fact, or an expression"
                faults.append((at / "capacity").fault(message, hint))
            found.append(_split(name, horizon.capacity))
        else:
            found.append(Horizon(name, *horizon.capacity))
    folded = [horizon.name.casefold() for horizon in found]
    faults.extend(
        (place / horizon.name).key_fault(f"the horizon '{horizon.name}' stands twice; case makes no difference")
        for i, horizon in enumerate(found)
        if folded[i] in folded[:i]
    )
    team = expressions.parse(text.team, place / "team", Type.TEXT)
    return Horizons(tuple(found), text.hysteresis, text.effort_when_missing, team)


def _split(name: str, rooms: dict[str, tuple[float, str]]) -> Horizon:
    """Rooms in one unit have a sum."""
    teams = tuple(TeamCapacity(team, amount, unit) for team, (amount, unit) in rooms.items())
    units = {room.unit for room in teams}
    if len(units) > 1:
        return Horizon(name, None, teams=teams)
    return Horizon(name, sum(room.capacity for room in teams), units.pop(), teams)
