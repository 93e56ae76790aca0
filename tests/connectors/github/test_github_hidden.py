"""A fine-grained token sees some repositories only; what it sees refers to what it does not, and GitHub then answers in part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from github_stage import Mirror, Stage, project, put, row

from syncd.connector.errors import Locked

WEB, SECRET = "lumen/web", "lumen/secret"
Make = Callable[..., Stage]
ACCOUNTS = [
    {"login": "syncd-demo", "token": "demo-token"},
    {"login": "syncd-demo", "token": "fine-grained", "sees": [WEB]},
]


@pytest.fixture
def world(stage: Make) -> Stage:
    rows = [*(row(WEB, n) for n in range(1, 4)), *(row(SECRET, n) for n in range(1, 3))]
    shared = [(WEB, 2), (SECRET, 1), (WEB, 1)]
    foreign = {**project([(WEB, 1)]), "number": 9, "hidden": True}
    made = stage(rows, accounts=ACCOUNTS, projects=[foreign, project(shared, Score=5)])
    ids = {n: made.simulator.site.repository(SECRET).issues[n].id for n in (1, 2)}
    made.person("POST", f"/repos/{WEB}/issues/1/dependencies/blocked_by", {"issue_id": ids[1]})
    parent = made.simulator.site.repository(SECRET).issues[2].node
    child = made.simulator.site.repository(WEB).issues[1].node
    made.graphql(
        "mutation($p: ID!, $c: ID!) { addSubIssue(input: {issueId: $p, subIssueId: $c}) { clientMutationId } }",
        p=parent,
        c=child,
    )
    made.clock.tick(60)
    return made


def connect(world: Stage, **more: object):
    given = {"token": "fine-grained", "repositories": [WEB], "project": "lumen/7", **more}
    return world.connector(write=("Score",), order=True, **given)


def test_what_the_token_may_not_see_keeps_nothing_from_being_read(world: Stage) -> None:
    mirror, connector = Mirror(), connect(world)
    mirror.take(connector.pull(None))
    assert sorted(issue.key for issue in mirror.issues.values()) == [f"{WEB}#{n}" for n in (1, 2, 3)]
    first = mirror.by_key(f"{WEB}#1")
    assert first.links == ()
    assert mirror.fields(f"{WEB}#1") == {"Score": 5.0}
    assert mirror.orders == {"lumen/7": (mirror.by_key(f"{WEB}#2").ref.id, first.ref.id)}
    assert connector.order("lumen/7") == mirror.orders["lumen/7"]
    assert set(connector.census()) == set(mirror.issues)


def test_single_issues_read_although_their_parent_blocker_and_another_project_are_hidden(world: Stage) -> None:
    mirror, connector = Mirror(), connect(world)
    mirror.take(connector.pull(None))
    fetched = Mirror()
    fetched.take(connector.fetch(list(mirror.issues), {id_: issue.handles for id_, issue in mirror.issues.items()}))
    assert set(fetched.issues) == set(mirror.issues)
    first = fetched.by_key(f"{WEB}#1")
    assert (first.parent, first.links) == (None, ())
    assert fetched.fields(f"{WEB}#1") == {"Score": 5.0}


def test_it_writes_to_what_it_sees(world: Stage) -> None:
    mirror, connector = Mirror(), connect(world)
    mirror.take(connector.pull(None))
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 7.0))])) == [None]
    own = world.simulator.site.projects["lumen", 7]
    home = world.simulator.site.repository(WEB)
    assert list(own.by_issue[home.issues[1].id].values.values()) == [7.0]


def test_a_hidden_repository_or_project_of_its_own_locks_the_source_and_says_what_to_grant(world: Stage) -> None:
    with pytest.raises(Locked, match="lumen/secret"):
        list(connect(world, repositories=[WEB, SECRET]).pull(None))
    with pytest.raises(Locked, match=r"lumen/9.*organization permission Projects"):
        list(connect(world, project="lumen/9").pull(None))
