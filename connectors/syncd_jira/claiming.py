"""The mark of the syncd that writes to a project: a property of its oldest issue, which nobody sees.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-properties/
A property of the project would need an administrator; one of an issue needs what writing needs anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from syncd.connector.errors import Refused, Stale
from syncd_jira import wire
from syncd_jira.search import pages
from syncd_jira.site import Site

PROPERTY: Final = "syncd.owner"


class _Owner(Struct):
    owner: str = ""


class _Property(Struct):
    value: _Owner


_property = msgspec.json.Decoder(_Property)


class Claiming:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._oldest: dict[str, str] = {}

    def claims(self) -> Mapping[str, str | None]:
        found: dict[str, str | None] = {}
        self._oldest.clear()
        for project in sorted(self._site.settings.projects):
            if (issue := self._anchor(project)) is not None:
                found[project] = self._owner(project, issue)
        return found

    def claim(self, owner: str | None) -> list[str]:
        sentences: list[str] = []
        for project, standing in self.claims().items():
            if standing == owner:
                continue
            path = f"issue/{self._oldest[project]}/properties/{PROPERTY}"
            try:
                if owner is None:
                    self._site.client.send("DELETE", path, f"taking our mark off {project}", single=True)
                else:
                    self._site.client.send("PUT", path, f"marking {project}", body={"owner": owner}, single=True)
            except (Refused, Stale) as error:
                sentences.append(str(error))
        return sentences

    def _anchor(self, project: str) -> str | None:
        """The project's oldest issue, whatever is in our scope: another syncd must find the same."""
        for page, _, _ in pages(
            self._site, f'project = "{project}"', "created ASC", ("id",), wire.IDS, 1, projects=(project,)
        ):
            if page.issues:
                self._oldest[project] = page.issues[0].id
            break
        return self._oldest.get(project)

    def _owner(self, project: str, issue: str) -> str | None:
        doing = f"looking whose mark {project} bears"
        try:
            found, _ = self._site.client.get(f"issue/{issue}/properties/{PROPERTY}", doing, _property, single=True)
        except (Stale, Refused):
            return None  # no property, or the issue is gone: the next look finds the one that is the oldest then
        return found.value.owner or None
