"""The paper tracker for the conformance kit: its weather strikes at the steps of its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from syncd.connector.errors import ConnectorError, Locked, Transient
from syncd.connector.protocol import Answer, Call, Connector, FieldType, Spec, Transport, Wiring
from syncd.core.issue import FieldValue
from syncd.testing.paper import PAGE, PaperComment, PaperConnector, PaperTracker, fine, paper_spec
from syncd.testing.sandbox import RETRY_AFTER, On, Sandbox, Seen, Weather

FIELDS = {"Score": FieldType.NUMBER, "Objective": FieldType.TEXT}


class Overheard:
    """A transport that remembers whether the last request writes."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.mutates = False

    def before(self, call: Call) -> None:
        self._inner.before(call)
        self.mutates = call.mutates

    def after(self, call: Call, answer: Answer) -> None:
        self._inner.after(call, answer)


class PaperSandbox(Sandbox):
    page = PAGE
    counted = ("", "?")
    person = "somebody"
    spec: ClassVar[Spec] = paper_spec("paper", PaperTracker())
    fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {"Score": (12.5, 80.0), "Objective": ("O1", "O 2")}
    cannot: ClassVar[Mapping[Weather, str]] = {
        Weather.PAGE: "paper has no wire on which a page could come",
        Weather.TRUNCATED: "paper has no wire on which an answer could end early",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tracker = PaperTracker(fields=FIELDS)
        self.spec = paper_spec("paper", self.tracker)  # type: ignore[misc]
        self._heard: list[Overheard] = []

    def settings(self) -> Mapping[str, object]:
        return {}

    def connector(self, wiring: Wiring) -> Connector:
        heard = Overheard(wiring.transport)
        self._heard.append(heard)
        return PaperConnector(
            self.tracker,
            Wiring(wiring.source, heard, wiring.read_fields, wiring.write_fields, wiring.order, wiring.clock),
        )

    def add(self, title: str, labels: Sequence[str] = ()) -> str:
        return self.tracker.add(title, labels=set(labels)).id

    def edit(
        self,
        id_: str,
        *,
        title: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
    ) -> None:
        issue = self.tracker.issues[id_]
        issue.title = title or issue.title
        issue.labels = (issue.labels | set(add)) - set(remove)
        issue.fields.update(fields or {})
        self.tracker.touch(issue)

    def finish(self, id_: str) -> None:
        self.tracker.issues[id_].state = "Done"
        self.tracker.touch(self.tracker.issues[id_])

    def delete(self, id_: str) -> None:
        self.tracker.remove(id_)

    def look(self, id_: str) -> Seen:
        issue = self.tracker.issues[id_]
        return Seen(issue.title, issue.state == "Done", frozenset(issue.labels), dict(issue.fields))

    def say(self, id_: str, text: str) -> None:
        self.tracker.issues[id_].comments.append(PaperComment("maria", text))
        self.tracker.touch(self.tracker.issues[id_])

    def said(self, id_: str) -> Sequence[str]:
        return [comment.text for comment in self.tracker.issues[id_].comments]

    def reword(self, id_: str, text: str) -> None:
        self.tracker.issues[id_].comments[-1].text = text

    def unsay(self, id_: str) -> None:
        self.tracker.issues[id_].comments.pop()

    def order(self) -> Sequence[str]:
        return list(self.tracker.order)

    def requests(self) -> int:
        return self.tracker.step // 2

    @contextmanager
    def weather(self, kind: Weather, on: On, after: int = 0) -> Iterator[None]:
        left, began = after, self.tracker.step

        def strike(step: int) -> None:
            nonlocal left
            before = (step - began) % 2 == 1
            if any(heard.mutates for heard in self._heard[-1:]) is not (on is On.WRITING):
                return
            if before:
                left -= 1
            if left < 0 and before is not (kind is Weather.LOST):
                if before:
                    self.tracker.step += 1  # the answer's step, which is never reached
                raise _error(kind)

        self.tracker.weather = strike
        try:
            yield
        finally:
            self.tracker.weather = fine


def _error(kind: Weather) -> ConnectorError:
    match kind:
        case Weather.LIMITED:
            return Transient("paper is short", retry_after=RETRY_AFTER)
        case Weather.LOCKED:
            return Locked("the drawer is locked")
        case _:
            return Transient(f"the sheet was {kind}")
