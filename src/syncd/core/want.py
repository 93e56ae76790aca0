"""What each issue should show: the ranked backlog in the words and places of its source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.horizons import loads
from syncd.core.issue import FieldValue, Ref
from syncd.core.ownership import NO_PINS, Ledger, Pins
from syncd.core.rules import Horizon, Rules, Slot, Target

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
        return self.reason if isinstance(self.reason, str) else self.reason.of(self.target.slot)


class Wanted(NamedTuple):
    item: BacklogItem
    wants: tuple[Want, ...]


def wants(
    ranked: Sequence[Ranked],
    items: Mapping[Ref, BacklogItem],
    pins: Mapping[Ref, Pins],
    ledger: Ledger,
    rules: Rules,
) -> Iterator[Wanted]:
    """Open issues in rank order, then closed ones in the order of their refs.

    A closed issue keeps its score and objective, which tell how it came to be done, and loses rank and horizon where
    syncd had written them.
    """
    board = _Board(ranked, pins, rules)
    for one in ranked:
        shows: dict[Slot, FieldValue] = {}
        reason = Reason(board, one)
        for member in one.work.members:
            item = items[member.ref]
            source = rules.sources.get(item.ref.source)
            if source is None or not item.status.open:
                continue
            found = []
            for target in source.targets:
                if target.slot not in shows:
                    shows[target.slot] = board.shows(one, target.slot)
                found.append(Want(target, board.written(target, shows[target.slot]), reason))
            yield Wanted(item, tuple(found))
    closed = {ref for ref, _ in ledger if ref in items and not items[ref].status.open}
    for ref in sorted(closed):
        item = items[ref]
        source = rules.sources.get(ref.source)
        gone = tuple(
            Want(target, None, f"{item.status.value}: closed work has no {target.slot.value}")
            for target in (source.targets if source is not None else ())
            if target.slot in (Slot.RANK, Slot.HORIZON) and (ref, target.key) in ledger
        )
        if gone:
            yield Wanted(item, gone)


class _Board:
    """Answers what a slot shows for ranked work; knows the whole backlog for the sentences."""

    def __init__(self, ranked: Sequence[Ranked], pins: Mapping[Ref, Pins], rules: Rules) -> None:
        self._rules = rules
        self._total = len(ranked)
        self._pins = pins
        name = rules.framework.name
        self._framework = name.upper() if len(name) <= 4 else name.replace("_", " ")
        self._titles = {objective.id: objective.title for objective in rules.okrs.objectives}
        for objective in rules.okrs.objectives:
            self._titles.update((key_result.id, key_result.title) for key_result in objective.key_results)
        taken = loads(ranked, rules.horizons)
        self._filled = {
            horizon.name: _filled(horizon, taken.get(horizon.name, 0.0)) for horizon in rules.horizons.names
        }

    def shows(self, one: Ranked, slot: Slot) -> FieldValue:
        match slot:
            case Slot.SCORE:
                return self._score(one)
            case Slot.RANK:
                return float(one.rank) if one.rank <= self._rules.policy.rank_top else None
            case Slot.HORIZON:
                return one.horizon
        okr = one.work.okr
        return None if okr is None else okr.objective if slot is Slot.OBJECTIVE else okr.key_result

    def because(self, one: Ranked, slot: Slot) -> str:
        match slot:
            case Slot.SCORE:
                return self._why_score(one)
            case Slot.RANK:
                top = self._rules.policy.rank_top
                place = f"rank {one.rank} of {self._total}"
                return place if one.rank <= top else f"{place}: only the first {top} are numbered"
            case Slot.HORIZON:
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
        if target.slot in (Slot.OBJECTIVE, Slot.KEY_RESULT):
            text = f"{value}: {self._titles[str(value)]}" if self._titles.get(str(value)) else str(value)
            return text if len(text) <= TITLE_LENGTH else f"{text[: TITLE_LENGTH - 1].rstrip()}…"
        return value

    def _score(self, one: Ranked) -> float | None:
        return None if one.score is None else round(one.score, self._rules.policy.score_digits) + 0.0

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
        return self._filled[one.horizon]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one piece of work shows what it shows."""

    board: _Board
    one: Ranked

    def of(self, slot: Slot) -> str:
        return self.board.because(self.one, slot)


def _filled(horizon: Horizon, taken: float) -> str:
    if horizon.capacity is None:
        return f"{horizon.name}: takes everything that is left"
    return f"{horizon.name}: {_number(taken)} of {_number(horizon.capacity)} {horizon.unit} filled"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
