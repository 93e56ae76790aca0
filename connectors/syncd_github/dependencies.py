"""What an issue waits for: the listing tells how many, and GraphQL which, for a hundred issues in one request.

https://docs.github.com/en/rest/issues/issue-dependencies
Each relation is read on the side of the issue that waits. A server without dependencies tells no number, so it is never asked.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Locked, Transient
from syncd.core.issue import Link, LinkKind, Pointer, SourceIssue
from syncd_github import queries
from syncd_github.graph import Graph
from syncd_github.wire_graph import Blockers, Envelope

AT_ONCE = 100
PATIENCE = 20
"""Pages of a pull after which even a few held issues are completed, so that the pull has a safe place to stop again."""
WAITS = "waits"
"""The handle that tells for how many an issue waits."""


class _Issue(Struct, rename="camel"):
    blocked_by: Blockers | None = None


class _Nodes(Struct):
    nodes: list[_Issue | None]


_nodes: Decoder[Envelope[_Nodes]] = Decoder(Envelope[_Nodes])


def counted(issue: SourceIssue, total: int) -> SourceIssue:
    """The issue with the number of those that it waits for, which also counts what this account may not see."""
    return dataclasses.replace(issue, handles={**issue.handles, WAITS: str(total)}) if total else issue


def waiting(issue: SourceIssue, blockers: Sequence[str]) -> SourceIssue:
    """The issue with the keys of those that it waits for."""
    if not blockers:
        return issue
    keys = sorted(set(blockers))
    revision = hashlib.blake2b(" ".join((issue.revision, *keys)).encode(), digest_size=10).hexdigest()
    links = tuple(Link(LinkKind.BLOCKED_BY, Pointer(key=key)) for key in keys)
    return dataclasses.replace(issue, links=links, revision=revision)


def waits(issue: SourceIssue) -> int:
    return int(issue.handles.get(WAITS, "0"))


class Dependencies:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def _of(self, nodes: Sequence[str]) -> Sequence[Sequence[str]]:
        """For each node id the keys of the issues that it waits for."""
        what = f"reading what {len(nodes)} issues wait for"
        try:
            data, _, _ = self._graph.read(_nodes, queries.BLOCKERS, {"ids": list(nodes)}, what=what)
        except Locked as error:
            if "blockedBy" not in str(error):
                raise
            return [()] * len(nodes)  # the listing counts what this server's GraphQL does not tell yet
        if len(data.nodes) != len(nodes):
            raise Transient(f"GitHub left issues out while {what}")
        return [issue.blocked_by.keys if issue is not None and issue.blocked_by else () for issue in data.nodes]

    def complete(self, issues: Sequence[SourceIssue]) -> Sequence[SourceIssue]:
        """Issues as the listing showed them, with what they wait for."""
        found: list[SourceIssue] = []
        for start in range(0, len(issues), AT_ONCE):
            some = issues[start : start + AT_ONCE]
            blockers = self._of([issue.handles["node"] for issue in some])
            found += (waiting(issue, keys) for issue, keys in zip(some, blockers, strict=True))
        return found


class Held:
    """Issues of a pull that wait for their blockers to be read. While there are any, no cursor is safe."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._held: list[SourceIssue] = []
        self._pages = 0

    def __bool__(self) -> bool:
        return bool(self._held)

    def through(self, issues: Sequence[SourceIssue]) -> Sequence[SourceIssue]:
        """What of these, and of those held before, can be told now."""
        self._held += (issue for issue in issues if waits(issue))
        told = [issue for issue in issues if not waits(issue)]
        self._pages += 1
        if len(self._held) >= AT_ONCE or (self._held and self._pages >= PATIENCE):
            told += self.rest()
        return told

    def rest(self) -> Sequence[SourceIssue]:
        held, self._held, self._pages = self._held, [], 0
        return self._dependencies.complete(held)
