"""A simulated GitHub for the conformance kit: one repository, one project, and a person who works in both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from syncd.connector.hint import WebhookRequest
from syncd.core.issue import FieldValue
from syncd.testing.emitter import GITHUB, Delivery
from syncd.testing.httpsim import Request
from syncd.testing.sandbox import HttpSandbox, Seen
from syncd_github import SPEC
from syncd_github.simulator import GitHubSimulator
from syncd_github.simulator.model import Issue, Item, Project, Repository

WEB = "lumen/web"
PROJECT = {
    "owner": "lumen",
    "number": 7,
    "title": "Roadmap",
    "fields": [
        {"name": "Score", "type": "number"},
        {"name": "Roadmap", "type": "single_select", "options": ["now", "next", "later"]},
        {"name": "Due", "type": "date"},
        {"name": "Notes", "type": "text"},
        {"name": "Sprint", "type": "iteration", "iterations": [{"title": "Sprint 1", "start": "2026-03-02"}]},
    ],
}


class GitHubSandbox(HttpSandbox):
    spec = SPEC
    fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {
        "Score": (12.5, 80.0),
        "Roadmap": ("now", "later"),
        "Due": ("2026-05-01", "2027-01-31"),
        "Notes": ("a note", "two *stars*"),
        "Sprint": ("Sprint 1", "Sprint 1"),
    }
    person = "maria"
    counted = (f"repo:{WEB} is:issue", "repo:lumen/nowhere is:issue")
    quiet_requests = 2  # one for the repository, one for the project
    setup_requests = 8  # the repository and the project itself, and the project's items by the hundred

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._deliveries = 0
        self.clock = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        first = {
            "number": 1,
            "title": "the repository comes with it",
            "url": f"https://api.github.com/repos/{WEB}/issues/1",
        }
        file = folder / "issues.jsonl"
        lines = [{"_simulator": {"projects": [PROJECT]}}, first]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        self.simulator = GitHubSimulator(folder / "state", [file], clock=self.now)
        self.http = self.simulator.http
        self.delete(str(next(iter(self._repository.issues.values())).id))

    def close(self) -> None:
        self.simulator.close()

    def settings(self) -> Mapping[str, object]:
        return {"url": self.simulator.url, "token": "demo-token", "repositories": [WEB], "project": "lumen/7"}

    def mutates(self, request: Request) -> bool:
        if request.path.endswith("/graphql"):
            return b"mutation" in request.body
        return request.method != "GET"

    def write_requests(self, edits: int) -> int:
        return 2 + -(-edits // 10)

    # the people

    @property
    def _repository(self) -> Repository:
        found = self.simulator.site.repository(WEB)
        assert found is not None
        return found

    @property
    def _project(self) -> Project:
        return self.simulator.site.projects["lumen", 7]

    def _issue(self, id_: str) -> Issue:
        return next(issue for issue in self._repository.issues.values() if str(issue.id) == id_)

    def _do(self, change: str, **what: object) -> object:
        made = self.simulator._change(change, repository=self._repository.id, **what)
        self.later(0.4)
        return made

    def _in_project(self, change: str, **what: object) -> None:
        self._do(change, owner="lumen", project=7, **what)

    def add(self, title: str, labels: Sequence[str] = ()) -> str:
        issue = self._do("issue_create", title=title, labels=[*labels], actor="maria")
        assert isinstance(issue, Issue)
        self._in_project("item_add", number=issue.number)
        return str(issue.id)

    def edit(
        self,
        id_: str,
        *,
        title: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
    ) -> None:
        issue = self._issue(id_)
        if title is not None:
            self._do("issue_edit", number=issue.number, title=title)
        if add or remove:
            self._do("issue_labels", number=issue.number, add=[*add], remove=[*remove], actor="maria")
        for name, value in (fields or {}).items():
            field = next(each for each in self._project.fields if each.name == name)
            option = next((each.id for each in field.options if each.name == value), value)
            self._in_project("item_value", item=self._item(issue).node, field=field.node, value=option)

    def _item(self, issue: Issue) -> Item:
        return self._project.by_issue[issue.id]

    def finish(self, id_: str) -> None:
        self._do("issue_edit", number=self._issue(id_).number, state="closed", actor="maria")

    def delete(self, id_: str) -> None:
        self._do("issue_delete", number=self._issue(id_).number)

    def look(self, id_: str) -> Seen:
        issue = self._issue(id_)
        values = self._item(issue).values
        seen: dict[str, FieldValue] = {}
        for field in self._project.fields:
            if field.name in self.fields:
                names = {option.id: option.name for option in field.options}
                value = values.get(field.node)
                if isinstance(value, str):
                    seen[field.name] = names.get(value, value)
                else:
                    seen[field.name] = float(value) if isinstance(value, int | float) else None
        return Seen(issue.title, issue.state == "closed", frozenset(label.name for label in issue.labels), seen)

    def say(self, id_: str, text: str) -> None:
        self._do("comment", number=self._issue(id_).number, body=text, actor="maria")

    def said(self, id_: str) -> Sequence[str]:
        return [comment.body for comment in self._issue(id_).said]

    def reword(self, id_: str, text: str) -> None:
        issue = self._issue(id_)
        self._do("comment_edit", number=issue.number, comment=issue.said[-1].node, body=text, actor="maria")

    def unsay(self, id_: str) -> None:
        issue = self._issue(id_)
        self._do("comment_delete", number=issue.number, comment=issue.said[-1].node, actor="maria")

    def delivery(self, id_: str, secret: str) -> WebhookRequest:
        told: list[Delivery] = []
        self._deliveries += 1
        self.simulator.tell = lambda event, payload: told.append(
            Delivery(f"delivery-{self._deliveries}", event, json.dumps(payload).encode())
        )
        self.edit(id_, title=f"Changed for delivery {self._deliveries}")
        self.simulator.tell = None
        headers = GITHUB.request(told[0], secret)
        return WebhookRequest({name.lower(): value for name, value in headers.items()}, told[0].body)

    def order(self) -> Sequence[str]:
        return [str(item.content.id) for item in self._project.items if isinstance(item.content, Issue)]

    # its time

    def now(self) -> datetime:
        return self.clock

    def later(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)
