"""GitHub's REST answers as msgspec types: only what is read, tolerant of everything else.

https://docs.github.com/en/rest/issues/issues#list-repository-issues
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import Decoder

Moment = Annotated[datetime, Meta(tz=True)]


class Login(Struct, gc=False):
    login: str


class RestLabel(Struct, gc=False):
    name: str | None = None


class RestMilestone(Struct, gc=False):
    title: str
    due_on: Moment | None = None


class Rollup(Struct, rename={"plus": "+1"}, gc=False):
    total_count: int = 0
    plus: int = 0


class Named(Struct, gc=False):
    name: str


class IssueValue(Struct, gc=False):
    """The value of an organization's issue field."""

    data_type: str
    issue_field_name: str = ""
    value: str | float | int | None = None
    single_select_option: Named | None = None


class RestDependencies(Struct, gc=False):
    total_blocked_by: int = 0


class RestPull(Struct, gc=False):
    """Present on pull requests; nothing in it is read."""


class RestIssue(Struct):
    id: int
    node_id: str
    number: int
    repository_url: str
    html_url: str
    title: str
    state: str
    created_at: Moment
    updated_at: Moment
    state_reason: str | None = None
    body: str | None = None
    user: Login | None = None
    labels: list[RestLabel | str] = []
    assignees: list[Login] | None = None
    milestone: RestMilestone | None = None
    comments: int = 0
    closed_at: Moment | None = None
    type: Named | None = None
    reactions: Rollup | None = None
    parent_issue_url: str | None = None
    issue_dependencies_summary: RestDependencies | None = None
    issue_field_values: list[IssueValue] | None = None
    pull_request: RestPull | UnsetType | None = UNSET


class Permissions(Struct, gc=False):
    admin: bool = False
    maintain: bool = False
    push: bool = False
    triage: bool = False


class RestRepository(Struct):
    id: int
    node_id: str
    full_name: str
    has_issues: bool = True
    archived: bool = False
    permissions: Permissions | None = None


class CreatedLabel(Struct, gc=False):
    node_id: str
    name: str


class Problem(Struct, gc=False):
    """One entry of `errors` in a 422."""

    code: str = ""
    message: str = ""


class Problems(Struct):
    errors: list[Problem | str] = []


class InstallationToken(Struct, gc=False):
    token: str
    expires_at: Moment


class SearchCount(Struct, gc=False):
    total_count: int
    incomplete_results: bool


issues_page: Decoder[list[RestIssue]] = Decoder(list[RestIssue])
repository: Decoder[RestRepository] = Decoder(RestRepository)
created_label: Decoder[CreatedLabel] = Decoder(CreatedLabel)
problems: Decoder[Problems] = Decoder(Problems)
installation_token: Decoder[InstallationToken] = Decoder(InstallationToken)
search_count: Decoder[SearchCount] = Decoder(SearchCount)
