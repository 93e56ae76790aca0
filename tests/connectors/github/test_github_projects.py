"""Projects v2: values and order come apart from the issues, and only what differs is told again."""

from __future__ import annotations

import pytest
from github_stage import PROJECT, Mirror, project, pull_request, row

from syncd.connector.errors import Locked, Refused, Transient
from syncd.connector.protocol import Can, FieldType
from syncd.testing.httpsim import Fault, Reply
from syncd_github.faults import TooMuch

WEB = "lumen/web"
READ = ("Reach", "Score", "Roadmap", "Due", "Notes", "Sprint")


def patches(pages):
    return sorted(patch.id for page in pages for patch in page.patches)


def make(stage, count=5, items=None, **settings):
    rows = [row(WEB, n) for n in range(1, count + 1)]
    items = range(1, count + 1) if items is None else items
    return stage(rows, projects=[project([(WEB, n) for n in items], Score=3)], **settings)


def test_values_of_every_type_are_read_by_their_configured_names(stage):
    fields = {"Score": 42.5, "Roadmap": "next", "Due": "2026-05-01", "Notes": "soon", "Sprint": "Sprint 1"}
    item = {"repository": WEB, "number": 1, "fields": fields}
    site = stage([row(WEB, 1)], projects=[{**PROJECT, "items": [item]}])
    mirror = Mirror()
    mirror.take(site.connector(read=("score", *READ[2:]), write=("Rank",), project="lumen/7").pull(None))
    renamed = {"score" if name == "Score" else name: value for name, value in fields.items()}
    assert mirror.fields(f"{WEB}#1") == {**renamed, "Rank": None}


def test_archived_hidden_and_draft_items_and_pull_requests_are_left_out(stage):
    items = [{"repository": WEB, "number": n, "fields": {}} for n in (1, 2, 3, 4)]
    items[1]["archived"], items[2]["redacted"] = True, True
    rows = [row(WEB, 1), row(WEB, 2), row(WEB, 3), pull_request(WEB, 4)]
    site = stage(rows, projects=[{**PROJECT, "items": items}])
    node = next(iter(site.simulator.site.projects.values())).node
    text = 'mutation($p: ID!) { addProjectV2DraftIssue(input: {projectId: $p, title: "idea"}) { clientMutationId } }'
    site.graphql(text, p=node)
    mirror = Mirror()
    mirror.take(site.connector(read=("Score",), order=True, project="lumen/7").pull(None))
    one = mirror.by_key(f"{WEB}#1").ref.id
    assert (list(mirror.patches), mirror.orders) == ([one], {"lumen/7": (one,)})


def test_items_of_repositories_out_of_scope_are_left_out(stage):
    rows = [row(WEB, 1), row("lumen/secret", 1)]
    site = stage(rows, projects=[project([(WEB, 1), ("lumen/secret", 1)])])
    mirror = Mirror()
    mirror.take(site.connector(read=("Score",), repositories=[WEB], project="lumen/7").pull(None))
    assert set(mirror.patches) == set(mirror.issues)


def test_a_quiet_cycle_costs_one_graphql_request_also_in_a_new_process(stage):
    site = make(stage, 130)
    mirror = Mirror()
    mirror.take(site.connector(read=READ, project="lumen/7").pull(None))
    assert len(mirror.live_patches) == 130
    for connector in (site.connector(read=READ, project="lumen/7"), site.connector(read=READ, project="lumen/7")):
        site.wire.clear()
        cursor = mirror.cursor
        assert patches(mirror.take(connector.pull(cursor))) == []
        assert [call.resource for call in site.wire.calls] == ["graphql", "issues"]
        assert mirror.cursor == cursor


@pytest.mark.parametrize("same_process", [True, False])
def test_a_change_tells_only_the_patches_that_differ(stage, same_process):
    site = make(stage, 120)
    mirror = Mirror()
    connector = site.connector(read=("Score",), write=("Rank",), project="lumen/7")
    mirror.take(connector.pull(None))
    site.clock.tick(60)
    edit = mirror.edit(f"{WEB}#77", *[])
    (field,) = [f for p in site.simulator.site.projects.values() for f in p.fields if f.name == "Score"]
    site.graphql(
        "mutation($i: UpdateProjectV2ItemFieldValueInput!) "
        "{ updateProjectV2ItemFieldValue(input: $i) { clientMutationId } }",
        i={
            "projectId": edit.handles["project"],
            "itemId": edit.handles["item"],
            "fieldId": field.node,
            "value": {"number": 99},
        },
    )
    other = connector if same_process else site.connector(read=("Score",), write=("Rank",), project="lumen/7")
    assert patches(mirror.take(other.pull(mirror.cursor))) == [edit.ref.id]
    assert mirror.fields(f"{WEB}#77")["Score"] == 99


