"""Writing: fields and single labels, many issues a request, an outcome for each, and nothing else touched."""

from __future__ import annotations

import json

import pytest
from github_stage import Mirror, project, put, relabel, row

from syncd.connector.errors import Ambiguous, Locked, Refused, Stale, Transient
from syncd.testing.httpsim import Fault, Reply

WEB, API = "lumen/web", "lumen/api"


def is_mutation(request):
    return b"mutation" in request.body


@pytest.fixture
def site(stage):
    labels = [{"name": "bug"}, {"name": "roadmap/next"}]
    rows = [row(WEB, n, labels=labels) for n in range(1, 41)] + [row(API, n) for n in range(1, 5)]
    return stage(rows, projects=[project([(WEB, n) for n in range(1, 36)])])


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def connector(site, mirror):
    made = site.connector(write=("Score", "Rank", "Roadmap", "Due", "Notes", "Sprint"), order=True, project="lumen/7")
    mirror.take(made.pull(None))
    site.clock.tick(60)
    site.wire.clear()
    return made


def test_all_changes_of_an_edit_land(site, mirror, connector):
    fields = (
        put("Score", 81.5),
        put("Roadmap", "NOW"),
        put("Due", "2026-04-01"),
        put("Notes", "a"),
        put("Sprint", "Sprint 1"),
    )
    edit = mirror.edit(f"{WEB}#3", *fields, relabel(["roadmap/now"], ["roadmap/next"]))
    assert list(connector.apply([edit])) == [None]
    assert site.labels(WEB, 3) == ["bug", "roadmap/now"]
    expected = {"Score": 81.5, "Roadmap": "now", "Due": "2026-04-01", "Notes": "a", "Sprint": "Sprint 1"}
    assert site.values(WEB, 3) == expected
    mirror.take(connector.pull(mirror.cursor))
    assert mirror.fields(f"{WEB}#3") == {**expected, "Rank": None}
    assert mirror.by_key(f"{WEB}#3").labels == ("bug", "roadmap/now")


def test_writing_twice_is_harmless(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n), relabel(["roadmap/now"], ["roadmap/next"])) for n in (1, 2)]
    assert [*connector.apply(edits), *connector.apply(edits)] == [None] * 4
    assert (site.values(WEB, 2), site.labels(WEB, 2)) == ({"Score": 2}, ["bug", "roadmap/now"])


def test_a_field_is_cleared(site, mirror, connector):
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 5.0))])) == [None]
    assert list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", None))])) == [None]
    assert site.values(WEB, 1) == {}


def test_an_issue_outside_the_project_is_added_first(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(36, 41)]
    assert list(connector.apply(edits)) == [None] * 5
    assert [site.values(WEB, n) for n in range(36, 41)] == [{"Score": n} for n in range(36, 41)]
    assert len(site.wire.calls) == 2
    assert list(connector.apply([mirror.edit(f"{API}#1", put("Score", None))])) == [None]
    assert site.item(API, 1) is None


