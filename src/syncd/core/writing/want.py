"""What each issue should show: the ranked backlog in the words and places of its source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from syncd.core.backlog import BacklogItem, Ranked, Work
from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.ownership import NO_PINS, Ledger, Pins
from syncd.core.ranking.horizons import loads, team_loads
from syncd.core.rules import Rules, Slot, Target
from syncd.core.scoring_rules import OTHERS

TITLE_LENGTH = 120
"""Objectives and key results are shown in fields as "id: title", cut to this many characters."""


class Want(NamedTuple):
    """What should stand in one place. A label target's value is the whole label; None is: nothing of ours."""

    target: Target
    value: FieldValue
    reason: str | Reason

    @property
    def because(self) -> str:
        """Told when it is asked for: most of what is wanted stands there already."""
        reason = self.reason
        return reason if isinstance(reason, str) else reason.board.because(reason.one, self.target.slot)


class Wanted(NamedTuple):
    item: BacklogItem
    wants: tuple[Want, ...]


def shows(
    ranked: Sequence[Ranked], items: Mapping[Ref, BacklogItem], pins: Mapping[Ref, Pins], rules: Rules
) -> Iterator[Wanted]:
    """The open issues of one backlog in rank order; `rules` are those of this backlog alone."""
    board = _Board(ranked, pins, rules)
    for one in ranked:
        reason = Reason(board, one)
        for member in one.work.members:
            item = items[member.ref]
            source = rules.sources.get(item.ref.source)
            if source is None or not item.status.open:
                continue
            found = [
                Want(target, board.written(target, board.shows(one, target.slot)), reason) for target in source.targets
            ]
            yield Wanted(item, tuple(found))


def withdrawn(
    items: Mapping[Ref, BacklogItem], ledger: Ledger, rules: Rules, unranked: Iterable[Work] = ()
) -> Iterator[Wanted]:
    """What syncd had written to issues that are ranked no more, in the order of their refs.

    A closed issue keeps its score and objective, which tell how it came to be done, and loses rank and horizon. Open
    work that is in no backlog (`unranked`) loses the score, too.
    """
    left = {member.ref for work in unranked for member in work.members}
    for ref in sorted({ref for ref, _ in ledger if ref in items and (ref in left or not items[ref].status.open)}):
        item = items[ref]
        source = rules.sources.get(ref.source)
        closed = not item.status.open
        slots = (Slot.RANK, Slot.HORIZON) if closed else (Slot.SCORE, Slot.RANK, Slot.HORIZON)
        because = f"{item.status.value}: closed work has no" if closed else "no backlog takes it, so it has no"
        gone = tuple(
            Want(target, None, f"{because} {target.slot.value}")
            for target in (source.targets if source is not None else ())
            if target.slot in slots and (ref, target.key) in ledger
        )
        if gone:
            yield Wanted(item, gone)


class _Board:
    """Answers what a slot shows for ranked work; knows the whole backlog for the sentences."""

    def __init__(self, ranked: Sequence[Ranked], pins: Mapping[Ref, Pins], rules: Rules) -> None:
        self._rules = rules
        self._total = len(ranked)
        backlog = next((one.backlog for one in ranked[:1]), "")
        self._of = f"{self._total} in {backlog}" if backlog else f"{self._total}"
        self._pins = pins
        name = rules.framework.name
        self._framework = name.upper() if len(name) <= 4 else name.replace("_", " ")
        self._titles = {objective.id: objective.title for objective in rules.okrs.objectives}
        for objective in rules.okrs.objectives:
            self._titles.update((key_result.id, key_result.title) for key_result in objective.key_results)
        self._filled = filled(ranked, rules)
        self._top = rules.policy.rank_top
        self._digits = rules.policy.score_digits

    def shows(self, one: Ranked, slot: Slot) -> FieldValue:
        if slot is Slot.SCORE:
            return self._score(one)
        if slot is Slot.RANK:
            return float(one.rank) if one.rank <= self._top else None
        if slot is Slot.HORIZON:
            return one.horizon
        okr = one.work.okr
        return None if okr is None else okr.objective if slot is Slot.OBJECTIVE else okr.key_result

    def because(self, one: Ranked, slot: Slot) -> str:
        if slot is Slot.SCORE:
            return self._why_score(one)
        if slot is Slot.RANK:
            place = f"rank {one.rank} of {self._of}"
            return place if one.rank <= self._top else f"{place}: only the first {self._top} are numbered"
        if slot is Slot.HORIZON:
            return self._why_horizon(one)
        okr, id_ = one.work.okr, self.shows(one, slot)
        if okr is None or id_ is None:
            return f"no {slot.value.replace('_', ' ')} is linked"
        return f"{id_}: {okr.because.partition(': ')[0].partition(' (')[0]}"

    def written(self, target: Target, value: FieldValue) -> FieldValue:
        """The value as it stands in this kind of place."""
        if value is None:
            return None
        if target.label is not None:
            return f"{target.label}{_number(value) if isinstance(value, float) else value}"
        slot = target.slot
        if slot is Slot.OBJECTIVE or slot is Slot.KEY_RESULT:
            text = f"{value}: {self._titles[str(value)]}" if self._titles.get(str(value)) else str(value)
            return text if len(text) <= TITLE_LENGTH else f"{text[: TITLE_LENGTH - 1].rstrip()}…"
        return value

    def _score(self, one: Ranked) -> float | None:
        return None if one.score is None else round(one.score, self._digits) + 0.0

    def _why_score(self, one: Ranked) -> str:
        shown = self._score(one)
        if shown is None:
            return f"unscored: {one.unscored_because or 'no score'}"
        pin = self._pins.get(one.work.ref, NO_PINS).score
        if pin is not None:
            return f"score {_number(shown)}: {pin.because}"
        share = math.ceil(100 * one.rank / self._total)
        return f"score {_number(shown)}: top {share} % by {self._framework}"

    def _why_horizon(self, one: Ranked) -> str:
        if one.horizon is None:
            return "no horizons are configured"
        pin = self._pins.get(one.work.ref, NO_PINS).horizon
        if pin is not None and pin.value == one.horizon:
            return f"{one.horizon}: {pin.because}"
        if one.score is None:
            return f"{one.horizon}: unscored work goes to the last horizon"
        return self._filled.get((one.horizon, one.team)) or self._filled[one.horizon, None]


class Reason(NamedTuple):
    """Why one piece of work shows what it shows."""

    board: _Board
    one: Ranked


def filled(ranked: Sequence[Ranked], rules: Rules) -> dict[tuple[str, str | None], str]:
    """How full each horizon is, in words: by its name and a team, or None for the whole, and for teams without a room."""
    taken, of_teams = loads(ranked, rules.horizons), team_loads(ranked, rules.horizons)
    told: dict[tuple[str, str | None], str] = {}
    for horizon in rules.horizons.names:
        name = horizon.name
        told[name, None] = f"{name}: takes everything that is left"
        if horizon.capacity is not None:
            told[name, None] = _full(name, taken.get(name, 0.0), horizon.capacity, horizon.unit)
        for room in horizon.teams:
            full = _full(name, of_teams.get((name, room.team), 0.0), room.capacity, f"{room.unit} of {room.team}")
            told[name, None if room.team == OTHERS else room.team] = full
    return told


def _full(name: str, taken: float, capacity: float, of: str) -> str:
    return f"{name}: {_number(taken)} of {_number(capacity)} {of} filled"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
