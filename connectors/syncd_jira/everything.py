"""A first pull: page after page where the server is near, and many requests at a time where it is far away.

Pages of a search follow each other, so that each costs a whole way there and back. A list of ids is fifty times shorter;
its issues are then read by id, a hundred a request, on several connections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from syncd.connector.protocol import Page
from syncd.core.issue import SourceIssue
from syncd_jira import cursor as cursors
from syncd_jira import wire
from syncd_jira.cursor import State
from syncd_jira.failures import QueryRefused
from syncd_jira.search import LEAN_PAGE, PAGE, START, Position, behind, by_ids, check_query, pages
from syncd_jira.site import Site
from syncd_jira.wanted import Wanted

FAR = 0.04
"""Seconds of the fastest answer from which on the server counts as far away."""
SLACK = 2
"""Seconds: the Date header is cut at whole ones."""


class Everything:
    def __init__(self, site: Site, wanted: Wanted) -> None:
        self._site = site
        self._wanted = wanted

    def begin(self) -> Iterator[Page]:
        site = self._site
        facts, fields = site.facts, site.fields
        since = int(site.client.now().timestamp()) - SLACK
        state = cursors.new_state(self._wanted.name, facts, fields, site.fields_at, since)
        yield from self._pages(state, START)

    def go_on(self, state: State) -> Iterator[Page]:
        """Go on with a pull that was interrupted; page tokens run out after a week."""
        begun = False
        start = Position(state.token, state.after)
        try:
            for page in self._by_id(state, start) if state.by_id else self._pages(state, start):
                begun = True
                yield page
        except QueryRefused:
            if begun:
                raise
            yield from self.begin()

    def _pages(self, state: State, start: Position) -> Iterator[Page]:
        """Page after page. After the first one it is known how far away the server is."""
        site, wanted = self._site, self._wanted
        jql = site.scope_jql()
        first = True
        for page, got, rest in pages(site, jql, "id ASC", wanted.fields, wanted.decoder, PAGE, start):
            site.verify(got)
            if not page.issues and start == START:
                check_query(site, jql)
            issues = [wanted.translated(issue) for issue in page.issues]
            site.scopes.update(issue.scope for issue in issues)
            far = first and bool(issues) and start == START and rest is not None and site.client.round_trip > FAR
            first = False
            if far and rest is not None:
                # Data Center's search knows by itself where it goes on.
                after = rest.after or behind(issues[-1].key, issues[-1].ref.id)
                state = self._progress(state, issues, Position(after=after), by_id=True)
            else:
                state = self._progress(state, issues, rest)
            yield Page(issues, cursor=cursors.write(state), total=page.total if start == START else None)
            if far:
                yield from self._by_id(state, Position(after=state.after))
                return

    def _by_id(self, state: State, start: Position) -> Iterator[Page]:
        """The ids of thousands at a time, and their issues on several connections; what lies behind `start` is known.

        A key is asked for besides the id because it names the project: an issue that another project has by the time
        it is read is no longer ours. The list is in the order of keys, whatever the ids are.
        """
        site, wanted = self._site, self._wanted
        here = start
        done = (start.after or "").rpartition("/")[2]
        for listed, got, rest in pages(site, site.scope_jql(), "id ASC", ("key",), wire.KEYS, LEAN_PAGE, start):
            site.verify(got)
            site.scopes.update(issue.key.rpartition("-")[0] for issue in listed.issues)
            known = next((place for place, issue in enumerate(listed.issues, 1) if issue.id == done), 0)
            left = listed.issues[known:]
            chunks = by_ids(site, [issue.id for issue in left], wanted.fields, wanted.decoder)
            for begin, found in zip(range(0, len(left), PAGE), chunks, strict=True):
                issues = [wanted.translated(issue) for issue in found]
                ours = [issue for issue in issues if issue.scope in site.scopes]
                gone = tuple(issue.ref.id for issue in issues if issue.scope not in site.scopes)
                at = left[min(begin + PAGE, len(left)) - 1]
                done, after = at.id, behind(at.key, at.id)
                last = begin + PAGE >= len(left) and rest is None
                state = self._progress(state, ours, None if last else Position(here.token, after), by_id=not last)
                yield Page(ours, cursor=cursors.write(state), gone=gone)
            if not left and rest is None:
                yield Page(cursor=cursors.write(self._progress(state, (), None)))
            here = Position(rest.token) if rest else here

    def _progress(
        self, state: State, issues: Sequence[SourceIssue], rest: Position | None, *, by_id: bool = False
    ) -> State:
        """Where a new process would go on after these issues; `rest` None: everything is read."""
        site = self._site
        near = (state.since - 60 * (site.settings.overlap_minutes + 2)) * 1000
        fresh = {issue.ref.id: at for issue in issues if (at := milliseconds(issue.updated)) >= near}
        return msgspec.structs.replace(
            state,
            fields_at=site.fields_at,
            recent={**state.recent, **fresh} if fresh else state.recent,
            scopes=self._wanted.renamed,
            full=rest is not None,
            by_id=by_id,
            token=rest.token if rest else None,
            after=rest.after if rest else None,
        )


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