def test_missing_labels_are_created_once_and_a_missing_label_needs_no_removal(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", relabel(["roadmap/now"], ["roadmap/never"])) for n in range(1, 11)]
    edits += [mirror.edit(f"{API}#{n}", relabel(["roadmap/now"])) for n in range(1, 5)]
    assert list(connector.apply(edits)) == [None] * 14
    assert sum(call.resource == "labels" for call in site.wire.calls) == 2
    home = site.simulator.site.repository(API)
    assert home is not None
    assert home.labels["roadmap/now"].color != "ededed"
    assert "roadmap/never" not in home.labels


def test_a_label_that_somebody_created_meanwhile_is_used(site, mirror, connector):
    edits = [mirror.edit(f"{API}#1", relabel(["roadmap/now"]))]
    created = Fault(lambda r: r.path.endswith("/labels") and r.method == "POST", None)

    def quicker(request):
        if created.matches(request) and "roadmap/now" not in site.simulator.site.repository(API).labels:
            site.simulator._change(
                "label_create", repository=site.simulator.site.repository(API).id, name="Roadmap/Now"
            )
        return False

    site.http.faults.append(Fault(quicker))
    assert list(connector.apply(edits)) == [None]
    assert site.labels(API, 1) == ["Roadmap/Now"]


def test_a_label_that_came_into_being_since_the_last_look_is_removed(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#1", relabel(remove=["roadmap/later"]))]
    assert list(connector.apply(edits)) == [None]
    site.person("POST", f"/repos/{WEB}/issues/1/labels", {"labels": ["roadmap/later"]})
    assert list(connector.apply(edits)) == [None]
    assert site.labels(WEB, 1) == ["bug", "roadmap/next"]


def test_hundreds_of_edits_cost_few_requests(stage):
    rows = [row(WEB, n) for n in range(1, 301)]
    site = stage(rows, projects=[project([(WEB, n) for n in range(1, 301)])])
    mirror = Mirror()
    connector = site.connector(write=("Score", "Rank"), project="lumen/7")
    mirror.take(connector.pull(None))
    site.wire.clear()
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n), put("Rank", n)) for n in range(1, 301)]
    assert set(connector.apply(edits)) == {None}
    assert len(site.wire.calls) <= 0.06 * 300
    site.wire.clear()
    edits = [
        mirror.edit(f"{WEB}#{n}", put("Score", -n), put("Rank", -n), relabel(["roadmap/now"])) for n in range(1, 301)
    ]
    assert set(connector.apply(edits)) == {None}
    assert len(site.wire.calls) <= 0.1 * 300
    assert site.values(WEB, 300) == {"Score": -300, "Rank": -300}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put("Roadmap", "someday"), "no option 'someday'; it has: now, next, later"),
        (put("Scor", 1), "no field 'Scor'"),
        (put("Score", "high"), "holds a number, not 'high'"),
        (put("Score", True), "holds a number"),
        (put("Due", "tomorrow"), "holds a date"),
        (put("Due", "2026-02-30"), "holds a date"),
        (put("Notes", 3.0), "holds a text"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_and_its_neighbors_are_written(site, mirror, connector, change, says):
    outcomes = list(connector.apply([mirror.edit(f"{WEB}#1", change), mirror.edit(f"{WEB}#2", put("Score", 2.0))]))
    assert isinstance(outcomes[0], Refused)
    assert says in str(outcomes[0])
    assert outcomes[1] is None
    assert (site.values(WEB, 1), site.values(WEB, 2)) == ({}, {"Score": 2.0})


def test_an_issue_whose_edit_is_refused_is_not_put_into_the_project(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#36", put("Due", "tomorrow")), mirror.edit(f"{WEB}#37", put("Score", 2.0))]
    assert [type(outcome) for outcome in connector.apply(edits)] == [Refused, type(None)]
    assert site.item(WEB, 36) is None and site.values(WEB, 37) == {"Score": 2.0}


def test_an_issue_that_was_added_by_an_answer_that_got_lost_is_added_once(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#36", put("Score", 1.0))]
    site.http.faults.append(Fault(is_mutation, None, after_effect=True))
    with pytest.raises(Transient):  # no value was set, so that it may be tried again at once
        list(connector.apply(edits))
    assert site.values(WEB, 36) == {}
    assert list(connector.apply(edits)) == [None] and site.values(WEB, 36) == {"Score": 1.0}
    assert site.order().count(f"{WEB}#36") == 1


def test_options_are_never_edited(site, mirror, connector):
    list(connector.apply([mirror.edit(f"{WEB}#1", put("Roadmap", "someday"))]))
    assert not any(b"updateProjectV2Field(" in call.request.body for call in site.http.calls)


def test_without_a_project_a_field_is_refused(site, mirror):
    plain = site.connector(write=("Score",))
    mirror.take(plain.pull(None))
    (outcome,) = plain.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))])
    assert isinstance(outcome, Refused)


def test_an_issue_that_is_gone_is_stale_and_its_neighbors_are_written(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n), relabel(["roadmap/now"])) for n in (1, 2, 3)]
    node = edits[1].handles["node"]
    site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)
    outcomes = list(connector.apply(edits))
    assert [type(outcome) for outcome in outcomes] == [type(None), Stale, type(None)]
    assert site.values(WEB, 3) == {"Score": 3}


def test_an_option_that_was_made_anew_is_stale_or_refused_and_then_written(site, mirror, connector):
    (field,) = [f for p in site.simulator.site.projects.values() for f in p.fields if f.name == "Roadmap"]
    options = [{"name": name, "color": "GRAY", "description": ""} for name in ("now", "next")]
    text = "mutation($i: UpdateProjectV2FieldInput!) { updateProjectV2Field(input: $i) { clientMutationId } }"
    site.graphql(text, i={"fieldId": field.node, "singleSelectOptions": options})
    edits = [mirror.edit(f"{WEB}#1", put("Roadmap", "now"))]
    (first,) = connector.apply(edits)
    assert isinstance(first, Stale | Refused)
    assert list(connector.apply(edits)) == [None]
    assert site.values(WEB, 1) == {"Roadmap": "now"}


