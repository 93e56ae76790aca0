"""What each issue should show: the ranked backlog in the words and places of its source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.horizons import loads
from syncd.core.issue import FieldValue, Ref
from syncd.core.ownership import NO_PINS, Ledger, Pins
from syncd.core.rules import Horizon, Rules, Slot, Target

TITLE_LENGTH = 120
"""Objectives and key results are shown in fields as "id: title", cut to this many characters."""


@dataclass(frozen=True, slots=True)
class Want:
    """What should stand in one place. A label target's value is the whole label; None is: nothing of ours."""

    target: Target
    value: FieldValue
    because: str


@dataclass(frozen=True, slots=True)
class Wanted:
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
        shows: dict[Slot, tuple[FieldValue, str]] = {}
        for member in one.work.members:
            item = items[member.ref]
            source = rules.sources.get(item.ref.source)
            if source is None or not item.status.open:
                continue
            found = []
            for target in source.targets:
                if target.slot not in shows:
                    shows[target.slot] = board.shows(one, target.slot)
                value, because = shows[target.slot]
                found.append(Want(target, board.written(target, value), because))
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

    def shows(self, one: Ranked, slot: Slot) -> tuple[FieldValue, str]:
        if slot is Slot.SCORE:
            return self._score(one)
        if slot is Slot.RANK:
            return self._rank(one)
        if slot is Slot.HORIZON:
            return self._horizon(one)
        okr = one.work.okr
        id_ = None if okr is None else okr.objective if slot is Slot.OBJECTIVE else okr.key_result
        if okr is None or id_ is None:
            return None, f"no {slot.value.replace('_', ' ')} is linked"
        return id_, f"{id_}: {okr.because.partition(': ')[0].partition(' (')[0]}"

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

    def _score(self, one: Ranked) -> tuple[FieldValue, str]:
        if one.score is None:
            return None, f"unscored: {one.unscored_because or 'no score'}"
        shown = round(one.score, self._rules.policy.score_digits) + 0.0
        pin = self._pins.get(one.work.ref, NO_PINS).score
        if pin is not None:
            return shown, f"score {_number(shown)}: {pin.because}"
        share = math.ceil(100 * one.rank / self._total)
        return shown, f"score {_number(shown)}: top {share} % by {self._framework}"

    def _rank(self, one: Ranked) -> tuple[FieldValue, str]:
        top = self._rules.policy.rank_top
        if one.rank > top:
            return None, f"rank {one.rank} of {self._total}: only the first {top} are numbered"
        return float(one.rank), f"rank {one.rank} of {self._total}"

    def _horizon(self, one: Ranked) -> tuple[FieldValue, str]:
        if one.horizon is None:
            return None, "no horizons are configured"
        pin = self._pins.get(one.work.ref, NO_PINS).horizon
        if pin is not None and pin.value == one.horizon:
            return one.horizon, f"{one.horizon}: {pin.because}"
        if one.score is None:
            return one.horizon, f"{one.horizon}: unscored work goes to the last horizon"
        return one.horizon, self._filled[one.horizon]


def _filled(horizon: Horizon, taken: float) -> str:
    if horizon.capacity is None:
        return f"{horizon.name}: takes everything that is left"
    return f"{horizon.name}: {_number(taken)} of {_number(horizon.capacity)} {horizon.unit} filled"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
