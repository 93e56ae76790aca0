"""Reading many issues: a page at a time from the search, or by id. Knows how Cloud and Data Center differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Generic, Protocol, TypeVar

import msgspec

from syncd.connector.errors import Locked, Transient
from syncd_jira import wire
from syncd_jira.failures import QueryRefused, Received
from syncd_jira.site import Site
from syncd_jira.wire import IssueFields, SearchPage, WireIssue

_SEARCHING = "searching issues"
PAGE = 100
LEAN_PAGE = 5000
_ANCHORS, _MOST_RESTARTS = 5, 3
"""Issues asked for in a page: with their fields, and with little more than their ids."""


class _Identified(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...


class _Page(Protocol):
    @property
    def issues(self) -> Sequence[_Identified]: ...
    @property
    def nextPageToken(self) -> str | None: ...  # noqa: N802
    @property
    def total(self) -> int | None: ...


P = TypeVar("P", bound=_Page)


class Position(msgspec.Struct, frozen=True):
    """Where the next page begins: a token on Cloud, the last issue on Data Center."""

    token: str | None = None
    after: str | None = None
    """An issue as `behind` writes it, or a project of which nothing was read yet."""


START = Position()


def behind(key: str, id_: str) -> str:
    """The place behind an issue: its project and its id."""
    return f"{key.rpartition('-')[0]}/{id_}"


def pages(
    site: Site,
    jql: str,
    order: str,
    fields: Sequence[str],
    decoder: msgspec.json.Decoder[P],
    size: int,
    start: Position = START,
    projects: Sequence[str] | None = None,
) -> Iterator[tuple[P, Received, Position | None]]:
    """Each page with its answer and where the next one begins; None after the last. Issues may come twice, none is left out.

    Cloud follows tokens. Data Center is read in the order of keys, whatever `order` says: offsets shift while issues change and
    end at a window of 10,000. https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/
    `projects` are those that the query restricts to; None: all of the source.
    """
    if site.facts.cloud:
        yield from _by_token(site, f"{jql} ORDER BY {order}", fields, decoder, size, start)
    else:
        yield from Keyset(site, jql, fields, decoder, size, projects or site.settings.projects).pages(start)


def _by_token(
    site: Site, jql: str, fields: Sequence[str], decoder: msgspec.json.Decoder[P], size: int, start: Position
) -> Iterator[tuple[P, Received, Position | None]]:
    token = start.token
    seen: set[str] = set()
    while True:
        body: dict[str, object] = {"jql": jql, "maxResults": size, "fields": list(fields)}
        if token:
            body["nextPageToken"] = token
        page, got = site.client.post("search/jql", _SEARCHING, decoder, body)
        token = page.nextPageToken or None
        if token in seen:
            raise Transient("Jira's search gave the same page token twice.", scope="this Jira site")
        if token:
            seen.add(token)
        yield page, got, Position(token=token) if token else None
        if not token:
            return


class Keyset(Generic[P]):
    """Data Center's pages, project by project, each behind the last issue that was seen.

    In Jira's queries `id` and `key` are one field. Ordered by it, issues stand by project and by the number in their key; and
    `id >= 10005` compares that number within the project of the issue 10005, which must be there. So a page is asked for from
    an issue on, that issue included: where it does not come first, it was deleted or moved meanwhile, and the one before it is taken.
    """

    def __init__(
        self,
        site: Site,
        jql: str,
        fields: Sequence[str],
        decoder: msgspec.json.Decoder[P],
        size: int,
        projects: Sequence[str],
    ) -> None:
        self._site = site
        self._jql = jql
        self._fields = fields
        self._decoder = decoder
        self._size = size
        self._projects = sorted(projects)
        self._restarts = 0

    def pages(self, start: Position) -> Iterator[tuple[P, Received, Position | None]]:
        key, _, id_ = (start.after or "").partition("/")
        if key in self._projects:
            yield from self._projects_from(key, {key: [id_]} if id_ else {})
            return
        page, got = self._ask("")
        if not page.issues or (page.total is not None and page.total <= len(page.issues)):
            yield page, got, None
            return
        seen: dict[str, list[str]] = {}
        for issue in page.issues:
            seen.setdefault(issue.key.rpartition("-")[0], []).append(issue.id)
        yield page, got, self._place(self._projects[0], seen)
        yield from self._projects_from(self._projects[0], seen)

    def _projects_from(
        self, first: str, seen: Mapping[str, list[str]]
    ) -> Iterator[tuple[P, Received, Position | None]]:
        """The rest of this project and of those behind it; `seen` are the last issues of each that are known."""
        left = self._projects[self._projects.index(first) :]
        for number, key in enumerate(left, 1):
            known = list(seen.get(key, ()))
            while True:
                page, got, more = self._behind(key, known)
                known = [issue.id for issue in page.issues] or known
                rest = self._place(key, {key: known}) if more else None
                if not more and number < len(left):
                    rest = self._place(left[number], seen)
                yield page, got, rest
                if not more:
                    break

    def _behind(self, key: str, known: Sequence[str]) -> tuple[P, Received, bool]:
        """What follows the last of the known issues that is still there, and whether there is more."""
        for anchor in known[: -_ANCHORS - 1 : -1]:
            try:
                page, got = self._ask(f' AND project = "{key}" AND id >= {anchor}')
            except QueryRefused:
                continue  # it is gone, or hidden from us
            if page.issues and page.issues[0].id == anchor:
                more = page.total is None or page.total > len(page.issues)
                if more and len(page.issues) == 1:
                    if page.total is not None:
                        break
                    more = False
                return page, got, more
        if known:
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise Transient("Jira's search does not go on.", scope="this Jira site")
        page, got = self._ask(f' AND project = "{key}"')
        return page, got, bool(page.issues) and (page.total is None or page.total > len(page.issues))

    def _ask(self, restriction: str) -> tuple[P, Received]:
        body = {
            "jql": f"{self._jql}{restriction} ORDER BY key ASC",
            "startAt": 0,
            "maxResults": self._size,
            "fields": list(self._fields),
        }
        return self._site.client.post("search", _SEARCHING, self._decoder, body)

    def _place(self, key: str, seen: Mapping[str, Sequence[str]]) -> Position:
        known = seen.get(key)
        return Position(after=f"{key}/{known[-1] if known else ''}")


def by_ids(
    site: Site,
    ids: Sequence[str],
    fields: Sequence[str],
    decoder: msgspec.json.Decoder[SearchPage[IssueFields]],
) -> Iterator[Sequence[WireIssue[IssueFields]]]:
    """Fresh copies, a hundred a request and a few requests at a time; what is gone or hidden is left out."""
    cloud = site.facts.cloud

    def ask(chunk: Sequence[str]) -> Sequence[WireIssue[IssueFields]]:
        if cloud:
            body: dict[str, object] = {"issueIdsOrKeys": list(chunk), "fields": list(fields)}
            page, _ = site.client.post("issue/bulkfetch", "reading single issues", decoder, body)
            failed = [error.id for error in page.issueErrors if error.id]
            if not failed:
                return page.issues
            if len(failed) == len(chunk):
                raise Transient(f"Jira cannot give the issue {failed[0]} at this moment.", scope="this Jira site")
            # Too much for one answer, or a hiccup: those alone, once for each time that fewer are left.
            return [*page.issues, *ask(failed)]
        # An id that does not exist makes a validated query fail as a whole.
        body = {
            "jql": f"id in ({', '.join(chunk)}) ORDER BY id ASC",
            "startAt": 0,
            "maxResults": PAGE,
            "fields": list(fields),
            "validateQuery": False,
        }
        page, _ = site.client.post("search", "reading single issues", decoder, body)
        return page.issues

    chunks = [ids[begin : begin + PAGE] for begin in range(0, len(ids), PAGE)]
    at_once = min(site.settings.concurrency, len(chunks))
    if at_once <= 1:
        yield from map(ask, chunks)
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix=f"jira-{site.source}") as threads:
        # So many under way and no more, so that a slow reader does not pile up pages.
        waiting = iter(chunks)
        under_way = deque(threads.submit(ask, chunk) for chunk in islice(waiting, at_once))
        try:
            while under_way:
                found = under_way.popleft().result()
                under_way.extend(threads.submit(ask, chunk) for chunk in islice(waiting, 1))
                yield found
        finally:
            for each in under_way:
                each.cancel()


def check_query(site: Site, jql: str) -> None:
    """Let Cloud's parser judge a query: its search answers one that cannot be true of any issue with nothing at all.

    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-jql/#api-rest-api-2-jql-parse-post
    """
    if not site.facts.cloud:
        return  # Data Center's search refuses such a query itself
    if errors := faults_of(site, jql):
        raise Locked(
            f"Jira does not understand which issues source {site.source} asks for: {' '.join(errors)[:300]} "
            f"Check its `projects` and `jql`."
        )


def faults_of(site: Site, jql: str) -> list[str]:
    """What Cloud's strict parser has to say against a query."""
    path = "jql/parse?validation=strict"
    parsed, _ = site.client.post(path, "checking the query", wire.PARSED, {"queries": [jql]})
    return [error for query in parsed.queries for error in query.errors]
