"""An organization's issue fields: which exist, and values into mutations. Accounts of users and older servers have none.

https://docs.github.com/en/rest/orgs/issue-fields
https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/managing-issue-fields-in-your-organization

In the configuration they are `issue_field: NAME`, inside syncd `issue:NAME`. They are written one by one with `setIssueFieldValue`:
every REST route for their values replaces or clears those that are not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Refused
from syncd.connector.protocol import FieldInfo, FieldType
from syncd.core.issue import FieldValue
from syncd.core.plan import SetField
from syncd_github import queries
from syncd_github.batches import Operation
from syncd_github.client import Client
from syncd_github.faults import not_understood
from syncd_github.graph import Graph
from syncd_github.schema import ProjectField, input_of
from syncd_github.settings import PREFIX
from syncd_github.wire_graph import Envelope, Option

_TYPES = {
    "number": FieldType.NUMBER,
    "text": FieldType.TEXT,
    "date": FieldType.DATE,
    "single_select": FieldType.OPTION,
}
_INPUTS = {
    "number": "numberValue",
    "text": "textValue",
    "date": "dateValue",
    "singleSelectOptionId": "singleSelectOptionId",
}


class _Field(Struct, gc=False):
    node_id: str
    name: str
    data_type: str


class _Choice(Struct, gc=False):
    id: str = ""
    options: list[Option] = []


class _Choices(Struct):
    nodes: list[_Choice | None]


_fields: Decoder[list[_Field]] = Decoder(list[_Field])
_choices: Decoder[Envelope[_Choices]] = Decoder(Envelope[_Choices])


def owner_of(repository: str) -> str:
    return repository.partition("/")[0].casefold()


class IssueFields:
    """The wanted issue fields of each owner; nothing is asked when none are wanted."""

    def __init__(self, client: Client, graph: Graph, wanted: Iterable[str]) -> None:
        self._client = client
        self._graph = graph
        self._wanted = sorted(name for name in wanted if name.startswith(PREFIX))
        self._known: dict[str, Mapping[str, ProjectField]] = {}
        """By owner and configured name."""
        self.similar: dict[str, tuple[str, ...]] = {}
        """For each wanted field that an owner lacks, names that look like it."""

    @property
    def used(self) -> bool:
        return bool(self._wanted)

    @property
    def exist(self) -> bool:
        """Whether any owner that was looked at has a wanted field."""
        return any(self._known.values())

    def of(self, repository: str, *, fresh: bool = False) -> Mapping[str, ProjectField]:
        """The wanted fields that issues of this repository have. One request an owner, another one for options."""
        owner = owner_of(repository)
        if not self._wanted:
            return {}
        if fresh or owner not in self._known:
            self._known[owner] = self._look_up(owner)
        return self._known[owner]

    def blank(self, repository: str) -> Mapping[str, FieldValue]:
        return dict.fromkeys(self.of(repository))

    def forget(self) -> None:
        """Something that we knew turned out to be no longer so."""
        self._known.clear()

    def infos(self, repositories: Sequence[str]) -> dict[str, FieldInfo]:
        """Of those fields that every owner has."""
        each = [self.of(name, fresh=True) for name in {owner_of(name): name for name in repositories}.values()]
        return {
            name: FieldInfo(name, field.id, field.type, True, tuple(field.options))
            for name, field in (each[0] if each else {}).items()
            if all(name in other for other in each)
        }

    def operation(self, node: str, repository: str, changes: Sequence[SetField]) -> Operation:
        """All changes of one issue in one call; what is not named keeps its value. Raises Refused for what cannot be held."""
        values: list[dict[str, object]] = []
        for change in changes:
            field = self.of(repository).get(change.field)
            if field is None:
                name = change.field.removeprefix(PREFIX)
                near = self.similar.get(change.field)
                hint = f"; it has {', '.join(near)}" if near else ""
                raise Refused(f"the organization {owner_of(repository)} has no issue field {name!r}{hint}")
            if change.after is None:
                values.append({"fieldId": field.id, "delete": True})
                continue
            given = input_of(field, change.field, change.after)
            values.append({"fieldId": field.id, **{_INPUTS[key]: value for key, value in given.items()}})
        return Operation("setIssueFieldValue", {"issueId": node, "issueFields": values})

    def _look_up(self, owner: str) -> Mapping[str, ProjectField]:
        what = f"reading the issue fields of {owner}"
        answer = self._client.rest(
            "GET", f"/orgs/{owner}/issue-fields", resource="fields", what=what, expect=(200, 404)
        )
        if answer.status == 404:
            # The account of a user, a server that does not know of them yet, or a token that may not see them.
            return {}
        try:
            rows = _fields.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise not_understood(answer, error, what=what) from error
        by_name = {row.name.casefold(): row for row in rows if row.data_type in _TYPES}
        found = {name: row for name in self._wanted if (row := by_name.get(name.removeprefix(PREFIX).casefold()))}
        for name in self._wanted:
            if name not in found:
                near = get_close_matches(name.removeprefix(PREFIX).casefold(), by_name, n=3, cutoff=0.6)
                self.similar[name] = tuple(PREFIX + by_name[text].name for text in near)
        options = self._options([row.node_id for row in found.values() if row.data_type == "single_select"], what)
        return {
            name: ProjectField(row.node_id, row.name, _TYPES[row.data_type], options.get(row.node_id, {}))
            for name, row in found.items()
        }

    def _options(self, ids: Sequence[str], what: str) -> Mapping[str, Mapping[str, str]]:
        """Name → id by field: REST numbers options otherwise than the mutation wants them."""
        if not ids:
            return {}
        data, _, _ = self._graph.read(_choices, queries.ISSUE_FIELD_OPTIONS, {"ids": list(ids)}, what=what)
        return {node.id: {option.name: option.id for option in node.options} for node in data.nodes if node is not None}
