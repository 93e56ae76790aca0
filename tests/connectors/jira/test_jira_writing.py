"""Edits: one request each, all or nothing, and the right word for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.jira.jira_world import SCORE, JiraWorld, edit, found, raw_issue
from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.testing.httpsim import Fault, Reply, Request

Build = Callable[..., JiraWorld]


def is_edit(request: Request) -> bool:
    return request.method == "PUT" and "/issue/" in request.path


def outcome(world: JiraWorld, *edits: Any, **settings: Any) -> list[ConnectorError | None]:
    return list(world.connector(**settings).apply(edits))


def test_an_edit_is_one_request_and_nothing_is_read_back(world: JiraWorld) -> None:
    connector = world.connector()
    assert list(connector.apply([edit(1, {"Priority Score": 1.0})])) == [None]
    world.transport.take()
    assert list(connector.apply([edit(2, {"Priority Score": 87.5, "Objective": "O1"}, add=["roadmap/now"])])) == [None]
    assert world.transport.take() == ["issue"]
    assert world.field("PAY-2", SCORE) == 87.5
    assert world.field("PAY-2", "customfield_10033") == "O1"
    assert world.field("PAY-2", "labels") == ["roadmap/now"]


def test_labels_of_others_stay_whatever_we_add_and_remove(build: Build) -> None:
    world = build([raw_issue(1, labels=["security", "roadmap/next"])])
    assert outcome(world, edit(1, add=["roadmap/now"], remove=["roadmap/next"])) == [None]
    assert world.field("PAY-1", "labels") == ["roadmap/now", "security"]
    assert outcome(world, edit(1, add=["roadmap/now"], remove=["roadmap/next"])) == [None]
    assert world.field("PAY-1", "labels") == ["roadmap/now", "security"]


def test_every_kind_of_field_is_written_so_that_it_reads_back_the_same(build: Build) -> None:
    kinds = {"N": "number", "S": "string", "A": "text", "O": "option", "M": "options", "D": "date", "L": "labels"}
    fields = [
        {"id": f"customfield_1010{at}", "name": name, "type": kind, "options": ["High", "Low"]}
        for at, (name, kind) in enumerate(kinds.items())
    ]
    world = build([raw_issue(1)], fields=fields)
    values = {
        "N": 12.25,
        "S": "ten *stars*",
        "A": "two\nlines",
        "O": "Low",
        "M": ("High", "Low"),
        "D": "2026-05-01",
        "L": ("a", "b"),
    }
    connector = world.connector(read=frozenset(kinds), written=frozenset(kinds))
    assert list(connector.apply([edit(1, values)])) == [None]
    assert found(connector.pull(None))["PAY-1"].fields == values
    assert list(connector.apply([edit(1, dict.fromkeys(kinds))])) == [None]
    assert found(connector.fetch(["1001"], {}))["PAY-1"].fields == dict.fromkeys(kinds)


def test_an_edit_with_one_refused_field_writes_nothing_and_names_the_field(world: JiraWorld) -> None:
    world.jira.config.off_screen.add(SCORE)
    (error,) = outcome(world, edit(1, {"Priority Score": 5.0, "Objective": "O1"}, add=["roadmap/now"]))
    assert isinstance(error, Refused)
    assert "Priority Score: Field 'Priority Score' cannot be set." in str(error)
    assert "Put the field on the edit screen of the issue's type" in str(error)
    assert "customfield" not in str(error)
    assert world.field("PAY-1", "customfield_10033") is None
    assert world.field("PAY-1", "labels") == []


def test_a_value_that_the_field_cannot_hold_is_refused_without_a_request(world: JiraWorld) -> None:
    connector = world.connector(written=frozenset({"Priority Score", "Status", "Sprint"}))
    list(connector.pull(None))
    world.transport.take()
    edits = [edit(1, {"Priority Score": "high"}), edit(1, {"Status": "Done"}), edit(1, {"Nothing": 1.0})]
    outcomes = list(connector.apply([*edits, edit(1, {"Sprint": "next"})]))
    assert [type(error) for error in outcomes] == [Refused] * 4
    assert world.transport.take() == []


def test_one_failed_edit_does_not_stop_the_others(world: JiraWorld) -> None:
    world.person("DELETE", "issue/PAY-2")
    outcomes = outcome(world, *(edit(n, {"Priority Score": 3.0}) for n in (1, 2, 3)))
    assert [type(error) for error in outcomes] == [type(None), Stale, type(None)]
    assert world.field("PAY-3", SCORE) == 3.0


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_without_administration_the_edit_is_made_with_mails(build: Build, deployment: str) -> None:
    world = build(deployment=deployment)
    world.jira.config.permissions -= {"ADMINISTER_PROJECTS"}
    assert outcome(world, edit(1, {"Priority Score": 1.0})) == [None]
    assert not any(exchange.request.query for exchange in world.jira.http.calls if is_edit(exchange.request))


def test_administrators_write_without_mails(world: JiraWorld) -> None:
    assert outcome(world, edit(1, {"Priority Score": 1.0}), edit(2, {"Priority Score": 1.0})) == [None, None]
    sent = [exchange.request.one("notifyUsers") for exchange in world.jira.http.calls if is_edit(exchange.request)]
    assert sent == ["false", "false"]
    assert world.transport.take().count("mypermissions") == 1


def test_a_site_that_lets_nobody_silence_mails_is_believed_the_first_time(world: JiraWorld) -> None:
    said = "To discard the user notification either admin or project admin permissions are required."
    refusal = Reply(400, {"errorMessages": [said], "errors": {}})
    world.jira.http.faults.append(Fault(lambda r: r.one("notifyUsers") == "false", refusal, times=9))
    assert outcome(world, edit(1, {"Priority Score": 1.0}), edit(2, {"Priority Score": 2.0})) == [None, None]
    assert world.transport.take().count("issue") == 3
    assert world.field("PAY-2", SCORE) == 2.0


def test_a_limit_says_how_long_to_wait_and_what_is_limited(world: JiraWorld) -> None:
    headers = {"Retry-After": "1847", "RateLimit-Reason": "jira-quota-tenant-based"}
    world.jira.http.faults.append(Fault(is_edit, Reply(429, b"<html>busy</html>", headers)))
    (error,) = outcome(world, edit(1, {"Priority Score": 1.0}))
    assert isinstance(error, Transient)
    assert (error.retry_after, error.scope) == (1847.0, "Jira's hourly quota of this site")
    assert world.field("PAY-1", SCORE) is None


def test_too_many_writes_to_one_issue_are_put_off(world: JiraWorld) -> None:
    outcomes = outcome(world, *(edit(1, {"Priority Score": float(n)}) for n in range(22)))
    assert [type(error) for error in outcomes] == [type(None)] * 20 + [Transient] * 2
    assert "one issue" in str(outcomes[-1])


@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_answer_leaves_it_open_whether_the_edit_was_made(world: JiraWorld, effect: bool) -> None:
    world.jira.http.faults.append(Fault(is_edit, None, after_effect=effect))
    (error,) = outcome(world, edit(1, {"Priority Score": 9.0}))
    assert isinstance(error, Ambiguous)
    assert world.field("PAY-1", SCORE) == (9.0 if effect else None)
    assert world.transport.take().count("issue") == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_broke_while_writing_leaves_it_open(world: JiraWorld, status: int) -> None:
    world.jira.http.faults.append(Fault(is_edit, Reply(status, b"<html>oops</html>"), after_effect=True))
    (error,) = outcome(world, edit(1, {"Priority Score": 9.0}))
    assert isinstance(error, Ambiguous)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, {"errorMessages": ["no"], "errors": {}}),
        Reply(200, b"<!DOCTYPE html><title>Log in</title>", {"Content-Type": "text/html"}),
        Reply(302, None, {"Location": "https://sso.lumen.example/login?to=1"}),
        Reply(403, None, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}),
    ],
    ids=["token refused", "log-in page", "redirect", "captcha"],
)
def test_a_site_that_does_not_let_us_in_stops_the_source(world: JiraWorld, reply: Reply) -> None:
    world.jira.http.faults.append(Fault(is_edit, reply))
    outcomes: list[ConnectorError | None] = []
    with pytest.raises(Locked):
        for result in world.connector().apply([edit(1, {"Priority Score": 1.0}), edit(2, {"Priority Score": 1.0})]):
            outcomes.append(result)
    assert outcomes == []
    assert world.field("PAY-2", SCORE) is None


def test_a_closed_gate_lets_no_write_out(world: JiraWorld) -> None:
    connector = world.connector()
    list(connector.pull(None))

    def gate(call: Any) -> None:
        if call.mutates:
            raise Refused("not now")

    world.transport.forbid = gate
    assert [str(error) for error in connector.apply([edit(1, {"Priority Score": 1.0})])] == ["not now"]
    assert [str(error) for error in connector.reorder("PAY", [])] == []
    assert list(connector.pull(None))
    assert len(list(connector.fetch(["1001"], {}))) == 1
    assert not any(is_edit(exchange.request) for exchange in world.jira.http.calls)


def test_fields_are_read_again_after_a_refusal(world: JiraWorld) -> None:
    connector = world.connector()
    cursor = list(connector.pull(None))[-1].cursor
    world.jira.config.off_screen.add(SCORE)
    list(connector.apply([edit(1, {"Priority Score": 1.0})]))
    world.transport.take()
    list(connector.pull(cursor))
    assert world.transport.take() == ["field", "search"]
