"""What a person sees and does in any tracker, and how it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import requests


class DeedError(Exception):
    """What the person wanted did not work; one sentence with the next thing to try."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An issue as a person reads it on the screen."""

    key: str
    title: str
    open: bool
    created: str
    """ISO 8601 as the tool writes it: within one tool, earlier is smaller."""
    kind: str
    """In lower case: bug, story, epic …; empty when the tool does not say."""
    status: str
    labels: tuple[str, ...]
    effort: str | None
    """Story points or the size label."""
    priority: str | None

    def __str__(self) -> str:
        return f"{self.key} “{self.title}”"


class Desk(Protocol):
    """One tracker through its own public interface, as the pages in a browser use it. Raises DeedError."""

    tool: str

    def owns(self, key: str) -> bool: ...

    def open_issues(self) -> Sequence[Seen]:
        """Oldest first."""

    def look(self, key: str) -> Seen: ...

    def relabel(self, key: str, add: Sequence[str], remove: Sequence[str]) -> None: ...

    def re_estimate(self, seen: Seen) -> str:
        """Change the estimate and say how: "from 3 to 5 story points"."""

    def close(self, key: str) -> None: ...

    def comment(self, key: str, words: str) -> None: ...

    def raise_priority(self, seen: Seen) -> str:
        """One step up; says how: "from Medium to High"."""

    def can_raise(self, seen: Seen) -> bool: ...

    def cheer(self, key: str) -> str:
        """A vote or a thumbs-up; says which."""


class Wire:
    """Requests to one server as one signed-in person."""

    def __init__(self, tool: str, url: str) -> None:
        self.tool = tool
        self.url = url.rstrip("/")
        self.session = requests.Session()

    def send(self, method: str, path: str, body: object = None) -> requests.Response:
        """`path` may be a whole address, as in a Link header."""
        address = path if path.startswith("http") else self.url + path
        try:
            answer = self.session.request(method, address, json=body, timeout=30)
        except requests.RequestException:
            raise DeedError(f"{self.tool} does not answer at {self.url}; start it with: syncd demo") from None
        if answer.status_code >= 400:
            raise DeedError(f"{self.tool} refused ({answer.status_code}) {method} {path}: {_reason(answer)}")
        return answer


def _reason(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.reason or "no reason given"
    if not isinstance(body, dict):
        return "no reason given"
    jira = [*body.get("errorMessages", ()), *dict(body.get("errors") or {}).values()] if "errorMessages" in body else []
    return "; ".join(map(str, jira)) or str(body.get("message", "no reason given"))
