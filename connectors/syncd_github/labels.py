"""Labels by name: GraphQL writes them by id, so ids are looked up once, and a label that is missing is created once.

https://docs.github.com/en/rest/issues/labels#create-a-label
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Ambiguous, ConnectorError, Refused, Transient
from syncd_github import queries, wire
from syncd_github.client import Client
from syncd_github.graph import Graph
from syncd_github.wire_graph import Envelope

AT_ONCE = 50
"""Labels looked up in one request."""
COLOR = "1f6feb"
DESCRIPTION = "Set by syncd; change it on an issue and your choice stays"
_MOVED = (301, 302, 307, 308)


class _Label(Struct, gc=False):
    id: str
    name: str


_found: Decoder[Envelope[dict[str, dict[str, _Label | str | None] | None]]] = Decoder(
    Envelope[dict[str, dict[str, _Label | str | None] | None]]
)


class Labels:
    def __init__(self, client: Client, graph: Graph) -> None:
        self._client = client
        self._graph = graph
        self._ids: dict[tuple[str, str], str | None] = {}
        """By repository and name, both casefolded; None is a label that does not exist."""

    def id(self, repository: str, name: str) -> str | None:
        """The id of a label that was looked up, None when there is no such label."""
        return self._ids.get((repository.casefold(), name.casefold()))

    def look_up(self, needs: Mapping[str, Iterable[str]]) -> None:
        """Learns the ids of labels by repository, in one request for up to 50 of them; known ones cost nothing.

        A label that did not exist last time is asked for again: somebody may have made and used it since.
        """
        unknown = [
            (repository, name)
            for repository, names in sorted(needs.items())
            for name in sorted({n.casefold(): n for n in names}.values())
            if self.id(repository, name) is None
        ]
        for start in range(0, len(unknown), AT_ONCE):
            self._ask(unknown[start : start + AT_ONCE])

    def create(self, repository: str, name: str) -> ConnectorError | None:
        """Creates a label that does not exist. Another one may have been quicker: that is fine."""
        try:
            self._create(repository, name)
        except Ambiguous as error:
            # No issue was touched, and the next attempt sees whether the label is there.
            self.forget(repository)
            raise Transient(str(error), 2.0) from error
        except Refused as error:
            return error
        return None

    def forget(self, repository: str) -> None:
        """A label was not what we knew: look again next time."""
        self._ids = {key: id_ for key, id_ in self._ids.items() if key[0] != repository.casefold()}

    def forget_all(self) -> None:
        """People rename labels: an id that was looked up in an earlier cycle may carry another name by now."""
        self._ids.clear()

    def _ask(self, wanted: Sequence[tuple[str, str]]) -> None:
        by_repository: dict[str, list[str]] = {}
        for repository, name in wanted:
            by_repository.setdefault(repository, []).append(name)
        variables: dict[str, object] = {}
        for index, (repository, names) in enumerate(by_repository.items()):
            variables[f"o{index}"], _, variables[f"n{index}"] = repository.partition("/")
            variables |= {f"l{index}_{n}": name for n, name in enumerate(names)}
        text = queries.labels([len(names) for names in by_repository.values()])
        data, _, _ = self._graph.read(_found, text, variables, what="looking up labels")
        for index, (repository, names) in enumerate(by_repository.items()):
            found = data.get(f"r{index}") or {}
            for n, name in enumerate(names):
                label = found.get(f"l{n}")
                self._ids[repository.casefold(), name.casefold()] = label.id if isinstance(label, _Label) else None

    def _create(self, repository: str, name: str) -> None:
        what = f"creating the label {name!r} in {repository}"
        path = f"/repos/{repository}/labels"
        for path in self._paths(repository):
            answer = self._client.rest(
                "POST",
                path,
                resource="labels",
                what=what,
                expect=(201, 422, *_MOVED),
                body={"name": name, "color": COLOR, "description": DESCRIPTION},
                mutates=True,
            )
            if answer.status == 201:
                try:
                    label = wire.created_label.decode(answer.body)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise Ambiguous(f"the answer broke off while {what}") from error
                self._ids[repository.casefold(), name.casefold()] = label.node_id
                return
            if answer.status == 422:
                if not _exists(answer.body):
                    raise Refused(f"GitHub refused {what}: {answer.message}")
                self.forget(repository)
                self.look_up({repository: [name]})
                if self.id(repository, name) is None:
                    raise Refused(f"GitHub says that the label {name!r} exists in {repository} but does not show it")
                return
        raise Refused(
            f"the repository {repository} was moved, so {what} did not happen; its new name is read next time"
        )

    def _paths(self, repository: str) -> Iterator[str]:
        """By name and, where the name has moved on, by the name that the repository has now."""
        yield f"/repos/{repository}/labels"
        owner, _, name = repository.partition("/")
        text = queries.labels([0])
        data, _, _ = self._graph.read(_found, text, {"o0": owner, "n0": name}, what=f"looking for {repository}")
        present = (data.get("r0") or {}).get("nameWithOwner")
        if isinstance(present, str) and present.casefold() != repository.casefold():
            yield f"/repos/{present}/labels"


def _exists(body: bytes) -> bool:
    try:
        found = wire.problems.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return any(isinstance(problem, wire.Problem) and problem.code == "already_exists" for problem in found.errors)
