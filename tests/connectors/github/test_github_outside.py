"""Issues that are not in the configured project: they show its fields empty, so that a wanted value adds them."""

from __future__ import annotations

from github_stage import Mirror, project, put, row

WEB = "lumen/web"


def look(stage):
    site = stage([row(WEB, n) for n in range(1, 4)], projects=[project([(WEB, 1)], Score=5)])
    mirror = Mirror()
    connector = site.connector(write=("Score", "Roadmap", "Scor"), project="lumen/7")
    mirror.take(connector.pull(None))
    return site, mirror, connector


def shown(mirror, key):
    """What the core sees: a patch lies over the issue's own fields."""
    issue = mirror.by_key(key)
    patch = mirror.patches.get(issue.ref.id)
    return {**issue.fields, **(patch.fields if patch else {})}


def test_an_issue_outside_the_project_shows_every_existing_field_empty(stage):
    _, mirror, _ = look(stage)
    assert shown(mirror, f"{WEB}#2") == {"Score": None, "Roadmap": None}
    assert shown(mirror, f"{WEB}#1") == {"Score": 5.0, "Roadmap": None}


def test_a_value_for_it_adds_it_and_the_next_look_shows_the_value(stage):
    site, mirror, connector = look(stage)
    site.clock.tick(60)
    assert list(connector.apply([mirror.edit(f"{WEB}#2", put("Score", 7.0))])) == [None]
    mirror.take(connector.pull(mirror.cursor))
    assert shown(mirror, f"{WEB}#2")["Score"] == 7.0
    mirror.take(connector.fetch(list(mirror.issues), {}))
    assert shown(mirror, f"{WEB}#2")["Score"] == 7.0


def test_an_item_that_left_the_project_shows_empty_fields_again(stage):
    site, mirror, connector = look(stage)
    site.clock.tick(60)
    item = site.item(WEB, 1)
    text = (
        "mutation($p: ID!, $i: ID!) { archiveProjectV2Item(input: {projectId: $p, itemId: $i}) { clientMutationId } }"
    )
    site.graphql(text, p=item.project.node, i=item.node)
    mirror.take(connector.pull(mirror.cursor))
    assert shown(mirror, f"{WEB}#1") == {"Score": None, "Roadmap": None}


def test_fetching_and_listing_give_equal_issues(stage):
    _, mirror, connector = look(stage)
    before = dict(mirror.issues)
    mirror.take(connector.fetch(list(before), {}))
    assert mirror.issues == before


def test_a_field_that_is_wanted_from_now_on_is_told_of_every_issue(stage):
    site, mirror, _ = look(stage)
    more = site.connector(write=("Score", "Roadmap", "Rank"), project="lumen/7")
    mirror.take(more.pull(mirror.cursor))
    assert shown(mirror, f"{WEB}#3") == {"Score": None, "Roadmap": None, "Rank": None}
