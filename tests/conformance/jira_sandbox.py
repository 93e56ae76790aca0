"""A simulated Jira site for the conformance kit, Cloud or Data Center, with a person at its REST interface."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import requests

from syncd.connector.hint import WebhookRequest
from syncd.core.issue import FieldValue
from syncd.testing.emitter import JIRA, Delivery
from syncd.testing.httpsim import Reply, Request
from syncd.testing.sandbox import RETRY_AFTER, HttpSandbox, Seen, Weather
from syncd_jira import SPEC
from syncd_jira.simulator import JiraSimulator

CUSTOM = [
    {"id": "customfield_10019", "name": "Rank", "type": "rank"},
    {"id": "customfield_10031", "name": "Priority Score", "type": "number"},
    {"id": "customfield_10033", "name": "Objective", "type": "string"},
    {"id": "customfield_10101", "name": "Story of it", "type": "text"},
    {"id": "customfield_10102", "name": "Impact", "type": "option", "options": ["High", "Low"]},
    {"id": "customfield_10103", "name": "Areas", "type": "options", "options": ["web", "app"]},
    {"id": "customfield_10104", "name": "Promised", "type": "date"},
    {"id": "customfield_10105", "name": "Tags", "type": "labels"},
]
ACCOUNTS = [
    {"accountId": f"5b10a28{n}", "displayName": name, "emailAddress": f"{name.lower()}@lumen.example", "active": True}
    for n, name in enumerate(("Ann", "Bob"))
]
IDS = {str(field["name"]): str(field["id"]) for field in CUSTOM}
BUSY = Reply(
    429, b"<html>busy</html>", {"Retry-After": str(RETRY_AFTER), "RateLimit-Reason": "jira-quota-tenant-based"}
)


class JiraSandbox(HttpSandbox):
    spec = SPEC
    page = 10
    person = "Bob"
    counted = ("project = PAY", "project = NOWHERE")
    deployment: ClassVar[str] = "Cloud"
    fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {
        "Priority Score": (12.25, 80.0),
        "Objective": ("O1", "ten *stars* and ümläuts"),
        "Story of it": ("two\nlines", "a line"),
        "Impact": ("High", "Low"),
        "Areas": (("web",), ("app", "web")),
        "Promised": ("2026-05-01", "2027-01-31"),
        "Tags": (("a", "b"), ("c",)),
    }
    replies: ClassVar[Mapping[Weather, Reply]] = {Weather.LIMITED: BUSY}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._deliveries = 0
        self.clock = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
        first = {"id": "1000", "key": "PAY-1", "fields": {"summary": "the project comes with it"}}
        site = {"deployment": self.deployment, "fields": CUSTOM, "accounts": ACCOUNTS}
        lines = [{"_simulator": site}, first]
        file = folder / "issues.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        self.simulator = JiraSimulator(folder / "jira", [file], clock=self.now)
        self.simulator.config.full_page = self.page
        self.simulator.config.permissions |= {"EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"}
        self.simulator.config.index_lag = timedelta(0)
        self.http = self.simulator.http
        self._session = requests.Session()
        self._session.auth = ("bob@lumen.example", "demo-token")
        self._bearer = self.deployment != "Cloud"
        self.delete("1000")

    def close(self) -> None:
        self._session.close()
        self.simulator.close()

    def settings(self) -> Mapping[str, object]:
        email = {} if self._bearer else {"email": "ann@lumen.example"}
        return {"url": self.simulator.url, "token": "demo-token", "projects": ["PAY"], **email}

    def mutates(self, request: Request) -> bool:
        reads = ("search", "jql", "bulkfetch", "changelog", "parse", "approximate-count")
        return request.method != "GET" and not any(part in reads for part in request.parts)

    # the people

    def _person(self, method: str, path: str, body: object = None) -> Any:
        version = "2" if self._bearer else "3"
        url = f"{self.simulator.url}/rest/api/{version}/{path}"
        answer = self._session.request(method, url, json=body, timeout=10)
        assert answer.ok, answer.text
        self.later(0.4)
        return answer.json() if answer.content else None

    def add(self, title: str, labels: Sequence[str] = ()) -> str:
        fields = {"project": {"key": "PAY"}, "issuetype": {"name": self._type()}, "summary": title, "labels": [*labels]}
        return str(self._person("POST", "issue", {"fields": fields})["id"])

    def _type(self) -> str:
        return next(iter(self.simulator.site.types))

    def edit(
        self,
        id_: str,
        *,
        title: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
    ) -> None:
        labels = [{"add": label} for label in add] + [{"remove": label} for label in remove]
        values = {IDS[name]: self._written(name, value) for name, value in (fields or {}).items()}
        if title is not None:
            values["summary"] = title
        self._person("PUT", f"issue/{id_}", {"fields": values, **({"update": {"labels": labels}} if labels else {})})

    def _written(self, name: str, value: FieldValue) -> object:
        if value is None:
            return [] if name == "Tags" else None
        if name == "Impact":
            return {"value": value}
        if name == "Areas" and isinstance(value, tuple):
            return [{"value": one} for one in value]
        if name == "Story of it" and not self._bearer:
            lines = [{"type": "text", "text": line} for line in str(value).split("\n")]
            content = [part for line in lines for part in ({"type": "hardBreak"}, line)][1:]
            return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]}
        return list(value) if isinstance(value, tuple) else value

    def finish(self, id_: str) -> None:
        found = self._person("GET", f"issue/{id_}/transitions")["transitions"]
        done = next(each["id"] for each in found if each["to"]["statusCategory"]["key"] == "done")
        self._person("POST", f"issue/{id_}/transitions", {"transition": {"id": done}})

    def delete(self, id_: str) -> None:
        self._person("DELETE", f"issue/{id_}")

    def look(self, id_: str) -> Seen:
        shown = self.simulator.site.issues[id_].fields
        done = shown["status"]["statusCategory"]["key"] == "done"
        fields = {name: self._read(shown.get(IDS[name])) for name in self.fields}
        return Seen(str(shown["summary"]), done, frozenset(shown["labels"]), fields)

    def _read(self, value: Any) -> FieldValue:
        if isinstance(value, dict):
            return str(value["value"])
        if isinstance(value, list | tuple):
            return tuple(str(self._read(one)) for one in value) or None
        return float(value) if isinstance(value, int | float) else value or None

    def say(self, id_: str, text: str) -> None:
        self._person("POST", f"issue/{id_}/comment", {"body": self._document(text)})

    def said(self, id_: str) -> Sequence[str]:
        return [str(comment["body"]) for comment in self._comments(id_)]

    def reword(self, id_: str, text: str) -> None:
        last = self._comments(id_)[-1]["id"]
        self._person("PUT", f"issue/{id_}/comment/{last}", {"body": self._document(text)})

    def unsay(self, id_: str) -> None:
        self._person("DELETE", f"issue/{id_}/comment/{self._comments(id_)[-1]['id']}")

    def _comments(self, id_: str) -> Sequence[Mapping[str, Any]]:
        return list((self.simulator.site.issues[id_].fields.get("comment") or {}).get("comments", ()))

    def _document(self, text: str) -> object:
        if self._bearer:
            return text
        lines = [{"type": "text", "text": line} for line in text.split("\n") if line]
        content = [part for line in lines for part in ({"type": "hardBreak"}, line)][1:]
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]}

    def delivery(self, id_: str, secret: str) -> WebhookRequest:
        told: list[Delivery] = []
        self._deliveries += 1
        self.simulator.tell = lambda event, payload: told.append(
            Delivery(f"delivery-{self._deliveries}", event, json.dumps(payload).encode())
        )
        self.edit(id_, title=f"Changed for delivery {self._deliveries}")
        self.simulator.tell = None
        headers = JIRA.request(told[0], secret)
        return WebhookRequest({name.lower(): value for name, value in headers.items()}, told[0].body)

    def order(self) -> Sequence[str]:
        return [id_ for id_ in self.simulator.site.order.ids() if id_ in self.simulator.site.issues]

    # its time and cost

    def now(self) -> datetime:
        return self.clock

    def later(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)


class DataCenterSandbox(JiraSandbox):
    deployment = "Server"
