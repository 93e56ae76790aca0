"""Who changed what, as Jira's own list of changes tells it: Cloud and Data Center."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from connectors.jira.jira_world import SCORE, JiraWorld, edit, issues
from syncd.core.issue import FieldValue, Touch
from syncd_jira import authors as reading
from syncd_jira.connector import JiraConnector

Build = Callable[..., JiraWorld]
PEOPLE = [
    {"accountId": "5f1", "displayName": "Syncd", "emailAddress": "ann@lumen.example"},
    {"accountId": "5f2", "displayName": "Anna Berg", "emailAddress": "anna@lumen.example"},
    {"accountId": "5f3", "displayName": "Automation for Jira", "emailAddress": "robot@lumen.example"},
]
LABEL, FIELD = "label:roadmap/", "field:Priority Score"


class At:
    """A site, and its people at the REST interface."""

    def __init__(self, world: JiraWorld) -> None:
        self.world = world
        self.connector: JiraConnector = world.connector()
        list(self.connector.pull(None))

    def put(self, who: str, number: int, body: Mapping[str, Any]) -> None:
        self.world.clock.passes(minutes=1)
        auth = (f"{who}@lumen.example", "demo-token")
        version = 3 if self.world.jira.site.cloud else 2
        url = f"{self.world.jira.url}/rest/api/{version}/issue/{1000 + number}"
        assert requests.put(url, json=body, auth=auth, timeout=5).status_code == 204

    def label(self, who: str, number: int, *, add: str = "", remove: str = "") -> None:
        operations = [{verb: label} for verb, label in (("add", add), ("remove", remove)) if label]
        self.put(who, number, {"update": {"labels": operations}})

    def touches(self, number: int, place: str) -> list[tuple[str, FieldValue, FieldValue]]:
        found = self.connector.authors([(str(1000 + number), place)], {})
        return [(touch.by[0], touch.found, touch.left) for touch in found[str(1000 + number), place]]


@pytest.fixture(params=["Cloud", "DataCenter"])
def at(build: Build, request: pytest.FixtureRequest) -> At:
    return At(build(issues(7), accounts=PEOPLE, deployment=request.param))


def test_each_place_has_its_own_changes_newest_first(at: At) -> None:
    assert list(at.connector.apply([edit(1, {"Priority Score": 12.5}, add=("roadmap/now",))])) == [None]
    at.label("anna", 1, add="roadmap/later", remove="roadmap/now")
    at.label("anna", 1, add="checkout")
    at.put("robot", 1, {"fields": {SCORE: 99, "summary": "another"}})
    at.put("robot", 1, {"fields": {SCORE: None}})
    assert at.touches(1, LABEL) == [
        ("Anna Berg", "roadmap/now", "roadmap/later"),
        ("Syncd", None, "roadmap/now"),
    ]
    assert at.touches(1, FIELD) == [
        ("Automation for Jira", 99.0, None),
        ("Automation for Jira", 12.5, 99.0),
        ("Syncd", None, 12.5),
    ]


def test_an_account_may_be_listed_by_any_of_its_names(at: At) -> None:
    at.label("robot", 2, add="roadmap/later")
    (touch,) = at.connector.authors([("1002", LABEL)], {})["1002", LABEL]
    assert "robot@lumen.example" in touch.by and touch.by[0] == "Automation for Jira"
    assert ("5f3" in touch.by) is at.world.jira.site.cloud
    assert ("automation.for.jira" in touch.by) is not at.world.jira.site.cloud


def test_several_labels_of_the_family_are_one_value(at: At) -> None:
    at.label("anna", 3, add="roadmap/now")
    at.label("robot", 3, add="Roadmap/later")
    assert at.touches(3, LABEL)[0] == ("Automation for Jira", "roadmap/now", ("Roadmap/later", "roadmap/now"))


def test_what_nobody_touched_has_no_changes_and_what_has_no_past_is_left_out(at: At) -> None:
    found = at.connector.authors([("1004", LABEL), ("1004", "field:Nowhere"), ("4711", LABEL)], {})
    assert {place: len(touches) for place, touches in found.items()} in ({}, {("1004", LABEL): 0})


def test_many_places_cost_one_request(at: At) -> None:
    for number in range(1, 8):
        at.label("anna", number, add="roadmap/now")
    at.world.transport.take()
    found = at.connector.authors(
        [(str(1000 + number), place) for number in range(1, 8) for place in (LABEL, FIELD)], {}
    )
    assert len(at.world.transport.take()) == 1
    assert sum(len(touches) for touches in found.values()) == 7
    assert not any(call.mutates for call in at.world.transport.calls)


def test_a_long_past_comes_in_pages(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    at = At(build(issues(3), accounts=PEOPLE))
    for round in range(4):
        for number in (1, 2):
            at.put("anna", number, {"fields": {SCORE: round + 1}})
    post = at.connector._client.post

    def small(path: str, doing: str, decoder: Any, body: Any) -> Any:
        return post(path, doing, decoder, {**body, "maxResults": 3} if "changelog" in path else body)

    monkeypatch.setattr(at.connector._client, "post", small)
    assert [touch[2] for touch in at.touches(1, FIELD)] == [4.0, 3.0, 2.0, 1.0]
    assert [touch[2] for touch in at.touches(2, FIELD)] == [4.0, 3.0, 2.0, 1.0]


def test_an_account_that_was_deleted_has_no_name(at: At) -> None:
    at.label("anna", 5, add="roadmap/now")
    at.world.jira.config.accounts = [PEOPLE[0]]
    (touch,) = at.connector.authors([("1005", LABEL)], {})["1005", LABEL]
    assert touch == Touch((), touch.at, None, "roadmap/now")


@pytest.mark.parametrize("created", ["2026-03-02T10:00:00.000+0100", 1_772_442_000, 1_772_442_000_000])
def test_a_moment_is_read_as_text_and_as_a_number(created: str | int) -> None:
    assert reading._at(reading._History(created)).isoformat() == "2026-03-02T09:00:00+00:00"
