"""The configured repositories as they are now: a repository is its id, its name is an alias that may change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from syncd.connector.errors import Locked
from syncd_github import wire
from syncd_github.client import Client
from syncd_github.faults import Response, not_understood
from syncd_github.wire_graph import Content

_MOVED = (301, 302, 307, 308)
_BY_ID = re.compile(r"/repositories/(\d+)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Repository:
    id: int
    node: str
    name: str
    """owner/name, at present."""
    issues: bool
    """False when issues are switched off."""
    labels: bool
    """Whether the account may label, as far as GitHub says so."""
    archived: bool
    """Nothing in it can be changed."""


class Repositories:
    """Looks repositories up and remembers them."""

    def __init__(self, client: Client, configured: Sequence[str]) -> None:
        self._client = client
        self._configured = configured
        self._known: dict[str, Repository] = {}
        self._places: dict[str, tuple[str, int]] = {}
        """Present name and id by configured name, casefolded."""

    def get(self, configured: str, *, fresh: bool = False) -> Repository:
        """The repository of this configured name, followed through renames. One request the first time."""
        known = None if fresh else self._known.get(configured.casefold())
        if known is None:
            known = self._known[configured.casefold()] = self._look_up(configured)
            self.saw(configured, known.name, known.id)
        return known

    def saw(self, configured: str, name: str, id_: int) -> None:
        """Another look told the present name and id."""
        self._places[configured.casefold()] = (name, id_)

    def places(self) -> Sequence[tuple[str, int]]:
        """Present name and id of each repository; only those that nobody looked at yet cost a request."""
        for name in self._configured:
            if name.casefold() not in self._places:
                self.get(name)
        return [self._places[name.casefold()] for name in self._configured]

    def contain(self, content: Content) -> bool:
        """Whether an issue belongs to one of the repositories."""
        repository = content.repository
        if repository is None:
            return False
        if repository.database_id is not None:
            return any(id_ == repository.database_id for _, id_ in self.places())
        return any(name.casefold() == repository.name_with_owner.casefold() for name, _ in self.places())

    def _look_up(self, name: str) -> Repository:
        what = f"reading the repository {name}"
        answer = self._client.rest("GET", f"/repos/{name}", resource="repository", what=what, expect=(200, *_MOVED))
        if answer.status != 200:
            answer = self._client.rest(
                "GET", f"/repositories/{_moved_to(answer, name)}", resource="repository", what=what
            )
        try:
            found = wire.repository.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise not_understood(answer, error, what=what) from error
        may = found.permissions
        return Repository(
            found.id,
            found.node_id,
            found.full_name,
            found.has_issues,
            may is None or may.admin or may.maintain or may.push or may.triage,
            found.archived,
        )


def _moved_to(answer: Response, name: str) -> int:
    place = answer.headers.get("location", "")
    match = _BY_ID.search(place)
    if match is None:
        raise Locked(f"the repository {name} was moved and GitHub does not say where: correct its name")
    return int(match[1])
