"""The mark of the syncd that writes to a repository: behind the description of one of its own labels.

https://docs.github.com/en/rest/issues/labels#update-a-label
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

from syncd.connector.claims import marked, owner_in
from syncd.connector.errors import Refused, Transient
from syncd_github.client import Client
from syncd_github.labels import Labels

MOST = 100
"""Characters in a label's description."""


class _Described(Struct):
    description: str | None = None


_described = msgspec.json.Decoder(_Described)


class Claiming:
    def __init__(self, client: Client, labels: Labels, repositories: Sequence[str], label: str | None) -> None:
        self._client = client
        self._labels = labels
        self._repositories = repositories
        self._label = label
        """One that syncd sets; None: it sets no labels, so there is nothing that could bear a mark."""

    def claims(self) -> Mapping[str, str | None]:
        return {repository: owner_in(text) for repository, text in self._texts()}

    def claim(self, owner: str | None) -> list[str]:
        return [sentence for repository, text in self._texts() if (sentence := self._claim(repository, text, owner))]

    def _texts(self) -> Iterator[tuple[str, str | None]]:
        """The label's description in each repository, None where there is no such label yet."""
        for repository in self._repositories if self._label is not None else ():
            what = f"looking at the label {self._label} of {repository}"
            answer = self._client.rest("GET", self._path(repository), resource="labels", what=what, expect=(200, 404))
            if answer.status == 404:
                yield repository, None
                continue
            try:
                yield repository, _described.decode(answer.body).description or ""
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Transient(f"GitHub sent a broken answer while {what}", 2.0) from error

    def _claim(self, repository: str, text: str | None, owner: str | None) -> str | None:
        if text is None:
            if owner is None:
                return None
            if (refused := self._labels.create(repository, self._label or "")) is not None:
                return str(refused)
            text = next(found or "" for name, found in self._texts() if name == repository)
        wanted = marked(text, owner, MOST)
        if wanted is None:
            return f"the description of the label {self._label} in {repository} is too long for a mark"
        if wanted == text:
            return None
        try:
            self._client.rest(
                "PATCH",
                self._path(repository),
                resource="labels",
                what=f"marking the label {self._label} of {repository}",
                body={"description": wanted},
                mutates=True,
            )
        except Refused as error:
            return str(error)
        return None

    def _path(self, repository: str) -> str:
        return f"/repos/{repository}/labels/{quote(self._label or '', safe='')}"
