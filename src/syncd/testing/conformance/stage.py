"""What the checks stand on: a sandbox, connectors over a transport that records and forbids, and what pages add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncd.connector.errors import ConnectorError, Refused
from syncd.connector.protocol import Answer, Call, Can, Connector, Cursor, Description, Page, Wiring
from syncd.core.issue import FieldPatch, FieldValue, SourceIssue
from syncd.core.plan import Change, Edit, Move, Relabel, SetField
from syncd.testing.conformance.telling import does_not_apply, fail
from syncd.testing.sandbox import Sandbox

SOURCE = "conformance"


@dataclass
class Wire:
    """The engine's side of the requests: records every call, and keeps writes in while the gate is closed."""

    calls: list[Call] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    gate_open: bool = True

    def before(self, call: Call) -> None:
        if call.mutates and not self.gate_open:
            raise Refused("the write gate is closed: nothing may leave")
        self.calls.append(call)

    def after(self, call: Call, answer: Answer) -> None:
        self.answers.append(answer)

    @property
    def mutations(self) -> int:
        return sum(call.mutates for call in self.calls)

    def clear(self) -> None:
        self.calls.clear()
        self.answers.clear()


class Mirror:
    """What the pages of a source add up to, as the store would hold it."""

    def __init__(self) -> None:
        self.issues: dict[str, SourceIssue] = {}
        self.patches: dict[str, FieldPatch] = {}
        self.gone: set[str] = set()
        self.cursor: Cursor | None = None

    def take(self, pages: Iterable[Page]) -> int:
        """Stores the pages; how many there were."""
        count = 0
        for page in pages:
            self.save(page)
            count += 1
        return count

    def save(self, page: Page) -> None:
        for issue in page.issues:
            self.issues[issue.ref.id] = issue
            self.gone.discard(issue.ref.id)
        for patch in page.patches:
            self.patches[patch.id] = patch
        for id_ in page.gone:
            self.issues.pop(id_, None)
            self.gone.add(id_)
        self.cursor = page.cursor or self.cursor

    def __getitem__(self, id_: str) -> SourceIssue:
        found = self.issues.get(id_)
        if found is None:
            fail(
                "`pull` and `fetch` give every issue in scope, and `Ref.id` is the tool's immutable id.",
                f"the issue {id_} is missing; there are {sorted(self.issues)[:8]}",
                "compare the ids that Sandbox.add returns with those in Ref, and follow the tool's paging to its end.",
            )
        return found

    def fields(self, id_: str) -> Mapping[str, FieldValue]:
        patch = self.patches.get(id_)
        return {**self[id_].fields, **(patch.fields if patch else {})}

    def handles(self, id_: str) -> dict[str, str]:
        patch = self.patches.get(id_)
        return {**self[id_].handles, **(patch.handles if patch else {})}

    def edit(self, id_: str, *changes: Change) -> Edit:
        issue = self[id_]
        return Edit(issue.ref, issue.key, issue.title, issue.revision, changes, self.handles(id_))

    def move(self, id_: str, below: str | None) -> Move:
        issue, other = self[id_], self[below] if below is not None else None
        return Move(
            issue.ref,
            issue.key,
            other.ref if other else None,
            other.key if other else None,
            handles=self.handles(id_),
            below_handles=self.handles(below) if below is not None else {},
        )


