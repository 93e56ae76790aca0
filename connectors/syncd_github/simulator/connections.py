"""What resolvers share: the request's context, GitHub's typed errors, and pages of connections.

https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLResolveInfo

from syncd_github.simulator.cost import Cost
from syncd_github.simulator.model import Issue, Item, Project, Site


class Problem(Exception):
    """An error of one field, typed as GitHub types it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(slots=True)
class Context:
    """What resolvers know of the request."""

    site: Site
    login: str
    writes: bool
    quota: Mapping[str, str]
    now: str
    change: Callable[..., Any]
    cost: Cost
    may_see: Callable[[str], bool] = lambda full_name: True
    """Whether the token was given this repository."""
    known_until: str = "9999"
    """Issues made after this moment are not known here yet."""

    def seen(self, issue: Issue | None) -> Any:
        """What another object refers to: an issue, or the error that stands in its place where it is hidden."""
        if issue is not None and not self.may_see(issue.repository.full_name):
            return Problem("FORBIDDEN", "Resource not accessible by personal access token")
        return issue

    def node(self, id_: str) -> Any:
        found = self.site.nodes.get(id_)
        hidden = isinstance(found, Item) and found.redacted
        hidden = hidden or (isinstance(found, Issue) and not self.may_see(found.repository.full_name))
        hidden = hidden or (isinstance(found, Project) and found.hidden)
        if found is None or hidden or (isinstance(found, Issue) and found.created > self.known_until):
            raise Problem("NOT_FOUND", f"Could not resolve to a node with the global id of '{id_}'.")
        return found


def connection(
    info: GraphQLResolveInfo[Context], rows: Sequence[Any], first: Any, last: Any, after: Any, before: Any
) -> Any:
    """A page of rows. GitHub wants `first` or `last`, 1 to 100, as soon as nodes are asked for."""
    name = info.field_name
    wants_nodes = any(
        isinstance(each, FieldNode) and each.name.value in ("nodes", "edges")
        for node in info.field_nodes
        for each in (node.selection_set.selections if node.selection_set else ())
    )
    if wants_nodes and first is None and last is None:
        raise Problem(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
        )
    for word, value in (("first", first), ("last", last)):
        if value is not None and not 0 <= value <= 100:
            raise Problem(
                "EXCESSIVE_PAGINATION",
                f"Requesting {value} records on the `{name}` connection exceeds the `{word}` limit of 100 records.",
            )
    start = _place(after) if after else 0
    stop = _place(before) - 1 if before else len(rows)
    if first is not None:
        stop = min(stop, start + first)
    elif last is not None:
        start = max(start, stop - last)
    page = rows[start:stop]
    return {
        "nodes": page,
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": stop < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start + 1) if page else None,
            "endCursor": _cursor(start + len(page)) if page else None,
        },
    }


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise Problem("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from error


def pages(rows: Callable[..., Sequence[Any]]) -> Callable[..., Any]:
    def resolve(
        source: Any,
        info: GraphQLResolveInfo[Context],
        first: Any = None,
        last: Any = None,
        after: Any = None,
        before: Any = None,
        **more: Any,
    ) -> Any:
        return connection(info, rows(source, info, **more), first, last, after, before)

    return resolve
