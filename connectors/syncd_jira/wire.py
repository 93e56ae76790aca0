"""Jira's JSON as types, decoded straight from bytes. Lenient: whatever a site may leave out has a default.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct

F = TypeVar("F")


class Named(Struct, gc=False):
    name: str | None = None


class Category(Struct, gc=False):
    key: str | None = None


class WireStatus(Struct, gc=False):
    name: str | None = None
    statusCategory: Category | None = None  # noqa: N815


class User(Struct, gc=False):
    displayName: str | None = None  # noqa: N815
    name: str | None = None
    accountId: str | None = None  # noqa: N815

    @property
    def shown(self) -> str | None:
        return self.displayName or self.name or self.accountId


class WireProject(Struct, gc=False):
    id: str | None = None
    key: str | None = None
    name: str | None = None


class OtherFields(Struct, gc=False):
    status: WireStatus | None = None


class Other(Struct, gc=False):
    """A parent or the far end of a link."""

    id: str | None = None
    key: str | None = None
    fields: OtherFields | None = None


class LinkType(Struct, gc=False):
    name: str = ""
    inward: str = ""
    outward: str = ""


class WireLink(Struct, gc=False):
    type: LinkType
    inwardIssue: Other | None = None  # noqa: N815
    outwardIssue: Other | None = None  # noqa: N815


class Version(Struct, gc=False):
    name: str | None = None
    released: bool = False
    archived: bool = False
    releaseDate: str | None = None  # noqa: N815


class Votes(Struct, gc=False):
    votes: int = 0


class Watches(Struct, gc=False):
    watchCount: int = 0  # noqa: N815


class Comments(Struct, gc=False):
    total: int = 0


class IssueFields(Struct):
    """The system fields that syncd reads. `with_custom` adds the wanted others, each under its own id."""

    summary: str | None = None
    description: str | None = None
    status: WireStatus | None = None
    issuetype: Named | None = None
    project: WireProject | None = None
    priority: Named | None = None
    resolution: Named | None = None
    resolutiondate: str | None = None
    created: str | None = None
    updated: str | None = None
    duedate: str | None = None
    labels: list[str] | None = None
    assignee: User | None = None
    reporter: User | None = None
    parent: Other | None = None
    issuelinks: list[WireLink] | None = None
    fixVersions: list[Version] | None = None  # noqa: N815
    components: list[Named] | None = None
    votes: Votes | None = None
    watches: Watches | None = None
    comment: Comments | None = None


SYSTEM_FIELDS = tuple(name for name in IssueFields.__struct_fields__ if name != "comment")


class WireIssue(Struct, Generic[F]):
    id: str
    key: str
    fields: F


class IssueError(Struct, gc=False):
    id: str = ""
    errorMessage: str = ""  # noqa: N815


class SearchPage(Struct, Generic[F]):
    """Cloud's page (nextPageToken) and Data Center's (total) in one; bulkfetch answers fit as well."""

    issues: list[WireIssue[F]]
    nextPageToken: str | None = None  # noqa: N815
    total: int | None = None
    issueErrors: list[IssueError] = []  # noqa: N815
    """Of bulkfetch: issues that are there and could not be given. Those that are not there are in neither list."""


class Id(Struct, gc=False):
    id: str
    key: str = ""
    """Cloud leaves it out where only ids are asked for."""


class IdPage(Struct):
    issues: list[Id]
    nextPageToken: str | None = None  # noqa: N815
    total: int | None = None


class IdKey(Struct, gc=False):
    id: str
    key: str


class KeyPage(Struct):
    issues: list[IdKey]
    nextPageToken: str | None = None  # noqa: N815
    total: int | None = None


class UpdatedField(Struct, gc=False):
    updated: str | None = None


def page_decoder(custom: Iterable[str]) -> msgspec.json.Decoder[SearchPage[IssueFields]]:
    """A decoder for pages whose issues carry these fields besides the system ones; absent ones are UNSET."""
    extra: list[tuple[str, type, object]] = [
        (name, object, UNSET) for name in sorted(set(custom)) if name not in IssueFields.__struct_fields__
    ]
    fields: Any = msgspec.defstruct("WantedFields", extra, bases=(IssueFields,)) if extra else IssueFields
    return msgspec.json.Decoder(SearchPage[fields])


KEYS = msgspec.json.Decoder(KeyPage)
IDS = msgspec.json.Decoder(IdPage)
UPDATES = msgspec.json.Decoder(SearchPage[UpdatedField])


class Schema(Struct):
    type: str = ""
    items: str | None = None
    custom: str | None = None
    system: str | None = None


class WireField(Struct):
    id: str
    name: str = ""
    custom: bool = False
    clauseNames: list[str] = []  # noqa: N815
    schema: Schema | None = None
    scope: dict[str, object] | None = None

    @property
    def project(self) -> str | None:
        """Id of the team-managed project that it belongs to; None: it is the site's."""
        project = (self.scope or {}).get("project")
        return str(project.get("id")) if isinstance(project, dict) else None


class ServerInfo(Struct):
    deploymentType: str | None = None  # noqa: N815
    baseUrl: str | None = None  # noqa: N815
    version: str | None = None
    serverTime: str | None = None  # noqa: N815


class ProjectPage(Struct):
    values: list[WireProject]


class Permission(Struct):
    havePermission: bool = False  # noqa: N815


class Permissions(Struct):
    permissions: dict[str, Permission]


class ParsedQuery(Struct):
    query: str = ""
    errors: list[str] = []


class ParsedQueries(Struct):
    queries: list[ParsedQuery]


class Allowed(Struct):
    value: str | None = None
    name: str | None = None


class EditField(Struct):
    allowedValues: list[Allowed] | None = None  # noqa: N815


class EditMeta(Struct):
    fields: dict[str, EditField] = {}


class Count(Struct):
    count: int


class RankEntry(Struct):
    status: int = 200
    issueId: int | str | None = None  # noqa: N815
    issueKey: str | None = None  # noqa: N815
    errors: list[str] | None = None


class RankEntries(Struct):
    entries: list[RankEntry] = []


FIELDS = msgspec.json.Decoder(list[WireField])
SERVER_INFO = msgspec.json.Decoder(ServerInfo)
MYSELF = msgspec.json.Decoder(User)
PROJECT_PAGE = msgspec.json.Decoder(ProjectPage)
PROJECTS = msgspec.json.Decoder(list[WireProject])
PERMISSIONS = msgspec.json.Decoder(Permissions)
PARSED = msgspec.json.Decoder(ParsedQueries)
EDIT_META = msgspec.json.Decoder(EditMeta)
COUNT = msgspec.json.Decoder(Count)
RANK_ENTRIES = msgspec.json.Decoder(RankEntries)
