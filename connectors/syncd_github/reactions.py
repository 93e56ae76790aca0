"""Votes and blockers that came or went: neither need move an issue's `updated_at`, so open issues are asked once in a while.

https://docs.github.com/en/graphql/reference/objects#reactiongroup

A sweep costs one GraphQL request for each hundred open issues and one more for each hundred whose numbers changed. What it is
compared with stands in the cursor, and only issues with such numbers take room there: about nine characters each.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Locked
from syncd.core.issue import SourceIssue
from syncd_github import cursor, queries
from syncd_github.dependencies import waits
from syncd_github.faults import TooMuch
from syncd_github.graph import Graph
from syncd_github.wire_graph import DatabaseId, Envelope, Group, PageInfo, following, votes_of

PAGE, SMALLEST_PAGE = 100, 10
_MOST = 0xFFFF


class _Summary(Struct, rename="camel", gc=False):
    total_blocked_by: int = 0


class _Row(Struct, rename="camel", gc=False):
    id: str
    full_database_id: DatabaseId
    reaction_groups: list[Group] | None = None
    issue_dependencies_summary: _Summary | None = None


class _Rows(Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[_Row | None] | None = None


class _Repository(Struct, rename="camel"):
    issues: _Rows
    database_id: int | None = None


class _Found(Struct):
    repository: _Repository | None = None


_found: Decoder[Envelope[_Found]] = Decoder(Envelope[_Found])


class Votes:
    """What the listing showed, by id: thumbs-up, all reactions and blockers in one number. An issue without any is left out."""

    def __init__(self, packed: str) -> None:
        self._packed = packed
        self._known: dict[int, int] | None = None
        self._same = True

    @property
    def packed(self) -> str:
        """For the cursor. A quiet look neither unpacks nor packs them: that takes as long as there are issues with votes."""
        return self._packed if self._same else cursor.pack(self.known)

    @property
    def known(self) -> dict[int, int]:
        if self._known is None:
            self._known = cursor.unpack(self._packed)
        return self._known

    def saw(self, issues: Iterable[SourceIssue]) -> None:
        for issue in issues:
            self._put(
                int(issue.ref.id), number(issue.votes, issue.reactions, waits(issue)) if issue.closed is None else 0
            )

    def differs(self, id_: int, now: int) -> bool:
        """Whether it was another number before; it is known from now on."""
        before = self.known.get(id_, 0)
        self._put(id_, now)
        return before != now

    def _put(self, id_: int, now: int) -> None:
        if now == self.known.get(id_, 0):
            return
        self._same = False
        if now:
            self.known[id_] = now
        else:
            del self.known[id_]


def number(votes: int, reactions: int, blockers: int = 0) -> int:
    """32 bits that are others when one of the three is; 0 for none of them."""
    if not blockers:
        return min(votes, _MOST) << 16 | min(reactions, _MOST)
    return zlib.crc32(f"{votes} {reactions} {blockers}".encode()) or 1


class Reactions:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._page = PAGE
        self._dependencies = True

    def changed(self, repositories: Sequence[tuple[str, int]], votes: Votes) -> Iterator[tuple[str, str]]:
        """Id and node id of each open issue whose reactions are others than `votes` knows."""
        for name, id_ in repositories:
            for row in self._rows(name, id_):
                summary = row.issue_dependencies_summary
                blockers = summary.total_blocked_by if summary is not None else 0
                if votes.differs(int(row.full_database_id), number(*votes_of(row.reaction_groups), blockers)):
                    yield str(row.full_database_id), row.id

    def _rows(self, name: str, id_: int) -> Iterator[_Row]:
        owner, _, short = name.partition("/")
        after: str | None = None
        while True:
            variables = {"owner": owner, "name": short, "first": self._page, "after": after}
            what = f"reading the reactions in {name}"
            text = queries.reactions(dependencies=self._dependencies)
            try:
                data, troubles, _ = self._graph.read(_found, text, variables, what=what)
            except TooMuch:
                self._page = max(SMALLEST_PAGE, self._page // 2)
                raise
            except Locked as error:
                if not self._dependencies or "issueDependenciesSummary" not in str(error):
                    raise
                self._dependencies = False  # an older GitHub Enterprise Server
                continue
            found = data.repository
            if found is None or found.database_id not in (None, id_):
                said = f": {troubles[0].message}" if troubles else ""
                raise Locked(f"the repository {name} was not found{said}. Check its name and the account's access")
            yield from (row for row in found.issues.nodes or () if row is not None)
            if not found.issues.page_info.has_next_page:
                return
            after = following(found.issues.page_info, after)
