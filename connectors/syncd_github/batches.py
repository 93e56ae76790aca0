"""Aliased mutations in requests of a size that GitHub answers in time.

GitHub gives a request ten seconds and then leaves it unknown what happened, so the size starts small, grows while answers are
quick and is halved when one was too slow or too large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncd.connector.errors import Ambiguous, ConnectorError
from syncd_github import queries
from syncd_github.faults import TooMuch
from syncd_github.graph import Graph, Result

START, SMALLEST, LARGEST = 20, 1, 60
QUICK = 3.0
"""Seconds within which an answer lets the next request be larger."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One mutation: its name and its input."""

    name: str
    input: Mapping[str, object]


class Batches:
    def __init__(self, graph: Graph, *, start: int = START, largest: int = LARGEST) -> None:
        self._graph = graph
        self._largest = largest
        self.size = start
        """How many operations the next request may hold."""

    def send(self, operations: Sequence[Operation], *, what: str) -> Result:
        """Sends the operations in order; in the result they are m0, m1 … Raises when nothing at all happened."""
        aliases = {f"m{index}": queries.needs(operation.name) for index, operation in enumerate(operations)}
        variables = {alias: operation.input for alias, operation in zip(aliases, operations, strict=True)}
        text = queries.mutation([operation.name for operation in operations])
        try:
            result = self._graph.write(text, variables, aliases, what=what)
        except (Ambiguous, TooMuch):
            self._shrink()
            raise
        if any(isinstance(error, TooMuch | Ambiguous) for error in result.errors.values()):
            self._shrink()
        elif result.seconds <= QUICK:
            self.size = min(self._largest, max(self.size, 2 * len(operations)))
        return result

    def _shrink(self) -> None:
        self.size = max(SMALLEST, self.size // 2)


def worst(errors: Sequence[ConnectorError]) -> ConnectorError | None:
    """What to say about an edit of which several operations failed: the one after which least is known."""
    unknown = next((error for error in errors if isinstance(error, Ambiguous)), None)
    return unknown or (errors[0] if errors else None)
