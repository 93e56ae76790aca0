"""What is asked for of each issue, and how an issue that comes back is understood."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from syncd.core.issue import SourceIssue
from syncd_jira import cursor as cursors
from syncd_jira import wire
from syncd_jira.site import Site
from syncd_jira.translate import translate
from syncd_jira.wire import IssueFields, SearchPage, WireIssue


class Wanted:
    """The same for a whole pull, a look at changes and single issues."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._decoders: dict[frozenset[str], msgspec.json.Decoder[SearchPage[IssueFields]]] = {}

    @property
    def name(self) -> str:
        """Names everything that decides which issues and fields come; a cursor of another name is of no use."""
        return cursors.asks(self._site.settings, self._site.names)

    @property
    def renamed(self) -> tuple[str, ...]:
        """Present keys of projects in scope that are configured by an older one."""
        return tuple(sorted(self._site.scopes.difference(self._site.settings.projects)))

    @property
    def fields(self) -> Sequence[str]:
        comments = ("comment",) if self._site.settings.comments else ()
        return sorted({*wire.SYSTEM_FIELDS, *self._site.fields.ids, *comments})

    @property
    def decoder(self) -> msgspec.json.Decoder[SearchPage[IssueFields]]:
        ids = self._site.fields.ids
        if ids not in self._decoders:
            self._decoders[ids] = wire.page_decoder(ids)
        return self._decoders[ids]

    def translated(self, issue: WireIssue[IssueFields]) -> SourceIssue:
        return translate(self._site.source, self._site.facts.base, self._site.fields, issue)
