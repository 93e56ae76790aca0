"""One configured Jira source: reading, writing and describing over one client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from syncd.connector.errors import ConnectorError
from syncd.connector.hint import Registry
from syncd.connector.protocol import Cursor, Description, Page, Wiring
from syncd.core.issue import Touch
from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Edit, Move
from syncd.core.safety.noise import Toll
from syncd_jira import hooks
from syncd_jira.authors import authors
from syncd_jira.claiming import Claiming
from syncd_jira.client import JiraClient
from syncd_jira.counting import count
from syncd_jira.describing import describe
from syncd_jira.notes import Notes
from syncd_jira.reading import Reader
from syncd_jira.settings import JiraSettings
from syncd_jira.site import Site
from syncd_jira.writing import Writer


class JiraConnector:
    """See `syncd.connector.protocol.Connector` for what holds."""

    def __init__(self, settings: JiraSettings, wiring: Wiring) -> None:
        self._client = JiraClient(settings, wiring)
        self._site = Site(self._client, settings, wiring)
        self._reader = Reader(self._site)
        self._writer = Writer(self._site)
        self._notes = Notes(self._site)
        self._claiming = Claiming(self._site)
        self._order = wiring.order
        self._keeps_notes = wiring.note
        self._write_fields = wiring.write_fields

    def describe(self) -> Description:
        return describe(self._site, self._order, self._write_fields, self._keeps_notes)

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        return self._reader.pull(since)

    def census(self) -> Iterator[str]:
        return self._reader.census()

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        return self._reader.fetch(ids)

    def in_scope(self, ids: Sequence[str]) -> frozenset[str]:
        return self._reader.in_scope(ids)

    def count(self, query: str) -> int:
        return count(self._site, query)

    def webhooks(self) -> Registry:
        return hooks.look(self._site)

    def renew_webhooks(self, ids: Sequence[str]) -> datetime:
        return hooks.renew(self._site, ids)

    def order(self, scope: str) -> Sequence[str]:
        return self._reader.order(scope)

    def notes(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Mapping[str, str | None]:
        return self._notes.of(ids)

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        return self._writer.apply(edits)

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        return self._writer.reorder(scope, moves)

    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        return authors(self._site, places)

    def claims(self) -> Mapping[str, str | None]:
        return self._claiming.claims()

    def claim(self, owner: str | None) -> Sequence[str]:
        return self._claiming.claim(owner)

    def toll(self) -> Toll:
        """Jira tells watchers, assignee and reporter of every edit, unless a project's administrator says not to."""
        site = self._site
        quiet = frozenset(project for project in site.settings.projects if site.may_silence(project))
        # A write is work for Jira: it takes a few times as long as the fastest answer.
        trip = 4 * self._client.round_trip or 0.3
        loud = frozenset({WriteKind.FIELDS, WriteKind.LABELS, WriteKind.NOTE})
        return Toll(seconds_a_request=trip, loud=loud, silenced=quiet)

    def close(self) -> None:
        self._client.close()
