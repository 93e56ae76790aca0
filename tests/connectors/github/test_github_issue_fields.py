"""An organization's issue fields: read with the issues, written one by one, absent where the account has none."""

from __future__ import annotations

import json

import pytest
from github_stage import Mirror, project, put, relabel, row

from syncd.connector.errors import Refused
from syncd.connector.protocol import Can, FieldType
from syncd.testing.httpsim import Fault, Reply
from syncd_github import SPEC

WEB, OWN = "lumen/web", "maria/notes"
FIELDS = {
    "lumen": [
        {"name": "Effort", "type": "number"},
        {"name": "Priority", "type": "single_select", "options": ["Urgent", "High", "Low"]},
        {"name": "Start date", "type": "date"},
        {"name": "Why", "type": "text"},
    ]
}
ALL = ("issue:Effort", "issue:priority", "issue:Start date", "issue:Why")
EMPTY = dict.fromkeys(ALL)


@pytest.fixture
def site(stage):
    return stage([row(WEB, n) for n in range(1, 31)], issue_fields=FIELDS)


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def connector(site, mirror):
    made = site.connector(write=ALL)
    mirror.take(made.pull(None))
    site.clock.tick(60)
    site.wire.clear()
    return made


def held(site, number):
    """What the site holds, by the field's name."""
    names = {field.node: field.name for field in site.simulator.site.issue_fields["lumen"]}
    options = {o.id: o.name for field in site.simulator.site.issue_fields["lumen"] for o in field.options}
    home = site.simulator.site.repository(WEB)
    return {names[node]: options.get(value, value) for node, value in home.issues[number].values.items()}


def test_every_issue_of_the_organization_has_the_fields(site, mirror, connector):
    assert mirror.by_key(f"{WEB}#1").fields == EMPTY


def test_values_of_every_type_land_in_one_call_and_are_read_without_another_request(site, mirror, connector):
    wanted = {"issue:Effort": 0.0, "issue:priority": "High", "issue:Start date": "2026-04-01", "issue:Why": "a"}
    edit = mirror.edit(f"{WEB}#2", *(put(name, value) for name, value in wanted.items()))
    assert list(connector.apply([edit])) == [None]
    assert held(site, 2) == {"Effort": 0.0, "Priority": "High", "Start date": "2026-04-01", "Why": "a"}
    (call,) = [c for c in site.http.calls if b"setIssueFieldValue" in c.request.body]
    assert call.request.headers["graphql-features"] == "issue_fields"
    assert len(json.loads(call.request.body)["variables"]) == 1
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.by_key(f"{WEB}#2").fields == wanted
    assert {call.resource for call in site.wire.calls} == {"issues"}


def test_what_is_not_named_keeps_its_value_and_nothing_is_replaced(site, mirror, connector):
    effort, *_, why = site.simulator.site.issue_fields["lumen"]
    place = {"repository": site.simulator.site.repository(WEB).id, "number": 2}
    site.simulator._change("issue_values", values={why.node: "a person's", effort.node: 5.0}, **place)
    assert list(connector.apply([mirror.edit(f"{WEB}#2", put("issue:Effort", None))])) == [None]
    assert held(site, 2) == {"Why": "a person's"}
    assert not [c for c in site.http.calls if c.request.method in ("PATCH", "PUT")]


def test_fetched_issues_equal_listed_ones(site, mirror, connector):
    edit = mirror.edit(f"{WEB}#2", put("issue:Effort", 2.0), put("issue:priority", "Low"), put("issue:Why", "b"))
    assert list(connector.apply([edit])) == [None]
    mirror.take(connector.pull(mirror.cursor))
    fetched = Mirror()
    fetched.take(site.connector(write=ALL).fetch(list(mirror.issues), {}))
    assert fetched.issues == mirror.issues


def test_options_are_written_by_id_and_an_unknown_one_is_refused_with_those_that_exist(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#1", put("issue:priority", "Someday")), mirror.edit(f"{WEB}#2", put("issue:Why", "x"))]
    refused, written = connector.apply(edits)
    assert isinstance(refused, Refused)
    assert "Urgent, High, Low" in str(refused)
    assert written is None
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("issue:priority", "urgent"))])) == [None]
    assert held(site, 1) == {"Priority": "Urgent"}


def test_many_issues_travel_together_each_with_its_outcome(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("issue:Effort", n), relabel(["now"])) for n in range(1, 31)]
    site.graphql(
        "mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=edits[3].handles["node"]
    )
    outcomes = list(connector.apply(edits))
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [3]
    assert held(site, 30) == {"Effort": 30}
    assert sum(call.mutates and call.resource == "graphql" for call in site.wire.calls) <= 4


def test_a_description_tells_them_with_their_types_and_near_misses(site):
    found = site.connector(write=(*ALL, "issue:Efort")).describe()
    assert found.fields["issue:priority"].type is FieldType.OPTION
    assert found.fields["issue:priority"].options == ("Urgent", "High", "Low")
    assert found.similar["issue:Efort"] == ("issue:Effort",)
    assert Can.FIELDS in found.can


def test_the_account_of_a_user_and_an_older_server_have_none(stage, mirror):
    site = stage([row(OWN, 1)])
    connector = site.connector(write=("issue:Effort",))
    assert connector.describe().fields == {}
    mirror.take(connector.pull(None))
    assert mirror.by_key(f"{OWN}#1").fields == {}
    (outcome,) = connector.apply([mirror.edit(f"{OWN}#1", put("issue:Effort", 1.0))])
    assert isinstance(outcome, Refused)
    assert "no issue field 'Effort'" in str(outcome)
    mirror.take(connector.fetch(list(mirror.issues), {}))
    assert not any(b"ssueField" in call.request.body for call in site.http.calls)


def test_without_wanted_issue_fields_nothing_is_asked(site, mirror):
    mirror.take(site.connector().pull(None))
    assert not any("issue-fields" in path for path, _ in site.paths())


def test_they_stand_beside_the_fields_of_a_project(stage, mirror):
    site = stage([row(WEB, 1), row(WEB, 2)], issue_fields=FIELDS, projects=[project([(WEB, 1)], Score=4)])
    connector = site.connector(write=("Score", "issue:Effort"), project="lumen/7")
    mirror.take(connector.pull(None))
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", 1.0), put("issue:Effort", 2.0)) for n in (1, 2)]
    assert list(connector.apply(edits)) == [None, None]
    assert (site.values(WEB, 2), held(site, 2)) == ({"Score": 1.0}, {"Effort": 2.0})


def test_no_permission_for_one_issue_is_refused(site, mirror, connector):
    said = {"type": "FORBIDDEN", "path": ["m0"], "message": "Resource not accessible by integration"}
    answer = Reply(200, {"data": {"m0": None}, "errors": [said]})
    site.http.faults.append(Fault(lambda request: b"setIssueFieldValue" in request.body, answer))
    (outcome,) = connector.apply([mirror.edit(f"{WEB}#1", put("issue:Effort", 1.0))])
    assert isinstance(outcome, Refused)


def test_they_need_no_project(site):
    wiring = type("W", (), {"write_fields": frozenset({"issue:Effort"}), "order": False})()
    assert list(SPEC.check(site.settings(), wiring)) == []
