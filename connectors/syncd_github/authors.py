"""Who changed a label or an issue field, from the timelines of issues. Of a project's fields GitHub keeps no past.

https://docs.github.com/en/graphql/reference/objects#labeledevent
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.json import Decoder

from syncd.core.issue import Touch
from syncd.core.permission.values import labels_in, labels_under
from syncd_github import queries
from syncd_github.graph import Graph
from syncd_github.settings import PREFIX
from syncd_github.wire import Moment
from syncd_github.wire_graph import Actor, Envelope, Name, Names

AT_ONCE = 50
"""Issues in one request, each with its labels and at most a hundred events."""
_LABEL, _FIELD = "label:", f"field:{PREFIX}"


class _Event(Struct, rename={"typename": "__typename", "created_at": "createdAt", "field": "issueField",
                             "was": "previousValue", "now": "newValue"}):  # fmt: skip
    typename: str
    created_at: Moment | None = None
    actor: Actor | None = None
    label: Name | None = None
    field: Name | None = None
    value: str | None = None
    was: str | None = None
    now: str | None = None

    @property
    def by(self) -> tuple[str, ...]:
        """As people know the account: GraphQL leaves out that it is a bot. Nobody where it was deleted."""
        if self.actor is None:
            return ()
        bot = self.actor.typename == "Bot" and not self.actor.login.endswith("[bot]")
        return (f"{self.actor.login}[bot]" if bot else self.actor.login,)


class _Events(Struct):
    nodes: list[_Event | None] | None = None


class _Issue(Struct, rename="camel"):
    id: str | None = None
    labels: Names | None = None
    timeline_items: _Events | None = None


class _Nodes(Struct):
    nodes: list[_Issue | None]


_nodes: Decoder[Envelope[_Nodes]] = Decoder(Envelope[_Nodes])


def authors(
    graph: Graph, places: Sequence[tuple[str, str]], nodes: Mapping[str, str]
) -> Mapping[tuple[str, str], Sequence[Touch]]:
    """As `syncd.connector.protocol.TellsAuthors` asks; `nodes` are the issues' node ids."""
    asked: dict[str, list[tuple[str, str]]] = {}
    for id_, place in places:
        if id_ in nodes and place.startswith((_LABEL, _FIELD)):
            asked.setdefault(nodes[id_], []).append((id_, place))
    text = queries.timeline(issue_fields=any(place.startswith(_FIELD) for _, place in places))
    found: dict[tuple[str, str], Sequence[Touch]] = {}
    ids = list(asked)
    for begin in range(0, len(ids), AT_ONCE):
        some = {"ids": ids[begin : begin + AT_ONCE]}
        data, _, _ = graph.read(_nodes, text, some, what="asking who changed what")
        for issue in data.nodes:
            if issue is None or issue.id not in asked or issue.timeline_items is None:
                continue
            events = [event for event in issue.timeline_items.nodes or () if event is not None]
            labels = [label.name for label in (issue.labels.nodes if issue.labels else None) or () if label is not None]
            for id_, place in asked[issue.id]:
                if place.startswith(_LABEL):
                    found[id_, place] = tuple(_of_labels(events, labels, place.removeprefix(_LABEL)))
                else:
                    found[id_, place] = tuple(_of_field(events, place.removeprefix(_FIELD)))
    return found


def _of_labels(events: Sequence[_Event], labels: Sequence[str], prefix: str) -> Iterator[Touch]:
    """The newest first, each with the labels of the family as they were around it: told backwards from what is there now.

    It ends where the events do not fit each other any more, as after a label that was renamed.
    """
    now = {label.casefold(): label for label in labels_under(prefix, labels)}
    for event in reversed(events):
        name = event.label.name if event.label is not None else ""
        if event.created_at is None or not name.casefold().startswith(prefix.casefold()):
            continue
        came = event.typename == "LabeledEvent"
        if came is not (name.casefold() in now):
            return
        left = labels_in(prefix, list(now.values()))
        if came:
            del now[name.casefold()]
        else:
            now[name.casefold()] = name
        yield Touch(event.by, event.created_at, labels_in(prefix, list(now.values())), left)


def _of_field(events: Sequence[_Event], name: str) -> Iterator[Touch]:
    """The newest first. What a value was that was taken away, the event before it tells."""
    mine = [e for e in events if e.created_at is not None and e.field and e.field.name.casefold() == name.casefold()]
    for index in range(len(mine) - 1, -1, -1):
        event = mine[index]
        assert event.created_at is not None
        match event.typename:
            case "IssueFieldAddedEvent":
                yield Touch(event.by, event.created_at, None, event.value)
            case "IssueFieldChangedEvent":
                yield Touch(event.by, event.created_at, event.was, event.now)
            case "IssueFieldRemovedEvent" if index > 0:
                earlier = mine[index - 1]
                yield Touch(event.by, event.created_at, earlier.now or earlier.value, None)
            case _:
                return
