"""Who changed what, as the timelines of GitHub's issues tell it: labels and issue fields, and no fields of projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from github_stage import Mirror, Stage, project, put, relabel, row

from syncd.core.issue import FieldValue, Touch
from syncd_github.connector import GitHubConnector

WEB = "lumen/web"
FIELDS = {
    "lumen": [
        {"name": "Effort", "type": "number"},
        {"name": "Priority", "type": "single_select", "options": ["Urgent", "High", "Low"]},
    ]
}
ACCOUNTS = [
    {"token": "demo-token", "login": "syncd-demo"},
    {"token": "anna-token", "login": "anna"},
    {"token": "robot-token", "login": "renovate[bot]"},
]
LABEL, EFFORT, PRIORITY = "label:roadmap/", "field:issue:Effort", "field:issue:priority"


class At:
    """A site, its people, and a connector that knows its issues."""

    def __init__(self, site: Stage, write: tuple[str, ...]) -> None:
        self.site, self.mirror = site, Mirror()
        self.connector: GitHubConnector = site.connector(write=write)
        self.mirror.take(self.connector.pull(None))

    def label(self, who: str, number: int, *names: str) -> None:
        self.site.clock.tick(60)
        self.site.person("PUT", f"/repos/{WEB}/issues/{number}/labels", {"labels": list(names)}, f"{who}-token")

    def value(self, who: str, number: int, name: str, value: object) -> None:
        self.site.clock.tick(60)
        field = next(f for f in self.site.simulator.site.issue_fields["lumen"] if f.name == name)
        ids = {option.name: option.id for option in field.options}
        home = self.site.simulator.site.repository(WEB)
        assert home is not None
        what = {field.node: ids.get(str(value), value)}
        self.site.simulator._change("issue_values", values=what, repository=home.id, number=number, actor=who)

    def ids(self, *numbers: int) -> list[str]:
        return [self.mirror.by_key(f"{WEB}#{number}").ref.id for number in numbers]

    def asked(self, *places: tuple[int, str]) -> dict[tuple[int, str], list[tuple[str, FieldValue, FieldValue]]]:
        by_id = {self.mirror.by_key(f"{WEB}#{number}").ref.id: number for number, _ in places}
        handles = {issue.ref.id: issue.handles for issue in self.mirror.issues.values()}
        found = self.connector.authors([(self.ids(number)[0], place) for number, place in places], handles)
        return {
            (by_id[id_], place): [(" ".join(one.by), one.found, one.left) for one in touches]
            for (id_, place), touches in found.items()
        }


@pytest.fixture
def at(stage: Callable[..., Stage]) -> Iterator[At]:
    site = stage([row(WEB, n) for n in range(1, 61)], issue_fields=FIELDS, accounts=ACCOUNTS, projects=[project()])
    yield At(site, ("issue:Effort", "issue:priority"))


def test_labels_of_the_family_are_told_backwards_from_what_is_there(at: At) -> None:
    edit = at.mirror.edit(f"{WEB}#1", relabel(["roadmap/now"]))
    assert list(at.connector.apply([edit])) == [None]
    at.label("anna", 1, "roadmap/now", "bug")
    at.label("robot", 1, "Roadmap/later", "bug")
    assert at.asked((1, LABEL)) == {
        (1, LABEL): [
            ("renovate[bot]", ("Roadmap/later", "roadmap/now"), "Roadmap/later"),
            ("renovate[bot]", "roadmap/now", ("Roadmap/later", "roadmap/now")),
            ("syncd-demo", None, "roadmap/now"),
        ]
    }


def test_issue_fields_are_told_with_what_was_taken_away(at: At) -> None:
    edit = at.mirror.edit(f"{WEB}#2", put("issue:Effort", 3.0), put("issue:priority", "High"))
    assert list(at.connector.apply([edit])) == [None]
    at.value("renovate[bot]", 2, "Effort", 8.0)
    at.value("anna", 2, "Priority", None)
    assert at.asked((2, EFFORT), (2, PRIORITY)) == {
        (2, EFFORT): [("renovate[bot]", "3", "8"), ("syncd-demo", None, "3")],
        (2, PRIORITY): [("anna", "High", None), ("syncd-demo", None, "High")],
    }


def test_a_projects_field_has_no_past_and_is_left_out(at: At) -> None:
    assert at.asked((1, "field:Score"), (1, LABEL)) == {(1, LABEL): []}


def test_many_issues_cost_a_request_for_fifty(at: At) -> None:
    for number in range(1, 61):
        at.label("anna", number, "roadmap/now")
    at.site.wire.clear()
    found = at.asked(*((number, LABEL) for number in range(1, 61)))
    assert len(found) == 60 and all(len(touches) == 1 for touches in found.values())
    assert [(call.resource, call.mutates) for call in at.site.wire.calls] == [("graphql", False)] * 2


def test_events_that_do_not_fit_what_is_there_end_what_is_known(at: At) -> None:
    at.label("anna", 3, "roadmap/now")
    at.label("robot", 3, "roadmap/later")
    home = at.site.simulator.site.repository(WEB)
    assert home is not None
    home.issues[3].labels.clear()  # without a word in the timeline
    assert at.asked((3, LABEL)) == {(3, LABEL): [("renovate[bot]", "roadmap/now", None)]}


def test_an_issue_that_is_gone_is_left_out(at: At) -> None:
    home = at.site.simulator.site.repository(WEB)
    assert home is not None
    at.label("anna", 4, "roadmap/now")
    at.site.simulator._change("issue_delete", repository=home.id, number=4)
    assert at.asked((4, LABEL), (5, LABEL)) == {(5, LABEL): []}


def test_an_account_that_was_deleted_has_no_name(at: At) -> None:
    home = at.site.simulator.site.repository(WEB)
    assert home is not None
    at.site.clock.tick(60)
    at.site.simulator._change("issue_labels", repository=home.id, number=6, add=["roadmap/now"], remove=[])
    id_ = at.ids(6)[0]
    found = at.connector.authors([(id_, LABEL)], {id_: at.mirror.issues[id_].handles})
    moment = datetime(2026, 3, 1, 9, 1, tzinfo=UTC)
    assert found == {(id_, LABEL): (Touch((), moment, None, "roadmap/now"),)}
