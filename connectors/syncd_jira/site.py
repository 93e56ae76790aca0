"""What we know about the site in this process, each thing asked at most once: deployment, account, fields, permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from syncd.connector.errors import Locked
from syncd.connector.protocol import Wiring
from syncd_jira import wire
from syncd_jira.client import JiraClient
from syncd_jira.cursor import SiteFacts, State
from syncd_jira.failures import Received
from syncd_jira.fields import FieldMap, resolve, within
from syncd_jira.settings import JiraSettings
from syncd_jira.translate import moment

_FIELDS_LAST = 86_400
_MISSING_LAST = 3_600
"""How many seconds the fields are believed; less when a wanted one is missing, because someone may be adding it."""


PROJECTS_AT_ONCE = 50
"""https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-projects/#api-rest-api-2-project-search-get"""


class Site:
    def __init__(self, client: JiraClient, settings: JiraSettings, wiring: Wiring) -> None:
        self.client = client
        self.settings = settings
        self.source = wiring.source
        self.names = wiring.read_fields | wiring.write_fields
        self.scopes = set(settings.projects)
        self.fields_at = 0
        self.account_name = ""
        self.server_time: datetime | None = None
        self.all_fields: list[wire.WireField] = []
        self._facts: SiteFacts | None = None
        self._fields: FieldMap | None = None
        self._identified = False
        self._permissions: dict[str, Mapping[str, bool]] = {}

    @property
    def facts(self) -> SiteFacts:
        """Asked once: who the site is, and that it takes us for who we are."""
        return self._facts if self._facts is not None else self.connect()

    @property
    def fields(self) -> FieldMap:
        return self._fields if self._fields is not None else self.read_fields()

    def connect(self) -> SiteFacts:
        info, _ = self.client.get("serverInfo", "asking what the server is", wire.SERVER_INFO)
        if not info.deploymentType:
            raise Locked(f"{self.client.host} does not say that it is Jira: check the `url` of source {self.source}.")
        self.server_time = moment(info.serverTime)
        base = self.settings.url
        if self.settings.through_gateway:
            if not info.baseUrl:
                raise Locked(
                    f"{self.client.host} does not say the address of the site itself: set `url` of source "
                    f"{self.source} to it, and `oauth.cloud_id` to the id in the present one."
                )
            base = info.baseUrl.rstrip("/")
        account = self._identify()
        self._facts = SiteFacts(info.deploymentType == "Cloud", base, info.version or "", account)
        return self._facts

    def _identify(self) -> str:
        """A wrong or expired token can be served as an anonymous visitor, who sees little or nothing and no error."""
        me, got = self.client.get("myself", "asking who we are", wire.MYSELF)
        self.refuse_anonymous(got)
        account = me.accountId or me.name
        if not account:
            raise Locked(f"{self.client.host} does not say who we are: check the `token` of source {self.source}.")
        self.account_name = me.displayName or account
        self._identified = True
        return account

    def verify(self, got: Received) -> None:
        """That this answer was given to our account: Jira says so in a header, else it is asked once per process."""
        self.refuse_anonymous(got)
        named = got.headers.get("x-aaccountid") or got.headers.get("x-ausername")
        if named and named == self.facts.account:
            self._identified = True
        elif not self._identified:
            self._facts = msgspec.structs.replace(self.facts, account=self._identify())

    def refuse_anonymous(self, got: Received) -> None:
        if got.headers.get("x-ausername", "").lower() == "anonymous" or "AUTHENTICATED_FAILED" in got.headers.get(
            "x-seraph-loginreason", ""
        ):
            raise Locked(
                f"{self.client.host} takes source {self.source} for an anonymous visitor: its token has expired or is "
                f"wrong. Make a new one and set it as its `token`."
            )

    def restore(self, state: State) -> None:
        """Use what a stored cursor knows, so that a new process asks for nothing twice."""
        self._facts = self._facts or state.site
        if self._fields is None:
            self._fields, self.fields_at = state.fields, state.fields_at
        self.scopes.update(state.scopes)

    def read_fields(self) -> FieldMap:
        fields, _ = self.client.get("field", "reading the fields", wire.FIELDS)
        named = {name.casefold() for name in (*self.names, *self._given().values())}
        if any(field.project is not None and field.name.casefold() in named for field in fields):
            ids = frozenset(project.id for project in projects(self, self.settings.projects) if project.id)
            fields = list(within(fields, ids))
        self.all_fields = fields
        self._fields = resolve(self.source, self.all_fields, self.names, self._given())
        self.fields_at = int(self.client.now().timestamp())
        return self._fields

    def refresh_fields(self) -> bool:
        """Read the fields again when what we know is old. True when they mean something else now."""
        before = self.fields
        age = self.client.now().timestamp() - self.fields_at
        if 0 <= age < (_MISSING_LAST if before.missing else _FIELDS_LAST):
            return False
        return self.read_fields() != before

    def doubt_fields(self) -> None:
        """Something was refused: with the next pull, look whether the fields are still what they were."""
        self.fields_at = 0

    def _given(self) -> Mapping[str, str]:
        roles = {
            "role:rank": self.settings.rank_field,
            "role:sprint": self.settings.sprint_field,
            "role:epic": self.settings.epic_field,
        }
        return {**self.settings.fields, **{role: name for role, name in roles.items() if name}}

    def forget(self) -> None:
        """Ask everything again: after Refused or Locked, what we knew may be why."""
        self._facts = self._fields = None
        self._identified = False
        self._permissions.clear()

    def may(self, permission: str, project: str) -> bool:
        """Whether our account has a permission in a project; asked once per project."""
        if project not in self._permissions:
            asked = (
                "EDIT_ISSUES,SCHEDULE_ISSUES,ADD_COMMENTS,EDIT_OWN_COMMENTS,DELETE_OWN_COMMENTS,"
                "ADMINISTER_PROJECTS,ADMINISTER"
            )
            got, _ = self.client.get(
                "mypermissions",
                f"asking what we may do in {project}",
                wire.PERMISSIONS,
                single=True,
                projectKey=project,
                permissions=asked,
            )
            self._permissions[project] = {name: p.havePermission for name, p in got.permissions.items()}
        return self._permissions[project].get(permission, False)

    def may_silence(self, project: str) -> bool:
        """Only an administrator may write without mails to the watchers; Jira refuses the whole edit of others."""
        return self.may("ADMINISTER_PROJECTS", project) or self.may("ADMINISTER", project)

    def may_not_silence(self, project: str) -> None:
        """Jira said no although its permissions said yes."""
        self._permissions[project] = {
            **self._permissions.get(project, {}),
            "ADMINISTER_PROJECTS": False,
            "ADMINISTER": False,
        }

    @property
    def rank_number(self) -> int | None:
        number = (self.fields.rank or "").removeprefix("customfield_")
        return int(number) if number.isdigit() else None

    @property
    def by_rank(self) -> str:
        """ORDER BY what. By number: Rank has the name that the site's language gave it."""
        return "Rank ASC" if self.rank_number is None else f"cf[{self.rank_number}] ASC"

    def scope_jql(self, projects: tuple[str, ...] | None = None) -> str:
        keys = ", ".join(f'"{key}"' for key in projects or self.settings.projects)
        restriction = f" AND ({self.settings.jql})" if self.settings.jql else ""
        return f"project in ({keys}){restriction}"


def projects(site: Site, keys: Sequence[str], status: str = "live") -> Sequence[wire.WireProject]:
    """Those of these projects that our account sees; a Data Center gives all that it sees. `status`: live, archived or deleted."""
    doing = "looking for projects"
    if not site.facts.cloud:
        found, _ = site.client.get("project", doing, wire.PROJECTS)
        return found if status == "live" else []
    visible: list[wire.WireProject] = []
    for begin in range(0, len(keys), PROJECTS_AT_ONCE):
        some = "&".join(f"keys={key}" for key in keys[begin : begin + PROJECTS_AT_ONCE])
        path = f"project/search?{some}&maxResults={PROJECTS_AT_ONCE}" + (
            "" if status == "live" else f"&status={status}"
        )
        page, _ = site.client.get(path, doing, wire.PROJECT_PAGE)
        visible += page.values
    return visible
