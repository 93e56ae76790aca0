"""Facts: read from where the rules say, in the declared type, with their origin; nothing is guessed."""

from __future__ import annotations

import datetime

import pytest
from issue_makers import TODAY, fact, github, item, jira, rules

from syncd.core.backlog import Fact, FactValue
from syncd.core.expressions.language import Type
from syncd.core.issue import FieldValue, Sprint
from syncd.core.normalizing.normalize import normalize
from syncd.core.rules import Builtin, FactRule, ReadField, ReadLabels, ReadProperty

SIZES = ReadLabels((("size/s", 1.0), ("size/m", 3.0), ("size/l", 8.0)))


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        (Type.NUMBER, 3.0, 3.0), (Type.NUMBER, "3", 3.0), (Type.NUMBER, " 2.5 ", 2.5), (Type.NUMBER, "-4", -4.0),
        (Type.NUMBER, ("5",), 5.0), (Type.NUMBER, "1e3", 1000.0),
        (Type.FLAG, True, True), (Type.FLAG, "Yes", True), (Type.FLAG, "no", False), (Type.FLAG, "true", True),
        (Type.FLAG, 0.0, False), (Type.DATE, "2026-12-31", datetime.date(2026, 12, 31)),
        (Type.DATE, "2026-12-31T10:00:00+00:00", datetime.date(2026, 12, 31)),
        (Type.TEXT, "Gold", "Gold"), (Type.TEXT, 3.0, "3"), (Type.TEXT, ("a", "b"), "a, b"),
        (Type.WORDS, ("a", "b"), ("a", "b")), (Type.WORDS, "a", ("a",)),
    ],
)  # fmt: skip
def test_a_field_is_read_in_the_declared_type(type_: Type, raw: FieldValue, value: FactValue) -> None:
    read = item(jira(fields={"Reach": raw}), rules(facts=fact(type_, ReadField("Reach"))))
    assert read.facts == {"reach": Fact(value, "Jira field Reach")}


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        (Type.NUMBER, "3,5"), (Type.NUMBER, "lots"), (Type.NUMBER, "nan"), (Type.NUMBER, "inf"), (Type.NUMBER, True),
        (Type.NUMBER, float("nan")), (Type.NUMBER, float("inf")), (Type.NUMBER, "1e999"), (Type.NUMBER, "1_000"),
        (Type.NUMBER, ("1", "2")), (Type.NUMBER, "٣"), (Type.FLAG, "maybe"), (Type.DATE, "soon"),
        (Type.DATE, "2026-13-01"), (Type.DATE, 20261231.0), (Type.DATE, "20261231"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_and_the_default_applies(type_: Type, raw: FieldValue) -> None:
    default: FactValue = {Type.NUMBER: 7.0, Type.FLAG: False, Type.DATE: TODAY}[type_]
    by = rules(facts=fact(type_, ReadField("Reach"), default=default))
    normalized = normalize(jira(fields={"Reach": raw}), by, TODAY)
    assert normalized.item is not None
    assert normalized.item.facts == {"reach": Fact(default, "default")}
    (problem,) = normalized.problems
    assert (problem.code, problem.excludes) == ("bad-fact", False)
    assert "Jira field Reach" in problem.message


def test_the_next_read_applies_when_one_does_not_fit() -> None:
    by = rules(facts=fact(Type.NUMBER, ReadField("Estimate"), SIZES, name="effort"))
    normalized = normalize(github(fields={"Estimate": "3,5"}, labels=("Size/M",)), by, TODAY)
    assert normalized.item is not None
    assert normalized.item.facts == {"effort": Fact(3.0, "label Size/M")}
    assert normalized.item.effort == 3.0
    assert "is taken from label Size/M" in normalized.problems[0].message


def test_the_first_label_in_the_written_order_counts() -> None:
    by = rules(facts=fact(Type.NUMBER, SIZES, name="effort"))
    assert item(github(labels=("size/L", "size/S")), by).effort == 1.0


def test_an_option_means_what_the_rules_say() -> None:
    by = rules(facts=fact(Type.NUMBER, ReadField("Impact", {"high": 3.0, "low": 0.5, "yes": 9.0})))
    assert item(jira(fields={"Impact": "High"}), by).facts["reach"].value == 3.0
    assert item(jira(fields={"Impact": ("Other", "LOW")}), by).facts["reach"].value == 0.5
    assert item(jira(fields={"Impact": True}), by).facts["reach"].value == 9.0
    assert item(jira(fields={"Impact": "12"}), by).facts["reach"].value == 12.0


def test_missing_is_absent_and_never_zero() -> None:
    by = rules(facts=fact(Type.NUMBER, ReadField("Reach"), name="effort"))
    for fields in ({}, {"Reach": None}, {"Reach": ""}):
        read = item(jira(fields=fields), by)
        assert dict(read.facts) == {}
        assert read.effort is None


@pytest.mark.parametrize("raw", [-1.0, "-0.5", float("nan"), float("-inf")])
def test_effort_is_never_negative_nor_endless(raw: FieldValue) -> None:
    by = rules(facts=fact(Type.NUMBER, ReadField("Story Points"), name="effort"))
    normalized = normalize(jira(fields={"Story Points": raw}), by, TODAY)
    assert normalized.item is not None
    assert normalized.item.effort is None
    assert [problem.code for problem in normalized.problems] == ["bad-fact"]


@pytest.mark.parametrize(
    ("builtin", "type_", "value"),
    [
        (Builtin.VOTES, Type.NUMBER, 5.0), (Builtin.REACTIONS, Type.NUMBER, 6.0), (Builtin.WATCHERS, Type.NUMBER, 7.0),
        (Builtin.COMMENTS, Type.NUMBER, 8.0), (Builtin.PRIORITY, Type.NUMBER, 2.0), (Builtin.PRIORITY, Type.TEXT, "High"),
        (Builtin.MILESTONE, Type.TEXT, "v2"), (Builtin.SPRINT, Type.TEXT, "Sprint 9"),
        (Builtin.COMPONENTS, Type.WORDS, ("iOS", "Android")), (Builtin.DUE, Type.DATE, TODAY), (Builtin.KIND, Type.TEXT, "Bug"),
    ],
)  # fmt: skip
def test_properties_are_facts_too(builtin: Builtin, type_: Type, value: FactValue) -> None:
    issue = jira(
        votes=5, reactions=6, watchers=7, comments=8, priority="High", milestone="v2", kind="Bug",
        sprint=Sprint("Sprint 9", "active"), components=("iOS", "Android"), due=TODAY,
    )  # fmt: skip
    read = item(issue, rules(facts=fact(type_, ReadProperty(builtin))))
    assert read.facts == {"reach": Fact(value, builtin.value)}


def test_a_property_can_be_mapped_by_the_tools_word_or_by_ours() -> None:
    by = rules(facts=fact(Type.NUMBER, ReadProperty(Builtin.KIND, {"defect": 2.0, "story": 1.0})))
    assert item(jira(kind="Defect"), by).facts["reach"].value == 2.0
    assert item(jira(kind="Improvement"), by).facts["reach"].value == 1.0


def test_reads_of_a_name_beat_those_of_its_kind() -> None:
    reads = {"jira": (ReadField("A"),), "acme-github": (ReadField("B"),), "github": (ReadField("A"),)}
    by = rules(facts={"reach": FactRule("reach", Type.NUMBER, reads)})
    both: dict[str, FieldValue] = {"A": 1.0, "B": 2.0}
    assert item(jira(fields=both), by).facts["reach"] == Fact(1.0, "Jira field A")
    assert item(github(fields=both), by).facts["reach"] == Fact(2.0, "GitHub field B")


def test_a_value_that_surely_expired_gives_way_to_the_default() -> None:
    by = rules(facts=fact(Type.NUMBER, ReadField("Reach"), default=1.0, expires_days=30))
    fresh = jira(fields={"Reach": 5.0})
    assert item(fresh, by).facts["reach"].value == 5.0
    stale = normalize(jira(fields={"Reach": 5.0}, updated=fresh.updated.replace(month=7)), by, TODAY)
    assert stale.item is not None
    assert stale.item.facts["reach"] == Fact(1.0, "default")
    assert [problem.code for problem in stale.problems] == ["expired-fact"]
