"""The changed issues of one repository, through the REST listing in order of change.

https://docs.github.com/en/rest/issues/issues#list-repository-issues
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate

The listing is read by the repository's id, so that a rename cannot hide a change, oldest change first, so that whatever changes
meanwhile comes again at the end. What is asked in a quiet cycle is the one page on which the next change must appear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec

from syncd.connector.errors import Transient
from syncd.core.issue import FieldValue, SourceIssue
from syncd_github import wire
from syncd_github.client import Client
from syncd_github.cursor import RepositoryMark
from syncd_github.faults import Response, not_understood
from syncd_github.translate import NOTHING, from_rest, is_pull_request, repository_of

PASSES = 3
"""A listing by page number is read again when rows moved under it, but not for ever."""
PER_PAGE = 100
COMFORTABLE = 50
"""A last page behind others with more rows than this is not asked for again and again: the next look begins later. A page that is
the only one is read again however many it holds: to look where the next change will show would be a request more."""

_NEXT = re.compile(r'<[^<>]*?(/repo(?:s|sitories)/[^<>]*)>\s*;\s*rel="?next"?')
_EARLIEST = datetime(2007, 10, 1, tzinfo=UTC)
"""GitHub is not older; moments before this are nonsense."""
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
    pages: int = 0
    tail: str = ""
    """The path of the last page, its etag, its rows and the moment of its first row."""
    etag: str | None = None
    rows: int = 0
    oldest: datetime | None = None
    last: list[wire.RestIssue] = field(default_factory=list)
    """The rows of the last page."""
    unchanged: bool = False
    renamed: str | None = None
    moved: bool = False
    """Rows changed during a walk by page numbers: one may have slipped through."""


class Listing:
    def __init__(self, client: Client, source: str, overlap: timedelta) -> None:
        self._client = client
        self._source = source
        self._overlap = overlap
        self._fields = NOTHING
        self.seen: datetime | None = None
        """The server's clock at the last answer."""

    def changes(self, mark: RepositoryMark, fields: Mapping[str, FieldValue] = NOTHING) -> Iterator[Piece]:
        """Everything changed since the mark, which moves along. A renamed repository is read anew, and so is one whose
        issues have other extra `fields` than before."""
        self._fields, named = fields, " ".join(sorted(fields))
        if named != mark.fields:
            mark.fields, mark.since, mark.poll, mark.etag = named, None, None, None
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
            before, walk = walk, _Walk()
            yield from self._walk(mark, walk)
            walk.newest = max(filter(None, (before.newest, walk.newest)), default=None)
        if walk.newest is None:
            # Nothing there, or what was there is gone: whatever comes will show in the same place.
            mark.poll, mark.etag = walk.tail, walk.etag
            return
        shows = self._shows_the_next(walk) and not self._hides(walk)
        mark.since = self._back(walk.newest)
        mark.poll, mark.etag = (walk.tail, walk.etag) if shows else (None, None)
        if not shows:
            since, again = mark.since, _Walk()
            yield from self._walk(mark, again)
            mark.since, mark.poll, mark.etag = since, None, None
            if self._hides(again):
                return  # the next look begins at `since`
            if again.rows < PER_PAGE:
                mark.poll, mark.etag = again.tail, again.etag
            else:
                mark.poll, mark.etag = self._from_the_end(mark, again)

    def _from_the_end(self, mark: RepositoryMark, walk: _Walk) -> tuple[str | None, str | None]:
        """The last page, newest first: where it is exactly full, the next change alters it only from this end."""
        path = _first(mark).replace("direction=asc", "direction=desc")
        what = f"reading the issues of {mark.name}"
        answer = self._client.rest("GET", path, resource="issues", what=what)
        now = {(row.id, row.updated_at) for row in _decode(answer, mark.name)}
        same = now == {(row.id, row.updated_at) for row in walk.last}
        return (path, answer.headers.get("etag")) if same else (None, None)

    def _shows_the_next(self, walk: _Walk) -> bool:
        """Whether the last page is the one to ask for from now on: the next change must alter it.

        A full page is none: the next change would begin another one and leave it as it is.
        """
        if walk.pages == 1:
            return walk.rows < PER_PAGE
        if not _by_cursor(walk.tail):
            return 0 < walk.rows < PER_PAGE
        assert walk.newest is not None
        reaches_back = walk.oldest is not None and walk.oldest <= walk.newest - self._overlap
        return 0 < walk.rows <= COMFORTABLE and reaches_back

    def _hides(self, walk: _Walk) -> bool:
        """Whether a change may leave the last page as it is: one more in a second that more issues changed in than the page
        shows, as after many labels at once. When that second is over, every change has a later one and comes last."""
        over = self.seen is not None and walk.newest is not None and self.seen > walk.newest
        return not over and walk.pages > 1 and walk.oldest is not None and walk.oldest == walk.newest

    def _back(self, newest: datetime) -> str:
        return f"{max(newest, _EARLIEST) - self._overlap:{_FORM}}"

    def _walk(self, mark: RepositoryMark, walk: _Walk) -> Iterator[Piece]:
        path: str | None = mark.poll or _first(mark)
        began: datetime | None = None
        numbered = False
        while path is not None:
            path, answer = self._page(mark, path, walk)
            if answer.status == 304:
                walk.unchanged = True
                return
            rows = _decode(answer, mark.name)
            began = began or answer.date
            walk.pages += 1
            walk.tail, walk.etag, walk.rows = path, answer.headers.get("etag"), len(rows)
            walk.oldest = rows[0].updated_at if rows else None
            walk.last = rows
            path = _next(answer, mark.name)
            numbered = numbered or (path is not None and not _by_cursor(path))
            for row in rows:
                if walk.newest is None or row.updated_at > walk.newest:
                    walk.newest = row.updated_at
                if repository_of(row) != mark.name:
                    walk.renamed = repository_of(row)
            if numbered and began is not None and walk.newest is not None and walk.newest >= began:
                walk.moved = True
            issues = tuple(from_rest(self._source, row, self._fields) for row in rows if not is_pull_request(row))
            safe = path is not None and not numbered and walk.renamed is None and walk.newest is not None
            if safe and walk.newest is not None:
                mark.since, mark.poll, mark.etag = self._back(walk.newest), None, None
            yield Piece(issues, safe)

    def _page(self, mark: RepositoryMark, path: str, walk: _Walk) -> tuple[str, Response]:
        """A page and its path, which is another one where the asked one cannot serve."""
        known = mark.etag if walk.pages == 0 and path == (mark.poll or _first(mark)) else None
        answer = self._client.rest(
            "GET",
            path,
            resource="issues",
            what=f"reading the issues of {mark.name}",
            expect=(200, 304, 422) if mark.poll == path else (200, 304),
            headers={"If-None-Match": known} if known else None,
        )
        self.seen = answer.date or self.seen
        polled = walk.pages == 0 and path == mark.poll and path != _first(mark)
        if answer.status == 422 or (polled and answer.status == 200 and not _fixed(path)):
            # A page by number, or one that is read from the end, only tells that something changed: rows may have moved
            # across its border. And the address of a page in the middle is good for as long as GitHub likes.
            mark.poll, mark.etag = None, None
            return self._page(mark, _first(mark), walk)
        return path, answer


def _first(mark: RepositoryMark) -> str:
    since = f"&since={mark.since}" if mark.since else ""
    return f"/repositories/{mark.id}/issues?state=all&sort=updated&direction=asc&per_page={PER_PAGE}{since}"


def _by_cursor(path: str) -> bool:
    """Whether the page stands at a fixed place among the moments of change, not at a number that rows move across."""
    return "after" in parse_qs(urlsplit(path).query)


def _fixed(path: str) -> bool:
    """Whether a walk may begin at the page as it stands: no row moves across its border, and all later ones follow it."""
    query = parse_qs(urlsplit(path).query)
    return "after" in query or ("page" not in query and query.get("direction") == ["asc"])


def _next(answer: Response, name: str) -> str | None:
    """The path of the next page, below the API's own prefix. Never ends early: a link that cannot be read raises."""
    link = answer.headers.get("link", "")
    found = _NEXT.search(link)
    if found is None and re.search(r"rel=\"?next\b", link):
        raise Transient(f"GitHub's link to the next page cannot be read while reading the issues of {name}")
    return found[1] if found else None


def _decode(answer: Response, name: str) -> list[wire.RestIssue]:
    try:
        return wire.issues_page.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_understood(answer, error, what=f"reading the issues of {name}") from error