class Stage:
    """One sandbox with a connector that looks at it and writes to it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.wire = Wire()
        self._open: list[Connector] = []
        self._first: Connector | None = None
        self._described: Description | None = None

    @property
    def connector(self) -> Connector:
        """The one that most checks use."""
        if self._first is None:
            self._first = self.another()
        return self._first

    def another(
        self, wire: Wire | None = None, *, read: frozenset[str] = frozenset(), write: Iterable[str] | None = None
    ) -> Connector:
        """A connector as a new process would build it; without `write` it writes to all fields of the sandbox."""
        wiring = Wiring(
            SOURCE,
            wire or self.wire,
            read,
            frozenset(self.sandbox.fields if write is None else write),
            order=True,
            clock=self.sandbox.now,
            label="roadmap-now",
        )
        made = self.sandbox.connector(wiring)
        self._open.append(made)
        return made

    def close(self) -> None:
        for connector in self._open:
            connector.close()
        self.sandbox.close()

    # what the connector can

    @property
    def description(self) -> Description:
        if self._described is None:
            self._described = self.connector.describe()
        return self._described

    def needs(self, can: Can) -> None:
        """Ends the check where the connector does not offer this."""
        if can not in self.description.can:
            does_not_apply(f"the connector does not say Can.{can.name} in Description.can")

    @property
    def scope(self) -> str:
        """The scope whose native order is kept."""
        self.needs(Can.MOVE)
        scopes = self.description.order_scopes
        if not scopes:
            fail(
                "a connector that can MOVE names the scopes that it orders in Description.order_scopes.",
                "order_scopes is empty although the wiring asks for the order",
                "list them, or leave Can.MOVE out of Description.can.",
            )
        return scopes[0]

    @property
    def number(self) -> tuple[str, float, float] | None:
        """A number field with its two values, where the tool has one."""
        for name, (one, other) in self.sandbox.fields.items():
            if isinstance(one, float) and isinstance(other, float):
                return name, one, other
        return None

    # shorthands

    def people_add(self, count: int, labels: Sequence[str] = ()) -> list[str]:
        return [self.sandbox.add(f"Issue {number}", labels) for number in range(1, count + 1)]

    def pulled(self, connector: Connector | None = None) -> Mirror:
        """All there is, by a first pull."""
        mirror = Mirror()
        mirror.take((connector or self.connector).pull(None))
        return mirror

    def fresh(self, mirror: Mirror, ids: Sequence[str]) -> Mirror:
        """The issues as `fetch` gives them."""
        found = Mirror()
        found.take(self.connector.fetch(ids, {id_: mirror.handles(id_) for id_ in ids}))
        return found

    def apply(self, *edits: Edit) -> list[ConnectorError | None]:
        """The outcomes, in weather in which nothing concerns the source as a whole."""
        outcomes: list[ConnectorError | None] = []
        try:
            outcomes += self.connector.apply(edits)
        except ConnectorError as error:
            fail(
                "`apply` raises only what concerns the source as a whole (Transient before anything left, Locked); whatever "
                "concerns one edit is yielded as its outcome.",
                f"it raised {type(error).__name__}({str(error)!r}) for {len(edits)} edits in good weather",
                "yield the error of one edit, and go on with the next.",
            )
        return outcomes

    def write(self) -> Callable[[int], tuple[Change, ...]]:
        """A change that this connector can make, the n-th of two: a field's value, or a label."""
        self.needs_writing()
        if Can.FIELDS in self.description.can and self.sandbox.fields:
            name, values = next(iter(self.sandbox.fields.items()))
            return lambda n: (put(name, values[n % 2]),)
        return lambda n: (relabel(add=[f"roadmap-{'now' if n % 2 else 'next'}"]),)

    def needs_writing(self) -> None:
        if not self.description.can & {Can.FIELDS, Can.LABELS}:
            does_not_apply("the connector says neither Can.FIELDS nor Can.LABELS: it only reads")

    def picture(self, ids: Iterable[str]) -> dict[str, object]:
        """All that people see of these issues, to compare before and after."""
        seen = {id_: self.sandbox.look(id_) for id_ in ids}
        return {
            id_: (
                one.title,
                one.done,
                sorted(one.labels),
                sorted((k, v) for k, v in one.fields.items() if v is not None),
            )
            for id_, one in seen.items()
        }


def put(name: str, value: FieldValue) -> SetField:
    return SetField(name, None, value, "score", "the conformance kit")


def relabel(add: Sequence[str] = (), remove: Sequence[str] = ()) -> Relabel:
    return Relabel(tuple(sorted(add)), tuple(sorted(remove)), "horizon", "roadmap", "the conformance kit")
