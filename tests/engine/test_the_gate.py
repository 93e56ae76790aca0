"""A dry run cannot write: no mutating request leaves by any way while the gate is closed, and none passes around it.

Through both vendors' libraries against their simulators: what counts is what arrived there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.github_sandbox import GitHubSandbox
from conformance.jira_sandbox import JiraSandbox
from syncd.connector.claims import Claims
from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Call, Connector, Counter, KeepsNotes, Page, Wiring
from syncd.core.issue import Ref
from syncd.core.permission.leave import WriteKind
from syncd.core.permission.windows import Window, Windows
from syncd.core.plan import NOTE_MARK, Change, Edit, Move, Relabel, SetField, SetNote
from syncd.engine.pacing.pace import GateClosed, Pace
from syncd.engine.permits.holds import Hold
from syncd.engine.permits.windows import ward
from syncd.engine.stop import Stop, Stopped
from syncd.testing.sandbox import HttpSandbox

SANDBOXES = pytest.mark.parametrize("kind", [JiraSandbox, GitHubSandbox])


class Bench:
    """One connector on the engine's own transport."""

    def __init__(self, sandbox: HttpSandbox) -> None:
        self.sandbox = sandbox
        self.stop = Stop()
        self.pace = Pace("demo", self.stop, lambda: datetime.now(UTC))
        self.passed: list[Call] = []
        before = self.pace.before

        def counted(call: Call) -> None:
            before(call)
            self.passed.append(call)

        self.pace.before = counted  # type: ignore[method-assign]
        nothing: frozenset[str] = frozenset()
        wiring = Wiring(
            "demo", self.pace, nothing, frozenset(sandbox.fields), True, sandbox.now, True, label="roadmap-now"
        )
        self.connector: Connector = sandbox.connector(wiring)
        self.ids = [sandbox.add(f"work {n}", ["team-a"]) for n in range(3)]
        self.start = len(sandbox.http.calls)

    def arrived(self) -> int:
        return len(self.sandbox.http.calls) - self.start

    def mutations(self) -> list[str]:
        calls = self.sandbox.http.calls[self.start :]
        return [f"{c.request.method} {c.request.path}" for c in calls if self.sandbox.mutates(c.request)]

    def read(self) -> list[Page]:
        """Everything that only reads."""
        one = self.connector
        scope = one.describe().order_scopes[0]
        pages = list(one.pull(None))
        handles = {issue.ref.id: dict(issue.handles) for page in pages for issue in page.issues}
        list(one.census())
        list(one.fetch(self.ids, handles))
        one.order(scope)
        if isinstance(one, Counter):
            one.count(self.sandbox.counted[0])
        if isinstance(one, Claims):
            one.claims()
        keeps: KeepsNotes = one  # type: ignore[assignment]
        keeps.notes(self.ids, handles)
        return pages

    def writes(self, pages: Sequence[Page]) -> Iterator[Callable[[], Sequence[object]]]:
        """Everything that would write, each by itself."""
        issues = {issue.ref.id: issue for page in pages for issue in page.issues}
        handles = {id_: dict(issue.handles) for id_, issue in issues.items()}
        for page in pages:
            for patch in page.patches:
                handles.setdefault(patch.id, {}).update(patch.handles)
        name, (value, _) = next(iter(self.sandbox.fields.items()))
        changes: list[Change] = [
            SetField(name, None, value, "score"),
            Relabel(("roadmap-now",), (), "horizon", "roadmap-"),
            Relabel(("roadmap-never-seen",), ("team-a",), "horizon", "roadmap-"),
            SetNote(None, f"{NOTE_MARK}{{}} -->\nScore 1"),
        ]
        first, second = (issues[id_] for id_ in self.ids[:2])
        for change in changes:
            edit = Edit(first.ref, first.key, "", first.revision, (change,), handles[first.ref.id])
            yield lambda edit=edit: list(self.connector.apply([edit]))  # type: ignore[misc]
        scope = self.connector.describe().order_scopes[0]
        for below in (None, Ref("demo", second.ref.id)):
            lower = handles[second.ref.id] if below else {}
            move = Move(first.ref, first.key, below, second.key if below else None, "", handles[first.ref.id], lower)
            yield lambda move=move: list(self.connector.reorder(scope, [move]))  # type: ignore[misc]
        assert isinstance(self.connector, Claims)
        for owner in ("20260101-1", None):
            yield lambda owner=owner: self.connector.claim(owner)  # type: ignore[misc, attr-defined]


