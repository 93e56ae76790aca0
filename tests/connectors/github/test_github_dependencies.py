"""What issues wait for: read with the pull and with single issues, for few requests, and found where no time of change tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from github_stage import Mirror, Stage, row

from syncd.core.issue import LinkKind, SourceIssue
from syncd.testing.httpsim import Fault, Reply, Request
from syncd_github import dependencies

WEB, APP = "lumen/web", "lumen/app"
Make = Callable[..., Stage]


def block(stage: Stage, key: str, by: str, *, remove: bool = False) -> None:
    repository, _, number = key.partition("#")
    other, _, blocker = by.partition("#")
    home = stage.simulator.site.repository(other)
    assert home is not None
    path = f"/repos/{repository}/issues/{number}/dependencies/blocked_by"
    id_ = home.issues[int(blocker)].id
    stage.clock.tick()
    if remove:
        stage.person("DELETE", f"{path}/{id_}")
    else:
        stage.person("POST", path, {"issue_id": id_})
    stage.clock.tick()


def blockers(issue: SourceIssue) -> list[str | None]:
    assert {link.kind for link in issue.links} <= {LinkKind.BLOCKED_BY}
    return [link.to.key for link in issue.links]


def graph_calls(stage: Stage) -> int:
    return sum(call.request.path == "/graphql" for call in stage.http.calls)


@pytest.fixture
def world(stage: Make) -> Stage:
    made = stage([*(row(WEB, n) for n in range(1, 6)), *(row(APP, n) for n in range(1, 3))], largest_numbered=0)
    block(made, "lumen/web#1", "lumen/web#2")
    block(made, "lumen/web#1", "lumen/app#1")
    block(made, "lumen/app#2", "lumen/web#3")
    return made


def test_a_pull_tells_what_issues_wait_for_across_repositories(world: Stage) -> None:
    mirror = Mirror()
    mirror.take(world.connector().pull(None))
    assert blockers(mirror.by_key("lumen/web#1")) == ["lumen/app#1", "lumen/web#2"]
    assert blockers(mirror.by_key("lumen/app#2")) == ["lumen/web#3"]
    assert blockers(mirror.by_key("lumen/web#2")) == []


def test_a_single_issue_reads_as_the_pull_told_it(world: Stage) -> None:
    mirror, connector = Mirror(), world.connector()
    mirror.take(connector.pull(None))
    ids = list(mirror.issues)
    fresh = Mirror()
    fresh.take(connector.fetch(ids, {id_: mirror.issues[id_].handles for id_ in ids}))
    assert fresh.issues == mirror.issues


def test_without_dependencies_nothing_more_is_asked(stage: Make) -> None:
    made = stage([row(WEB, n) for n in range(1, 301)])
    list(made.connector().pull(None))
    assert graph_calls(made) == 0


def test_a_hundred_waiting_issues_cost_one_request(stage: Make) -> None:
    made = stage([row(WEB, n) for n in range(1, 301)])
    for number in range(2, 102):
        block(made, f"lumen/web#{number}", "lumen/web#1")
    made.clock.tick(3600)
    made.person("PATCH", "/repos/lumen/web/issues/300", {"title": "the last one that changed"})
    made.clock.tick(60)
    made.http.calls.clear()
    mirror = Mirror()
    mirror.take(made.connector().pull(None))
    assert sum(bool(issue.links) for issue in mirror.issues.values()) == 100
    assert graph_calls(made) == 1


def test_a_new_and_a_removed_dependency_come_with_the_next_pull(world: Stage) -> None:
    mirror, connector = Mirror(), world.connector()
    mirror.take(connector.pull(None))
    block(world, "lumen/web#4", "lumen/web#5")
    block(world, "lumen/web#1", "lumen/app#1", remove=True)
    mirror.take(connector.pull(mirror.cursor))
    assert blockers(mirror.by_key("lumen/web#4")) == ["lumen/web#5"]
    assert blockers(mirror.by_key("lumen/web#1")) == ["lumen/web#2"]


def test_a_dependency_that_moves_no_time_of_change_is_found_by_the_sweep(world: Stage) -> None:
    world.simulator.site.dependency_moves = False
    mirror, connector = Mirror(), world.connector(reactions="1 hour")
    mirror.take(connector.pull(None))
    block(world, "lumen/web#4", "lumen/web#5")
    world.clock.tick(3601)
    mirror.take(connector.pull(mirror.cursor))
    assert blockers(mirror.by_key("lumen/web#4")) == ["lumen/web#5"]
    world.http.calls.clear()
    world.clock.tick(3601)
    assert [page.issues for page in connector.pull(mirror.cursor) if page.issues] == []
    assert graph_calls(world) == 2


def test_a_pull_that_dies_before_blockers_are_read_omits_nothing(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd_github.listing.PER_PAGE", 2)
    mirror = Mirror()
    for lives in range(1, 60):
        pages = world.connector().pull(mirror.cursor)
        for taken, page in enumerate(pages):
            mirror.save(page)
            if taken == lives:
                break  # the process dies, a page later each time
        else:
            break
    whole = Mirror()
    whole.take(world.connector().pull(None))
    assert mirror.issues == whole.issues


def test_a_server_without_dependencies_is_read_all_the_same(world: Stage) -> None:
    for name in (b"blockedBy", b"issueDependenciesSummary"):

        def struck(request: Request, name: bytes = name) -> bool:
            return name in request.body

        message = f"Field '{name.decode()}' doesn't exist on type 'Issue'"
        body = {"errors": [{"message": message, "path": ["query"], "extensions": {"code": "undefinedField"}}]}
        world.http.faults.append(Fault(struck, Reply(200, body), times=100))
    mirror, connector = Mirror(), world.connector(reactions="1 hour")
    mirror.take(connector.pull(None))
    assert len(mirror.issues) == 7 and not any(issue.links for issue in mirror.issues.values())
    world.clock.tick(3601)
    mirror.take(connector.pull(mirror.cursor))
    id_ = mirror.by_key("lumen/web#1").ref.id
    assert [issue.key for page in connector.fetch([id_], {id_: mirror.issues[id_].handles}) for issue in page.issues]


def test_many_pages_do_not_wait_for_a_hundred(stage: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few waiting issues hold up the safe place to stop for some pages only."""
    monkeypatch.setattr("syncd_github.listing.PER_PAGE", 1)
    monkeypatch.setattr(dependencies, "PATIENCE", 3)
    made = stage([row(WEB, n) for n in range(1, 13)], largest_numbered=0)
    block(made, "lumen/web#1", "lumen/web#2")
    safe = [page.cursor is not None for page in made.connector().pull(None)]
    assert safe.count(False) <= 4
