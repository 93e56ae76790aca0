"""Nothing there yet: no issue, no item, no field."""

from __future__ import annotations

from github_stage import Mirror, project, row

from syncd.connector.protocol import Can

WEB = "lumen/web"


def test_an_empty_project_is_quiet_until_its_first_item(stage):
    site = stage([row(WEB, 1)], projects=[project([])])
    mirror = Mirror()
    connector = site.connector(read=("Score",), order=True, project="lumen/7")
    mirror.take(connector.pull(None))
    assert (mirror.live_patches, mirror.orders) == ({}, {"lumen/7": ()})
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert len(site.wire.calls) == 2
    site.clock.tick(5)
    handles = mirror.by_key(f"{WEB}#1").handles
    node = next(iter(site.simulator.site.projects.values())).node
    text = "mutation($p: ID!, $c: ID!) { addProjectV2ItemById(input: {projectId: $p, contentId: $c}) { clientMutationId } }"
    site.graphql(text, p=node, c=handles["node"])
    mirror.take(connector.pull(mirror.cursor))
    assert set(mirror.live_patches) == set(mirror.issues)


def test_an_empty_repository_is_quiet_until_its_first_issue(stage):
    site = stage([row(WEB, 1)])
    node = site.person("GET", f"/repos/{WEB}/issues/1")["node_id"]
    site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert [answer.status for answer in site.wire.answers] == [304]
    site.person("POST", f"/repos/{WEB}/issues", {"title": "first"})
    mirror.take(connector.pull(mirror.cursor))
    assert [issue.title for issue in mirror.issues.values()] == ["first"]
    assert list(connector.census()) == list(mirror.issues)


def test_when_every_issue_behind_the_mark_is_deleted_new_ones_still_show(stage):
    site = stage([row(WEB, n) for n in range(1, 131)])
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    for number in range(80, 131):
        node = mirror.by_key(f"{WEB}#{number}").handles["node"]
        site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)
    mirror.take(connector.pull(mirror.cursor))
    site.clock.tick(5)
    site.person("PATCH", f"/repos/{WEB}/issues/3", {"title": "still here"})
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#3").title == "still here"


def test_a_source_without_wanted_fields_has_none_and_can_still_label(stage):
    site = stage([row(WEB, 1)], projects=[project([(WEB, 1)])])
    described = site.connector().describe()
    assert (described.fields, described.order_scopes) == ({}, ())
    assert described.can == {Can.READ, Can.LABELS, Can.NOTE}
