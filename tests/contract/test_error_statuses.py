"""Every error status that the vendors describe for an operation that we call, given at that operation.

The operations are those that the connectors are seen to call, and the statuses are read from the vendors' descriptions:
neither is a list that somebody would have to keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

from connectors.github.github_stage import Mirror, Stage, project, row
from connectors.github.github_uses import uses as github_uses
from connectors.jira.jira_uses import uses as jira_uses
from connectors.jira.jira_world import JiraWorld, issues
from contract import vendor_github, vendor_jira
from contract.whole_suite import GATEWAY
from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.connector.hint import Registry
from syncd.testing.httpsim import Fault, HttpSimulator, Reply, Request

FIVE = (Transient, Ambiguous, Stale, Refused, Locked)
WEB = "lumen/web"
NOTES = ("notes", "GET /rest/api/3/issue/{issueIdOrKey}/comment")
"""An issue that is gone or not shown has no note that could be read: it is left out."""

Operation = Callable[[Request], tuple[str, frozenset[int]] | None]
"""The operation that a request asks for, and the error statuses that the vendor describes for it."""


class Described:
    """All descriptions of one vendor, asked for statuses."""

    def __init__(self, *files: vendor_jira.Described) -> None:
        self._files = files

    def __call__(self, request: Request) -> tuple[str, frozenset[int]] | None:
        path = GATEWAY.sub("", request.path).replace("/rest/api/2/", "/rest/api/3/")
        for file in self._files:
            if (found := file.operation(request.method, path)) is not None:
                return f"{request.method} {found[0]}", _errors(found[1]["responses"])
        return None


def _errors(responses: Mapping[str, object]) -> frozenset[int]:
    return frozenset(int(status) for status in responses if status.isdigit() and int(status) >= 400)


def _at_github(described: vendor_github.Described) -> Operation:
    every = frozenset(
        status
        for methods in described.rest["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and "responses" in operation
        for status in _errors(operation["responses"])
    )

    def operation(request: Request) -> tuple[str, frozenset[int]] | None:
        if request.path == "/graphql":
            return "POST /graphql", every  # described for REST alone, and one front door answers both
        found = described.operation(request)
        return None if found is None else (f"{request.method} {found[0]}", _errors(found[1]["responses"]))

    return operation


def _faults(
    uses: Callable[[], Mapping[str, Callable[[], object]]], http: HttpSimulator, operation: Operation, body: object
) -> Iterator[tuple[str, str, int]]:
    """Each use with each status at each operation that it calls; yields those that ended without one of our errors."""
    for name in uses():
        seen: dict[str, frozenset[int]] = {}
        http.faults.clear()
        before = len(http.calls)
        uses()[name]()
        for call in http.calls[before:]:
            if (found := operation(call.request)) is not None:
                seen[found[0]] = found[1]
        assert seen or name == "pull", name
        for asked, statuses in seen.items():
            for status in sorted(statuses):

                def here(request: Request, asked: str = asked) -> bool:
                    known = operation(request)
                    return known is not None and known[0] == asked

                http.faults.clear()
                use = uses()[name]
                http.faults[:] = [Fault(here, Reply(status, body), times=99)]
                try:
                    got = use()
                except ConnectorError as error:
                    got = [error]
                if isinstance(got, Registry):
                    got = [Refused(sentence) for sentence in got.hidden.values()]
                told = [each for each in got if isinstance(each, Exception)] if isinstance(got, list) else []
                for each in told:
                    assert isinstance(each, FIVE), (name, asked, status, each)
                    assert str(each).strip() and "\n" not in str(each), (name, asked, status)
                if not told:
                    yield name, asked, status


def test_every_status_that_atlassian_describes_ends_as_one_of_the_five_errors(tmp_path: Path, shared: Path) -> None:
    world, numbers = JiraWorld(tmp_path, issues(400)), count(4)
    files = ("jira-cloud-platform-v3.json", "jira-cloud-software.json")
    operation = Described(*(vendor_jira.Described(shared / "specs" / name) for name in files))
    body = {"errorMessages": ["No."], "errors": {}}
    try:
        cursor = list(world.connector().pull(None))[-1].cursor

        def fresh() -> Mapping[str, Callable[[], object]]:
            return jira_uses(world.authorized(token_file=None), cursor, noted=next(numbers) % 396 + 4)

        silent = _by_use(_faults(fresh, world.jira.http, operation, body))
    finally:
        world.close()
    assert silent == {NOTES: [400, 404]}


def test_every_status_that_github_describes_ends_as_one_of_the_five_errors(tmp_path: Path, shared: Path) -> None:
    site = Stage(tmp_path, [row(WEB, n) for n in range(1, 4)], projects=[project([(WEB, 1)])])
    try:
        mirror, numbers = Mirror(), count()
        mirror.take(site.connector(read=("Score",), order=True, project="lumen/7").pull(None))

        def fresh() -> Mapping[str, Callable[[], object]]:
            connector = site.connector(read=("Score",), order=True, project="lumen/7")
            return github_uses(connector, mirror, WEB, label=f"new {next(numbers)}")

        silent = _by_use(
            _faults(fresh, site.http, _at_github(vendor_github.Described(shared / "specs")), {"message": "No."})
        )
    finally:
        site.close()
    assert silent == {}


def _by_use(silent: Iterator[tuple[str, str, int]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name, asked, status in silent:
        found[name, asked].append(status)
    return found
