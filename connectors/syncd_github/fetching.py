"""Single issues by node id, a hundred a request, and the census of all issues.

https://docs.github.com/en/graphql/guides/using-global-node-ids
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch, SourceIssue
from syncd_github import queries
from syncd_github.faults import TooMuch
from syncd_github.graph import Graph
from syncd_github.issue_fields import IssueFields
from syncd_github.projects import Projects
from syncd_github.schema import Schema
from syncd_github.translate import from_graph
from syncd_github.wire_graph import Content, DatabaseId, Envelope, Issue, Item, PageInfo, following, item_type

AT_ONCE = 100
FEWEST = 5


class _Row(Struct, rename="camel", gc=False):
    id: str
    full_database_id: DatabaseId


class _Rows(Struct, rename="camel"):
    page_info: PageInfo
    total_count: int
    nodes: list[_Row | None] | None = None


class _Repository(Struct, rename="camel"):
    name_with_owner: str
    issues: _Rows
    database_id: int | None = None


class _Census(Struct):
    repository: _Repository | None = None


_census: Decoder[Envelope[_Census]] = Decoder(Envelope[_Census])


class _Nodes(Struct):
    nodes: list[msgspec.Raw]


_nodes: Decoder[Envelope[_Nodes]] = Decoder(Envelope[_Nodes])
_issue: Decoder[Issue] = Decoder(Issue)


class Fetcher:
    def __init__(
        self,
        source: str,
        graph: Graph,
        projects: Projects,
        issue_fields: IssueFields,
        in_scope: Callable[[Content], bool],
    ) -> None:
        self._source = source
        self._issue_fields = issue_fields
        self._graph = graph
        self._projects = projects
        self._in_scope = in_scope
        self._known: dict[str, str] = {}
        """Node ids by id, as the last census showed them."""
        self._at_once = AT_ONCE
        self._lacks: set[str] = set()
        """What this server does not know, of `queries.OPTIONAL`."""
        self._owned: dict[int, Decoder[Any]] = {}

    def census(self, repositories: Sequence[tuple[str, int]]) -> Iterator[str]:
        """All ids in these repositories (name and id)."""
        known: dict[str, str] = {}
        for name, id_ in repositories:
            for row in self._rows(name, id_):
                id_text = str(row.full_database_id)
                if id_text not in known:
                    known[id_text] = row.id
                    yield id_text
        self._known = known

    def fetch(
        self,
        ids: Sequence[str],
        handles: Mapping[str, Mapping[str, str]],
        repositories: Callable[[], Sequence[tuple[str, int]]],
    ) -> Iterator[Page]:
        nodes = {id_: handles.get(id_, {}).get("node") or self._known.get(id_, "") for id_ in dict.fromkeys(ids)}
        if not all(nodes.values()):
            for _ in self.census(repositories()):
                pass
            nodes = {id_: node or self._known.get(id_, "") for id_, node in nodes.items()}
        asked = [node for node in nodes.values() if node]
        now_is = self._projects.schema() if self._projects.used and asked else None
        while asked:
            batch, asked = asked[: self._at_once], asked[self._at_once :]
            yield self._page(batch, now_is)

    def _page(self, asked: Sequence[str], now_is: Schema | None) -> Page:
        issues: list[SourceIssue] = []
        patches: list[FieldPatch] = []
        for node, raw in zip(asked, self._ask(asked, now_is), strict=True):
            if bytes(raw) in (b"null", b"{}"):
                continue
            try:
                found = _issue.decode(raw)
            except msgspec.ValidationError as error:
                raise Locked(
                    f"GitHub shows an issue in a shape that syncd does not know: {error}. Check `url`"
                ) from error
            if not self._in_scope(Content(found.full_database_id, found.repository)):
                continue
            blank = {
                **(now_is.blank if now_is is not None else {}),
                **self._issue_fields.blank(found.repository.name_with_owner),
            }
            issue = from_graph(self._source, found, node, blank)
            issues.append(issue)
            if now_is is not None:
                patches.append(self._patch(issue.ref.id, found, now_is))
        return Page(issues=issues, patches=patches)

    def _ask(self, asked: Sequence[str], now_is: Schema | None) -> Sequence[msgspec.Raw]:
        variables: dict[str, object] = {"ids": list(asked)}
        if now_is is not None:
            variables |= self._projects.asked(now_is)
        have = self._issue_fields.exist
        fields = len(now_is.read) if now_is is not None else None
        text = queries.issues(fields, lacks=self._lacks, issue_fields=have)
        what = f"reading {len(asked)} issues"
        try:
            data, _, _ = self._graph.read(_nodes, text, variables, what=what)
        except TooMuch:
            self._at_once = max(FEWEST, self._at_once // 2)
            raise
        except Locked as error:
            # An older GitHub Enterprise Server; it names all that it does not know, or the first of it.
            unknown = {word for word in queries.OPTIONAL if f"'{word}'" in str(error)} - self._lacks
            if not unknown:
                raise
            self._lacks |= unknown
            return self._ask(asked, now_is)
        if len(data.nodes) != len(asked):
            raise Transient(f"GitHub left issues out while {what}")
        return data.nodes

    def _patch(self, id_: str, found: Issue, now_is: Schema) -> FieldPatch:
        """The issue's values in our project; an empty patch when it is not there."""
        fields = len(now_is.read)
        if fields not in self._owned:
            owned = msgspec.defstruct("Owned", [("nodes", list[item_type(fields) | None] | None, None)])  # type: ignore[misc]
            self._owned[fields] = Decoder(owned | None)
        items = self._owned[fields].decode(found.project_items)
        mine: list[Item] = [
            item
            for item in (items.nodes if items else None) or ()
            if item and item.project and item.project.id == now_is.id and not item.is_archived
        ]
        return self._projects.patch(now_is, id_, mine[0]) if mine else FieldPatch(id_)

    def _rows(self, name: str, id_: int) -> Iterator[_Row]:
        owner, _, short = name.partition("/")
        after: str | None = None
        while True:
            variables = {"owner": owner, "name": short, "after": after}
            what = f"counting the issues of {name}"
            data, troubles, _ = self._graph.read(_census, queries.CENSUS, variables, what=what)
            found = data.repository
            if found is None:
                said = f": {troubles[0].message}" if troubles else ""
                raise Locked(f"the repository {name} was not found{said}. Check its name and the account's access")
            if found.database_id not in (None, id_):
                raise Locked(f"{name} is now another repository than before: correct its name under `repositories`")
            for row in found.issues.nodes or ():
                if row is None:
                    raise Transient(f"GitHub left issues out while {what}")
                yield row
            if not found.issues.page_info.has_next_page:
                return
            after = following(found.issues.page_info, after)
