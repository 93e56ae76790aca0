"""What the simulated GitHub holds: accounts, repositories with labels and issues, projects with fields and items.

Moments are kept as GitHub writes them, 2026-03-01T09:30:00Z: they sort as text.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass, field

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def node_id(prefix: str, *numbers: int) -> str:
    """An opaque id of the form that GitHub gives since 2021: a prefix and packed numbers."""
    raw = bytes([0x90 + len(numbers) + 1, 0]) + b"".join(struct.pack(">BQ", 0xCF, number) for number in numbers)
    return f"{prefix}_{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


@dataclass(slots=True, eq=False)
class Account:
    id: int
    login: str
    kind: str = "User"
    """User, Organization or Bot."""

    @property
    def node(self) -> str:
        return node_id({"User": "U", "Organization": "O", "Bot": "BOT"}.get(self.kind, "U"), self.id)


@dataclass(slots=True, eq=False)
class Label:
    id: int
    node: str
    repository: Repository
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


@dataclass(slots=True, eq=False)
class Milestone:
    id: int
    node: str
    number: int
    title: str
    created: str
    updated: str
    description: str | None = None
    state: str = "open"
    due: str | None = None
    creator: Account | None = None


@dataclass(slots=True, eq=False)
class Comment:
    id: int
    node: str
    body: str
    author: Account | None
    created: str
    updated: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of an issue's timeline: a label that came or went, or a value of an issue field."""

    number: int
    kind: str
    """LabeledEvent, UnlabeledEvent, IssueFieldAddedEvent, IssueFieldChangedEvent or IssueFieldRemovedEvent."""
    at: str
    by: Account | None
    label: Label | None = None
    field: IssueField | None = None
    was: str | None = None
    now: str | None = None


@dataclass(slots=True, eq=False)
class Issue:
    """An issue, or a pull request when `pull` is set: to the issues API both are rows of one list."""

    id: int
    node: str
    repository: Repository
    number: int
    title: str
    created: str
    updated: str
    body: str | None = None
    state: str = "open"
    reason: str | None = None
    author: Account | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    milestone: Milestone | None = None
    closed: str | None = None
    closed_by: Account | None = None
    locked: bool = False
    lock_reason: str | None = None
    association: str = "NONE"
    type: dict[str, object] | None = None
    comments: int = 0
    said: list[Comment] = field(default_factory=list)
    reactions: dict[str, int] = field(default_factory=dict)
    """Counts that came with the data; the reactions given since stand in `reactors`."""
    reactors: dict[str, dict[str, int]] = field(default_factory=dict)
    """Content → login → the reaction's id."""
    parent: Issue | None = None
    parent_url: str | None = None
    """The parent where it is not among the data."""
    children: list[Issue] = field(default_factory=list)
    blocked_by: int = 0
    blocking: int = 0
    """These two came with the data; relations made since stand in the two lists."""
    waits_for: list[Issue] = field(default_factory=list)
    holds_up: list[Issue] = field(default_factory=list)
    pull: dict[str, object] | None = None
    draft: bool | None = None
    values: dict[str, object] = field(default_factory=dict)
    """Of issue fields, by the field's node id; a single select holds the option's id."""
    timeline: list[Happening] = field(default_factory=list)
    """What was done to labels and issue fields since the start, oldest first."""

    @property
    def waits(self) -> tuple[int, int]:
        """For how many it waits: open ones, and all."""
        return self.blocked_by + sum(i.state == "open" for i in self.waits_for), self.blocked_by + len(self.waits_for)

    @property
    def holds(self) -> tuple[int, int]:
        return self.blocking + sum(i.state == "open" for i in self.holds_up), self.blocking + len(self.holds_up)

    def count(self, content: str) -> int:
        return self.reactions.get(content, 0) + len(self.reactors.get(content, ()))


