"""What a message is made of: one notice for each thing that somebody should hear of. Plain text, marked up for no tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class About(StrEnum):
    """What may be told; a receiver chooses."""

    WAITING = "waiting"
    """A plan waits for a person."""
    BRAKE = "brake"
    """It waits because too much would change."""
    FAILED = "failed"
    """A source cannot be used, or works again."""
    FIGHT = "fight"
    """A bot, or another syncd, writes over what syncd writes."""
    HORIZONS = "horizons"
    """What entered and left the first horizons."""


class Event(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    """It was told before, and is much more by now."""
    REMINDER = "reminder"
    """It was told before, and nothing happened for long."""
    OVER = "over"
    """What was told has ended, or had ended before it could be told."""
    TEST = "test"
    """A person tries whether messages arrive."""


@dataclass(frozen=True, slots=True)
class Line:
    """One issue in a notice."""

    key: str
    title: str
    """As the tool has it: anybody's words. Empty where titles are not told."""
    what: str
    """`horizon next → now`"""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. Titles and reasons are other people's words: whoever marks it up escapes them."""

    subject: str
    """What it is about, the same each time: `plan:jira`."""
    about: About | None
    """None: nothing, it is a test."""
    event: Event
    headline: str
    """Ours alone: names of sources, numbers, limits."""
    source: str | None = None
    reasons: tuple[str, ...] = ()
    """One sentence each."""
    lines: tuple[Line, ...] = ()
    more: int = 0
    """Issues that have no line."""
    command: str | None = None
    """What to type next."""
    path: str = "/"
    """Where on the page it stands."""
    digest: str | None = None
    """Of the plan that the command approves."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None
    """When what is told of was first seen."""
    id: str = ""
    """The same whenever the same notice is told again, as after a crash."""
