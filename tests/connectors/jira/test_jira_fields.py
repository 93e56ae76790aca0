"""Which field a name means, and how its values travel."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.connector.errors import Locked
from syncd_jira.fields import FieldRef, decode, encode, resolve, similar, within, writable
from syncd_jira.wire import Schema, WireField


def field(
    number: int, name: str, type_: str = "number", scope: dict[str, object] | None = None, **schema: Any
) -> WireField:
    return WireField(
        f"customfield_{number}", name, True, [f"cf[{number}]", name], Schema(type_, **{"custom": "x", **schema}), scope
    )


PROJECT = {"type": "PROJECT", "project": {"id": "10001"}}
FIELDS = [
    WireField("priority", "Priority", False, ["priority"], Schema("priority")),
    field(1, "Score"),
    field(2, "Reach"),
    field(3, "Reach"),
    field(4, "Impact", "option"),
    field(5, "Impact", "option", PROJECT),
    field(6, "Team score", scope=PROJECT),
    field(7, "Sprint", "array", custom="com.pyxis.greenhopper.jira:gh-sprint"),
    field(19, "Rang", "any", custom="com.pyxis.greenhopper.jira:gh-lexo-rank"),
    field(20, "Old rank", "any", custom="com.pyxis.greenhopper.jira:gh-lexo-rank"),
    field(9, "Epos-Verknüpfung", "any", custom="com.pyxis.greenhopper.jira:gh-epic-link"),
]


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Score", "customfield_1"),
        ("score", "customfield_1"),
        ("customfield_3", "customfield_3"),
        ("cf[3]", "customfield_3"),
        ("Priority", "priority"),
        ("Impact", "customfield_4"),
        ("Team score", "customfield_6"),
    ],
)
def test_a_name_an_id_and_a_clause_find_their_field(name: str, id_: str) -> None:
    assert resolve("jira", FIELDS, [name], {}).wanted[name].id == id_


@pytest.mark.parametrize("name", ["Story Points", "story point estimate"])
def test_story_points_are_found_by_their_kind_where_no_field_has_the_name(name: str) -> None:
    kind = "com.pyxis.greenhopper.jira:jsw-story-points"
    theirs = field(16, "Storypunkte", custom=kind)
    assert resolve("jira", [*FIELDS, theirs], [name], {}).wanted[name].id == "customfield_16"
    assert resolve("jira", [*FIELDS, theirs, field(17, name)], [name], {}).wanted[name].id == "customfield_17"
    assert resolve("jira", [*FIELDS, theirs, field(18, "Autre", custom=kind)], [name], {}).missing == (name,)
    assert resolve("jira", [*FIELDS, theirs], ["Effort"], {}).missing == ("Effort",)


def test_a_name_of_several_fields_is_not_guessed() -> None:
    with pytest.raises(Locked, match=r"customfield_2, customfield_3.*Reach: customfield_2"):
        resolve("jira", FIELDS, ["Reach"], {})
    assert resolve("jira", FIELDS, ["Reach"], {"Reach": "customfield_3"}).wanted["Reach"].id == "customfield_3"


def test_fields_of_other_projects_are_not_ours_and_that_of_a_single_project_counts_more_than_the_sites() -> None:
    theirs = within(FIELDS, frozenset({"10000"}))
    assert resolve("jira", theirs, ["Team score", "Impact"], {}).missing == ("Team score",)
    ours = within(FIELDS, frozenset({"10001"}))
    known = resolve("jira", ours, ["Team score", "Impact", "Priority"], {})
    assert {name: ref.id for name, ref in known.wanted.items()} == {
        "Team score": "customfield_6",
        "Impact": "customfield_5",
        "Priority": "priority",
    }
    both = within(FIELDS, frozenset({"10000", "10001"}))
    assert resolve("jira", both, ["Impact"], {}).wanted["Impact"].id == "customfield_4"


def test_a_field_of_each_project_is_not_guessed_and_the_way_out_is_named() -> None:
    other = field(8, "Team score", scope={"type": "PROJECT", "project": {"id": "10000"}})
    both = within([*FIELDS, other], frozenset({"10000", "10001"}))
    with pytest.raises(Locked, match=r"customfield_6, customfield_8.*a source of each project"):
        resolve("jira", both, ["Team score"], {})


def test_a_missing_name_is_left_out_and_named_with_what_looks_like_it() -> None:
    known = resolve("jira", FIELDS, ["Scores", "Score"], {})
    assert (known.missing, set(known.wanted)) == (("Scores",), {"Score"})
    assert similar("Scores", FIELDS)[0] == "Score"


def test_sprint_rank_and_epic_are_found_by_their_kind_in_every_language() -> None:
    known = resolve("jira", FIELDS, [], {})
    assert (known.sprint, known.rank, known.epic) == ("customfield_7", "customfield_19", "customfield_9")
    assert resolve("jira", FIELDS, [], {"role:rank": "Old rank"}).rank == "customfield_20"
    with pytest.raises(Locked, match="rank_field"):
        resolve("jira", FIELDS, [], {"role:rank": "No rank"})


REF = {
    "number": FieldRef("customfield_1", "F", "number", "", "x"),
    "string": FieldRef("customfield_1", "F", "string", "", "x"),
    "option": FieldRef("customfield_1", "F", "option", "", "x"),
    "options": FieldRef("customfield_1", "F", "array", "option", "x"),
    "date": FieldRef("customfield_1", "F", "date", "", "x"),
    "priority": FieldRef("priority", "Priority", "priority"),
    "components": FieldRef("components", "Components", "array", "component"),
}


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("number", 12.5, 12.5),
        ("number", None, None),
        ("string", "text", "text"),
        ("string", 12.0, "12"),
        ("string", 12.5, "12.5"),
        ("option", "High", {"value": "High"}),
        ("options", ("a", "b"), [{"value": "a"}, {"value": "b"}]),
        ("options", None, []),
        ("date", "2026-11-30", "2026-11-30"),
        ("priority", "High", {"name": "High"}),
        ("components", ("API",), [{"name": "API"}]),
    ],
)
def test_values_are_sent_as_the_field_wants_them(kind: str, value: Any, sent: object) -> None:
    assert encode(REF[kind], value) == sent


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "12"), ("number", True), ("date", "tomorrow"), ("string", ("a", "b")), ("option", False)],
)
def test_a_value_of_another_kind_is_refused_with_a_sentence(kind: str, value: Any) -> None:
    with pytest.raises(ValueError, match="takes"):
        encode(REF[kind], value)


@pytest.mark.parametrize("name", ["status", "votes", "labels", "created", "assignee", "comment"])
def test_what_has_a_route_of_its_own_is_not_written_as_a_field(name: str) -> None:
    assert not writable(FieldRef(name, name, "string"))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (None, None),
        ("", None),
        ([], None),
        (3, 3.0),
        (True, True),
        ("x", "x"),
        (["a", "b"], ("a", "b")),
        ([{"value": "a"}, {"name": "b"}], ("a", "b")),
        ({"value": "Red", "child": {"value": "Dark"}}, "Red / Dark"),
        ({"displayName": "Ann", "accountId": "5"}, "Ann"),
        ({"hasEpicLinkFieldDependency": False, "data": None}, None),
    ],
)
def test_values_are_shown_as_people_see_them(raw: object, value: object) -> None:
    assert decode(raw) == value
