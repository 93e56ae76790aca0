"""A piece of the demo backlog before it takes the shape of one tool, and the places and people it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from syncd.demo.areas import Area
from syncd.demo.areas_github import API, MOBILE, WEB
from syncd.demo.areas_jira import PAYMENTS, STOREFRONT
from syncd.demo.body import Block


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    login: str
    account: str
    zone: str

    @property
    def email(self) -> str:
        return f"{self.login}@lumen.example"


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    due: int
    """Days from today; in the past when it is released."""

    @property
    def released(self) -> bool:
        return self.due < 0


@dataclass(frozen=True, slots=True)
class Scope:
    """A Jira project or a GitHub repository of the product."""

    name: str
    title: str
    share: int
    """Of the issues, in percent."""
    areas: tuple[Area, ...]
    versions: tuple[Version, ...]
    priorities: Mapping[int, str]
    """1 highest … 5 lowest, in the words of this team; empty for a team that sets none."""

    @property
    def jira(self) -> bool:
        return "/" not in self.name


JIRA_PRIORITIES = {1: "Highest", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}

PAY = Scope(
    "PAY",
    "Payments",
    28,
    PAYMENTS,
    (Version("Payments 4.1", -24), Version("Payments 4.2", 18), Version("Payments 5.0", 95)),
    JIRA_PRIORITIES,
)
SHOP = Scope(
    "SHOP",
    "Storefront",
    24,
    STOREFRONT,
    (Version("Storefront 24.3", -31), Version("Storefront 24.4", 25), Version("Storefront 25.1", 110)),
    {},
)
WEB_REPOSITORY = Scope(
    "lumen/web",
    "Web",
    20,
    WEB,
    (Version("v8.4", -12), Version("v8.5", 16), Version("v9.0", 80)),
    {1: "P0", 2: "P1", 3: "P2", 4: "P3", 5: "P3"},
)
API_REPOSITORY = Scope(
    "lumen/api",
    "API",
    16,
    API,
    (Version("2.16", -20), Version("2.17", 22), Version("3.0", 120)),
    {1: "priority: high", 2: "priority: high", 3: "priority: medium", 4: "priority: low", 5: "priority: low"},
)
MOBILE_REPOSITORY = Scope(
    "lumen/mobile", "Mobile", 12, MOBILE, (Version("6.2", -9), Version("6.3", 20), Version("7.0", 90)), {}
)
SCOPES = (PAY, SHOP, WEB_REPOSITORY, API_REPOSITORY, MOBILE_REPOSITORY)

TEAM = (
    Member("Jonas Müller", "jmueller", "5f0a1c2e8b7d4a0076c1e001", "Europe/Berlin"),
    Member("Amélie Laurent", "amelie-l", "5f0a1c2e8b7d4a0076c1e002", "Europe/Paris"),
    Member("田中 由紀", "yuki-tanaka", "5f0a1c2e8b7d4a0076c1e003", "Asia/Tokyo"),
    Member("Priya Nair", "priyanair", "5f0a1c2e8b7d4a0076c1e004", "Asia/Kolkata"),
    Member("Tomasz Wójcik", "twojcik", "5f0a1c2e8b7d4a0076c1e005", "Europe/Warsaw"),
    Member("נועה לוי", "noalevi", "5f0a1c2e8b7d4a0076c1e006", "Asia/Jerusalem"),
    Member("Samuel Okafor", "sam-okafor", "5f0a1c2e8b7d4a0076c1e007", "Africa/Lagos"),
    Member("Ingrid Sørensen", "ingrids", "5f0a1c2e8b7d4a0076c1e008", "Europe/Oslo"),
    Member("Lucía Fernández", "luciaf", "5f0a1c2e8b7d4a0076c1e009", "Europe/Madrid"),
    Member("Dan Whitfield", "danwhit", "5f0a1c2e8b7d4a0076c1e010", "America/New_York"),
    Member("Mei-Ling Chen", "meiling-chen", "5f0a1c2e8b7d4a0076c1e011", "Asia/Taipei"),
    Member("Omar Haddad", "ohaddad", "5f0a1c2e8b7d4a0076c1e012", "Asia/Amman"),
)

SYNCD = Member("syncd", "syncd", "5f0a1c2e8b7d4a0076c1e0aa", "Etc/UTC")
"""The account that the demo's configuration signs in with."""
VISITOR = Member("Alex Rivera", "alex-rivera", "5f0a1c2e8b7d4a0076c1e0bb", "America/Bogota")
"""The person whose deeds the demo plays; reported nothing so far, so may vote for everything."""


class Sort(StrEnum):
    EPIC = "epic"
    STORY = "story"
    BUG = "bug"
    TASK = "task"
    SUBTASK = "subtask"
    PULL = "pull"


class Stage(StrEnum):
    """The statuses of the Jira projects; GitHub knows the first as open and the last two as closed."""

    TO_DO = "To Do"
    IN_PROGRESS = "In Progress"
    IN_REVIEW = "In Review"
    BLOCKED = "Blocked"
    IN_LIMBO = "In Limbo"
    DONE = "Done"
    WONT_DO = "Won't Do"

    @property
    def open(self) -> bool:
        return self not in (Stage.DONE, Stage.WONT_DO)


class TieKind(StrEnum):
    BLOCKS = "blocks"
    RELATES = "relates"
    DUPLICATES = "duplicates"


@dataclass(frozen=True, slots=True, eq=False)
class Tie:
    """`source` blocks, relates to or duplicates `target`; both drafts hold the same tie."""

    kind: TieKind
    source: Draft
    target: Draft
    number: int

    @property
    def in_jira(self) -> bool:
        """Both ends are there, so it is a link; else somebody wrote it into a text."""
        return self.source.scope.jira and self.target.scope.jira


class SprintPlace(StrEnum):
    CLOSED = "closed"
    ACTIVE = "active"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment."""

    author: Member
    at: datetime
    words: str


@dataclass(slots=True, eq=False)
class Draft:
    """One issue while the world is composed: numbers, parents and ties are filled in as the others come to exist."""

    scope: Scope
    area: Area
    sort: Sort
    title: str
    blocks: list[Block]
    created: datetime
    stage: Stage
    reporter: Member
    updated: datetime
    closed: datetime | None = None
    level: int = 3
    """Urgency, 1 highest … 5 lowest, as `Scope.priorities` words it."""
    assignee: Member | None = None
    effort: int | None = None
    reach: int | None = None
    impact: str | None = None
    confidence: float | None = None
    votes: int = 0
    watchers: int = 0
    labels: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    version: Version | None = None
    sprint: SprintPlace | None = None
    due: date | None = None
    parent: Draft | None = None
    children: list[Draft] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    twins: list[Draft] = field(default_factory=list)
    """The same work in the other tool. More than one is an ambiguity that a person has to solve."""
    subject: str = ""
    """The thing it is about, as it reads in the middle of a sentence."""
    hero: bool = False
    typed: bool = False
    """Has a GitHub issue type."""
    web_links: list[Draft] = field(default_factory=list)
    """GitHub issues that Jira shows as links to the web."""
    number: int = 0

    @property
    def key(self) -> str:
        return f"{self.scope.name}-{self.number}" if self.scope.jira else f"{self.scope.name}#{self.number}"

    @property
    def url(self) -> str:
        """Where people find it."""
        if self.scope.jira:
            return f"https://lumen.atlassian.net/browse/{self.key}"
        leaf = "pull" if self.sort is Sort.PULL else "issues"
        return f"https://github.com/{self.scope.name}/{leaf}/{self.number}"
