"""Pages of REST lists, with `Link` headers as GitHub sends them.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
Small lists go by page number, and so do rows that change drift under the reader. Large issue lists refuse page numbers and go by an
opaque cursor.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from syncd.testing.httpsim import Reply, Request
from syncd_github.simulator.access import refusal
from syncd_github.simulator.model import Issue, Repository

T = TypeVar("T")
_SORTS: dict[str, Callable[[Issue], tuple[str | int, int]]] = {
    "created": lambda issue: (issue.created, issue.id),
    "updated": lambda issue: (issue.updated, issue.id),
    "comments": lambda issue: (issue.comments, issue.id),
}


def size(request: Request) -> int:
    text = request.one("per_page", "30")
    return max(1, min(100, int(text))) if text.isdecimal() else 30


def numbered(request: Request, rows: Sequence[T], home: str) -> tuple[Sequence[T], dict[str, str]]:
    """A page by number; `home` is the address of the list without its query."""
    per_page = size(request)
    text = request.one("page", "1")
    page = max(1, int(text)) if text.isdecimal() else 1
    last = max(1, -(-len(rows) // per_page))
    links = []
    for relation, number, shown in (
        ("prev", page - 1, page > 1),
        ("next", page + 1, page < last),
        ("last", last, page < last),
        ("first", 1, page > 1),
    ):
        if shown:
            links.append(_link(request, home, relation, {"page": str(number)}))
    return rows[(page - 1) * per_page : page * per_page], {"Link": ", ".join(links)} if links else {}


def _link(request: Request, home: str, relation: str, change: dict[str, str]) -> str:
    kept = [(k, v[-1]) for k, v in request.query.items() if k not in ("page", "after", "before")]
    return f'<{home}?{urlencode([*kept, *change.items()])}>; rel="{relation}"'


class IssueLists:
    """The issue lists of repositories, sorted once for each question until something changes."""

    def __init__(self, largest_numbered: int) -> None:
        self.largest_numbered = largest_numbered
        self._sorted: dict[tuple[object, ...], tuple[int, list[Issue], list[tuple[str | int, int]]]] = {}

    def page(
        self, request: Request, repository: Repository, home: str
    ) -> tuple[Sequence[Issue], dict[str, str]] | Reply:
        sort, downwards = request.one("sort", "created"), request.one("direction", "desc") != "asc"
        if sort not in _SORTS:
            return refusal(422, "Validation Failed")
        rows, keys = self._rows(request, repository, sort, downwards)
        if len(rows) <= self.largest_numbered and "after" not in request.query:
            return numbered(request, rows, home)
        if request.one("page", "1") != "1" and "after" not in request.query:
            return refusal(
                422,
                "Pagination with the page parameter is not supported for large datasets, "
                "please use cursor based pagination (after/before)",
            )
        start = 0
        if "after" in request.query:
            place = _decode(request.one("after"))
            if place is None:
                return refusal(422, "Invalid cursor")
            start = len(rows) - bisect_left(keys, place) if downwards else bisect_right(keys, place)
        per_page = size(request)
        found = rows[start : start + per_page]
        if start + per_page >= len(rows):
            return found, {}
        return found, {"Link": _link(request, home, "next", {"after": _encode(_SORTS[sort](found[-1]))})}

    def _rows(
        self, request: Request, repository: Repository, sort: str, downwards: bool
    ) -> tuple[Sequence[Issue], Sequence[tuple[str | int, int]]]:
        state = request.one("state", "open")
        labels = tuple(sorted(name.casefold() for name in request.one("labels").split(",") if name))
        milestone, assignee, creator = request.one("milestone"), request.one("assignee"), request.one("creator")
        asked = (repository.id, sort, downwards, state, labels, milestone, assignee, creator)
        known = self._sorted.get(asked)
        if known is None or known[0] != repository.version:
            rows = sorted(
                (
                    issue
                    for issue in repository.issues.values()
                    if (state == "all" or issue.state == state)
                    and set(labels) <= {label.name.casefold() for label in issue.labels}
                    and _matches(issue, milestone, assignee, creator)
                ),
                key=_SORTS[sort],
            )
            known = self._sorted[asked] = (repository.version, rows, [_SORTS[sort](row) for row in rows])
        _, rows, keys = known
        since = request.one("since")
        if since:
            if sort == "updated":
                start = bisect_left(keys, (since, 0))
                rows, keys = rows[start:], keys[start:]
            else:
                rows = [row for row in rows if row.updated >= since]
                keys = [_SORTS[sort](row) for row in rows]
        return (rows[::-1] if downwards else rows), keys


def _matches(issue: Issue, milestone: str, assignee: str, creator: str) -> bool:
    if milestone and milestone != "*" and str(issue.milestone.number if issue.milestone else "none") != milestone:
        return False
    if assignee and assignee.casefold() not in {person.login.casefold() for person in issue.assignees}:
        return False
    return not creator or (issue.author is not None and issue.author.login.casefold() == creator.casefold())


def _encode(place: tuple[str | int, int]) -> str:
    return base64.urlsafe_b64encode(b"cursor:v2:" + json.dumps(place).encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[str | int, int] | None:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        value, id_ = json.loads(raw.removeprefix(b"cursor:v2:"))
    except (ValueError, TypeError):
        return None
    return (value, id_) if isinstance(value, str | int) and isinstance(id_, int) else None
