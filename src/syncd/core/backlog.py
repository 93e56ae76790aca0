"""What an issue means to us: the common backlog model, and what scoring and ranking make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from syncd.core.issue import FieldValue, Link, Pointer, Ref, Sprint
from syncd.core.record import record
from syncd.core.voices import Heard


class Status(StrEnum):
    TODO = "todo"
    ACTIVE = "active"
    DONE = "done"
    DROPPED = "dropped"
    """Closed without being done: won't do, duplicate, not planned."""

    open: bool

    def __init__(self, value: str) -> None:
        self.open = value in ("todo", "active")


class Kind(StrEnum):
    INITIATIVE = "initiative"
    EPIC = "epic"
    STORY = "story"
    TASK = "task"
    BUG = "bug"
    SUBTASK = "subtask"
    OTHER = "other"


FactValue = float | str | bool | date | tuple[str, ...]
"""What rules may read: number, text, flag, date, set of words. A missing fact is absent, never a zero."""


@record(frozen=True, slots=True)
class Fact:
    value: FactValue
    origin: str
    """Where it came from, for the receipt: "Jira field Story Points", "label size/M", "default"."""


@dataclass(frozen=True, slots=True)
class Expired:
    """An answer that is too old to count (`expires:` of a fact)."""

    fact: str
    shown: str
    """What stands there, in quotation marks."""
    origin: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one issue (or a whole source) that syncd cannot use as it is; always with a remedy."""

    source: str
    key: str | None
    """None: the source as a whole."""
    code: str
    """Stable and greppable, such as unknown-status, parent-cycle, ambiguous-twin."""
    message: str
    """One sentence for people."""
    remedy: str
    """What to do or type next."""
    excludes: bool = False
    """True: the issue is not in the backlog because of it (it counts as a problem instead of an item)."""


@record(frozen=True, slots=True)
class BacklogItem:
    """One issue, normalized. Open or not: closed items stay, so that parents, blockers and history resolve."""

    ref: Ref
    key: str
    url: str
    scope: str
    revision: str
    title: str
    kind: Kind
    status: Status
    state: str
    """The tool's own status name."""
    priority: int
    """1 highest … 5 lowest; 3 when the tool says nothing. See `priority_name`."""
    created: datetime
    updated: datetime
    priority_name: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reporter: str | None = None
    closed: datetime | None = None
    due: date | None = None
    effort: float | None = None
    """The fact named effort, in the team's unit (story points, days); None when nobody estimated."""
    parent: Pointer | None = None
    links: tuple[Link, ...] = ()
    mentions: tuple[Pointer, ...] = ()
    """Keys and URLs of other issues found in title and body, in order, without repeats."""
    same_as: tuple[Pointer, ...] = ()
    """The mentions by which this issue says that it is the same work as another (a twin)."""
    sprint: Sprint | None = None
    milestone: str | None = None
    components: tuple[str, ...] = ()
    votes: int = 0
    reactions: int = 0
    watchers: int = 0
    comments: int = 0
    body: str = ""
    """Empty unless a rule reads `body` (Rules.reads_body)."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    expired: tuple[Expired, ...] = ()
    """Answers that are there and too old: somebody should give them again (`syncd stale`)."""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """Live values of the fields that syncd reads or writes."""
    handles: Mapping[str, str] = field(default_factory=dict)
    milestone_due: date | None = None
    """When the milestone or fix version is to be released."""


@dataclass(frozen=True, slots=True)
class OkrLink:
    """The tie of an item to an outcome, and how it came about (for the receipt)."""

    objective: str
    key_result: str | None
    because: str


@record(frozen=True, slots=True)
class Work:
    """One piece of work: an item and its twins in other tools. It has one score and one rank.

    `primary` is the member whose facts win (policy.prefer); facts missing there come from the other members.
    """

    primary: BacklogItem
    twins: tuple[BacklogItem, ...] = ()
    parent: Ref | None = None
    """The primary of the parent work."""
    blocks: tuple[Ref, ...] = ()
    """Primaries of open work that waits for this one."""
    blocked_by: tuple[Ref, ...] = ()
    okr: OkrLink | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    """Union over the members."""
    heard: Heard | None = None
    """What users say about it; None where nobody does."""

    @property
    def ref(self) -> Ref:
        return self.primary.ref

    @property
    def members(self) -> tuple[BacklogItem, ...]:
        return (self.primary, *self.twins)

    @property
    def open(self) -> bool:
        """Work is open as long as one of its members is."""
        return self.primary.status.open or any(member.status.open for member in self.twins)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of the explanation. Lines with a `total` form the running sum that ends in the score."""

    step: str
    """input, formula, scale, adjust, cap, blocker, pin or note"""
    text: str
    """What happened, for people: "effort = 3", "rice = reach × impact × confidence ÷ effort"."""
    because: str = ""
    """Origin of an input, `because` of an adjustment, reason of a pin."""
    value: float | str | None = None
    """The input's value, the adjustment's factor or summand."""
    total: float | None = None
    """The score after this line."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Why a piece of work has its score. Recomputing the lines gives `score`; None means unscored, `reason` says why."""

    ref: Ref
    key: str
    lines: tuple[ReceiptLine, ...]
    score: float | None
    reason: str | None = None


@record(frozen=True, slots=True)
class Ranked:
    """A piece of open work at its place in the one ranked backlog."""

    work: Work
    score: float | None
    """None: unscored, ranked after everything that has a score."""
    rank: int
    """1 is the top; dense over all open work."""
    horizon: str | None
    """Name of the horizon (now, next, later …), None when no horizons are configured."""
    pins: tuple[str, ...] = ()
    """What a person decided instead: "horizon=now (label roadmap/now on PAY-12)"."""
    unscored_because: str | None = None
    backlog: str = ""
    """The backlog in which it has this rank; empty where there is only one."""
    team: str | None = None
    """Whose capacity it takes, where horizons are split among teams: as the rules name it, None without a room."""
