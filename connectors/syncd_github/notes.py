"""The comments that syncd keeps: found by their author and the mark they begin with, made, edited and deleted.

https://docs.github.com/en/graphql/reference/objects#issuecomment
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.note import Step, step
from syncd.core.plan import NOTE_MARK, SetNote
from syncd_github import queries
from syncd_github.batches import Operation
from syncd_github.graph import Graph
from syncd_github.wire_graph import Envelope, PageInfo, following

AT_ONCE = 20
"""Issues whose comments are asked for in one request."""


class _Comment(Struct, rename="camel", gc=False):
    id: str
    body: str = ""
    viewer_did_author: bool = False


class _Comments(Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[_Comment | None] | None = None


class _Issue(Struct):
    id: str | None = None
    comments: _Comments | None = None


class _Nodes(Struct):
    nodes: list[_Issue | None]


class _Node(Struct):
    node: _Issue | None = None


_nodes: Decoder[Envelope[_Nodes]] = Decoder(Envelope[_Nodes])
_node: Decoder[Envelope[_Node]] = Decoder(Envelope[_Node])


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    text: str


class Notes:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def look(self, nodes: Sequence[str]) -> Mapping[str, Note | None]:
        """By node id of the issue, our note on it; an issue that is gone is left out."""
        found: dict[str, Note | None] = {}
        for start in range(0, len(nodes), AT_ONCE):
            ids = list(dict.fromkeys(nodes[start : start + AT_ONCE]))
            data, _, _ = self._graph.read(_nodes, queries.NOTES, {"ids": ids}, what="looking for the notes")
            for issue in data.nodes:
                if issue is not None and issue.id is not None and issue.comments is not None:
                    found[issue.id] = self._among(issue.id, issue.comments)
        return found

    def _among(self, node: str, comments: _Comments) -> Note | None:
        """The oldest one of ours: it is among the first comments as a rule, so most issues need no further page."""
        while True:
            for comment in comments.nodes or ():
                if comment is not None and comment.viewer_did_author and comment.body.startswith(NOTE_MARK):
                    return Note(comment.id, _plain(comment.body))
            if not comments.page_info.has_next_page:
                return None
            variables = {"id": node, "after": following(comments.page_info, None)}
            data, _, _ = self._graph.read(_node, queries.MORE_NOTES, variables, what="looking for the notes")
            if data.node is None or data.node.comments is None:
                return None
            comments = data.node.comments


def operations(change: SetNote, node: str, there: Note | None, key: str) -> Iterator[Operation]:
    """What makes the note say what it should. Raises Refused where a person decided otherwise."""
    match step(change, None if there is None else there.text, key):
        case Step.MAKE:
            yield Operation("addComment", {"subjectId": node, "body": change.after})
        case Step.EDIT if there is not None:
            yield Operation("updateIssueComment", {"id": there.id, "body": change.after})
        case Step.DELETE if there is not None:
            yield Operation("deleteIssueComment", {"id": there.id})


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
