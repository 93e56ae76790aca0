"""What the simulated site knows and how it changes. Every change is an event; the same events give the same site."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from syncd_jira.simulator.fields import DEFAULT_FIELDS, FieldDef, all_fields
from syncd_jira.simulator.ranks import Order

Fields = Mapping[str, Any]
Event = Mapping[str, Any]

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "EDIT_ISSUES",
    "SCHEDULE_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "CREATE_ISSUES",
    "DELETE_ISSUES",
    "MOVE_ISSUES",
    "ADMINISTER_PROJECTS",
)


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue now. Never changed in place: the index may still show the one before."""

    id: str
    key: str
    fields: Fields
    """As REST version 2 shows them."""
    created: int
    updated: int
    """Epoch milliseconds."""
    archived: bool = False

    @property
    def project(self) -> str:
        return self.key.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of an issue, as its past keeps it."""

    number: int
    at: int
    """Epoch milliseconds."""
    by: str
    """The account's id, or its name where it has none; empty: nobody is known."""
    changes: Sequence[tuple[str, Any, Any]]
    """Field id, what stood there, and what stands there now; `rank` without values."""


@dataclass(slots=True)
class OAuthConfig:
    """An app that somebody authorized for this site."""

    client_id: str = "demo-app"
    client_secret: str = "demo-secret"  # noqa: S105
    refresh_token: str = "demo-refresh-token"  # noqa: S105
    """The first one; the others are numbered after it."""
    access_token: str = "demo-access-token"  # noqa: S105
    lifetime: int = 3600
    """Seconds that an access token lasts."""
    reuse: int = 600
    """Seconds in which a refresh token that was used can be used again."""
    revoked: Collection[str] = ()


@dataclass(slots=True)
class Config:
    """How the site behaves; tests and the demo may set every one of these at any time."""

    deployment: str = "Cloud"
    time_zone: str = "UTC"
    fields: list[Mapping[str, Any]] = field(default_factory=lambda: list(DEFAULT_FIELDS))
    accounts: list[Mapping[str, Any]] = field(default_factory=list)
    token: str = "demo-token"  # noqa: S105
    wrong_token: str = "refuse"  # noqa: S105
    """`refuse` answers 401; `anonymous` treats the caller as a visitor who sees nothing."""
    cloud_id: str = "11111111-2222-3333-4444-555555555555"
    """The gateway's name for this site: /ex/jira/<cloud_id>/rest/…"""
    scoped_token: str = "demo-scoped-token"  # noqa: S105
    """An API token with scopes: it works at the gateway only, as access tokens do."""
    scopeless: set[str] = field(default_factory=set)
    """Routes, such as `PUT issue/rank`, whose scope the tokens of the gateway lack."""
    oauth: OAuthConfig = field(default_factory=OAuthConfig)
    permissions: set[str] = field(default_factory=lambda: set(PERMISSIONS))
    silence_refused: bool = True
    """notifyUsers=false of someone who is no administrator: refused (400; 403 on Data Center) or ignored."""
    full_page: int = 100
    lean_page: int = 5000
    """How many issues a page of the search holds at most: with fields, and with little more than ids."""
    window: int = 10_000
    """Data Center: offsets end here."""
    index_lag: timedelta = timedelta(0)
    """How long the search does not see a write; single issues are always seen as they are."""
    stale_searches: int = 0
    """So many searches are answered by a node that missed the last write of each issue."""
    vanishing: dict[str, int] = field(default_factory=dict)
    """Ids of issues that so many searches leave out, although they were there before."""
    bulk_errors: dict[str, int] = field(default_factory=dict)
    """Ids of issues that bulkfetch so many times cannot give at this moment."""
    per_second: int = 100_000
    """Requests a second and route before 429."""
    quota_global: int | None = None
    """Points an hour of an app on all sites; API tokens are not counted."""
    quota_tenant: int | None = None
    """Points an hour of an app on this site."""
    clock_skew: timedelta = timedelta(0)
    """How far the site's clock is ahead of ours."""
    weather: list[Mapping[str, Any]] = field(default_factory=list)
    """What goes wrong, read once at the start; see weather.py."""
    per_issue: tuple[tuple[float, int], ...] = ((2.0, 20), (30.0, 100))
    """Writes to one issue: so many within so many seconds."""
    off_screen: set[str] = field(default_factory=set)
    """Ids of fields that no screen holds."""
    screens_lack: dict[str, Sequence[str]] = field(default_factory=dict)
    """By issue type, the ids of fields that its screens do not hold."""
    uneditable: set[str] = field(default_factory=set)
    """Names of statuses in which the workflow forbids to edit: the form is empty then."""
    rank_answers: dict[str, int] = field(default_factory=dict)
    """Statuses that ranking an issue (by id) answers, each once, within a 207."""
    rank_bumps: bool = False
    """Whether ranking an issue counts as updating it."""


