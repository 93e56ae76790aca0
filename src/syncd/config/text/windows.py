"""`windows:` in syncd.yaml as people write it: when syncd may write, and when it must not."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field, model_validator

from syncd.config.text.quantities import Day, Name, Text, must, shown
from syncd.core.permission.leave import WriteKind
from syncd.core.permission.windows import DAYS

_HOURS: Final = r"^([01]?\d|2[0-3]):[0-5]\d *- *(([01]?\d|2[0-3]):[0-5]\d|24:00)$"
_DAYS: Final = rf"^({'|'.join(DAYS)})( *- *({'|'.join(DAYS)}))?$"


def _hours(value: object) -> object:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str) or not re.match(_HOURS, value.strip()):
        raise must(f"must be hours of the day, not {shown(value)}", 'write "20:00-06:00" or "12:00-24:00"')
    start, _, end = value.partition("-")
    return _time(start), _time(end)


def _time(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour) % 24, int(minute))


def _weekdays(value: object) -> object:
    if isinstance(value, frozenset):
        return value
    found: set[int] = set()
    for one in value if isinstance(value, list | tuple) else [value]:
        word = one.strip().casefold() if isinstance(one, str) else ""
        if not re.match(_DAYS, word):
            raise must(f"must be days of the week, not {shown(one)}", "write mon-fri, sat, or [mon, wed, fri]")
        first, _, last = (part.strip() for part in word.partition("-"))
        start, end = DAYS.index(first), DAYS.index(last or first)
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found)


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


_Weekday = Annotated[str, Field(pattern=_DAYS, examples=["mon-fri"])]
Weekdays = Annotated[frozenset[int], BeforeValidator(_weekdays, json_schema_input_type=_Weekday | list[_Weekday])]
Hours = Annotated[
    tuple[time, time],
    BeforeValidator(_hours, json_schema_input_type=Annotated[str, Field(pattern=_HOURS, examples=["20:00-06:00"])]),
]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=Name | list[Name])]
Kinds = Annotated[tuple[WriteKind, ...], BeforeValidator(_listed, json_schema_input_type=WriteKind | list[WriteKind])]


class TimeText(Text):
    """A time: days of the week, hours of the clock, dates; what is left out does not matter."""

    otherwise: ClassVar[str] = "write days, hours, or from and until"
    """How to mend one that says none."""

    days: Weekdays | None = None
    """mon-fri, sat, [mon, wed]: the days on which the hours begin."""
    hours: Hours | None = None
    """From … to; past midnight when the second is not later than the first."""
    first: Day | None = Field(default=None, alias="from")
    """The first day."""
    until: Day | None = None
    """The last day, which still belongs to it."""

    @model_validator(mode="before")
    @classmethod
    def _says_a_time(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.keys() & {"days", "hours", "from", "until"}:
            raise must("must say a time", cls.otherwise)
        return data

    @model_validator(mode="after")
    def _in_order(self) -> TimeText:
        if self.first is not None and self.until is not None and self.until < self.first:
            raise must(f"must not end ({self.until}) before it begins ({self.first})")
        return self


class WindowText(TimeText):
    """A time, and whose writes it is about."""

    otherwise: ClassVar[str] = f"{TimeText.otherwise}; or use `mode: observe` or `syncd hold`"

    sources: Names = ()
    """Only these sources; all where it is left out."""
    kinds: Kinds = ()
    """Only these kinds of write: fields, labels, order, note."""
    because: Name | None = None
    """Shown where a plan waits: release freeze."""


class WindowsText(Text):
    """When syncd may write. Outside of it plans wait, and say until when; reading and deciding go on."""

    zone: Name = "UTC"
    """Whose clock the hours are of: Europe/Berlin, America/New_York."""
    allow: tuple[WindowText, ...] = ()
    """Write at these times only. Without it, at any time."""
    deny: tuple[WindowText, ...] = ()
    """Never write at these times; wins over allow."""
