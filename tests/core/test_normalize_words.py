"""Status, kind and priority: an untouched Jira and GitHub are understood, and configuration comes first."""

from __future__ import annotations

import dataclasses

import pytest
from issue_makers import TODAY, UPDATED, github, item, jira, rules

from syncd.core.backlog import Kind, Status
from syncd.core.expressions.language import Type, parse
from syncd.core.expressions.vocabulary import item_names
from syncd.core.issue import Ref, StateGroup
from syncd.core.normalizing.normalize import Normalized, normalize
from syncd.core.rules import NormalizeRules


def codes(normalized: Normalized) -> list[str]:
    return [problem.code for problem in normalized.problems]


@pytest.mark.parametrize(
    ("state", "group", "resolution", "status"),
    [
        ("To Do", StateGroup.NEW, None, Status.TODO),
        ("Reopened", StateGroup.UNKNOWN, None, Status.TODO),
        ("In Progress", StateGroup.UNKNOWN, None, Status.ACTIVE),
        ("Zu erledigen", StateGroup.NEW, None, Status.TODO),
        ("Awaiting vendor", StateGroup.ACTIVE, None, Status.ACTIVE),
        ("Fertig", StateGroup.DONE, None, Status.DONE),
        ("Closed", StateGroup.DONE, "Fixed", Status.DONE),
        ("Closed", StateGroup.DONE, "Won't Do", Status.DROPPED),
        ("Resolved", StateGroup.DONE, "Cannot Reproduce", Status.DROPPED),
        ("Fertig", StateGroup.DONE, "Duplicate", Status.DROPPED),
        ("Won’t do", StateGroup.DONE, None, Status.DROPPED),
        ("Reopened", StateGroup.NEW, "Won't Fix", Status.TODO),
        ("closed", StateGroup.DONE, "completed", Status.DONE),
        ("closed", StateGroup.DONE, "not_planned", Status.DROPPED),
        ("closed", StateGroup.DONE, "duplicate", Status.DROPPED),
    ],
)
def test_a_status_means_the_same_in_every_untouched_tool(
    state: str, group: StateGroup, resolution: str | None, status: Status
) -> None:
    assert item(jira(state=state, state_group=group, resolution=resolution)).status is status


def test_a_configured_status_beats_name_and_group() -> None:
    by = rules(jira=NormalizeRules(statuses={"done": Status.ACTIVE}))
    assert item(jira(state="Done", state_group=StateGroup.DONE), by).status is Status.ACTIVE


def test_an_unknown_status_excludes_and_says_what_to_write() -> None:
    normalized = normalize(jira(state="In Limbo", state_group=StateGroup.UNKNOWN), rules(), TODAY)
    assert normalized.item is None
    (problem,) = normalized.problems
    assert (problem.code, problem.excludes, problem.key) == ("unknown-status", True, "PAY-12")
    assert 'sources: acme-jira: normalize: statuses: {"In Limbo": active}' in problem.remedy


def test_a_board_column_refines_an_open_issue() -> None:
    by = rules(github=NormalizeRules(status_field="Status", statuses={"waiting for qa": Status.ACTIVE}))
    assert item(github(fields={"Status": "Waiting for QA"}), by).status is Status.ACTIVE
    assert item(github(fields={"Status": "In progress"}), by).status is Status.ACTIVE
    assert item(github(fields={"Status": None}), by).status is Status.TODO
    closed = github(state="closed", state_group=StateGroup.DONE, fields={"Status": "In progress"})
    assert item(closed, by).status is Status.DONE


def test_an_unknown_board_column_is_told_but_the_issue_stays() -> None:
    by = rules(github=NormalizeRules(status_field="Status"))
    normalized = normalize(github(fields={"Status": "Parking lot"}), by, TODAY)
    assert normalized.item is not None
    assert normalized.item.status is Status.TODO
    assert [(each.code, each.excludes) for each in normalized.problems] == [("unknown-status", False)]


def test_a_status_label_refines_an_open_issue() -> None:
    by = rules(github=NormalizeRules(status_labels={"wip": Status.ACTIVE}))
    assert item(github(labels=("WIP",)), by).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Bug", Kind.BUG), ("Story", Kind.STORY), ("Epic", Kind.EPIC), ("Task", Kind.TASK), ("Sub-task", Kind.SUBTASK),
        ("Improvement", Kind.STORY), ("New Feature", Kind.STORY), ("Feature", Kind.STORY), ("Spike", Kind.TASK),
        ("Initiative", Kind.INITIATIVE), ("Gremlin", Kind.OTHER), (None, Kind.OTHER),
    ],
)  # fmt: skip
def test_issue_types_are_known(name: str | None, kind: Kind) -> None:
    assert item(jira(kind=name)).kind is kind


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("bug",), Kind.BUG), (("kind/bug",), Kind.BUG), (("type: bug",), Kind.BUG), (("Type:Bug",), Kind.BUG),
        (("🐛 bug",), Kind.BUG), (("enhancement",), Kind.STORY), (("epic",), Kind.EPIC),
        (("documentation",), Kind.TASK), (("type/feature-request",), Kind.STORY),
        (("documentation", "bug"), Kind.BUG), (("bug", "epic"), Kind.EPIC),
        (("good first issue",), Kind.OTHER), (("debugging",), Kind.OTHER), ((), Kind.OTHER),
    ],
)  # fmt: skip
def test_labels_say_the_kind_where_there_is_no_type(labels: tuple[str, ...], kind: Kind) -> None:
    assert item(github(labels=labels)).kind is kind
    assert item(github(labels=labels[::-1])).kind is kind