class Site:
    def __init__(self, config: Config, clock: Callable[[], datetime]) -> None:
        self.config = config
        self._clock = clock
        self.offset = timedelta(0)
        """Set this to let the site's time pass or run apart from ours."""
        self.fields: dict[str, FieldDef] = all_fields(config.fields)
        self.issues: dict[str, Issue] = {}
        self.keys: dict[str, str] = {}
        """Every key an issue ever had, to its id."""
        self.projects: dict[str, Mapping[str, Any]] = {}
        self.archived: set[str] = set()
        """Keys of archived projects, which only those find who ask for them."""
        self.statuses: dict[str, Mapping[str, Any]] = {}
        self.priorities: dict[str, Mapping[str, Any]] = {}
        self.types: dict[str, Mapping[str, Any]] = {}
        self.order = Order()
        self.remote_links: dict[str, Sequence[Mapping[str, Any]]] = {}
        self.past: dict[str, list[Entry]] = {}
        """What was done to each issue since the start, oldest first."""
        self._entries = 0
        self.grants: list[int] = []
        self.properties: dict[tuple[str, str], Any] = {}
        """When access tokens were given, epoch milliseconds."""
        self._stale: dict[str, list[tuple[datetime, Issue | None]]] = {}
        self._before: dict[str, Issue | None] = {}
        """Each issue as it was before its last change in this process."""

    @property
    def cloud(self) -> bool:
        return self.config.deployment == "Cloud"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.time_zone)

    def now(self) -> datetime:
        return self._clock() + self.offset + self.config.clock_skew

    def text(self, milliseconds: int) -> str:
        """As Jira writes times: 2026-09-27T10:03:11.123+0200"""
        at = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(self.zone)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}{at:%z}"

    def milliseconds(self) -> int:
        return round(self.now().timestamp() * 1000)

    def find(self, id_or_key: str) -> Issue | None:
        """By id or by any key it ever had."""
        return self.issues.get(id_or_key) or self.issues.get(self.keys.get(id_or_key.upper(), ""))

    def account(self, by: str) -> Mapping[str, Any] | None:
        """By id, or by name where it has none."""
        known = (
            a for a in self.config.accounts if by and by in (a.get("accountId"), a.get("name"), a.get("displayName"))
        )
        return next(known, None)

    def on_form(self, issue: Issue, field: FieldDef) -> bool:
        """Whether the form by which the issue is edited holds the field now."""
        config, of = self.config, issue.fields
        return (
            field.is_on(issue.project)
            and field.id not in config.off_screen
            and field.id not in config.screens_lack.get((of.get("issuetype") or {}).get("name", ""), ())
            and (of.get("status") or {}).get("name") not in config.uneditable
        )

    def put(self, issue: Issue) -> None:
        self.issues[issue.id] = issue
        self.keys[issue.key] = issue.id

    # -- the index --------------------------------------------------------------------------------------------------

    def indexed(self) -> Iterator[Issue]:
        """The issues as the search sees them, which may be some time ago."""
        if not self._stale:
            yield from self.issues.values()
            return
        now = self.now()
        for id_ in list(self._stale):
            self._stale[id_] = [entry for entry in self._stale[id_] if entry[0] > now]
            if not self._stale[id_]:
                del self._stale[id_]
        for id_, issue in self.issues.items():
            if id_ not in self._stale:
                yield issue
        for entries in self._stale.values():
            if entries[0][1] is not None:
                yield entries[0][1]

    def searched(self) -> Iterator[Issue]:
        """As one search sees them: archived ones never, vanishing ones not now, and all of them perhaps a write ago."""
        config = self.config
        old: Mapping[str, Issue | None] = {}
        if config.stale_searches > 0:
            config.stale_searches -= 1
            old = self._before
        hidden = {id_ for id_, times in config.vanishing.items() if times > 0}
        for id_ in hidden:
            config.vanishing[id_] -= 1
        deleted = (was for id_, was in old.items() if was is not None and id_ not in self.issues)
        for issue in chain(self.indexed(), deleted):
            shown = old.get(issue.id, issue)
            if shown is not None and not shown.archived and shown.id not in hidden:
                yield shown

    # -- changes ----------------------------------------------------------------------------------------------------

    def apply(self, event: Event, *, lag: bool = True) -> None:
        """Make one change: set, create, delete, move, rank, archive or grant."""
        for id_ in event["ids"] if "ids" in event else [event["id"]]:
            if lag:
                self._before[id_] = self.issues.get(id_)
            if lag and self.config.index_lag:
                seen = self.now() + self.config.index_lag
                self._stale.setdefault(id_, []).append((seen, self.issues.get(id_)))
        getattr(self, f"_{event['do']}")(event)

    def _set(self, event: Event) -> None:
        issue = self.issues[event["id"]]
        fields = {**issue.fields, **event["fields"]}
        updated = issue.updated
        if event.get("bump", True):
            updated = max(event["at"], issue.updated + 1)
            fields["updated"] = self.text(updated)
        self.issues[issue.id] = replace(issue, fields=fields, updated=updated)
        changed = [(name, issue.fields.get(name), now) for name, now in event["fields"].items()]
        self._record(issue.id, event, [change for change in changed if change[1] != change[2]])

    def _record(self, id_: str, event: Event, changes: Sequence[tuple[str, Any, Any]]) -> None:
        if changes:
            self._entries += 1
            entry = Entry(self._entries, event["at"], str(event.get("by", "")), changes)
            self.past.setdefault(id_, []).append(entry)

    def _create(self, event: Event) -> None:
        at = event["at"]
        fields = {**event["fields"], "created": self.text(at), "updated": self.text(at)}
        self.put(Issue(event["id"], event["key"], fields, at, at))
        self.order.append(event["id"])

    def _delete(self, event: Event) -> None:
        issue = self.issues.pop(event["id"])
        self.keys = {key: id_ for key, id_ in self.keys.items() if id_ != issue.id}
        self.order.remove(issue.id)

    def _move(self, event: Event) -> None:
        """Into another project: the id stays, the key changes, the old key keeps leading here."""
        issue = self.issues[event["id"]]
        project = self.projects.setdefault(event["project"], new_project(event["project"], len(self.projects)))
        fields = {**issue.fields, "project": project, "updated": self.text(event["at"])}
        self.put(replace(issue, key=event["key"], fields=fields, updated=event["at"]))

    def _archive(self, event: Event) -> None:
        for id_ in event["ids"]:
            self.issues[id_] = replace(self.issues[id_], archived=event["archived"])
        if "project" in event:
            self.archived.add(event["project"])

    def _grant(self, event: Event) -> None:
        self.grants.append(event["at"])

    def _property(self, event: Event) -> None:
        """Nobody sees it on the issue, and it is no update of it."""
        if event["value"] is None:
            self.properties.pop((event["id"], event["key"]), None)
        else:
            self.properties[event["id"], event["key"]] = event["value"]

    def _rank(self, event: Event) -> None:
        after, before = event.get("after"), event.get("before")
        for id_ in event["ids"]:
            self.order.place(id_, after=after, before=before)
            after, before = id_, None  # the rest follow the first one
            self._record(id_, event, [("rank", None, None)])
            if event.get("bump"):
                self._set({"id": id_, "fields": {}, "at": event["at"]})


def new_project(key: str, number: int) -> Mapping[str, Any]:
    return {"id": str(10000 + number), "key": key, "name": key.title(), "projectTypeKey": "software"}
