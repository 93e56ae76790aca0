"""Who changed a place, from the changes that Jira keeps of every issue.

Cloud tells the changes of many issues at once, Data Center within its search.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from syncd.connector.errors import Transient
from syncd.core.issue import FieldValue, Touch
from syncd.core.permission.values import labels_in, number_of
from syncd_jira.fields import FieldRef
from syncd_jira.site import Site
from syncd_jira.translate import moment

AT_ONCE = 100
"""Issues in one request, of the thousand that Cloud takes: their pasts may be long."""
MOST_FIELDS = 10
"""Cloud filters by so many fields."""
_DOING = "asking who changed what"
_LABELS = FieldRef("labels", "labels", "array", "string")
_TYPES = ("number", "string", "option", "priority")
"""Fields whose past holds their values as people see them; it has dates and lists in other words than the issue."""


class _User(Struct, gc=False):
    accountId: str | None = None  # noqa: N815
    displayName: str | None = None  # noqa: N815
    emailAddress: str | None = None  # noqa: N815
    name: str | None = None
    key: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The one that people know first."""
        known = (self.displayName, self.name, self.emailAddress, self.accountId, self.key)
        return tuple(dict.fromkeys(name for name in known if name))


class _Item(Struct, gc=False, rename={"before": "fromString", "after": "toString", "field_id": "fieldId"}):
    field: str = ""
    field_id: str | None = None
    before: str | None = None
    after: str | None = None


class _History(Struct):
    created: str | int | float
    """Cloud's bulk route has been seen to give a number."""
    author: _User | None = None
    items: list[_Item] = []


class _Past(Struct, rename="camel"):
    issue_id: str
    change_histories: list[_History] = []


class _Page(Struct, rename="camel"):
    issue_change_logs: list[_Past] = []
    next_page_token: str | None = None


class _Histories(Struct):
    histories: list[_History] = []


class _Issue(Struct):
    id: str
    changelog: _Histories | None = None


class _Found(Struct):
    issues: list[_Issue] = []


_page = msgspec.json.Decoder(_Page)
_found = msgspec.json.Decoder(_Found)


def authors(site: Site, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Touch]]:
    """As `syncd.connector.protocol.TellsAuthors` asks."""
    asked: dict[str, dict[str, FieldRef]] = {}
    for id_, place in places:
        field = _field(site, place)
        if field is not None:
            asked.setdefault(id_, {})[place] = field
    ids = sorted(asked, key=int)
    found: dict[tuple[str, str], Sequence[Touch]] = {}
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]
        fields = {field.id: field for id_ in some for field in asked[id_].values()}
        for id_, histories in (_of_cloud if site.facts.cloud else _of_data_center)(site, some, sorted(fields)):
            for place, field in asked.get(id_, {}).items():
                found[id_, place] = tuple(_touches(histories, place, field))
    return found


def _field(site: Site, place: str) -> FieldRef | None:
    """None for what has no past that can be read."""
    kind, _, name = place.partition(":")
    if kind == "label":
        return _LABELS
    field = site.fields.wanted.get(name)
    return field if field is not None and field.type in _TYPES else None


def _of_cloud(site: Site, ids: Sequence[str], fields: Sequence[str]) -> Iterator[tuple[str, Sequence[_History]]]:
    body: dict[str, object] = {"issueIdsOrKeys": list(ids), "maxResults": 1000}
    if len(fields) <= MOST_FIELDS:
        body["fieldIds"] = list(fields)
    found: dict[str, list[_History]] = {}
    seen: set[str] = set()
    while True:
        page, _ = site.client.post("changelog/bulkfetch", _DOING, _page, body)
        for past in page.issue_change_logs:
            found.setdefault(past.issue_id, []).extend(past.change_histories)
        token = page.next_page_token
        if not token:
            yield from found.items()
            return
        if token in seen:
            raise Transient("Jira's list of changes gave the same page token twice.", scope="this Jira site")
        seen.add(token)
        body["nextPageToken"] = token


def _of_data_center(site: Site, ids: Sequence[str], fields: Sequence[str]) -> Iterator[tuple[str, Sequence[_History]]]:
    body = {
        "jql": f"id in ({', '.join(ids)}) ORDER BY id ASC",
        "startAt": 0,
        "maxResults": AT_ONCE,
        "fields": ["labels"],
        "expand": ["changelog"],
        "validateQuery": False,
    }
    page, _ = site.client.post("search", _DOING, _found, body)
    for issue in page.issues:
        if issue.changelog is not None:
            yield issue.id, issue.changelog.histories


def _touches(histories: Sequence[_History], place: str, field: FieldRef) -> Iterator[Touch]:
    """The newest first. Histories come oldest first; of one moment the later one in the list is the later one."""
    for history in sorted(histories, key=_at)[::-1]:
        for item in reversed(history.items):
            if not _about(item, field):
                continue
            before, after = _value(item.before, place, field), _value(item.after, place, field)
            if before != after:
                yield Touch(history.author.names if history.author else (), _at(history), before, after)


def _about(item: _Item, field: FieldRef) -> bool:
    """Data Center may leave out the id."""
    if item.field_id:
        return item.field_id == field.id
    return item.field.casefold() in (field.name.casefold(), field.id)


def _at(history: _History) -> datetime:
    """A number is in seconds or milliseconds since 1970."""
    if isinstance(history.created, str):
        return moment(history.created) or datetime(1970, 1, 1, tzinfo=UTC)
    seconds = history.created / 1000 if history.created > 1e11 else history.created
    return datetime.fromtimestamp(seconds, UTC)


def _value(text: str | None, place: str, field: FieldRef) -> FieldValue:
    if not text:
        return None
    if field is _LABELS:
        return labels_in(place.partition(":")[2], text.split())
    number = number_of(text) if field.type == "number" else None
    return text if number is None else number
