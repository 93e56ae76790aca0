"""GitHub's GraphQL answers as msgspec types: what the texts in `queries` ask for.

https://docs.github.com/en/graphql/reference/objects
"""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar, cast

import msgspec
from msgspec import Meta, Raw, Struct

from syncd.connector.errors import Transient
from syncd_github.wire import Moment

T = TypeVar("T")
DatabaseId = Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")] | Annotated[int, Meta(ge=0, lt=10**18)]
"""GitHub's BigInt is a text; older servers send a number."""


_REFERENCES = frozenset({"content", "parent", "blockedBy", "projectItems", "timelineItems"})
"""Fields that lead from an issue or a project's item to something else, which may be null."""


class Trouble(Struct, gc=False):
    """One GraphQL error."""

    message: str = ""
    type: str = ""
    path: list[str | int] | None = None
    extensions: dict[str, Raw] | None = None

    @property
    def alias(self) -> str:
        """The alias of the operation that failed, empty when it concerns the whole request."""
        return str(self.path[0]) if self.path else ""

    @property
    def hides(self) -> bool:
        """Whether it only says that what an object refers to is hidden from us, while the object itself came.

        So GitHub answers where a token does not reach another repository or organization, or another project.
        """
        return self.type == "FORBIDDEN" and not _REFERENCES.isdisjoint(map(str, (self.path or [])[1:]))

    @property
    def wants_sign_on(self) -> bool:
        raw = (self.extensions or {}).get("saml_failure")
        return raw is not None and bytes(raw) == b"true"

    @property
    def code(self) -> str:
        """The code of a request that GitHub did not even begin, such as undefinedField."""
        raw = (self.extensions or {}).get("code")
        return bytes(raw).decode(errors="replace").strip('"') if raw is not None else ""


class Envelope(Struct, Generic[T]):
    data: T | None = None
    errors: list[Trouble] | None = None


class PageInfo(Struct, rename="camel", gc=False):
    has_next_page: bool
    end_cursor: str | None = None


def following(page: PageInfo, before: str | None) -> str:
    """The cursor of the next page. Raises Transient when there is none, or the reading would go on for ever."""
    if page.end_cursor is None or page.end_cursor == before:
        raise Transient("GitHub says that there is more and does not say where", 5.0, "GitHub")
    return page.end_cursor


class Count(Struct, rename="camel", gc=False):
    total_count: int = 0


class Actor(Struct, rename={"typename": "__typename"}, gc=False):
    login: str
    typename: str = "User"


class Name(Struct, gc=False):
    name: str


class Names(Struct):
    nodes: list[Name | None] | None = None


class Logins(Struct):
    nodes: list[Actor | None] | None = None


class Milestone(Struct, rename="camel", gc=False):
    title: str
    due_on: Moment | None = None


class Group(Struct, gc=False):
    content: str
    reactors: Count


def votes_of(groups: list[Group] | None) -> tuple[int, int]:
    """Thumbs-up, and all reactions."""
    counts = {group.content: group.reactors.total_count for group in groups or ()}
    return counts.get("THUMBS_UP", 0), sum(counts.values())


class Repository(Struct, rename="camel", gc=False):
    name_with_owner: str
    database_id: int | None = None


class Parent(Struct, gc=False):
    number: int
    repository: Repository


class Blockers(Struct, rename="camel"):
    """The issues that an issue waits for; those that this account may not see are null."""

    total_count: int = 0
    nodes: list[Parent | None] | None = None

    @property
    def keys(self) -> list[str]:
        return [f"{one.repository.name_with_owner}#{one.number}" for one in self.nodes or () if one is not None]


class Value(Struct, gc=False):
    """The value of one field of one item; which of the five is set follows from the field's type."""

    number: float | None = None
    text: str | None = None
    name: str | None = None
    date: str | None = None
    title: str | None = None


class IssueValue(Value, gc=False):
    """The value of an organization's issue field; nothing in it is set when syncd does not read its type."""

    field: Name | None = None


class IssueValues(Struct):
    nodes: list[IssueValue | None] | None = None


class Id(Struct, gc=False):
    id: str


class Content(Struct, rename="camel", gc=False):
    """What an item stands for; without an id when it is no issue."""

    full_database_id: DatabaseId | None = None
    repository: Repository | None = None


class Item(Struct, rename="camel"):
    """An item of a project. The wanted field values follow as f0, f1 … in the types that `item_type` makes."""

    id: str
    is_archived: bool = False
    content: Content | None = None
    project: Id | None = None


def item_type(fields: int) -> type[Item]:
    """The type of an item of which so many field values were asked for."""
    made = msgspec.defstruct(
        f"Item{fields}", [(f"f{index}", Value | None, None) for index in range(fields)], bases=(Item,)
    )
    return cast(type[Item], made)


class Issue(Struct, rename="camel"):
    id: str
    full_database_id: DatabaseId
    number: int
    url: str
    title: str
    state: str
    created_at: Moment
    updated_at: Moment
    repository: Repository
    comments: Count
    body: str = ""
    state_reason: str | None = None
    closed_at: Moment | None = None
    author: Actor | None = None
    labels: Names | None = None
    assignees: Logins | None = None
    milestone: Milestone | None = None
    reaction_groups: list[Group] | None = None
    parent: Parent | None = None
    blocked_by: Blockers | None = None
    issue_type: Name | None = None
    project_items: Raw = Raw(b"null")
    issue_field_values: IssueValues | None = None


class Option(Struct, gc=False):
    id: str
    name: str


class Iteration(Struct, gc=False):
    id: str
    title: str


class Iterations(Struct, rename="camel"):
    iterations: list[Iteration] = []
    completed_iterations: list[Iteration] = []


class Field(Struct, rename="camel"):
    id: str = ""
    name: str = ""
    data_type: str = ""
    options: list[Option] | None = None
    configuration: Iterations | None = None


class Fields(Struct):
    nodes: list[Field | None] | None = None


class Project(Struct, rename="camel"):
    id: str
    title: str
    closed: bool
    updated_at: str
    viewer_can_update: bool
    fields: Fields
