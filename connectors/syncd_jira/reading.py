"""Pulls: everything once, then only what changed, at one request when nothing did; single issues, ids and the order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Cursor, Page
from syncd_jira import cursor as cursors
from syncd_jira import wire
from syncd_jira.cursor import State
from syncd_jira.everything import SLACK, Everything, milliseconds
from syncd_jira.failures import Received
from syncd_jira.search import LEAN_PAGE, PAGE, P, Position, by_ids, check_query, pages
from syncd_jira.site import Site
from syncd_jira.translate import moment
from syncd_jira.wanted import Wanted

_FEW = PAGE
"""With this many recent issues, a page of ids tells more cheaply than full issues which of them changed."""


class Reader:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._wanted = Wanted(site)
        self._everything = Everything(site, self._wanted)

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        state = cursors.read(since, self._wanted.name)
        if state is None:
            yield from self._everything.begin()
            return
        self._site.restore(state)
        if self._site.refresh_fields():
            yield from self._everything.begin()
        elif state.full:
            yield from self._everything.go_on(state)
        else:
            yield from self._changes(state)

    # -- what changed -----------------------------------------------------------------------------------------------

    def _changes(self, state: State) -> Iterator[Page]:
        if len(state.recent) < _FEW:
            yield from self._changed_in_full(state)
        else:
            yield from self._changed_by_id(state)

    def _window(self, state: State, now: datetime) -> int:
        """Minutes to look back. Relative times need no time zone; one more for Jira's cutting at whole minutes."""
        begin = datetime.fromtimestamp(state.since, UTC) - timedelta(minutes=self._site.settings.overlap_minutes)
        return max(math.ceil((now - begin).total_seconds() / 60), 0) + 1

    def _recently(
        self, state: State, fields: Sequence[str], decoder: msgspec.json.Decoder[P], size: int
    ) -> Iterator[tuple[P, Received, Position | None]]:
        """Search what was updated lately. Asks again when the server's clock shows that the window was too short."""
        site = self._site
        minutes = self._window(state, site.client.now())
        while True:
            jql = f'{site.scope_jql()} AND updated >= "-{minutes}m"'
            found = pages(site, jql, "updated ASC, id ASC", fields, decoder, size)
            first = next(found)
            needed = self._window(state, first[1].date or site.client.now()) - 1
            if needed <= minutes:
                break
            minutes = needed + 2
        site.verify(first[1])
        yield first
        yield from found

    def _changed_in_full(self, state: State) -> Iterator[Page]:
        site = self._site
        recent: dict[str, int] = {}
        since: int | None = None
        for page, got, rest in self._recently(state, self._wanted.fields, self._wanted.decoder, PAGE):
            since = _asked_at(site, got) if since is None else since
            changed = []
            for issue in page.issues:
                updated = _updated(issue.fields.updated)
                recent[issue.id] = updated
                if state.recent.get(issue.id) != updated or not updated:
                    changed.append(self._wanted.translated(issue))
            site.scopes.update(issue.scope for issue in changed)
            yield Page(changed, cursor=None if rest else self._settled(state, since, recent))

    def _changed_by_id(self, state: State) -> Iterator[Page]:
        site = self._site
        listed: dict[str, int] = {}
        since = state.since
        for number, (page, got, _) in enumerate(self._recently(state, ("updated",), wire.UPDATES, LEAN_PAGE)):
            since = _asked_at(site, got) if number == 0 else since
            listed.update((issue.id, _updated(issue.fields.updated)) for issue in page.issues)
        changed = [id_ for id_, updated in listed.items() if state.recent.get(id_) != updated or not updated]
        recent = {id_: updated for id_, updated in listed.items() if state.recent.get(id_) == updated}
        for fresh in self.fetch(changed):
            recent.update((issue.ref.id, milliseconds(issue.updated)) for issue in fresh.issues)
            yield fresh
        yield Page(cursor=self._settled(state, since, recent))

    def _settled(self, state: State, since: int, recent: dict[str, int]) -> Cursor:
        site = self._site
        asked = cursors.new_state(self._wanted.name, site.facts, site.fields, site.fields_at, max(since, state.since))
        return cursors.write(msgspec.structs.replace(asked, recent=recent, scopes=self._wanted.renamed))

    # -- single issues, ids, order ----------------------------------------------------------------------------------

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        site = self._site
        for found in by_ids(site, list(dict.fromkeys(ids)), self._wanted.fields, self._wanted.decoder):
            issues = [self._wanted.translated(issue) for issue in found]
            here = [issue for issue in issues if issue.scope in site.scopes]
            moved = tuple(issue.ref.id for issue in issues if issue.scope not in site.scopes)
            yield Page(here, gone=moved)

    def in_scope(self, ids: Sequence[str]) -> frozenset[str]:
        """Those that `jql` admits: `fetch` looks at the project only. One request, and none without a `jql`."""
        site = self._site
        if site.settings.jql is None or not ids:
            return frozenset(ids)
        jql = f"id in ({', '.join(ids)}) AND {site.scope_jql()}"
        found = pages(site, jql, "id ASC", ("id",), wire.IDS, LEAN_PAGE)
        return frozenset(issue.id for page, _, _ in found for issue in page.issues)

    def census(self) -> Iterator[str]:
        """Every id in scope. Raises rather than end early: what is missing here is taken for deleted."""
        site = self._site
        seen: set[str] = set()
        for page, got, _ in pages(site, site.scope_jql(), "id ASC", ("id",), wire.IDS, LEAN_PAGE):
            site.verify(got)
            fresh = [issue.id for issue in page.issues if issue.id not in seen]
            seen.update(fresh)
            yield from fresh
        if site.facts.cloud:
            self._check_census(len(seen))

    def _check_census(self, seen: int) -> None:
        """Cloud's search answers a query about a project that is gone with nothing, and long ones can end early."""
        site = self._site
        if not seen:
            check_query(site, site.scope_jql())
        about, _ = site.client.post(
            "search/approximate-count", "counting issues", wire.COUNT, {"jql": site.scope_jql()}
        )
        if about.count > seen + max(10, seen // 50):
            raise Transient(
                f"Jira's search ended after {seen:,} of about {about.count:,} issues.", scope="this Jira site"
            )

    def order(self, scope: str) -> Sequence[str]:
        site = self._site
        jql = site.scope_jql((scope,))
        rank = site.fields.rank
        if site.facts.cloud:
            found = pages(site, jql, site.by_rank, ("id",), wire.IDS, LEAN_PAGE)
            return list(dict.fromkeys(issue.id for page, _, _ in found for issue in page.issues))
        if rank is None:
            raise Locked(f"Source {site.source} has no Rank field: install Jira Software or set `order: false`.")
        ranks: dict[str, bytes] = {}
        for page, _, _ in pages(site, jql, "id ASC", (rank,), wire.page_decoder([rank]), LEAN_PAGE, projects=(scope,)):
            for issue in page.issues:
                value = getattr(issue.fields, rank, None)
                ranks[issue.id] = value.encode() if isinstance(value, str) else b"~"
        return sorted(ranks, key=lambda id_: (ranks[id_], int(id_)))


def _asked_at(site: Site, got: Received) -> int:
    """The server's clock when the query began, which is older than anything that its answer can lack."""
    answered = got.date or site.client.now()
    return int(answered.timestamp() - got.seconds) - SLACK


def _updated(text: str | None) -> int:
    at = moment(text)
    return 0 if at is None else milliseconds(at)
