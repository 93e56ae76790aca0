"""What a tool told us about an issue, in one shape for every tool and not yet interpreted.

A connector translates its wire format into these types; `normalize` gives them a meaning. Everything here can be
stored and read back without loss (msgspec encodes these dataclasses as they are).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

FieldValue = str | float | bool | tuple[str, ...] | None
"""A field as a tool shows it: text (also an option's name or an ISO date), a number (always float), a flag, several
texts, or nothing. Empty text and an empty list are normalized to None by the connector."""


class Ref(Struct, frozen=True, order=True, gc=False):
    """The identity of an issue: the source's configured name and the tool's immutable id. A key is only an alias.

    A struct, since refs are made and looked up by the million: its hash and its comparison run outside of Python.
    """

    source: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.id}"


class LinkKind(StrEnum):
    """How the issue that carries the link stands to the other one, read from the carrier: "I block the other"."""

    BLOCKS = "blocks"
    BLOCKED_BY = "blocked_by"
    DUPLICATES = "duplicates"
    DUPLICATED_BY = "duplicated_by"
    SAME_AS = "same_as"
    RELATES = "relates"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a parent or link leads, in the tool's words. At least one is set; `id` is in the same source.

    `key` is a key as people write it (PAY-12, acme/web#7), `url` a web address. Resolving it is the work of `core.linking.link`.
    """

    id: str | None = None
    key: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    kind: LinkKind
    to: Pointer
    open: bool | None = None
    """Whether the other issue was open when this one was read; None where the tool does not say."""


class StateGroup(StrEnum):
    """The tool's own coarse reading of a status, before any configured mapping."""

    NEW = "new"
    ACTIVE = "active"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sprint:
    name: str
    state: str
    """active, future or closed"""
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceIssue:
    """One issue as its tool shows it now. All datetimes are aware and in UTC."""

    ref: Ref
    key: str
    """How people name it: PAY-12, acme/web#7"""
    url: str
    scope: str
    """The Jira project key or owner/repository it lives in; native order and census are per scope."""
    revision: str
    """Differs whenever anything below differs; equal revisions mean equal issues."""
    title: str
    state: str
    state_group: StateGroup
    created: datetime
    updated: datetime
    body: str = ""
    """Plain text or markup as the tool stores it; only read for mentions and for rules that ask for it."""
    kind: str | None = None
    """The tool's name of the issue type: Bug, Story, Epic …"""
    resolution: str | None = None
    """Why it was closed, in the tool's words: Won't Do, not_planned, Duplicate …"""
    priority: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reporter: str | None = None
    closed: datetime | None = None
    due: date | None = None
    parent: Pointer | None = None
    links: tuple[Link, ...] = ()
    sprint: Sprint | None = None
    milestone: str | None = None
    """GitHub milestone or the earliest unreleased Jira fix version."""
    components: tuple[str, ...] = ()
    votes: int = 0
    """Jira votes; on GitHub the thumbs-up reactions."""
    reactions: int = 0
    watchers: int = 0
    comments: int = 0
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """The configured extra fields by the name used in the configuration, set or None. An unknown name is absent."""
    handles: Mapping[str, str] = field(default_factory=dict)
    """Opaque to everyone but the connector that wrote it, which gets it back in `Edit.handles` (node ids and such)."""
    milestone_due: date | None = None
    """When the milestone or fix version is to be released."""


@dataclass(frozen=True, slots=True)
class FieldPatch:
    """Field values and handles that a tool reports apart from the issue (GitHub project items), kept beside it.

    A patch replaces the issue's previous patch as a whole. Its fields win over those of the issue itself.
    """

    id: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Touch:
    """One change of one place of an issue, as a tool remembers it.

    A place is named as in the ledger: `field:NAME`, or `label:PREFIX` for a family of labels, whose value is one label,
    several as a sorted tuple, or nothing.
    """

    by: tuple[str, ...]
    """The account's names and ids, under each of which the configuration may list it; the first is for people. Empty:
    the tool does not say who it was."""
    at: datetime
    found: FieldValue
    """What stood there before."""
    left: FieldValue
    """What stood there afterwards."""