@dataclass(slots=True, eq=False)
class Repository:
    id: int
    node: str
    owner: Account
    name: str
    created: str
    labels: dict[str, Label] = field(default_factory=dict)
    """By casefolded name."""
    issues: dict[int, Issue] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    moved: dict[int, Issue] = field(default_factory=dict)
    """Transferred issues by the number that they had here."""
    milestones: dict[int, Milestone] = field(default_factory=dict)
    has_issues: bool = True
    archived: bool = False
    """It can be read and nothing in it changed."""
    private: bool = False
    version: int = 0
    """Counts changes, for caches."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def next_number(self) -> int:
        return max([0, *self.issues, *self.deleted, *self.moved]) + 1


@dataclass(slots=True, eq=False)
class Option:
    id: str
    name: str
    start: str = ""
    """Iterations only."""
    days: int = 14


@dataclass(slots=True, eq=False)
class ProjectField:
    node: str
    name: str
    type: str
    """NUMBER, TEXT, DATE, SINGLE_SELECT, ITERATION, or a built-in one such as TITLE."""
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class IssueField:
    """A field that every issue of an organization has."""

    id: int
    node: str
    name: str
    type: str
    """As REST writes it: number, text, date, single_select."""
    options: list[Option] = field(default_factory=list)
    """With ids as GraphQL has them; REST's are the numbers that they end with."""
    at: str = ""


@dataclass(slots=True, eq=False)
class Draft:
    node: str
    title: str
    body: str


@dataclass(slots=True, eq=False)
class Item:
    node: str
    project: Project
    content: Issue | Draft
    created: str
    updated: str
    values: dict[str, object] = field(default_factory=dict)
    """By field node id; a single select or iteration holds the option's id."""
    archived: bool = False
    redacted: bool = False


@dataclass(slots=True, eq=False)
class Project:
    id: int
    node: str
    owner: Account
    number: int
    title: str
    created: str
    updated: str
    fields: list[ProjectField] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """In their order, top first."""
    by_issue: dict[int, Item] = field(default_factory=dict)
    closed: bool = False
    writable: bool = True
    uncounted: int = 0
    """Items that are counted and shown to nobody."""
    hidden: bool = False
    """From every token: a project of somebody else, which issues may be in all the same."""


@dataclass(slots=True, eq=False)
class Site:
    """Everything there is."""

    started: str
    accounts: dict[str, Account] = field(default_factory=dict)
    """By casefolded login."""
    repositories: dict[int, Repository] = field(default_factory=dict)
    names: dict[str, Repository] = field(default_factory=dict)
    """By casefolded owner/name, former names included."""
    projects: dict[tuple[str, int], Project] = field(default_factory=dict)
    issue_fields: dict[str, list[IssueField]] = field(default_factory=dict)
    """By the organization's casefolded login."""
    nodes: dict[str, object] = field(default_factory=dict)
    last_id: int = 5_000_000_000
    events: int = 0
    """How many events timelines hold."""
    project_moves: bool = True
    """Whether an item's edit moves its project's time of change (GitHub does not say)."""

    dependency_moves: bool = True
    """Whether a dependency moves the time of change of both issues (GitHub does not say)."""

    issue_field_moves: bool = True
    """Whether an issue field's edit moves the issue's time of change (GitHub does not say)."""

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def account(self, login: str, kind: str = "User", id_: int | None = None) -> Account:
        """An account comes to be when it is first named, also by a request that is not journaled: its id is made of its
        name, so that a restart that replays the journal gives all others the same ids."""
        found = self.accounts.get(login.casefold())
        if found is None:
            id_ = id_ or 100_000_000 + zlib.crc32(login.casefold().encode())
            kind = "Bot" if login.endswith("[bot]") else kind
            found = self.accounts[login.casefold()] = Account(id_, login, kind)
            self.nodes[found.node] = found
        return found

    def repository(self, full_name: str) -> Repository | None:
        return self.names.get(full_name.casefold())
