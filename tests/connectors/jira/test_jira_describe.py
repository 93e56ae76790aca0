"""What the source says about itself, and what can be checked without asking it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.jira.jira_world import READ, JiraWorld, found, issues, raw_issue
from syncd.connector.errors import Locked, Transient
from syncd.connector.protocol import Can, FieldType, Wiring
from syncd.testing.httpsim import Fault
from syncd_jira import SPEC
from syncd_jira.settings import JiraSettings
from syncd_jira.simulator.fields import DEFAULT_FIELDS

Build = Callable[..., JiraWorld]


def test_it_names_the_tool_the_account_the_fields_and_what_is_allowed(world: JiraWorld) -> None:
    there = world.connector(written=frozenset({"Priority Score", "Rank", "Impact"})).describe()
    assert (there.tool, there.account) == ("Jira Cloud", "Demo Account")
    assert (there.scopes, there.order_scopes) == (("PAY",), ("PAY",))
    assert there.can == {Can.READ, Can.FIELDS, Can.LABELS, Can.MOVE, Can.NOTE}
    assert there.fields["Priority Score"].type is FieldType.NUMBER
    assert there.fields["Priority Score"].writable
    assert not there.fields["Rank"].writable
    assert there.fields["Impact"].options == ("Massive", "High", "Medium", "Low")
    assert there.now is not None
    assert abs((there.now - world.clock.at).total_seconds()) < 1


def test_a_reader_may_only_read(world: JiraWorld) -> None:
    world.jira.config.permissions = {"BROWSE_PROJECTS"}
    assert world.connector().describe().can == {Can.READ}


def test_a_missing_field_is_absent_and_its_likes_are_named(world: JiraWorld) -> None:
    there = world.connector(read=frozenset({"Customer affected"})).describe()
    assert "Customer affected" not in there.fields
    assert there.similar["Customer affected"] == ("Customers affected",)


def test_a_missing_project_is_named_with_those_that_look_like_it(build: Build) -> None:
    world = build([raw_issue(1), raw_issue(2, "SHOP")])
    with pytest.raises(Locked, match=r"PAYM.*PAY"):
        world.connector(projects=["PAY", "PAYM"]).describe()


DONE = {"name": "Done", "statusCategory": {"key": "done"}}


def test_options_are_found_whatever_was_edited_last(build: Build) -> None:
    """A form of an issue lacks fields that are on no screen of its type, and in some statuses nothing can be edited."""
    late = "2026-02-20T10:00:00.000+0000"
    lines = [
        raw_issue(1),
        raw_issue(2, issuetype={"name": "Epic"}, updated=late),
        raw_issue(3, status=DONE, updated=late),
        raw_issue(4, "SHOP", issuetype={"name": "Bug"}, updated=late),
    ]
    lacking = {"Epic": ["customfield_10035"], "Bug": ["customfield_10035"]}
    world = build(lines, screens_lack=lacking, uneditable=["Done"])
    written = frozenset({"Impact"})
    there = world.connector(projects=["PAY", "SHOP"], written=written).describe()
    assert there.fields["Impact"].options == ("Massive", "High", "Medium", "Low")
    assert world.connector(projects=["SHOP"], written=written).describe().fields["Impact"].options == ()


def test_a_project_that_was_archived_is_named_as_such(build: Build) -> None:
    world = build([raw_issue(1), raw_issue(2, "SHOP")])
    world.person("POST", "project/SHOP/archive")
    with pytest.raises(Locked, match="SHOP, which is archived: restore it"):
        world.connector(projects=["PAY", "SHOP"]).describe()


def test_any_number_of_projects_can_be_in_scope(build: Build) -> None:
    keys = [f"P{number:03d}" for number in range(120)]
    world = build([raw_issue(number, key) for number, key in enumerate(keys)])
    assert world.connector(projects=keys).describe().scopes == tuple(keys)


TEAM = [
    {"id": "customfield_10050", "name": "Value", "type": "number", "project": "SHOP"},
    {"id": "customfield_10051", "name": "Value", "type": "number", "project": "OTHER"},
    {"id": "customfield_10052", "name": "Risk", "type": "number", "project": "OTHER"},
]


def test_a_field_of_a_strangers_team_managed_project_is_not_taken_for_ours(build: Build) -> None:
    """Every project may have fields of its own, under names that the site and other projects use as well."""
    lines = [raw_issue(1), raw_issue(2, "SHOP", customfield_10050=7), raw_issue(3, "OTHER", customfield_10052=9)]
    world = build(lines, fields=[*DEFAULT_FIELDS, *TEAM])
    names = frozenset({"Value", "Risk"})
    ours = world.connector(projects=["SHOP"], read=names, written=frozenset())
    assert {name: info.id for name, info in ours.describe().fields.items()} == {"Value": "customfield_10050"}
    (issue,) = found(ours.pull(None)).values()
    assert dict(issue.fields) == {"Value": 7.0}
    theirs = world.connector(projects=["PAY"], read=names, written=frozenset()).describe()
    assert (theirs.fields, set(theirs.similar)) == ({}, names)


def test_a_restriction_that_jira_does_not_understand_is_told_at_once(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="Teem"):
        world.connector(jql="Teem = red").describe()
    with pytest.raises(Locked, match="not finished"):
        world.connector(jql='labels = "x').describe()


def test_a_wrong_token_is_told_with_the_name_of_the_source_and_without_the_token(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="The token of source jira was refused") as caught:
        world.connector(token="s3cret-token").describe()
    assert "s3cret" not in str(caught.value)


def test_an_address_that_is_not_jira_is_told(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="url"):
        world.connector(url=f"{world.jira.url}/jira").describe()


def test_everything_is_asked_again_each_time(world: JiraWorld) -> None:
    connector = world.connector()
    connector.describe()
    first = world.transport.take()
    connector.describe()
    assert world.transport.take() == first


def test_a_site_that_is_down_is_transient(world: JiraWorld) -> None:
    world.jira.http.faults.append(Fault(lambda r: True, None))
    with pytest.raises(Transient):
        world.connector().describe()


# -- settings and static checks ---------------------------------------------------------------------------------------

GIVEN: dict[str, Any] = {"url": "https://lumen.atlassian.net/", "token": "t", "projects": ["PAY"]}


def test_the_address_loses_its_last_slash() -> None:
    assert JiraSettings.model_validate(GIVEN).url == "https://lumen.atlassian.net"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", "lumen.atlassian.net"),
        ("url", "https://ann:secret@lumen.atlassian.net"),
        ("url", "https://lumen.atlassian.net/?a=1"),
        ("projects", []),
        ("projects", ["pay"]),
        ("projects", ["PAY-12"]),
        ("projects", ["PAY", "PAY"]),
        ("jql", "labels = x ORDER BY created"),
        ("jql", "labels = x) OR (project = SECRET"),
        ("jql", "(labels = x"),
        ("token", " "),
        ("read_timeout", 0.0),
        ("concurrency", 99),
        ("overlap_minutes", 1),
        ("unknown", 1),
    ],
)
def test_wrong_settings_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        JiraSettings.model_validate({**GIVEN, key: value})


@pytest.mark.parametrize("jql", ['text ~ "order by (a"', "labels in ('a)', b) AND (c = d)", r'summary ~ "say \"(\""'])
def test_what_stands_in_quotes_is_no_part_of_the_query_itself(jql: str) -> None:
    assert JiraSettings.model_validate({**GIVEN, "jql": jql}).jql == jql


def test_the_token_is_in_no_representation() -> None:
    settings = JiraSettings.model_validate({**GIVEN, "token": "s3cret"})
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("label", ["road map/now", "tab\tbed", "", "x" * 256])
def test_labels_that_jira_cannot_hold_are_refused_with_a_sentence(label: str) -> None:
    assert (SPEC.label_ok(label) or "").endswith(".") or "write" in (SPEC.label_ok(label) or "")


def test_usual_labels_are_fine() -> None:
    assert [SPEC.label_ok(label) for label in ("roadmap/now", "okr/KR1", "ümlaut", "x" * 255)] == [None] * 4


def keys_in(text: str) -> list[str]:
    return [match["key"] for pattern in SPEC.text_keys for match in re.finditer(pattern, text)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Fixes PAY-12, and SHOP-3.", ["PAY-12", "SHOP-3"]),
        ("https://lumen.atlassian.net/browse/PAY-12?focused=1", ["PAY-12"]),
        ("[it|https://jira.lumen.example/jira/browse/PAY-12]", ["PAY-12"]),
        ("(PAY-12)", ["PAY-12"]),
        ("pay-12 PAY-012 A-1 PAY_12", []),
        ("feature/PAY-12-new", []),
        ("XPAY-12x", []),
    ],
)
def test_keys_are_found_in_anybodys_text(text: str, keys: list[str]) -> None:
    assert keys_in(text) == keys


def test_fields_that_can_never_be_written_are_told_without_asking_the_site(world: JiraWorld) -> None:
    settings = JiraSettings.model_validate(GIVEN)

    def problems(*written: str) -> list[str]:
        return list(SPEC.check(settings, Wiring("jira", world.transport, READ, frozenset(written), True, world.clock)))

    assert problems("Priority Score") == []
    assert len(problems("Status", "Labels", "Priority Score")) == 2
    assert world.transport.take() == []


@pytest.mark.parametrize("projects", [["PAY"], ["PAY", "SHOP"]])
def test_a_check_costs_five_requests_and_one_a_project_and_the_first_pull_does_not_repeat_it(
    build: Build, projects: list[str]
) -> None:
    world = build([*issues(2), raw_issue(3, "SHOP")])
    connector = world.connector(projects=projects)
    connector.describe()
    assert len(world.transport.take()) == 5 + len(projects)
    list(connector.pull(None))
    assert world.transport.take() == ["search"]
