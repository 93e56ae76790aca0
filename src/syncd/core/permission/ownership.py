"""Whose value stands there: every place that syncd writes to, held against the ledger of what syncd wrote.

A place is one target on one issue. What a person put there is never written over; it is read instead, as a pin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from syncd.core.backlog import BacklogItem, Problem, Work
from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.authors import Author, Authors, Line, Word, whom
from syncd.core.permission.values import labels_in, number_of, plain, same_value, texts
from syncd.core.plan import Change, Relabel
from syncd.core.record import record
from syncd.core.rules import OnEdit, Rules, Slot, SourceRules, Target

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the ledger: the last value that syncd left in a place. For a label target it is the whole label."""

    value: FieldValue
    at: datetime
    run: str

    @property
    def line(self) -> Line:
        return self.at, self.run


Ledger = Mapping[tuple[Ref, str], Written]
"""By issue and `Target.key`."""


class Standing(StrEnum):
    OURS = "ours"
    """Empty and never written, still what we wrote, or changed by listed bots alone: ours to change."""
    THEIRS = "theirs"
    """A person (or a bot that is not listed) put or took away what is there."""
    MISSING = "missing"
    """The tool does not have the field on this issue."""


@record(frozen=True, slots=True)
class Place:
    """What stands in one target of one issue, and whose it is. Several labels of one family are a sorted tuple."""

    live: FieldValue
    standing: Standing
    author: Author | None = None
    """Who changed what syncd had written there, as far as the tool was asked (`bots`)."""


@dataclass(frozen=True, slots=True)
class Pin(Generic[V]):
    """A person's value, taken as input."""

    value: V
    because: str


@dataclass(frozen=True, slots=True)
class Pins:
    """What people decided about one issue, or about one piece of work."""

    horizon: Pin[str] | None = None
    score: Pin[float] | None = None
    okr: Pin[tuple[str, str | None]] | None = None
    """Of an issue: ids of an objective and of its key result. Of work: None, since `core.linking.link` has used it already."""


