"""What users say, as scoring.yaml names it: the files, their columns, and what counts as recent."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from syncd.config.text.quantities import Duration, Flag, Name, Text, must, shown


class Dates(StrEnum):
    """How days are written that could be read in two ways, such as 3/11/2026."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class ColumnsText(Text):
    """Which column says what. Those left out are known by their usual names: issue, key or feature; customer, company or
    organization; person, user or email; said, quote or feedback; when, date or created."""

    about: Name | None = None
    """The issues it is about: keys or web addresses, one or several."""
    customer: Name | None = None
    person: Name | None = None
    said: Name | None = None
    """What they said, in their own words."""
    when: Name | None = None
    """The day: 2026-11-03, 3 Nov 2026, or a moment such as 2026-11-03T10:15:00Z"""
    weight: Name | None = None
    """What the customer is worth: revenue, seats."""
    channel: Name | None = None
    sentiment: Name | None = None


class VoiceFileText(Text):
    """One file, CSV or JSON lines."""

    file: Name
    """A path, relative to this folder: voices.csv"""
    columns: ColumnsText = ColumnsText()
    dates: Dates | None = None
    """day first or month first, where days are written like 3/11/2026."""
    channel: Name | None = None
    """Where it all comes from, where no column says it: interviews"""


def _file(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


def _files(value: object) -> object:
    return value if isinstance(value, list) else [value]


VoiceFile = Annotated[VoiceFileText, BeforeValidator(_file, json_schema_input_type=str | VoiceFileText)]


class VoicesText(Text):
    """What users say. It never leaves this machine but for counts."""

    files: Annotated[
        tuple[VoiceFile, ...],
        Field(min_length=1, max_length=50),
        BeforeValidator(_files, json_schema_input_type=VoiceFile | list[VoiceFile]),
    ]
    """One file, or several."""
    recent: Duration = Field(default="90 days", validate_default=True)
    """How old a voice may be that counts for voices.recent."""
    children: Flag = True
    """Whether an epic hears what its open children hear."""


def _voices(value: object) -> object:
    """A text alone is a file, a list are files."""
    if not isinstance(value, str | list | dict | VoicesText | None):
        raise must(f"must be a file, or several, not {shown(value)}", "write `voices: voices.csv`")
    return {"files": value} if isinstance(value, str | list) else value


Voices = Annotated[VoicesText, BeforeValidator(_voices, json_schema_input_type=str | list[VoiceFile] | VoicesText)]