@pytest.mark.parametrize(
    "reply", [None, Reply(502, b"<html>bad gateway</html>"), Reply(504), Reply(200, b'{"data":{"m0"')]
)
def test_a_lost_answer_is_ambiguous_for_all_that_was_in_it_and_the_next_request_is_smaller(
    site, mirror, connector, reply
):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 36)]
    site.http.faults.append(Fault(is_mutation, reply, after_effect=True))
    outcomes = list(connector.apply(edits))
    assert all(isinstance(outcome, Ambiguous) for outcome in outcomes[:20])
    assert outcomes[20:] == [None] * 15
    assert [site.values(WEB, n)["Score"] for n in range(1, 36)] == list(range(1, 36))
    sizes = [len(json.loads(c.request.body)["variables"]) for c in site.http.calls if is_mutation(c.request)]
    assert sizes[:2] == [20, 10]


def test_a_refused_connection_raises_before_anything_left(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#1", put("Score", 1.0))]
    site.http.close()
    with pytest.raises(Transient):
        list(site.connector(write=("Score",), project="lumen/7").apply(edits))


def test_a_rate_limit_in_a_good_answer_is_transient_and_says_until_when(site, mirror, connector):
    site.simulator.access.limits["graphql"] = 0
    site.simulator.access._buckets.clear()
    with pytest.raises(Transient, match="hourly limit") as caught:
        list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))]))
    assert caught.value.retry_after == pytest.approx(3601, abs=2)
    assert caught.value.until is not None
    assert site.values(WEB, 1) == {}


def test_some_aliases_may_fail_while_others_succeed(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 5)]
    data = {"m0": {"clientMutationId": None}, "m1": None, "m2": None, "m3": None}
    errors = [
        {"type": "FORBIDDEN", "path": ["m1"], "message": "no"},
        {"type": "RATE_LIMITED", "path": ["m2"], "message": "slow down"},
        {"path": ["m3"], "message": "Something went wrong while executing your query"},
    ]
    site.http.faults.append(Fault(is_mutation, Reply(200, {"data": data, "errors": errors})))
    kinds = [type(outcome) for outcome in connector.apply(edits)]
    assert kinds == [type(None), Refused, Transient, Ambiguous]


def test_silence_about_an_alias_is_no_success(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{n}", put("Score", n)) for n in range(1, 3)]
    data = {"m0": {"clientMutationId": None}, "m1": None}
    site.http.faults.append(Fault(is_mutation, Reply(200, {"data": data})))
    assert [type(outcome) for outcome in connector.apply(edits)] == [type(None), Ambiguous]


def test_a_token_without_the_scope_locks_the_source(site, mirror, connector):
    error = {"type": "INSUFFICIENT_SCOPES", "message": "Your token has not been granted the required scopes"}
    site.http.faults.append(Fault(is_mutation, Reply(200, {"data": None, "errors": [error]})))
    with pytest.raises(Locked, match="token may not write"):
        list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))]))


def test_a_label_that_may_not_be_created_is_refused_for_its_issues_only(site, mirror, connector):
    site.http.faults.append(
        Fault(lambda r: r.path.endswith("/labels") and r.method == "POST", Reply(403, {"message": "no"}), times=9)
    )
    edits = [mirror.edit(f"{API}#1", relabel(["roadmap/now"])), mirror.edit(f"{WEB}#1", put("Score", 1.0))]
    outcomes = list(connector.apply(edits))
    assert isinstance(outcomes[0], Refused)
    assert outcomes[1] is None


def test_a_renamed_repository_still_gets_its_labels(site, mirror, connector):
    edits = [mirror.edit(f"{API}#1", relabel(["roadmap/now"]))]
    site.person("PATCH", f"/repos/{API}", {"name": "backend"})
    assert list(connector.apply(edits)) == [None]
    assert site.labels("lumen/backend", 1) == ["roadmap/now"]


def test_nothing_leaves_when_the_gate_is_shut(site, mirror, connector):
    site.wire.forbid = lambda call: Locked("dry run") if call.mutates else None
    before = json.dumps([site.labels(WEB, n) for n in range(1, 41)])
    with pytest.raises(Locked, match="dry run"):
        list(connector.apply([mirror.edit(f"{WEB}#1", put("Score", 1.0))]))
    with pytest.raises(Locked, match="dry run"):
        list(connector.apply([mirror.edit(f"{API}#1", relabel(["roadmap/now"]))]))
    with pytest.raises(Locked, match="dry run"):
        list(connector.reorder("lumen/7", [mirror.move(f"{WEB}#2", None)]))
    assert json.dumps([site.labels(WEB, n) for n in range(1, 41)]) == before
    assert site.values(WEB, 1) == {}


def test_an_edit_without_handles_has_to_be_read_again(mirror, connector):
    from dataclasses import replace

    edit = replace(mirror.edit(f"{WEB}#1", put("Score", 1.0)), handles={})
    (outcome,) = connector.apply([edit])
    assert isinstance(outcome, Stale)
