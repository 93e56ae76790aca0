"""A stage for tests: a simulated GitHub with a clock of its own, a person who works in it, and connectors that look at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Answer, Call, Page, Wiring
from syncd.core.issue import FieldPatch, SourceIssue
from syncd.core.plan import Edit, Move, Relabel, SetField
from syncd_github import SPEC
from syncd_github.connector import GitHubConnector
from syncd_github.simulator import GitHubSimulator

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PROJECT = {
    "owner": "lumen",
    "number": 7,
    "title": "Roadmap",
    "fields": [
        {"name": "Score", "type": "number"},
        {"name": "Rank", "type": "number"},
        {"name": "Roadmap", "type": "single_select", "options": ["now", "next", "later"]},
        {"name": "Due", "type": "date"},
        {"name": "Notes", "type": "text"},
        {"name": "Sprint", "type": "iteration", "iterations": [{"title": "Sprint 1", "start": "2026-03-02"}]},
    ],
}


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Wire:
    """The engine's side of the requests: counts them, and can forbid them."""

    calls: list[Call] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    forbid: Callable[[Call], ConnectorError | None] = lambda call: None

    def before(self, call: Call) -> None:
        error = self.forbid(call)
        if error is not None:
            raise error
        self.calls.append(call)

    def after(self, call: Call, answer: Answer) -> None:
        self.answers.append(answer)

    def clear(self) -> None:
        self.calls.clear()
        self.answers.clear()


def row(repository: str, number: int, **more: Any) -> dict[str, Any]:
    """An issue as a dump has it."""
    at = f"{START - timedelta(days=30) + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "number": number,
        "title": f"Issue {number}",
        "body": f"Body of {number}",
        "state": "open",
        "user": {"login": "maria", "id": 11, "type": "User"},
        "labels": [],
        "comments": 0,
        "created_at": at,
        "updated_at": at,
        "url": f"https://api.github.com/repos/{repository}/issues/{number}",
        **more,
    }


def pull_request(repository: str, number: int) -> dict[str, Any]:
    return row(repository, number, pull_request={"merged_at": None}, draft=False)


class Mirror:
    """What the pages of a source add up to."""

    def __init__(self) -> None:
        self.issues: dict[str, SourceIssue] = {}
        self.patches: dict[str, FieldPatch] = {}
        self.orders: dict[str, tuple[str, ...]] = {}
        self.cursor: str | None = None

    def take(self, pages: Iterable[Page]) -> list[Page]:
        taken = []
        for page in pages:
            self.save(page)
            taken.append(page)
        return taken

    def save(self, page: Page) -> None:
        self.issues |= {issue.ref.id: issue for issue in page.issues}
        self.patches |= {patch.id: patch for patch in page.patches}
        self.orders |= page.orders
        self.cursor = page.cursor or self.cursor

    def by_key(self, key: str) -> SourceIssue:
        return next(issue for issue in self.issues.values() if issue.key == key)

    def fields(self, key: str) -> dict[str, Any]:
        return dict(self.patches[self.by_key(key).ref.id].fields)

    @property
    def live_patches(self) -> dict[str, FieldPatch]:
        return {id_: patch for id_, patch in self.patches.items() if patch.handles}

    def edit(self, key: str, *changes: SetField | Relabel) -> Edit:
        issue = self.by_key(key)
        patch = self.patches.get(issue.ref.id)
        handles = {**issue.handles, **(patch.handles if patch else {})}
        return Edit(issue.ref, issue.key, issue.title, issue.revision, changes, handles)

    def move(self, key: str, below: str | None) -> Move:
        issue, other = self.by_key(key), self.by_key(below) if below else None
        return Move(
            issue.ref,
            key,
            other.ref if other else None,
            below,
            handles=self.patches[issue.ref.id].handles if issue.ref.id in self.patches else {},
            below_handles=self.patches[other.ref.id].handles if other else {},
        )


def put(name: str, after: Any) -> SetField:
    return SetField(name, None, after, name.lower())


def relabel(add: Sequence[str] = (), remove: Sequence[str] = ()) -> Relabel:
    return Relabel(tuple(sorted(add)), tuple(sorted(remove)), "horizon", "roadmap/")


class Stage:
    """One simulated site."""

    def __init__(self, folder: Path, rows: Sequence[dict[str, Any]], **settings: Any) -> None:
        self.clock = Clock()
        self.folder = folder
        file = folder / "issues.jsonl"
        lines = [{"_simulator": {"projects": [], **settings}}, *rows]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        self.simulator = GitHubSimulator(folder / "state", [file], clock=self.clock)
        self.http = self.simulator.http
        self.wire = Wire()
        self._session = requests.Session()
        self._open: list[GitHubConnector] = []

    def close(self) -> None:
        for connector in self._open:
            connector.close()
        self._session.close()
        self.simulator.close()

    def settings(self, **more: Any) -> Any:
        names = sorted({repository.full_name for repository in self.simulator.site.repositories.values()})
        given = {"url": self.simulator.url, "token": "demo-token", "repositories": names, **more}
        return SPEC.settings.model_validate({key: value for key, value in given.items() if value is not None})

    def connector(
        self,
        *,
        read: Iterable[str] = (),
        write: Iterable[str] = (),
        order: bool = False,
        wire: Wire | None = None,
        **more: Any,
    ) -> GitHubConnector:
        """A connector as a new process would make it."""
        wiring = Wiring("gh", wire or self.wire, frozenset(read), frozenset(write), order, self.clock)
        made = SPEC.build(self.settings(**more), wiring)
        assert isinstance(made, GitHubConnector)
        self._open.append(made)
        return made

    def person(self, method: str, path: str, body: Any = None, token: str = "demo-token") -> Any:
        """What somebody does through GitHub's own REST routes."""
        headers = {"Authorization": f"Bearer {token}"}
        reply = self._session.request(method, self.simulator.url + path, json=body, headers=headers)
        assert reply.status_code < 400, reply.text
        return reply.json() if reply.content else None

    def graphql(self, text: str, **variables: Any) -> Any:
        """What somebody does through GitHub's own GraphQL."""
        answer = self.person("POST", "/graphql", {"query": text, "variables": variables})
        assert "errors" not in answer, answer
        return answer["data"]

    def paths(self) -> list[tuple[str, int]]:
        """Path and status of every call so far."""
        return [(call.request.path, call.reply.status if call.reply else 0) for call in self.http.calls]

    # What the site holds, for asserting on state.

    def labels(self, repository: str, number: int) -> list[str]:
        home = self.simulator.site.repository(repository)
        assert home is not None
        return sorted(label.name for label in home.issues[number].labels)

    def item(self, repository: str, number: int) -> Any:
        home, (project,) = self.simulator.site.repository(repository), self.simulator.site.projects.values()
        assert home is not None
        return project.by_issue.get(home.issues[number].id)

    def values(self, repository: str, number: int) -> dict[str, Any]:
        item = self.item(repository, number)
        names = {field.node: field for field in item.project.fields}
        options = {field.node: {o.id: o.name for o in field.options} for field in item.project.fields}
        return {names[node].name: options[node].get(value, value) for node, value in item.values.items()}

    def order(self) -> list[str]:
        (project,) = self.simulator.site.projects.values()
        return [
            f"{item.content.repository.full_name}#{item.content.number}"
            for item in project.items
            if hasattr(item.content, "number")
        ]


def project(items: Sequence[tuple[str, int]] = (), **values: Any) -> dict[str, Any]:
    """The roadmap project; `values` are set on every item."""
    return {**PROJECT, "items": [{"repository": r, "number": n, "fields": values} for r, n in items]}
