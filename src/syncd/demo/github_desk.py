"""A person at GitHub, through the public REST interface.

https://docs.github.com/en/rest/issues
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from syncd.demo.desk import DeedError, Seen, Wire

_SIZES = ("size/S", "size/M", "size/L", "size/XL")
_LADDERS = (("P3", "P2", "P1", "P0"), ("priority: low", "priority: medium", "priority: high"))
_KINDS = ("bug", "epic", "enhancement")
_MOST = 300
"""Issues of one repository; a person does not look further."""


class GitHubDesk:
    tool = "GitHub"

    def __init__(self, url: str, token: str, repositories: Sequence[str]) -> None:
        self._wire = Wire(self.tool, url)
        self._wire.session.headers.update(
            {
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )
        self._repositories = tuple(repositories)

    def owns(self, key: str) -> bool:
        return re.fullmatch(r"[\w.-]+/[\w.-]+#[0-9]+", key) is not None

    def open_issues(self) -> Sequence[Seen]:
        found: list[Seen] = []
        for repository in self._repositories:
            address: str | None = f"/repos/{repository}/issues?state=open&sort=created&direction=asc&per_page=100"
            mine: list[Seen] = []
            while address is not None and len(mine) < _MOST:
                answer = self._wire.send("GET", address)
                mine += [_seen(repository, issue) for issue in answer.json() if "pull_request" not in issue]
                address = answer.links.get("next", {}).get("url")
            found += mine
        return sorted(found, key=lambda seen: (seen.created, seen.key))

    def look(self, key: str) -> Seen:
        return _seen(key.partition("#")[0], self._wire.send("GET", _path(key)).json())

    def relabel(self, key: str, add: Sequence[str], remove: Sequence[str]) -> None:
        for label in remove:
            self._wire.send("DELETE", f"{_path(key)}/labels/{quote(label, safe='')}")
        if add:
            self._wire.send("POST", f"{_path(key)}/labels", {"labels": list(add)})

    def re_estimate(self, seen: Seen) -> str:
        old = seen.effort
        new = _SIZES[1] if old is None else _SIZES[(_SIZES.index(old) + 1) % len(_SIZES)]
        self.relabel(seen.key, [new], [] if old is None else [old])
        return f"from {old or 'nothing'} to {new}"

    def close(self, key: str) -> None:
        self._wire.send("PATCH", _path(key), {"state": "closed", "state_reason": "completed"})

    def comment(self, key: str, words: str) -> None:
        self._wire.send("POST", f"{_path(key)}/comments", {"body": words})

    def can_raise(self, seen: Seen) -> bool:
        return _step_up(seen.labels) is not None

    def raise_priority(self, seen: Seen) -> str:
        step = _step_up(seen.labels)
        if step is None:
            raise DeedError(f"{seen.key} has no priority label with a next step up; name another issue")
        old, new = step
        self.relabel(seen.key, [new], [old])
        return f"from {old} to {new}"

    def cheer(self, key: str) -> str:
        self._wire.send("POST", f"{_path(key)}/reactions", {"content": "+1"})
        return "gave a 👍 to"


def _path(key: str) -> str:
    repository, _, number = key.partition("#")
    return f"/repos/{repository}/issues/{number}"


def _step_up(labels: Sequence[str]) -> tuple[str, str] | None:
    for ladder in _LADDERS:
        for old, new in pairwise(ladder):
            if old in labels:
                return old, new
    return None


def _seen(repository: str, issue: Mapping[str, Any]) -> Seen:
    labels = tuple(label["name"] for label in issue["labels"])
    kind = issue.get("type") or {}
    lower = {label.lower() for label in labels}
    named = next((name for name in _KINDS if name in lower), "")
    return Seen(
        f"{repository}#{issue['number']}",
        issue["title"],
        issue["state"] == "open",
        issue["created_at"],
        str(kind.get("name", named)).lower(),
        issue["state"],
        labels,
        next((size for size in _SIZES if size in labels), None),
        next((label for ladder in _LADDERS for label in ladder if label in labels), None),
    )