def test_an_item_that_left_the_project_gets_an_empty_patch_also_in_a_new_process(stage):
    site = make(stage)
    mirror = Mirror()
    mirror.take(site.connector(read=("Score",), order=True, project="lumen/7").pull(None))
    handles = mirror.patches[mirror.by_key(f"{WEB}#2").ref.id].handles
    site.clock.tick(60)
    text = (
        "mutation($p: ID!, $i: ID!) { archiveProjectV2Item(input: {projectId: $p, itemId: $i}) { clientMutationId } }"
    )
    site.graphql(text, p=handles["project"], i=handles["item"])
    mirror.take(site.connector(read=("Score",), order=True, project="lumen/7").pull(mirror.cursor))
    gone = mirror.patches[mirror.by_key(f"{WEB}#2").ref.id]
    assert (gone.fields, gone.handles) == ({}, {})
    assert gone.id not in mirror.orders["lumen/7"]
    assert len(mirror.live_patches) == 4


def test_a_project_that_hides_its_changes_is_swept_once_in_a_while(stage):
    site = make(stage, project_moves=False)
    mirror = Mirror()
    connector = site.connector(write=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    (item, *_) = next(iter(site.simulator.site.projects.values())).items
    item.values = dict.fromkeys(item.values, 77)
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.fields(f"{WEB}#1")["Score"] == 3
    site.clock.tick(3601)
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.fields(f"{WEB}#1")["Score"] == 77


def test_other_fields_in_the_configuration_read_the_items_anew(stage):
    site = make(stage)
    mirror = Mirror()
    mirror.take(site.connector(read=("Score",), project="lumen/7").pull(None))
    assert "Rank" not in mirror.fields(f"{WEB}#1")
    mirror.take(site.connector(read=("Score", "Rank"), project="lumen/7").pull(mirror.cursor))
    assert mirror.fields(f"{WEB}#1") == {"Score": 3, "Rank": None}


def test_the_native_order_is_that_of_the_items(stage):
    site = make(stage, 130, items=range(130, 0, -1))
    mirror = Mirror()
    connector = site.connector(order=True, project="lumen/7")
    mirror.take(connector.pull(None))
    keys = {issue.ref.id: issue.key for issue in mirror.issues.values()}
    assert [keys[id_] for id_ in connector.order("lumen/7")] == site.order()
    assert mirror.orders["lumen/7"] == tuple(connector.order("lumen/7"))
    with pytest.raises(Refused, match="not this source's project"):
        connector.order("lumen/8")


def test_items_that_move_under_the_sweep_are_not_taken_for_gone(stage):
    site = make(stage, 250)
    mirror = Mirror()
    connector = site.connector(read=("Score",), order=True, project="lumen/7")
    mirror.take(connector.pull(None))
    handles = mirror.patches[mirror.by_key(f"{WEB}#250").ref.id].handles
    site.clock.tick(3700)
    swept = 0

    def drag(exchange):  # the server is at work, so the drag is made on its state and not by a request
        nonlocal swept
        if b"fieldValueByName" in exchange.request.body and swept < 2:
            swept += 1
            site.clock.tick(1)
            site.simulator._change("item_move", item=handles["item"], after=None)

    site.http.on_exchange = drag
    mirror.take(connector.pull(mirror.cursor))
    assert len(mirror.live_patches) == 250
    site.http.on_exchange = None
    mirror.take(connector.pull(mirror.cursor))
    assert len(mirror.orders["lumen/7"]) == 250
    assert mirror.orders["lumen/7"][0] == mirror.by_key(f"{WEB}#250").ref.id


def test_a_change_in_the_second_of_the_sweep_is_not_missed(stage):
    """GitHub tells a project's time of change in whole seconds."""
    site = make(stage, 3)
    mirror, connector = Mirror(), site.connector(read=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    site.clock.tick(60)
    score = next(field for field in site.item(WEB, 1).project.fields if field.name == "Score")
    for number, value in ((1, 10.0), (2, 20.0)):
        site.simulator._change("item_value", item=site.item(WEB, number).node, field=score.node, value=value)
        mirror.take(connector.pull(mirror.cursor))
    site.simulator._change("item_value", item=site.item(WEB, 3).node, field=score.node, value=30.0)
    site.clock.tick(5)
    mirror.take(connector.pull(mirror.cursor))
    assert [mirror.fields(f"{WEB}#{number}")["Score"] for number in (1, 2, 3)] == [10.0, 20.0, 30.0]


def test_a_board_that_github_stumbles_over_is_read_in_smaller_pages_until_it_passes(stage):
    site = make(stage, 120)
    site.simulator.weather.most_at_once = 60
    mirror, connector = Mirror(), site.connector(read=("Score",), order=True, project="lumen/7")
    stumbled = 0
    while not mirror.orders and stumbled < 5:
        try:
            mirror.take(connector.pull(mirror.cursor))
        except Transient:
            stumbled += 1
    assert stumbled == 1
    assert len(mirror.orders["lumen/7"]) == 120


def test_items_that_are_counted_and_never_shown_are_not_waited_for_forever(stage):
    site = make(stage, 20)
    (board,) = site.simulator.site.projects.values()
    board.uncounted = 3
    mirror, connector = Mirror(), site.connector(read=("Score",), order=True, project="lumen/7")
    mirror.take(connector.pull(None))
    assert mirror.orders == {}
    site.clock.tick(10)
    mirror.take(connector.pull(mirror.cursor))
    assert len(mirror.orders["lumen/7"]) == 20
    site.clock.tick(10)
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert [call.resource for call in site.wire.calls] == ["graphql", "issues"]


def test_a_description_tells_fields_options_and_near_misses(stage):
    site = make(stage)
    connector = site.connector(read=("Scores", "Title", "Due"), write=("Roadmap",), order=True, project="lumen/7")
    described = connector.describe()
    assert described.account == "syncd-demo"
    assert described.order_scopes == ("lumen/7",)
    assert described.can == {Can.READ, Can.FIELDS, Can.LABELS, Can.MOVE, Can.NOTE}
    assert described.fields["Roadmap"].options == ("now", "next", "later")
    assert (described.fields["Due"].type, described.fields["Due"].writable) == (FieldType.DATE, True)
    assert described.fields["Title"].writable is False
    assert described.similar == {"Scores": ("Score",)}
    assert described.now == site.clock.now


def test_what_the_account_may_not_do_shows_in_the_description(stage):
    site = make(stage, accounts=[{"token": "reader-token", "login": "reader", "writes": False}])
    described = site.connector(token="reader-token", project="lumen/7").describe()
    assert described.can == {Can.READ, Can.NOTE}


def test_a_project_that_is_not_there_locks_the_source_with_its_possible_causes(stage):
    site = make(stage)
    with pytest.raises(Locked, match=r"project lumen/9 was not found.*scope `project`"):
        list(site.connector(read=("Score",), project="lumen/9").pull(None))
    with pytest.raises(Locked, match="project nobody/7 was not found"):
        site.connector(project="nobody/7").describe()


LIMITS = {"errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}]}


@pytest.mark.parametrize("reply", [Reply(200, LIMITS), Reply(502, b"<html>"), Reply(504)])
def test_a_query_that_is_too_much_for_github_is_asked_again_in_smaller_pages(stage, reply):
    site = make(stage, 120)
    connector = site.connector(read=("Score",), project="lumen/7")
    mirror = Mirror()
    site.http.faults.append(Fault(lambda r: b"fieldValueByName" in r.body, reply))
    with pytest.raises(TooMuch):
        mirror.take(connector.pull(None))
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert len(mirror.live_patches) == 120
    assert sum(call.resource == "graphql" for call in site.wire.calls) == 1 + 3


def test_a_page_that_leads_nowhere_is_no_endless_reading(stage):
    site = make(stage, 2)
    swept = {"node": {"updatedAt": "x", "items": {"totalCount": 9, "nodes": [], "pageInfo": {"hasNextPage": True}}}}
    site.http.faults.append(Fault(lambda r: b"fieldValueByName" in r.body, Reply(200, {"data": swept}), times=2))
    with pytest.raises(Transient, match="does not say where"):
        list(site.connector(read=("Score",), project="lumen/7").pull(None))
