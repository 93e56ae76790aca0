"""When something is told, and when again: pure over (what stands, what was told of it, what a receiver wants, the moment).

Few, and never twice. What stands has parts (the issues of a plan, the limits that tripped, the places that are fought
over); it is told when it is new, when more than half of its parts are new, and as a reminder after a day. What is over before it was
told is not told, but a failure that lasted: that is told afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final

from syncd.core.permission.leave import WriteKind
from syncd.core.permission.windows import ALWAYS, Closed, Windows, closed
from syncd.core.telling.notices import About, Event, Notice

APART: Final = timedelta(minutes=10)
"""Between two notices of one subject, unless what is new is urgent."""
FEW: Final = 10
"""So many new parts are never much more than there was."""
KEPT: Final = timedelta(days=7)
"""How long it is kept what was told of what is over: so that people can ask."""
AHEAD: Final = timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""
MORNING: Final = time(8)
"""When reports come, by the receiver's clock."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a receiver wants to hear, and when."""

    about: frozenset[About]
    sources: frozenset[str] = frozenset()
    """Empty: all."""
    quiet: Windows = ALWAYS
    """Its `deny` are the times of silence; its zone is the receiver's."""
    patience: timedelta = timedelta(minutes=5)
    remind: timedelta | None = timedelta(days=1)
    every: timedelta = timedelta(days=1)
    titles: bool = True

    def rests(self, moment: datetime) -> Closed | None:
        """None when messages may be sent now."""
        return closed(self.quiet, "", WriteKind.NOTE, moment)  # its times are about every source and kind


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of one subject for one receiver."""

    since: datetime
    """When it was first seen to stand."""
    at: datetime | None = None
    """When it was last told; None: not yet."""
    parts: frozenset[str] = frozenset()
    """What was told of it last."""
    over: datetime | None = None
    """When it was seen to stand no more."""
    times: int = 0
    headline: str = ""
    """Of the last notice."""

    @property
    def ended(self) -> bool:
        """Whether its end was told."""
        return self.over is not None and self.at is not None and not self.parts


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that may stand, and what there is to say about it."""

    name: str
    about: About
    source: str | None
    parts: frozenset[str]
    """Empty: it does not stand."""
    tell: Callable[[Event, Told], Notice | None]
    """None: there is nothing to say after all."""
    urgent: frozenset[str] = frozenset()
    """Those of its parts that are told at once when they are new: limits that tripped."""
    passing: frozenset[str] = frozenset()
    """Parts that come and go by themselves: told once within the time of a reminder."""
    reminds: bool = True
    """Whether it is told again after a while, when nothing happened."""
    lasting: bool = False
    """Told only when it lasts, and told when it ends."""
    report: bool = False
    """Told by the calendar, as what changed since the last time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    row: Told | None
    """What is to be kept, whether anything is sent or not; None: nothing."""
    notice: Notice | None = None
    sent: Told | None = None
    """What is to be kept instead once the notice has arrived."""


@dataclass(frozen=True, slots=True)
class Due:
    notices: tuple[Notice, ...] = ()
    keep: Mapping[str, Told | None] = field(default_factory=dict)
    """What changes in what is kept, by subject; to be kept before anything is sent."""
    sent: Mapping[str, Told | None] = field(default_factory=dict)
    """What is to be kept once the notices have arrived."""


def due(subjects: Iterable[Subject], told: Mapping[str, Told], terms: Terms, now: datetime) -> Due:
    """What one receiver is to be told now. A subject that is not among these is not known now, and stays as it is."""
    notices: list[Notice] = []
    keep: dict[str, Told | None] = {}
    sent: dict[str, Told | None] = {}
    resting = terms.rests(now) is not None
    for subject in subjects:
        if terms.sources and subject.source is not None and subject.source not in terms.sources:
            continue
        before = told.get(subject.name)
        verdict = _judge(subject, before, terms, now)
        if verdict.row != before:
            keep[subject.name] = verdict.row
        if verdict.notice is not None and not resting:
            notices.append(verdict.notice)
            sent[subject.name] = verdict.sent
    return Due(tuple(notices), keep, sent)


def _judge(subject: Subject, row: Told | None, terms: Terms, now: datetime) -> Verdict:
    # A plan at a brake waits, too.
    if subject.about not in terms.about and (subject.about is not About.BRAKE or About.WAITING not in terms.about):
        return Verdict(None)
    if subject.report:
        return _reported(subject, row, terms, now)
    if not subject.parts:
        return _over(subject, row, terms, now)
    if row is None:
        row = Told(now)
    elif row.over is not None:
        row = _again(subject, row, terms, now)
    event = _event(subject, row, terms, now)
    notice = subject.tell(event, row) if event is not None else None
    return Verdict(row) if notice is None else Verdict(row, *_said(subject, row, notice, now))


def _again(subject: Subject, row: Told, terms: Terms, now: datetime) -> Told:
    """Of what was over and stands again."""
    if subject.lasting:
        # What broke anew before its end was told, has not ended.
        return replace(row, since=now, at=None, over=None) if row.ended else replace(row, over=None)
    lately = row.at is not None and _passed(row.at, now) < (terms.remind or APART)
    return replace(row, since=now, over=None, parts=row.parts & subject.passing if lately else frozenset())


def _event(subject: Subject, row: Told, terms: Terms, now: datetime) -> Event | None:
    if subject.lasting:
        return Event.NEW if row.at is None and _passed(row.since, now) >= terms.patience else None
    if row.at is None:
        return Event.NEW
    quiet, new, alarm = _passed(row.at, now), subject.parts - row.parts, subject.urgent - row.parts
    again = Event.REMINDER if subject.reminds and terms.remind is not None and quiet >= terms.remind else None
    if subject.urgent and subject.urgent <= row.parts & subject.passing:
        return again  # it goes by itself, and came again
    if quiet < APART and not alarm:
        return again
    if subject.parts.isdisjoint(row.parts):
        return Event.NEW
    return Event.CHANGED if alarm or len(new) > max(FEW, len(subject.parts) - len(new)) else again


def _passed(since: datetime, now: datetime) -> timedelta:
    """A moment that lies ahead was told by a clock that went wrong: it counts for nothing."""
    return now - since if since <= now + AHEAD else timedelta.max


def _over(subject: Subject, row: Told | None, terms: Terms, now: datetime) -> Verdict:
    if row is None:
        return Verdict(None)
    if not subject.lasting:
        kept = row.at is not None and _passed(row.at, now) < KEPT
        return Verdict(replace(row, over=row.over or now) if kept else None)
    if row.ended:
        return Verdict(row if row.at is not None and _passed(row.at, now) < KEPT else None)
    ended = replace(row, over=row.over or now)
    if row.at is None and (ended.over or now) - row.since < terms.patience:
        return Verdict(None)  # a blip
    notice = subject.tell(Event.OVER, ended)
    if notice is None:
        return Verdict(None)
    said, kept_row = _said(subject, ended, notice, now)
    return Verdict(ended, said, kept_row)


def _reported(subject: Subject, row: Told | None, terms: Terms, now: datetime) -> Verdict:
    if subject.about not in terms.about:
        return Verdict(None)
    if row is None or row.at is None:
        return Verdict(Told(now, now, subject.parts))  # what the first report is held against
    if now < next_report(row.at, terms):
        return Verdict(row)
    notice = None if subject.parts == row.parts else subject.tell(Event.NEW, row)
    if notice is None:
        return Verdict(replace(row, since=now, at=now, parts=subject.parts))
    notice, kept = _said(subject, row, notice, now)
    return Verdict(row, notice, replace(kept, since=now))


def next_report(at: datetime, terms: Terms) -> datetime:
    """When a report is due whose last one was at this moment."""
    zone = terms.quiet.zone
    last = at.astimezone(zone)
    day = last.date() + timedelta(days=terms.every.days) - timedelta(days=last.time() < MORNING)
    return datetime.combine(day, MORNING, zone)


def _said(subject: Subject, row: Told, notice: Notice, now: datetime) -> tuple[Notice, Told]:
    kept = replace(row, at=now, parts=subject.parts, times=row.times + 1, headline=notice.headline)
    return _named(notice, row), kept


def _named(notice: Notice, row: Told) -> Notice:
    said = f"{notice.subject} {row.since.isoformat()} {row.times} {notice.event}"
    return replace(notice, since=row.since, id=hashlib.sha256(said.encode()).hexdigest()[:16])