@pytest.fixture
def bench(tmp_path: Path, kind: type[HttpSandbox]) -> Iterator[Bench]:
    sandbox = kind(tmp_path)
    made = Bench(sandbox)
    yield made
    made.connector.close()
    sandbox.close()


def outcomes(bench: Bench, pages: Sequence[Page]) -> list[object]:
    found: list[object] = []
    for write in bench.writes(pages):
        try:
            found += write()
        except ConnectorError as error:
            found.append(error)
    return found


def never(bench: Bench) -> AbstractContextManager[None]:
    """Mode observe, `syncd plan`, doctor: nobody opened the gate."""
    return nullcontext()


def held(bench: Bench) -> AbstractContextManager[None]:
    bench.pace.hold = lambda: Hold("anna", "release freeze")
    return bench.pace.writing()


def outside(bench: Bench) -> AbstractContextManager[None]:
    windows = Windows(deny=(Window(because="always"),))
    bench.pace.wards.append(lambda: ward("demo", windows, tuple(WriteKind), datetime.now(UTC)))
    return bench.pace.writing()


def without_lease(bench: Bench) -> AbstractContextManager[None]:
    """Any ward may say no; that of a lease is one of them."""
    bench.pace.wards.append(Stopped)
    return bench.pace.writing()


@SANDBOXES
@pytest.mark.parametrize("closed", [never, held, outside, without_lease])
def test_while_the_gate_is_closed_no_mutating_request_leaves(
    bench: Bench, closed: Callable[[Bench], AbstractContextManager[None]]
) -> None:
    pages = bench.read()
    with closed(bench):
        said = outcomes(bench, pages)
    assert bench.mutations() == [], "a request went past the gate"
    assert len(said) >= 6 and any(isinstance(one, GateClosed | Stopped) for one in said)
    assert not any(call.mutates for call in bench.passed)


@SANDBOXES
def test_every_request_passes_the_gate_and_the_gate_knows_which_ones_write(bench: Bench) -> None:
    """The same with an open gate: what arrived is what passed, one by one, and each is judged as the server sees it."""
    pages = bench.read()
    assert bench.mutations() == [], "reading changed something"
    with bench.pace.writing():
        said = outcomes(bench, pages)
    assert [one for one in said if isinstance(one, ConnectorError)] == []
    assert len(bench.passed) == bench.arrived()
    assert sum(call.mutates for call in bench.passed) == len(bench.mutations()) >= 7


@pytest.mark.parametrize("kind", [JiraSandbox])
def test_the_librarys_own_ways_pass_the_gate_too(bench: Bench) -> None:
    """Whatever method of the library somebody calls one day: its session has no other door."""
    library = bench.connector._client._connected()  # type: ignore[attr-defined]
    root = f"{bench.sandbox.settings()['url']}/rest/api/2/issue/{bench.ids[0]}"
    for method in ("post", "put", "delete"):
        with pytest.raises(GateClosed):
            getattr(library._session, method)(root, data="{}")
    for call in (
        lambda: library.add_comment(bench.ids[0], "words"),
        lambda: library.add_vote(bench.ids[0]),
    ):
        with pytest.raises(GateClosed):
            call()
    assert bench.mutations() == []


@pytest.mark.parametrize("kind", [JiraSandbox])
def test_renewing_webhooks_passes_the_gate_too(bench: Bench) -> None:
    """`syncd webhooks refresh` opens it for that; nothing else may renew anything."""
    renew = bench.connector.renew_webhooks  # type: ignore[attr-defined]
    with pytest.raises(GateClosed):
        renew(["1"])
    with held(bench), pytest.raises(Stopped):
        renew(["1"])
    assert bench.mutations() == []
    bench.pace.hold = None
    with bench.pace.writing(), pytest.raises(ConnectorError):
        renew(["1"])  # there is none
    assert bench.mutations() == ["PUT /rest/api/2/webhook/refresh"]