@dataclass(frozen=True, slots=True)
class Ownership:
    places: Mapping[Ref, tuple[Place, ...]]
    """For each issue, in the order of its source's targets."""
    pins: Mapping[Ref, Pins]
    """Only issues on which a person decided something."""
    ours: Mapping[Ref, frozenset[str]]
    """What stands on an issue because we put it there, and so must not be read as a person's word: labels as they are
    spelled, fields as `field:NAME`."""
    problems: tuple[Problem, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Spot:
    """A target with what is asked of it for every issue."""

    target: Target
    key: str
    family: str
    """The label prefix, casefolded."""
    bots: Collection[str]
    """Accounts that count as nobody, casefolded."""


class _Held(NamedTuple):
    """What somebody chose in a place."""

    target: Target
    value: FieldValue
    author: Author | None


class Disputed(NamedTuple):
    """A place that shows something else than syncd wrote there."""

    item: BacklogItem
    place: str
    live: FieldValue
    written: Written


NO_PINS = Pins()
NOBODY_ASKED: Authors = MappingProxyType({})
_NOTHING: Mapping[str, Written] = MappingProxyType({})
_EMPTY = Place(None, Standing.OURS)
_ABSENT = Place(None, Standing.MISSING)


def left_by(change: Change) -> FieldValue:
    """What a confirmed change leaves in its place: the value that goes into the ledger."""
    if not isinstance(change, Relabel):
        return change.after
    return change.add if len(change.add) > 1 else next(iter(change.add), None)


def survey(items: Sequence[BacklogItem], ledger: Ledger, rules: Rules, authors: Authors = NOBODY_ASKED) -> Ownership:
    """Look at every place of every issue. `items` decides the order of the problems."""
    lines: dict[Ref, dict[str, Written]] = {}
    for (ref, key), written in ledger.items():
        lines.setdefault(ref, {})[key] = written
    spots = {name: _spots(source) for name, source in rules.sources.items()}
    meaning = _Meaning(rules)
    places: dict[Ref, tuple[Place, ...]] = {}
    pins: dict[Ref, Pins] = {}
    ours: dict[Ref, frozenset[str]] = {}
    problems: list[Problem] = []
    for item in items:
        ref = item.ref
        written_here = lines.get(ref, _NOTHING)
        found = places[ref] = tuple(
            _look(item, spot, written_here.get(spot.key), authors) for spot in spots.get(ref.source, ())
        )
        own: list[str] = []
        held: list[_Held] = []
        for place, spot in zip(found, spots.get(ref.source, ()), strict=True):
            problems.extend(_fought(item, spot, place))
            if place.live is None:
                continue
            if place.standing is Standing.THEIRS:
                held.append(_Held(spot.target, _chosen(place.live, written_here.get(spot.key)), place.author))
            else:
                own.extend(texts(place.live) if spot.target.label is not None else (spot.key,))
        if own:
            ours[ref] = frozenset(own)
        if held:
            said, problem = meaning.pins(item, held)
            if said != NO_PINS:
                pins[ref] = said
            if problem is not None:
                problems.append(problem)
    return Ownership(places, pins, ours, tuple(problems))


def disputed(items: Iterable[BacklogItem], ledger: Ledger, rules: Rules) -> Iterator[Disputed]:
    """The places that do not show any more what syncd wrote there, of the sources that list bots and where people are
    yielded to: who changed them decides."""
    spots = {name: {spot.key: spot for spot in _spots(source)} for name, source in rules.sources.items() if source.bots}
    if not spots:
        return
    lines: dict[Ref, list[tuple[str, Written]]] = {}
    for (ref, key), written in ledger.items():
        if key in spots.get(ref.source, ()):
            lines.setdefault(ref, []).append((key, written))
    for item in items:
        for key, written in sorted(lines.get(item.ref, ()), key=lambda line: line[0]):
            place = _look(item, spots[item.ref.source][key], written, NOBODY_ASKED)
            if place.standing is Standing.THEIRS:
                yield Disputed(item, key, place.live, written)


def pins_of_work(work: Work, pins: Mapping[Ref, Pins]) -> tuple[Pins, Problem | None]:
    """What people decided on any open member holds for the whole work; the primary is asked first."""
    horizon: Pin[str] | None = None
    score: Pin[float] | None = None
    conflict: tuple[Slot, Pin[str] | Pin[float], Pin[str] | Pin[float]] | None = None
    for member in work.members:
        said = pins.get(member.ref)
        if said is None or not member.status.open:
            continue
        if horizon is None:
            horizon = said.horizon
        elif said.horizon is not None and said.horizon.value != horizon.value:
            conflict = conflict or (Slot.HORIZON, horizon, said.horizon)
        if score is None:
            score = said.score
        elif said.score is not None and not same_value(said.score.value, score.value):
            conflict = conflict or (Slot.SCORE, score, said.score)
    if horizon is None and score is None:
        return NO_PINS, None
    return Pins(horizon, score), _conflict(work.primary, *conflict) if conflict else None


class _Meaning:
    """Reads people's values with the names that the rules define."""

    def __init__(self, rules: Rules) -> None:
        self._horizons = {name.casefold(): name for name in rules.horizon_names}
        self._okrs: dict[str, tuple[str, str | None]] = {}
        for objective in rules.okrs.objectives:
            self._okrs.setdefault(objective.id.casefold(), (objective.id, None))
            for key_result in objective.key_results:
                self._okrs.setdefault(key_result.id.casefold(), (objective.id, key_result.id))

    def pins(self, item: BacklogItem, held: Iterable[_Held]) -> tuple[Pins, Problem | None]:
        horizon: Pin[str] | None = None
        score: Pin[float] | None = None
        okr: Pin[tuple[str, str | None]] | None = None
        problem: Problem | None = None
        for target, value, author in held:
            if value is None:
                continue
            because = f"set by {whom(author)} on {item.key} ({_shown(target, value)})"
            said = value[len(target.label) :] if target.label is not None and isinstance(value, str) else value
            text = said.strip().casefold() if isinstance(said, str) else ""
            if target.slot is Slot.HORIZON and text in self._horizons:
                found = Pin(self._horizons[text], because)
                if horizon is not None and horizon.value != found.value:
                    problem = problem or _conflict(item, Slot.HORIZON, horizon, found)
                horizon = horizon or found
            elif target.slot is Slot.SCORE and (number := number_of(said)) is not None:
                pinned = Pin(number, because)
                if score is not None and not same_value(score.value, number):
                    problem = problem or _conflict(item, Slot.SCORE, score, pinned)
                score = score or pinned
            elif target.slot in (Slot.OBJECTIVE, Slot.KEY_RESULT):
                known = self._okrs.get(text) or self._okrs.get(text.partition(":")[0].strip())
                # A key result says more than its objective, so it wins where a person set both.
                if known is not None and (okr is None or target.slot is Slot.KEY_RESULT):
                    okr = Pin(known, because)
        return Pins(horizon, score, okr), problem


def _spots(source: SourceRules) -> tuple[_Spot, ...]:
    return tuple(_Spot(each, each.key, (each.label or "").casefold(), source.bots) for each in source.targets)


def _look(item: BacklogItem, spot: _Spot, written: Written | None, authors: Authors) -> Place:
    target = spot.target
    live: FieldValue
    if target.field is not None:
        if target.field not in item.fields:
            return _ABSENT
        live = plain(item.fields[target.field])
    else:
        live = labels_in(spot.family, item.labels)
    if written is None:
        if live is None:
            return _EMPTY
        # Several labels of one family are somebody's system, and not ours to tidy.
        adopted = target.adopt and not (target.label is not None and isinstance(live, tuple))
        return Place(live, Standing.OURS if adopted else Standing.THEIRS)
    if same_value(live, written.value) or target.on_edit is OnEdit.REASSERT:
        return Place(live, Standing.OURS)
    author: Author | None = None
    if spot.bots:
        traced = authors.get((item.ref, spot.key))
        if traced is not None and traced.about(written.line, live, item.revision, spot.bots):
            author = traced.author(spot.bots)
    nobody = author is not None and author.word is Word.BOT
    return Place(live, Standing.OURS if nobody else Standing.THEIRS, author)


def _fought(item: BacklogItem, spot: _Spot, place: Place) -> Iterator[Problem]:
    """A bot that does not give in is somebody's to look at."""
    author = place.author
    if author is None or author.word is not Word.FOUGHT:
        return
    where = f"the {spot.target.slot.value.replace('_', ' ')} of {item.key} ({spot.key.partition(':')[2]})"
    yield Problem(
        source=item.ref.source,
        key=item.key,
        code="bot-fights",
        message=f"{author.name}, listed under bots, and syncd write over each other in {where}: syncd yields now.",
        remedy=f"Keep the bot from writing there, or take the place off `write`; then: syncd release {item.key}",
    )


def _chosen(live: FieldValue, written: Written | None) -> FieldValue:
    """The one value that a person chose: beside a label of ours it is the other one; among several of theirs, none."""
    if not isinstance(live, tuple):
        return live
    theirs = [text for text in live if written is None or not same_value(text, written.value)]
    return theirs[0] if len(theirs) == 1 else None


def _conflict(item: BacklogItem, slot: Slot, wins: Pin[str] | Pin[float], loses: Pin[str] | Pin[float]) -> Problem:
    return Problem(
        source=item.ref.source,
        key=item.key,
        code="conflicting-pins",
        message=f"People disagree on the {slot.value} of {item.key}: {wins.value} was {wins.because}, "
        f"{loses.value} was {loses.because}; {wins.value} is used.",
        remedy=f"Set both places to the same value, or hand one back: syncd release {item.key}",
    )


def _shown(target: Target, value: FieldValue) -> str:
    return str(value) if target.label is not None else f"{target.field}: {_text(value)}"


def _text(value: FieldValue) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
