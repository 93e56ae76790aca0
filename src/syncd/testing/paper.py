"""A tracker on paper: a whole connector in memory, for tests of everything that is not about a vendor.

`PaperTracker` is the tool with its people, `PaperConnector` one client of it. `weather(step)` may raise before and after each effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from syncd.connector.errors import Ambiguous, ConnectorError, Refused, Stale
from syncd.connector.note import Step, step
from syncd.connector.protocol import (
    Answer,
    Call,
    Can,
    Cursor,
    Description,
    FieldInfo,
    FieldType,
    Page,
    Spec,
    Wiring,
)
from syncd.core.issue import FieldValue, Ref, SourceIssue, StateGroup, Touch
from syncd.core.permission.values import labels_in
from syncd.core.plan import NOTE_MARK, Edit, Move, Relabel, SetField, SetNote

PAGE = 10
ACCOUNT = "syncd"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class PaperComment:
    author: str
    text: str


@dataclass(slots=True)
class PaperIssue:
    id: str
    key: str
    title: str
    state: str = "To Do"
    kind: str = "Story"
    priority: str | None = None
    body: str = ""
    labels: set[str] = field(default_factory=set)
    fields: dict[str, FieldValue] = field(default_factory=dict)
    comments: list[PaperComment] = field(default_factory=list)
    updated: int = 0
    """The tracker's tick at the last change."""


@dataclass(frozen=True, slots=True)
class PaperChange:
    """Who changed an issue, and what stood there before and afterwards."""

    by: str
    tick: int
    labels: tuple[frozenset[str], frozenset[str]]
    fields: tuple[Mapping[str, FieldValue], Mapping[str, FieldValue]]

    def at(self, place: str) -> tuple[FieldValue, FieldValue]:
        kind, _, name = place.partition(":")
        if kind == "field":
            return self.fields[0].get(name), self.fields[1].get(name)
        return labels_in(name, sorted(self.labels[0])), labels_in(name, sorted(self.labels[1]))


def fine(step: int) -> None:
    """No weather."""


class PaperTracker:
    """The tool: issues, one native order for its one scope, and a count of everything that changed it."""

    def __init__(self, scope: str = "PAPER", fields: Mapping[str, FieldType] | None = None) -> None:
        self.scope = scope
        self.site, self.began = "paper.example", START
        self.fields = fields
        """The fields that it has, by name; None: whatever anybody asks for."""
        self.issues: dict[str, PaperIssue] = {}
        self.order: list[str] = []
        self._last = self.tick = self.step = 0
        self.weather: Callable[[int], None] = fine
        self.tear_after: int | None = None
        """Only this many changes of each edit arrive, as with a tool that has no transactions."""
        self.past: dict[str, list[PaperChange]] = {}
        """Of each issue, oldest first."""
        self.mark: str | None = None
        """Whose mark it bears."""
        self.edits_by_syncd = 0
        self.moves_by_syncd = 0

    def add(self, title: str, **given: Any) -> PaperIssue:
        self._last += 1
        number = self._last
        issue = PaperIssue(str(1000 + number), f"{self.scope}-{number}", title, **given)
        self.issues[issue.id] = issue
        self.order.append(issue.id)
        self.touch(issue)
        return issue

    def touch(self, issue: PaperIssue, by: str = "somebody") -> None:
        """Whoever changed it: the tool notes who, when, and what is different."""
        self.tick += 1
        issue.updated = self.tick
        past = self.past.setdefault(issue.id, [])
        was_labels, was_fields = (past[-1].labels[1], past[-1].fields[1]) if past else (frozenset[str](), {})
        now = frozenset(issue.labels), dict(issue.fields)
        past.append(PaperChange(by, self.tick, (was_labels, now[0]), (was_fields, now[1])))

    def remove(self, id_: str) -> None:
        """A person deletes an issue: no pull tells of it, only the census."""
        self.order.remove(id_)
        del self.issues[id_]

    def at(self, point: int) -> None:
        """A step at which weather may strike; `point` 0 before an effect, 1 after it."""
        self.step += 1
        self.weather(self.step)

    def picture(self) -> dict[str, object]:
        """All that people see, to compare two trackers."""
        issues = {
            i.key: (
                i.title, i.state, sorted(i.labels), sorted((k, v) for k, v in i.fields.items() if v is not None),
                [(comment.author, comment.text) for comment in i.comments],
            )
            for i in self.issues.values()
        }  # fmt: skip
        return {"issues": issues, "order": [self.issues[id_].key for id_ in self.order]}


class PaperSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PaperConnector:
    """One client of a tracker, as the contract asks."""

    def __init__(self, tracker: PaperTracker, wiring: Wiring) -> None:
        self._tracker = tracker
        self._wiring = wiring

    def describe(self) -> Description:
        self._request("describe", mutates=False)
        return Description(
            tool="paper",
            account=ACCOUNT,
            account_id=ACCOUNT,
            scopes=(self._tracker.scope,),
            can=frozenset(Can),
            fields={name: FieldInfo(name, name, kind, True) for name, kind in self._fields().items()},
            order_scopes=(self._tracker.scope,) if self._wiring.order else (),
        )

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        self._request("search", mutates=False)
        after = self._after_tick(since)
        # The times as of now: what people change while the pages go by has a later one, and comes with the next pull.
        changed = sorted((i.updated, i.id) for i in self._tracker.issues.values() if i.updated >= after)
        for start in range(0, len(changed), PAGE):
            if start:
                self._request("search", mutates=False)
            page = changed[start : start + PAGE]
            there = [self._tracker.issues[id_] for _, id_ in page if id_ in self._tracker.issues]
            yield Page([self._read(i) for i in there], cursor=self._cursor(page[-1][0]), total=len(changed))
        yield Page(cursor=self._cursor(max([after, *(at for at, _ in changed)])))

    def _cursor(self, tick: int) -> Cursor:
        """Up to when everything is known, and what was asked for: who asks for other fields begins anew."""
        return f"{tick} {', '.join(self._fields())}"

    def _after_tick(self, since: Cursor | None) -> int:
        tick, _, asked = (since or "").partition(" ")
        return int(tick) if tick and asked == ", ".join(self._fields()) else 0

    def census(self) -> Iterator[str]:
        self._request("search", mutates=False)
        yield from list(self._tracker.issues)

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        self._request("fetch", mutates=False)
        yield Page([self._read(self._tracker.issues[id_]) for id_ in ids if id_ in self._tracker.issues])

    def order(self, scope: str) -> Sequence[str]:
        self._request("order", mutates=False)
        return list(self._tracker.order)

    def notes(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Mapping[str, str | None]:
        self._request("notes", mutates=False)
        return {id_: _said(self._tracker.issues[id_]) for id_ in ids if id_ in self._tracker.issues}

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        for edit in edits:
            yield self._apply(edit)

    def _apply(self, edit: Edit) -> ConnectorError | None:
        issue = self._tracker.issues.get(edit.ref.id)
        if issue is None:
            return Stale(f"{edit.key} does not exist any more")
        try:
            refused = self._refusal(edit)
            todo = [step(change, _said(issue), edit.key) for change in edit.changes if isinstance(change, SetNote)]
        except Refused as theirs:
            return theirs
        if refused is not None or (todo and all(each is Step.NOTHING for each in todo)):
            return refused
        try:
            self._before("edit", mutates=True)
            for change in edit.changes[: self._tracker.tear_after]:
                match change:
                    case SetField(after=None):
                        issue.fields.pop(change.field, None)
                    case SetField():
                        issue.fields[change.field] = change.after
                    case Relabel():
                        issue.labels |= set(change.add)
                        issue.labels -= set(change.remove)
                    case SetNote():
                        _set_note(issue, change)
            self._tracker.edits_by_syncd += 1
            self._tracker.touch(issue, ACCOUNT)
            self._after("edit", mutates=True)
        except Refused:
            raise
        except ConnectorError as error:
            return error
        return None

    def _refusal(self, edit: Edit) -> Refused | None:
        """All changes are looked at before the first is made."""
        known = self._fields()
        for change in edit.changes:
            if not isinstance(change, SetField) or self._tracker.fields is None:
                continue
            if change.field not in known:
                return Refused(f"{edit.key}: there is no field {change.field}; the fields are {', '.join(known)}")
            if change.after is not None and isinstance(change.after, float) is not (
                known[change.field] is FieldType.NUMBER
            ):
                return Refused(f"{edit.key}: the field {change.field} cannot hold {change.after!r}")
        return None

    def _fields(self) -> Mapping[str, FieldType]:
        """The wanted fields that exist."""
        wanted = sorted(self._wiring.read_fields | self._wiring.write_fields)
        has = self._tracker.fields
        return {name: _kind(name) if has is None else has[name] for name in wanted if has is None or name in has}

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        failed: ConnectorError | None = None
        for move in moves:
            if failed is not None:
                yield Stale("an earlier move failed")
                continue
            order = self._tracker.order
            if move.ref.id not in order or (move.below is not None and move.below.id not in order):
                failed = Stale(f"{move.key} or what it is placed below does not exist any more")
                yield failed
                continue
            try:
                self._before("rank", mutates=True)
                order.remove(move.ref.id)
                order.insert(0 if move.below is None else order.index(move.below.id) + 1, move.ref.id)
                self._tracker.moves_by_syncd += 1
                self._after("rank", mutates=True)
                yield None
            except ConnectorError as error:
                failed = error
                yield error

    def count(self, query: str) -> int:
        """Of the issues whose title or labels hold the text."""
        self._before("count", mutates=False)
        if "?" in query:
            raise Refused(f"paper does not understand {query!r}")
        found = sum(query in issue.title or query in issue.labels for issue in self._tracker.issues.values())
        self._after("count", mutates=False)
        return found

    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        self._request("changelog", mutates=False)
        return {
            (id_, place): [
                Touch((change.by,), START + timedelta(minutes=change.tick), *change.at(place))
                for change in reversed(self._tracker.past[id_])
                if change.at(place)[0] != change.at(place)[1]
            ]
            for id_, place in places
            if id_ in self._tracker.issues
        }

    def claims(self) -> Mapping[str, str | None]:
        self._request("mark", mutates=False)
        return {self._tracker.scope: self._tracker.mark}

    def claim(self, owner: str | None) -> Sequence[str]:
        if self._tracker.mark != owner:
            self._before("mark", mutates=True)
            self._tracker.mark = owner
            self._after("mark", mutates=True)
        return ()

    def close(self) -> None:
        """Nothing is held."""

    def _request(self, resource: str, *, mutates: bool) -> None:
        self._before(resource, mutates=mutates)
        self._after(resource, mutates=mutates)

    def _before(self, resource: str, *, mutates: bool) -> None:
        self._wiring.transport.before(Call("paper", "POST" if mutates else "GET", resource, mutates))
        self._tracker.at(0)

    def _after(self, resource: str, *, mutates: bool) -> None:
        try:
            self._tracker.at(1)
        except ConnectorError as lost:
            raise (Ambiguous(f"the answer was lost: {lost}") if mutates else lost) from lost
        call = Call("paper", "POST" if mutates else "GET", resource, mutates)
        self._wiring.transport.after(call, Answer(200, 0.0, {}))

    def _read(self, issue: PaperIssue) -> SourceIssue:
        fields = {name: issue.fields.get(name) for name in self._fields()}
        shown = [
            issue.title, issue.state, issue.priority, sorted(issue.labels), sorted(fields.items()), issue.updated,
            len(issue.comments),
        ]  # fmt: skip
        moment = START + timedelta(minutes=issue.updated)
        return SourceIssue(
            ref=Ref(self._wiring.source, issue.id),
            key=issue.key,
            url=f"https://paper.example/browse/{issue.key}",
            scope=self._tracker.scope,
            revision=hashlib.sha256(repr(shown).encode()).hexdigest()[:12],
            title=issue.title,
            state=issue.state,
            state_group=StateGroup.DONE if issue.state == "Done" else StateGroup.NEW,
            created=self._tracker.began + timedelta(minutes=int(issue.id) - 1000),
            updated=moment,
            body=issue.body,
            kind=issue.kind,
            priority=issue.priority,
            labels=tuple(sorted(issue.labels)),
            comments=len(issue.comments),
            fields=fields,
        )


def _own(issue: PaperIssue) -> PaperComment | None:
    return next((c for c in issue.comments if c.author == ACCOUNT and c.text.startswith(NOTE_MARK)), None)


def _said(issue: PaperIssue) -> str | None:
    note = _own(issue)
    return note.text if note is not None else None


def _set_note(issue: PaperIssue, change: SetNote) -> None:
    note = _own(issue)
    if change.after is None:
        issue.comments = [comment for comment in issue.comments if comment is not note]
    elif note is not None:
        note.text = change.after
    else:
        issue.comments.append(PaperComment(ACCOUNT, change.after))


def _kind(name: str) -> FieldType:
    return FieldType.TEXT if name.casefold() in ("objective", "key result", "roadmap", "moscow") else FieldType.NUMBER


def paper_spec(
    kind: str,
    tracker: PaperTracker,
    build: Callable[[PaperTracker, Wiring], PaperConnector] = PaperConnector,
) -> Spec:
    """A connector kind whose every client works on this tracker; `build` makes clients that do more."""
    return Spec(
        kind=kind,
        settings=PaperSettings,
        build=lambda settings, wiring: build(tracker, wiring),
        check=lambda settings, wiring: (),
        label_ok=lambda label: "labels here hold no spaces" if " " in label else None,
        note=True,
        authors=True,
        site=lambda settings: tracker.site,
        text_keys=(rf"\b(?P<key>{tracker.scope}-\d+)\b",),
    )