def test_configured_kinds_beat_known_ones() -> None:
    words = NormalizeRules(kinds={"chore": Kind.BUG}, kind_labels={"tech-debt": Kind.TASK})
    by = rules(jira=words, github=words)
    assert item(jira(kind="Chore"), by).kind is Kind.BUG
    assert item(github(labels=("bug", "Tech-Debt")), by).kind is Kind.TASK
    assert item(jira(kind="Chore", labels=("tech-debt",)), by).kind is Kind.BUG


@pytest.mark.parametrize(
    ("name", "priority"),
    [
        ("Highest", 1), ("High", 2), ("Medium", 3), ("Low", 4), ("Lowest", 5),
        ("Blocker", 1), ("Critical", 2), ("Major", 3), ("Minor", 4), ("Trivial", 5),
        ("P0", 1), ("P4", 5), ("Urgent", 1), ("None", 3), (None, 3), ("", 3),
    ],
)  # fmt: skip
def test_priority_schemes_are_known(name: str | None, priority: int) -> None:
    normalized = normalize(jira(priority=name), rules(), TODAY)
    assert normalized.item is not None
    assert normalized.item.priority == priority
    assert normalized.problems == ()


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        (("p1",), 2), (("P0",), 1), (("priority/high",), 2), (("priority: high",), 2), (("priority:p0",), 1),
        (("Priority: Critical",), 1), (("low priority",), 4), (("high-priority",), 2), (("prio:low",), 4),
        (("priority/important-soon",), 2), (("p2", "priority/high"), 2), (("p2p",), 3), (("php",), 3), ((), 3),
    ],
)  # fmt: skip
def test_labels_say_the_priority_where_there_is_no_field(labels: tuple[str, ...], priority: int) -> None:
    assert item(github(labels=labels)).priority == priority


def test_the_name_of_a_priority_is_kept_for_people() -> None:
    assert item(github(labels=("priority/high",))).priority_name == "priority/high"
    assert item(jira(priority="Highest")).priority_name == "Highest"


def test_configured_priorities_beat_known_ones() -> None:
    words = NormalizeRules(priorities={"show stopper": 1, "high": 1}, priority_labels={"customer": 1})
    by = rules(jira=words)
    assert item(jira(priority="Show stopper"), by).priority == 1
    assert item(jira(priority="High"), by).priority == 1
    assert item(jira(priority="Low", labels=("Customer",)), by).priority == 1


def test_an_unknown_priority_counts_as_the_middle_and_is_told() -> None:
    normalized = normalize(jira(priority="Ludicrous"), rules(), TODAY)
    assert normalized.item is not None
    assert normalized.item.priority == 3
    (problem,) = normalized.problems
    assert (problem.code, problem.excludes) == ("unknown-priority", False)
    assert 'sources: acme-jira: normalize: priorities: {"Ludicrous": 2}' in problem.remedy


def test_closed_issues_tell_no_small_problems() -> None:
    assert codes(normalize(jira(priority="Ludicrous", state="Done"), rules(), TODAY)) == []


def test_odd_dates_are_tolerated() -> None:
    odd = item(jira(state="Done", state_group=StateGroup.DONE, closed=None, created=UPDATED.replace(year=2027)))
    assert odd.status is Status.DONE
    reopened = item(jira(state="Reopened", closed=UPDATED))
    assert reopened.closed is None


def test_an_ignored_issue_names_the_rule() -> None:
    rule = parse("'wontfix' in labels and tool == 'github'", item_names({}), Type.FLAG)
    by = rules(github=NormalizeRules(ignore=rule), jira=NormalizeRules(ignore=rule))
    normalized = normalize(github(labels=("wontfix",)), by, TODAY)
    assert normalized.item is None
    (problem,) = normalized.problems
    assert (problem.code, problem.excludes) == ("ignored", True)
    assert rule.text in problem.message
    assert item(github(labels=("bug",)), by).kind is Kind.BUG
    assert item(jira(labels=("wontfix",)), by).key == "PAY-12"


def test_an_issue_of_a_forgotten_source_is_a_problem() -> None:
    stray = jira()
    stray = dataclasses.replace(stray, ref=Ref("old-jira", stray.ref.id))
    normalized = normalize(stray, rules(), TODAY)
    assert normalized.item is None
    assert codes(normalized) == ["unknown-source"]
    assert normalized.problems[0].excludes


def test_the_body_is_kept_only_where_a_rule_reads_it() -> None:
    assert item(jira(body="long")).body == ""
    assert item(jira(body="long"), dataclasses.replace(rules(), reads_body=True)).body == "long"
