"""The changed issues of one repository, through the REST listing in order of change.

https://docs.github.com/en/rest/issues/issues#list-repository-issues
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate

The listing is read by the repository's id, so that a rename cannot hide a change, oldest change first, so that whatever changes
meanwhile comes again at the end. What is asked in a quiet cycle is the one page on which the next change must appear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec

from syncd.core.issue import SourceIssue
from syncd_github import wire
from syncd_github.client import Client
from syncd_github.cursor import RepositoryMark
from syncd_github.faults import Response, not_understood
from syncd_github.translate import from_rest, is_pull_request, repository_of

PASSES = 3
"""A listing by page number is read again when rows moved under it, but not for ever."""
COMFORTABLE = 50
"""A page with more rows than this is not asked for again and again: the next look begins later."""

_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some changed issues. `resume` is set where a crash may go on from the mark as it is now."""

    issues: tuple[SourceIssue, ...]
    resume: bool


@dataclass(slots=True)
class _Walk:
    """What one walk over a listing has shown so far."""

    newest: datetime | None = None
    rows: int = 0
    pages: int = 0
    last: str = ""
    """The path of the last page and its etag."""
    etag: str | None = None
    unchanged: bool = False
    renamed: str | None = None
    moved: bool = False
    """Rows changed during a walk by page numbers: one may have slipped through."""


class Listing:
    def __init__(self, client: Client, source: str, overlap: timedelta) -> None:
        self._client = client
        self._source = source
        self._overlap = overlap

    def changes(self, mark: RepositoryMark) -> Iterator[Piece]:
        """Everything changed since the mark, which moves along. A renamed repository is read anew."""
        walk = _Walk()
        yield from self._walk(mark, walk)
        if walk.unchanged:
            return
        if walk.renamed is not None:
            mark.name, mark.since, mark.poll, mark.etag = walk.renamed, None, None, None
            walk = _Walk()
            yield from self._walk(mark, walk)
        for _ in range(PASSES - 1):
            if not walk.moved:
                break
            newest, walk = walk.newest, _Walk()
            yield from self._walk(mark, walk)
            walk.newest = max(filter(None, (newest, walk.newest)), default=None)
        if walk.pages == 1 and walk.rows <= COMFORTABLE:
            mark.poll, mark.etag = walk.last, walk.etag
            return
        yield from self._settle(mark, walk.newest)

    def _settle(self, mark: RepositoryMark, newest: datetime | None) -> Iterator[Piece]:
        """Finds the page on which the next change must appear, and its etag."""
        assert newest is not None
        mark.poll, mark.etag = None, None
        for since in (newest - self._overlap, newest):
            mark.since = f"{since:{_FORM}}"
            walk = _Walk()
            yield from self._walk(mark, walk)
            if walk.pages == 1:
                break
        mark.since = f"{newest - self._overlap:{_FORM}}"
        mark.poll, mark.etag = walk.last, walk.etag

    def _walk(self, mark: RepositoryMark, walk: _Walk) -> Iterator[Piece]:
        path: str | None = mark.poll or _first(mark)
        began: datetime | None = None
        numbered = False
        while path is not None:
            answer = self._page(mark, path, walk)
            if answer is None:
                return
            rows = _decode(answer, mark.name)
            began = began or answer.date
            walk.pages += 1
            walk.rows += len(rows)
            walk.last, walk.etag = path, answer.headers.get("etag")
            following = _NEXT.search(answer.headers.get("link", ""))
            path = _path(following[1]) if following else None
            numbered = numbered or (path is not None and "after" not in parse_qs(urlsplit(path).query))
            for row in rows:
                if walk.newest is None or row.updated_at > walk.newest:
                    walk.newest = row.updated_at
                if repository_of(row) != mark.name:
                    walk.renamed = repository_of(row)
            if numbered and began is not None and walk.newest is not None and walk.newest >= began:
                walk.moved = True
            issues = tuple(from_rest(self._source, row) for row in rows if not is_pull_request(row))
            safe = path is not None and not numbered and walk.renamed is None and walk.newest is not None
            if safe and walk.newest is not None:
                mark.since, mark.poll, mark.etag = f"{walk.newest - self._overlap:{_FORM}}", None, None
            yield Piece(issues, safe)

    def _page(self, mark: RepositoryMark, path: str, walk: _Walk) -> Response | None:
        """A page; None when it is the one that we know already."""
        known = mark.etag if walk.pages == 0 and path == (mark.poll or _first(mark)) else None
        answer = self._client.rest(
            "GET",
            path,
            resource="issues",
            what=f"reading the issues of {mark.name}",
            expect=(200, 304, 422) if mark.poll == path else (200, 304),
            headers={"If-None-Match": known} if known else None,
        )
        if answer.status == 304:
            walk.unchanged = True
            return None
        if answer.status == 422:
            # The address of a page in the middle is only good for as long as GitHub likes.
            mark.poll, mark.etag = None, None
            return self._page(mark, _first(mark), walk)
        return answer


def _first(mark: RepositoryMark) -> str:
    since = f"&since={mark.since}" if mark.since else ""
    return f"/repositories/{mark.id}/issues?state=all&sort=updated&direction=asc&per_page=100{since}"


def _path(address: str) -> str:
    """The path of an address that GitHub gave, below the API's own prefix."""
    split = urlsplit(address)
    path = split.path
    if "/repositories/" in path or "/repos/" in path:
        path = path[path.find("/repo") :]
    return f"{path}?{split.query}" if split.query else path


def _decode(answer: Response, name: str) -> list[wire.RestIssue]:
    try:
        return wire.issues_page.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_understood(answer, mutates=False, what=f"reading the issues of {name}") from error
