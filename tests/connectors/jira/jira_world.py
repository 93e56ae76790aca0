"""A simulated Jira site with a connector on it, and a transport that remembers every call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from syncd.connector.protocol import Answer, Call, Page, Wiring
from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.plan import Edit, Move, Relabel, SetField
from syncd_jira import SPEC
from syncd_jira.connector import JiraConnector
from syncd_jira.simulator import JiraSimulator

START = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
READ = frozenset({"Customers affected", "Impact", "Story Points"})
WRITTEN = frozenset({"Priority Score", "Objective"})
SCORE = "customfield_10031"


class Clock:
    """Time that stands still until it is told to pass."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **parts: float) -> None:
        self.at += timedelta(**parts)


class Recorder:
    """A transport that lets everything through and remembers it; `forbid` makes it refuse."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self.forbid: Callable[[Call], None] = lambda call: None

    def before(self, call: Call) -> None:
        self.forbid(call)
        self.calls.append(call)

    def after(self, call: Call, answer: Answer) -> None:
        self.answers.append(answer)

    def take(self) -> list[str]:
        """The resources called since the last time."""
        taken = [call.resource for call in self.calls]
        self.calls.clear()
        return taken


def raw_issue(number: int, project: str = "PAY", **fields: Any) -> dict[str, Any]:
    """`PAY-5` has the id 1005. It was last changed a month before the world begins."""
    old = "2026-02-01T10:00:00.000+0000"
    shown = {"summary": f"Issue {number}", "created": old, "updated": old, **fields}
    return {"id": str(1000 + number), "key": f"{project}-{number}", "fields": shown}


def issues(count: int, project: str = "PAY") -> list[dict[str, Any]]:
    return [raw_issue(number, project) for number in range(1, count + 1)]


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


class JiraWorld:
    def __init__(self, folder: Path, lines: Iterable[Mapping[str, Any]], **site: Any) -> None:
        self.folder = folder
        self.clock = Clock()
        head = [{"_simulator": site}] if site else []
        self.file = write_lines(folder / "issues.jsonl", [*head, *lines])
        self.jira = JiraSimulator(folder / "jira", [self.file], clock=self.clock)
        self.transport = Recorder()
        self._open: list[JiraConnector] = []

    def connector(
        self,
        *,
        read: frozenset[str] = READ,
        written: frozenset[str] = WRITTEN,
        clock: Callable[[], datetime] | None = None,
        **settings: Any,
    ) -> JiraConnector:
        """A connector as a new process would build it."""
        given: dict[str, Any] = {"url": self.jira.url, "projects": ["PAY"]}
        if "oauth" not in settings:
            given |= {"email": "ann@lumen.example", "token": "demo-token"}
        wiring = Wiring("jira", self.transport, read, written, True, clock or self.clock)
        built = SPEC.build(SPEC.settings.model_validate({**given, **settings}), wiring)
        assert isinstance(built, JiraConnector)
        self._open.append(built)
        return built

    @property
    def gateway(self) -> str:
        """The site's address at the gateway, where tokens with scopes and access tokens work."""
        return f"{self.jira.url}/ex/jira/{self.jira.config.cloud_id}"

    def authorized(self, *, token_file: str | None = "tokens.json", **settings: Any) -> JiraConnector:
        """A connector of an OAuth app."""
        oauth = {
            "client_id": "demo-app",
            "client_secret": "demo-secret",
            "refresh_token": "demo-refresh-token",
            "token_url": f"{self.jira.url}/oauth/token",
            "token_file": token_file and str(self.folder / token_file),
            **settings.pop("oauth", {}),
        }
        return self.connector(url=settings.pop("url", self.gateway), oauth=oauth, **settings)

    def person(self, method: str, path: str, body: object = None) -> Any:
        """What someone else does at the site, past the connector."""
        answer = requests.request(
            method, f"{self.jira.url}/rest/api/3/{path}", json=body, auth=("bob@lumen.example", "demo-token"), timeout=5
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def edit(self, key: str, **fields: Any) -> None:
        self.person("PUT", f"issue/{key}", {"fields": fields})

    def field(self, key: str, name: str) -> Any:
        found = self.jira.site.find(key)
        assert found is not None
        return found.fields.get(name)

    def top(self, count: int) -> list[str]:
        """The keys at the top of the site's order."""
        return [self.jira.site.issues[id_].key for id_ in self.jira.site.order.ids()[:count]]

    def close(self) -> None:
        for connector in self._open:
            connector.close()
        self.jira.close()


def found(pages: Iterable[Page]) -> dict[str, SourceIssue]:
    """All issues of some pages by key; the last one wins."""
    return {issue.key: issue for page in pages for issue in page.issues}


def ref(number: int) -> Ref:
    return Ref("jira", str(1000 + number))


def edit(
    number: int, fields: Mapping[str, FieldValue] | None = None, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Edit:
    changes: list[SetField | Relabel] = [SetField(name, None, value, "score") for name, value in (fields or {}).items()]
    if add or remove:
        changes.append(Relabel(tuple(add), tuple(remove), "horizon", "roadmap/"))
    return Edit(ref(number), f"PAY-{number}", f"Issue {number}", "r", tuple(changes))


def move(number: int, below: int | None) -> Move:
    return Move(
        ref(number), f"PAY-{number}", None if below is None else ref(below), None if below is None else f"PAY-{below}"
    )
