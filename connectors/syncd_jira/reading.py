"""Pulls: everything once, then only what changed, at one request when nothing did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Cursor, Page
from syncd.core.issue import SourceIssue
from syncd_jira import cursor as cursors
from syncd_jira import wire
from syncd_jira.cursor import State
from syncd_jira.failures import QueryRefused, Received
from syncd_jira.search import LEAN_PAGE, PAGE, START, P, Position, by_ids, check_query, pages
from syncd_jira.site import Site
from syncd_jira.translate import moment, translate
from syncd_jira.wire import IssueFields, SearchPage, WireIssue

_FEW = PAGE
"""With this many recent issues, a page of ids tells more cheaply than full issues which of them changed."""


_SLACK = 2
"""Seconds: the Date header is cut at whole ones."""


class Reader:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._decoders: dict[frozenset[str], msgspec.json.Decoder[SearchPage[IssueFields]]] = {}

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        state = cursors.read(since, self._asks)
        if state is None:
            yield from self._everything()
            return
        self._site.restore(state)
        if self._site.refresh_fields():
            yield from self._everything()
        elif state.full:
            yield from self._rest(state)
        else:
            yield from self._changes(state)

    # -- everything -------------------------------------------------------------------------------------------------

    def _everything(self) -> Iterator[Page]:
        site = self._site
        facts, fields = site.facts, site.fields
        since = int(site.client.now().timestamp()) - _SLACK
        yield from self._full(cursors.new_state(self._asks, facts, fields, site.fields_at, since), START)

    def _rest(self, state: State) -> Iterator[Page]:
        """Go on with a full pull that was interrupted; page tokens run out after a week."""
        begun = False
        try:
            for page in self._full(state, Position(state.token, state.after)):
                begun = True
                yield page
        except QueryRefused:
            if begun:
                raise
            yield from self._everything()

    def _full(self, state: State, start: Position) -> Iterator[Page]:
        site = self._site
        recent = dict(state.recent)
        near = (state.since - 60 * (site.settings.overlap_minutes + 2)) * 1000
        jql = site.scope_jql()
        for page, got, rest in pages(site, jql, "id ASC", self._wanted, self._decoder, PAGE, start):
            site.verify(got)
            if not page.issues and start == START:
                check_query(site, jql)
            issues = [self._translate(issue) for issue in page.issues]
            site.scopes.update(issue.scope for issue in issues)
            for issue in issues:
                updated = _milliseconds(issue.updated)
                if updated >= near:
                    recent[issue.ref.id] = updated
            progress = msgspec.structs.replace(
                state,
                fields_at=site.fields_at,
                recent=recent,
                scopes=self._renamed,
                full=rest is not None,
                token=rest.token if rest else None,
                after=rest.after if rest else None,
            )
            yield Page(issues, cursor=cursors.write(progress), total=page.total if start == START else None)

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
        for page, got, rest in self._recently(state, self._wanted, self._decoder, PAGE):
            since = _asked_at(site, got) if since is None else since
            changed = []
            for issue in page.issues:
                updated = _updated(issue.fields.updated)
                recent[issue.id] = updated
                if state.recent.get(issue.id) != updated or not updated:
                    changed.append(self._translate(issue))
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
            recent.update((issue.ref.id, _milliseconds(issue.updated)) for issue in fresh.issues)
            yield fresh
        yield Page(cursor=self._settled(state, since, recent))

    def _settled(self, state: State, since: int, recent: dict[str, int]) -> Cursor:
        site = self._site
        asked = cursors.new_state(self._asks, site.facts, site.fields, site.fields_at, max(since, state.since))
        return cursors.write(msgspec.structs.replace(asked, recent=recent, scopes=self._renamed))

    # -- single issues, ids, order ----------------------------------------------------------------------------------

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        site = self._site
        for found in by_ids(site, list(dict.fromkeys(ids)), self._wanted, self._decoder):
            issues = [self._translate(issue) for issue in found]
            here = [issue for issue in issues if issue.scope in site.scopes]
            moved = tuple(issue.ref.id for issue in issues if issue.scope not in site.scopes)
            yield Page(here, gone=moved)

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
            order = f"cf[{rank.removeprefix('customfield_')}] ASC" if rank and site.settings.rank_field else "Rank ASC"
            found = pages(site, jql, order, ("id",), wire.IDS, LEAN_PAGE)
            return list(dict.fromkeys(issue.id for page, _, _ in found for issue in page.issues))
        if rank is None:
            raise Locked(f"Source {site.source} has no Rank field: install Jira Software or set `order: false`.")
        ranks: dict[str, bytes] = {}
        for page, _, _ in pages(site, jql, "id ASC", (rank,), wire.page_decoder([rank]), LEAN_PAGE):
            for issue in page.issues:
                value = getattr(issue.fields, rank, None)
                ranks[issue.id] = value.encode() if isinstance(value, str) else b"~"
        return sorted(ranks, key=lambda id_: (ranks[id_], int(id_)))

    # -- translation ------------------------------------------------------------------------------------------------

    @property
    def _asks(self) -> str:
        return cursors.asks(self._site.settings, self._site.names)

    @property
    def _renamed(self) -> tuple[str, ...]:
        return tuple(sorted(self._site.scopes.difference(self._site.settings.projects)))

    @property
    def _wanted(self) -> Sequence[str]:
        comments = ("comment",) if self._site.settings.comments else ()
        return sorted({*wire.SYSTEM_FIELDS, *self._site.fields.ids, *comments})

    @property
    def _decoder(self) -> msgspec.json.Decoder[SearchPage[IssueFields]]:
        ids = self._site.fields.ids
        if ids not in self._decoders:
            self._decoders[ids] = wire.page_decoder(ids)
        return self._decoders[ids]

    def _translate(self, issue: WireIssue[IssueFields]) -> SourceIssue:
        return translate(self._site.source, self._site.facts.base, self._site.fields, issue)


def _asked_at(site: Site, got: Received) -> int:
    """The server's clock when the query began, which is older than anything that its answer can lack."""
    answered = got.date or site.client.now()
    return int(answered.timestamp() - got.seconds) - _SLACK


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _updated(text: str | None) -> int:
    at = moment(text)
    return 0 if at is None else _milliseconds(at)
