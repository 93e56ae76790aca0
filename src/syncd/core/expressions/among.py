"""The functions that compare a piece of work with the whole open backlog: `scaled` and `percentile_of`.

One row cannot answer them, so `core.scoring.compared` works their values out for all rows first, and both backends read them by
`tree.Among.key`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from syncd.core.expressions.tree import Among, Node, children


@dataclass(frozen=True, slots=True)
class AmongFunction:
    name: str
    scale: str
    """A value of `rules.Scale`."""
    help: str
    example: str


AMONG: Mapping[str, AmongFunction] = MappingProxyType(
    {
        function.name: function
        for function in (
            AmongFunction(
                "scaled",
                "minmax",
                "A number, or a framework by its name, on a scale of 0 (the lowest of the open backlog) to 100 (the highest).",
                "0.6 * scaled(rice) + 0.4 * scaled(wsjf)",
            ),
            AmongFunction(
                "percentile_of",
                "percentile",
                "The share of the open backlog, in percent, at or below this number; ties share their mean.",
                "percentile_of(votes) > 90",
            ),
        )
    }
)

Parts = Callable[[str], Node | None]
"""What a name inside of these functions stands for when it is no name of the language; None: nothing."""


def among_in(node: Node) -> tuple[Among, ...]:
    """Every comparison with the backlog in a tree, in reading order, each once."""
    if isinstance(node, Among):
        return (node,)
    found = {one.key: one for child in children(node) for one in among_in(child)}
    return tuple(found.values())
