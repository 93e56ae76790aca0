"""What changed about one piece of work between two moments, input by input, in the words of its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from syncd.core.backlog import Fact, FactValue, OkrLink, Work
from syncd.core.expressions.vocabulary import ATTRIBUTES, View, read_work
from syncd.core.permission.ownership import Pin, Pins
from syncd.core.rules import Rules
from syncd.core.scoring.phrasing import number, spoken
from syncd.core.scoring.score import names_read
from syncd.core.voices import NOBODY, RECORD, is_voices

REST = "other"
"""The name of what changed and is told by no line of its own, such as something about its parent."""
_MISSING = "missing"
_AGES = ("age_days", "idle_days", "due_in_days", "okr.expected", "okr.behind")
"""What the calendar alone changes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One step from the work as it was to the work as it is: everything before it is made already."""

    name: str
    before: str
    after: str
    origin: str
    """Where the value stands, or who set it; empty where nothing is known."""
    work: Work
    pins: Pins
    as_of: date


@dataclass(frozen=True, slots=True)
class ChangedInput:
    name: str
    before: str
    after: str
    origin: str
    points: Decimal | None
    """What it did to the score, over the old backlog and after the changes before it; None without a score."""


def changed_inputs(
    was: Work, now: Work, held: Pins, pins: Pins, days: tuple[date, date], rules: Rules
) -> Iterator[Changed]:
    """Steps that end in `now`, `pins` and the second day, in the order of a receipt. The last one is the rest."""
    walk = _Walk(was, now, held, days[0], names_read(rules), rules)
    yield from walk.facts()
    yield from walk.attributes()
    yield from walk.ties()
    yield from walk.voices()
    yield from walk.calendar(days[1])
    yield from walk.pins(pins)
    yield walk.step(REST, "", "", "", now)


class _Walk:
    def __init__(self, at: Work, to: Work, held: Pins, day: date, read: frozenset[str], rules: Rules) -> None:
        self._at, self._to, self._held, self._day, self._read, self._rules = at, to, held, day, read, rules

    def step(self, name: str, before: str, after: str, origin: str, work: Work) -> Changed:
        self._at = work
        return Changed(name, before, after, origin, work, self._held, self._day)

    def facts(self) -> Iterator[Changed]:
        for name in sorted((self._to.facts.keys() | self._at.facts.keys()) & self._read):
            old, new = self._at.facts.get(name), self._to.facts.get(name)
            if _value(old) == _value(new):
                continue
            facts = {key: fact for key, fact in self._at.facts.items() if key != name}
            changed = replace(self._at, facts=facts if new is None else {**facts, name: new})
            known = new or old
            origin = known.origin if known is not None else ""
            yield self.step(name, _spoken(_value(old)), _spoken(_value(new)), origin, changed)

    def attributes(self) -> Iterator[Changed]:
        """What issues have by themselves; several names may be read from one attribute."""
        for attribute in dict.fromkeys(ATTRIBUTES.values()):
            value = getattr(self._to.primary, attribute)
            changed = replace(self._at, primary=replace(self._at.primary, **{attribute: value}))
            for name in (name for name, of in ATTRIBUTES.items() if of == attribute and name in self._read):
                before, after = self._shown(self._at, name), self._shown(changed, name)
                if before != after:
                    yield self.step(name, before, after, self._where(), changed)
                    break
        now, was = self._to.labels, self._at.labels
        if "labels" in self._read and set(now) != set(was):
            gone, came = (", ".join(x for x in one if x not in other) for one, other in ((was, now), (now, was)))
            yield self.step(
                "labels", gone and f"with {gone}", came and f"with {came}", self._where(), replace(self._at, labels=now)
            )

    def ties(self) -> Iterator[Changed]:
        now, was = self._to, self._at
        if _serves(now.okr) != _serves(was.okr):
            because = now.okr.because if now.okr is not None else ""
            yield self.step("outcome", _serves(was.okr), _serves(now.okr), because, replace(self._at, okr=now.okr))
        if now.blocks != was.blocks:
            before, after = f"{len(was.blocks)}", f"{len(now.blocks)}"
            yield self.step("waiting for it", before, after, self._where(), replace(self._at, blocks=now.blocks))
        if now.blocked_by != was.blocked_by:
            before, after = f"{len(was.blocked_by)}", f"{len(now.blocked_by)}"
            changed = replace(self._at, blocked_by=now.blocked_by)
            yield self.step("what it waits for", before, after, self._where(), changed)

    def voices(self) -> Iterator[Changed]:
        """What users said since, or what is not recent any more, in one step: the numbers come from the same rows."""
        if self._to.heard == self._at.heard:
            return
        changed = replace(self._at, heard=self._to.heard)
        names = sorted(name for name in self._read if is_voices(name))
        told = [(name, self._shown(self._at, name), self._shown(changed, name)) for name in names]
        told = [one for one in told if one[1] != one[2]]
        if not told:
            self._at = changed
            return
        origin = NOBODY if changed.heard is None else changed.heard.words
        if len(told) == 1:
            yield self.step(*told[0], origin, changed)
        else:
            was, now = (", ".join(f"{one[0]} {one[which]}" for one in told) for which in (1, 2))
            yield self.step(RECORD, was, now, origin, changed)

    def calendar(self, today: date) -> Iterator[Changed]:
        if today == self._day:
            return
        read = [name for name in _AGES if name in self._read]
        before = {name: self._shown(self._at, name) for name in read}
        self._day = today
        after = {name: self._shown(self._at, name) for name in read}
        aged = [name for name in read if before[name] != after[name]]
        was, now = (", ".join(f"{name} {values[name]}" for name in aged) for values in (before, after))
        yield self.step("the calendar", was, now, "", self._at)

    def pins(self, pins: Pins) -> Iterator[Changed]:
        held = self._held
        if (held.score and held.score.value) != (pins.score and pins.score.value):
            self._held = replace(held, score=pins.score)
            because = pins.score.because if pins.score else ""
            yield self.step("score set by hand", _pinned(held.score), _pinned(pins.score), because, self._at)
        if (held.horizon and held.horizon.value) != (pins.horizon and pins.horizon.value):
            self._held = replace(self._held, horizon=pins.horizon)
            because = pins.horizon.because if pins.horizon else ""
            yield self.step("horizon set by hand", _pinned(held.horizon), _pinned(pins.horizon), because, self._at)
        self._held = pins

    def _shown(self, work: Work, name: str) -> str:
        return _spoken(read_work(work, None, name, View.of(self._rules, self._day)))

    def _where(self) -> str:
        return f"on {self._to.primary.key}"


def _value(fact: Fact | None) -> FactValue | None:
    return None if fact is None else fact.value


def _spoken(value: FactValue | None) -> str:
    return _MISSING if value is None else spoken(value)


def _serves(okr: OkrLink | None) -> str:
    return "none" if okr is None else okr.key_result or okr.objective


def _pinned(pin: Pin[str] | Pin[float] | None) -> str:
    if pin is None:
        return "no"
    return number(pin.value) if isinstance(pin.value, float) else pin.value
