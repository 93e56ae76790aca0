"""Reading many issues: a page at a time from the search, or by id. Knows how Cloud and Data Center differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Protocol, TypeVar

import msgspec

from syncd.connector.errors import Locked, Transient
from syncd_jira import wire
from syncd_jira.failures import Received
from syncd_jira.site import Site
from syncd_jira.wire import IssueFields, SearchPage, WireIssue

PAGE = 100
LEAN_PAGE = 5000
"""Issues asked for in a page: with their fields, and with little more than their ids."""


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


class _Page(Protocol):
    @property
    def issues(self) -> Sequence[_Identified]: ...
    @property
    def nextPageToken(self) -> str | None: ...  # noqa: N802
    @property
    def total(self) -> int | None: ...


P = TypeVar("P", bound=_Page)


class Position(msgspec.Struct, frozen=True):
    """Where the next page begins: a token on Cloud, the last id on Data Center."""

    token: str | None = None
    after: str | None = None


START = Position()


def pages(
    site: Site,
    jql: str,
    order: str,
    fields: Sequence[str],
    decoder: msgspec.json.Decoder[P],
    size: int,
    start: Position = START,
) -> Iterator[tuple[P, Received, Position | None]]:
    """Each page with its answer and where the next one begins; None after the last.

    Cloud follows tokens. Data Center is paged by id, whatever `order` says: offsets shift while issues change and end
    at a window of 10,000. https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/
    """
    if site.facts.cloud:
        yield from _by_token(site, f"{jql} ORDER BY {order}", fields, decoder, size, start)
    else:
        yield from _by_id(site, jql, fields, decoder, size, start)


def _by_token(
    site: Site, jql: str, fields: Sequence[str], decoder: msgspec.json.Decoder[P], size: int, start: Position
) -> Iterator[tuple[P, Received, Position | None]]:
    token = start.token
    seen: set[str] = set()
    while True:
        body: dict[str, object] = {"jql": jql, "maxResults": size, "fields": list(fields)}
        if token:
            body["nextPageToken"] = token
        page, got = site.client.post("search/jql", "searching issues", decoder, body)
        token = page.nextPageToken or None
        if token in seen:
            raise Transient("Jira's search gave the same page token twice.", scope="this Jira site")
        if token:
            seen.add(token)
        yield page, got, Position(token=token) if token else None
        if not token:
            return


def _by_id(
    site: Site, jql: str, fields: Sequence[str], decoder: msgspec.json.Decoder[P], size: int, start: Position
) -> Iterator[tuple[P, Received, Position | None]]:
    after = start.after
    while True:
        restricted = f"{jql} AND id > {after}" if after else jql
        body = {"jql": f"{restricted} ORDER BY id ASC", "startAt": 0, "maxResults": size, "fields": list(fields)}
        page, got = site.client.post("search", "searching issues", decoder, body)
        more = bool(page.issues) and (page.total is None or page.total > len(page.issues))
        if more:
            last = page.issues[-1].id
            if last == after:
                raise Transient("Jira's search does not go on.", scope="this Jira site")
            after = last
        yield page, got, Position(after=after) if more else None
        if not more:
            return


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
