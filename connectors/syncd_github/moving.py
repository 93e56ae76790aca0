"""Moves within a project: the item is placed after another one, or on top.

https://docs.github.com/en/graphql/reference/mutations#updateprojectv2itemposition
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncd.connector.errors import Ambiguous, ConnectorError, Refused, Stale
from syncd.core.plan import Move
from syncd_github.batches import START, Batches, Operation
from syncd_github.graph import Graph
from syncd_github.projects import Projects


class Mover:
    def __init__(self, graph: Graph, projects: Projects) -> None:
        self._projects = projects
        self._batches = Batches(graph, largest=START)

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        """One outcome a move, in order; after the first that failed all others are stale."""
        if scope.casefold() != self._projects.name.casefold():
            raise Refused(f"{scope} is not this source's project, which is {self._projects.name}")
        left = list(moves)
        failed = False
        while left and not failed:
            batch, left = left[: self._batches.size], left[self._batches.size :]
            for outcome in self._send(batch):
                yield _later() if failed else outcome
                failed = failed or outcome is not None
        for _ in left:
            yield _later()

    def _send(self, batch: Sequence[Move]) -> Sequence[ConnectorError | None]:
        project = self._projects.schema().id
        operations: list[Operation] = []
        for move in batch:
            item, after = move.handles.get("item"), move.below_handles.get("item")
            if not item or (move.below is not None and not after):
                break
            operations.append(
                Operation("updateProjectV2ItemPosition", {"projectId": project, "itemId": item, "afterId": after})
            )
        outcomes: list[ConnectorError | None] = []
        if operations:
            try:
                result = self._batches.send(operations, what=f"moving {len(operations)} items")
            except Ambiguous as error:
                return [error] * len(batch)
            outcomes = [result.errors.get(f"m{index}") for index in range(len(operations))]
        if any(outcomes):
            self._projects.forget()
        missing = len(batch) - len(outcomes)
        return outcomes + [_not_there(move) for move in batch[len(outcomes) :]] if missing else outcomes


def _later() -> Stale:
    return Stale("a move before this one did not happen, so its place is decided anew")


def _not_there(move: Move) -> Stale:
    return Stale(f"{move.key} or {move.below_key} is not an item of the project, so it has no place there")
