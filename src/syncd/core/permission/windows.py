"""Change windows: when which kind of write may be made to which source. Pure over (windows, moment).

Times are those of a wall clock in a named zone. On the two days of the year on which a clock is put forward or back, the
doubtful hour belongs to what forbids: an allowed time is the shorter reading of its words, a denied one the longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from syncd.core.permission.leave import WriteKind

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = timedelta(days=400)
"""How far ahead an opening is looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time that comes again: on these weekdays, within these dates, between these hours of the clock."""

    days: frozenset[int] = frozenset(range(7))
    """Weekdays, Monday is 0: those on which `start` falls."""
    start: time = time(0)
    end: time = time(0)
    """At or before `start`: on the day after."""
    first: date | None = None
    """First and last day, both included; None is no end."""
    last: date | None = None
    sources: frozenset[str] = frozenset()
    """Empty: all."""
    kinds: frozenset[WriteKind] = frozenset()
    """Empty: all."""
    because: str = ""

    def about(self, source: str, kind: WriteKind) -> bool:
        return (not self.sources or source in self.sources) and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Windows:
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    allow: tuple[Window, ...] = ()
    """Where any of these is about a kind of write, it is made within one of them only."""
    deny: tuple[Window, ...] = ()
    """Wins over `allow`."""


ALWAYS = Windows()


@dataclass(frozen=True, slots=True)
class Closed:
    """Why nothing of a kind may be written at a moment."""

    kinds: frozenset[WriteKind] = field(compare=False)
    until: datetime | None
    """UTC; None: not within the next 400 days."""
    because: str
    """What denies it; empty where it is just outside of what is allowed."""


def closed(windows: Windows, source: str, kind: WriteKind, moment: datetime) -> Closed | None:
    """None when this kind of write may be made now."""
    denial = _within(windows, windows.deny, source, kind, moment, widest=True)
    if denial is None and _allowed(windows, source, kind, moment):
        return None
    return Closed(frozenset({kind}), _opens(windows, source, kind, moment), denial.because if denial else "")


def _allowed(windows: Windows, source: str, kind: WriteKind, moment: datetime) -> bool:
    if not any(window.about(source, kind) for window in windows.allow):
        return True
    return _within(windows, windows.allow, source, kind, moment, widest=False) is not None


def _within(
    windows: Windows, of: tuple[Window, ...], source: str, kind: WriteKind, moment: datetime, *, widest: bool
) -> Window | None:
    today = moment.astimezone(windows.zone).date()
    for window in of:
        if window.about(source, kind):
            for day in (today - timedelta(days=1), today):
                span = _span(window, day, windows.zone, widest=widest)
                if span is not None and span[0] <= moment < span[1]:
                    return window
    return None


def _span(window: Window, day: date, zone: tzinfo, *, widest: bool) -> tuple[datetime, datetime] | None:
    """The window that begins on this day, in UTC."""
    outside = (window.first is not None and day < window.first) or (window.last is not None and day > window.last)
    if day.weekday() not in window.days or outside:
        return None
    after = day + timedelta(days=1) if window.end <= window.start else day
    begins = _readings(datetime.combine(day, window.start, zone))
    ends = _readings(datetime.combine(after, window.end, zone))
    return (begins[0], ends[1]) if widest else (begins[1], ends[0])


def _readings(wall: datetime) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that this time of a wall clock may mean."""
    one, other = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(one, other), max(one, other)


def _opens(windows: Windows, source: str, kind: WriteKind, moment: datetime) -> datetime | None:
    """The next moment at which nothing forbids it: only there may an allowed span begin or a denied one end."""
    for ahead in (9, AHEAD.days):
        for at in sorted(at for at in set(_edges(windows, source, kind, moment, ahead)) if at > moment):
            denied = _within(windows, windows.deny, source, kind, at, widest=True)
            if denied is None and _allowed(windows, source, kind, at):
                return at
    return None


def _edges(windows: Windows, source: str, kind: WriteKind, moment: datetime, ahead: int) -> Iterator[datetime]:
    """Where allowed times begin and denied ones end, in the next so many days."""
    today = moment.astimezone(windows.zone).date()
    both = [*((window, False) for window in windows.allow), *((window, True) for window in windows.deny)]
    for window, widest in both:
        if not window.about(source, kind):
            continue
        for day in (today + timedelta(days=days) for days in range(-1, ahead)):
            if (span := _span(window, day, windows.zone, widest=widest)) is not None:
                yield span[1] if widest else span[0]
