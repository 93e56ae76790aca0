from __future__ import annotations

from datetime import date

import pytest
from config_folder import PAPER, Folder

from syncd.core.expressions.language import Type
from syncd.core.rules import Builtin, FactRule, ReadField, ReadLabels, ReadProperty


def fact(folder: Folder, text: str, name: str = "x") -> FactRule:
    return folder.write(scoring=f"facts: {{{name}: {text}}}\n").load().rules.facts[name]


def test_the_name_of_a_field_is_the_short_form(folder: Folder) -> None:
    assert fact(folder, "{acme: Customers affected}").reads == {"acme": (ReadField("Customers affected"),)}


def test_places_are_tried_in_the_written_order(folder: Folder) -> None:
    rule = fact(
        folder,
        "{paper: [A, {field: B, values: {High: 3}}], board: {project_field: C}, acme: {labels: {Size/S: 1, size/m: 3}}}",
    )
    assert rule.reads == {
        "paper": (ReadField("A"), ReadField("B", {"high": 3.0})),
        "board": (ReadField("C"),),
        "acme": (ReadLabels((("size/s", 1.0), ("size/m", 3.0))),),
    }


def test_labels_and_properties_may_be_given_for_all_sources(folder: Folder) -> None:
    rule = fact(folder, "{labels: {big: 9}, property: votes, default: 2, expires: 90 days, acme: Field}")
    assert rule.reads == {
        "acme": (ReadField("Field"),),
        "*": (ReadLabels((("big", 9.0),)), ReadProperty(Builtin.VOTES)),
    }
    assert (rule.default, rule.expires_days, rule.type) == (2.0, 90, Type.NUMBER)


def test_values_hold_wherever_no_others_are_given(folder: Folder) -> None:
    rule = fact(
        folder, "{values: {High: 3}, acme: Impact, board: {field: Impact, values: {High: 5}}, property: priority}"
    )
    assert rule.reads["acme"] == (ReadField("Impact", {"high": 3.0}),)
    assert rule.reads["board"] == (ReadField("Impact", {"high": 5.0}),)
    assert rule.reads["*"] == (ReadProperty(Builtin.PRIORITY, {"high": 3.0}),)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("{acme: F}", Type.NUMBER),
        ("{acme: F, type: text}", Type.TEXT),
        ("{labels: {a: must, b: could}}", Type.TEXT),
        ("{labels: {a: true, b: false}}", Type.FLAG),
        ("{acme: F, default: 2026-10-01}", Type.DATE),
        ("{property: milestone}", Type.TEXT),
        ("{property: components}", Type.WORDS),
        ("{property: due}", Type.DATE),
        ("{property: watchers}", Type.NUMBER),
        ("{property: priority}", Type.NUMBER),
        ("{property: milestone, values: {Q1: 1}}", Type.NUMBER),
    ],
)
def test_the_type_is_told_evident_or_a_number(folder: Folder, text: str, type_: Type) -> None:
    assert fact(folder, text).type is type_


def test_values_take_the_type_of_the_fact(folder: Folder) -> None:
    assert fact(folder, "{acme: F, type: date, default: 2026-10-01}").default == date(2026, 10, 1)
    assert fact(folder, "{acme: F, type: text, default: 3}").default == "3"
    assert fact(folder, "{acme: F, type: words, default: a}").default == ("a",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{labels: {a: 1, b: high}}", "the fact 'x' is a number, and 'high' is not"),
        ("{acme: F, type: flag, default: 1}", "the fact 'x' is true or false, and 1.0 is not"),
        ("{acme: F, type: date, default: soon}", "the fact 'x' is a date, and 'soon' is not"),
        ("{acme: F, default: 1, required: true}", "'x' is required and has a default, so it is never missing"),
        ("{required: true}", "the fact 'x' says nowhere where it stands"),
        ("{akme: F}", "unknown key 'akme' (did you mean 'acme'?)"),
        ("{acme: {field: F, label: x}}", "unknown key 'label' (did you mean 'labels'?)"),
        (
            "{acme: {field: F, labels: {a: 1}}}",
            "'acme' must name exactly one place: field, project_field, labels or property",
        ),
        ("{acme: 7}", "'acme' must be the name of a field or a place such as {labels: …}, not the number 7"),
        ("{acme: []}", "'acme' must not be empty"),
        ("{labels: {Big: 1, big: 2}}", "'big' stands twice; upper and lower case make no difference"),
        ("{property: vots}", "'property' must be votes, reactions, watchers"),
        ("{acme: F, default: null, required: 1}", "'required' must be true or false, not the number 1"),
    ],
)
def test_a_mistake_in_a_fact_is_explained(folder: Folder, text: str, said: str) -> None:
    faults = folder.write(scoring=f"facts: {{x: {text}}}\n").faults()
    assert len(faults) == 1
    assert faults[0].message.startswith(said)


@pytest.mark.parametrize("name", ["votes", "okr", "min", "two words", "if", "größe"])
def test_a_fact_cannot_take_a_name_that_rules_cannot_read(folder: Folder, name: str) -> None:
    (fault,) = folder.write(scoring=f"facts: {{{name}: {{acme: F}}}}\n").faults()
    assert (fault.line, fault.column, fault.length) == (1, 9, len(name))


def test_effort_is_always_a_number(folder: Folder) -> None:
    assert fact(folder, "{labels: {s: 1}}", "effort").type is Type.NUMBER
    assert folder.write(scoring="facts: {effort: {acme: F, type: text}}\n").places() == [
        "scoring.yaml:1:33 effort is always a number, not text"
    ]


def test_each_source_reads_its_own_fields_and_those_of_its_kind(folder: Folder) -> None:
    second = PAPER.removeprefix("sources:\n").replace("acme:", "other:")
    loaded = folder.write(syncd=PAPER + second, scoring="facts: {x: {paper: A, other: [B, C]}, y: {acme: D}}\n").load()
    assert [source.read_fields for source in loaded.sources] == [{"A", "D"}, {"B", "C"}]
