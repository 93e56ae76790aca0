"""The frameworks beyond RICE: classes that order before the score, quadrants, and frameworks put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scoring_makers import TODAY, adjustment, ref, rules, work

from syncd.core.backlog import Receipt
from syncd.core.expressions.language import ExpressionError, Type, no_parts, parse
from syncd.core.rules import FactRule, Rules
from syncd.core.scoring.frameworks import FRAMEWORKS, FrameworkError, Recipe, framework
from syncd.core.scoring.receipt import receipt
from syncd.core.scoring.score import Scored, score_all

NUMBERS = ("cost_of_delay", "duration", "importance", "satisfaction", "value", "effort", "reach")
FACTS = {name: FactRule(name, Type.NUMBER, {}) for name in NUMBERS} | {
    "kano": FactRule("kano", Type.TEXT, {}),
    "moscow": FactRule("moscow", Type.TEXT, {}),
}


def ruled(name: str, options: dict[str, Any] | None = None, **changes: Any) -> Rules:
    return rules(name, options, facts=FACTS, **changes)


def scores(by: Rules, *facts: dict[str, Any]) -> list[Scored]:
    works = [work(number, each) for number, each in enumerate(facts)]
    found = score_all(works, by, TODAY, {})
    return [found[ref(number)] for number in range(len(works))]


def receipt_of(by: Rules, number: int, *facts: dict[str, Any]) -> Receipt:
    works = {ref(n): work(n, each) for n, each in enumerate(facts)}
    found = score_all(list(works.values()), by, TODAY, {})
    return receipt(works[ref(number)], by, TODAY, {}, found, works)


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("cd3", {"cost_of_delay": 30.0, "duration": 4.0}, 7.5),
        ("opportunity", {"importance": 9.0, "satisfaction": 3.0}, 15.0),
        ("opportunity", {"importance": 4.0, "satisfaction": 8.0}, 4.0),
        ("value_effort", {"value": 8.0, "effort": 5.0}, 1.6),
        ("kano", {"kano": "Must be"}, 5.0),
        ("kano", {"kano": "one-dimensional"}, 4.0),
        ("kano", {"kano": "reverse"}, 1.0),
    ],
)
def test_a_framework_calculates_as_its_author_says(name: str, row: dict[str, Any], expected: float) -> None:
    assert framework(name, {}, FACTS).formula.evaluate(row) == expected


@pytest.mark.parametrize("recipe", FRAMEWORKS.values(), ids=lambda one: one.name)
def test_the_worked_example_of_a_framework_is_what_it_calculates(recipe: Recipe) -> None:
    facts, calculated, result = recipe.worked
    options = {"weighted": {"weights": {"impact": 3, "risk": -1}}, "expression": {"formula": "votes / effort"}}
    types = {
        name: FactRule(name, Type.TEXT if isinstance(value, str) else Type.NUMBER, {}) for name, value in facts.items()
    }
    made = framework(recipe.name, options.get(recipe.name, {}), types)
    assert made.formula.evaluate(facts) == result
    assert set(recipe.inputs) <= set(facts)
    if not made.classes:  # what stands on the page is the arithmetic itself
        sum_ = calculated.partition(",")[0].translate(str.maketrans({"×": "*", "÷": "/", "−": "-"}))
        assert parse(sum_, {}, Type.NUMBER).evaluate({}) == result


def test_a_kano_class_stands_under_all_its_names_and_an_unknown_one_is_told() -> None:
    by = ruled("kano", {"then": "value"})
    found = scores(
        by,
        {"kano": "Performance", "value": 1.0},
        {"kano": "one-dimensional", "value": 9.0},
        {"kano": "must-be", "value": 0.0},
        {"kano": "nice", "value": 5.0},
    )
    assert [one.class_index for one in found] == [1, 1, 0, None]
    assert found[3].score is None and "must-be, performance, attractive, indifferent or reverse" in (
        found[3].reason or ""
    )


def test_quadrants_run_through_the_middle_of_the_backlog_or_where_they_are_drawn() -> None:
    four = (
        {"value": 9.0, "effort": 1.0},
        {"value": 8.0, "effort": 9.0},
        {"value": 1.0, "effort": 2.0},
        {"value": 2.0, "effort": 8.0},
        {"value": 2.0},
    )
    found = scores(ruled("value_effort"), *four)
    assert [one.quadrant for one in found] == ["quick win", "big bet", "fill-in", "money pit", None]
    drawn = ruled("value_effort", {"quadrants": {"value": 1, "effort": 100}})
    assert [one.quadrant for one in scores(drawn, *four)] == ["quick win"] * 4 + [None]
    assert [one.quadrant for one in scores(ruled("cd3"), {"cost_of_delay": 1.0, "duration": 1.0})] == [None]
    lines = receipt_of(ruled("value_effort"), 3, *four).lines
    assert "a money pit: little value for much effort" in [line.text for line in lines]


def test_frameworks_can_be_put_together_and_the_receipt_shows_the_way() -> None:
    by = ruled(
        "expression",
        {
            "formula": "0.6 * scaled(cd3) + 0.4 * percentile_of(own)",
            "parts": {"own": {"framework": "value_effort", "inputs": {"effort": "duration"}}},
        },
    )
    three = (
        {"cost_of_delay": 10.0, "duration": 1.0, "value": 1.0},
        {"cost_of_delay": 10.0, "duration": 2.0, "value": 6.0},
        {"cost_of_delay": 0.0, "duration": 2.0, "value": 4.0},
        {"cost_of_delay": 5.0, "duration": 2.0},
    )
    assert [one.raw for one in scores(by, *three)][:3] == pytest.approx([60 + 40 / 3, 30 + 40, 80 / 3])
    lines = receipt_of(by, 0, *three).lines
    told = {line.text: line.because for line in lines}
    assert told["scaled(cd3) = 100"] == "10 here; 0 to 10 over 4 open"
    assert lines[-1].total == 73.3
    assert scores(by, *three)[3].reason == "value is missing"


def test_an_adjustment_may_compare_with_the_backlog_and_the_receipt_agrees() -> None:
    by = replace(
        ruled("cd3"),
        adjustments=(
            replace(adjustment("top"), when=parse("percentile_of(value) > 60", {"value": Type.NUMBER}, parts=no_parts)),
        ),
    )
    by = replace(by, adjustments=(replace(by.adjustments[0], add=parse("10", {})),))
    both = (
        {"cost_of_delay": 1.0, "duration": 1.0, "value": 1.0},
        {"cost_of_delay": 1.0, "duration": 1.0, "value": 2.0},
    )
    assert [one.score for one in scores(by, *both)] == [1.0, 11.0]
    assert [receipt_of(by, number, *both).score for number in (0, 1)] == [1.0, 11.0]


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("scaled(rice)", "scaled(rice): rice needs the facts 'impact' and 'confidence'"),
        ("scaled(scaled(value))", "cannot stand inside another"),
        ("scaled(kano) + scaled(nothing)", "unknown name 'nothing'"),
        ("scaled(value, 3)", "scaled is used as in 0.6 * scaled(rice)"),
        ("scaled('x')", "scaled takes a number"),
        ("scalde(value)", "did you mean 'scaled'?"),
    ],
)
def test_a_wrong_comparison_gets_a_sentence(formula: str, sentence: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        framework("expression", {"formula": formula}, FACTS)
    assert sentence in caught.value.message


def test_what_knows_only_one_issue_cannot_compare_with_the_backlog() -> None:
    with pytest.raises(ExpressionError, match="can only stand under score: and adjust:"):
        parse("percentile_of(votes) > 3", {"votes": Type.NUMBER})


@pytest.mark.parametrize(
    ("options", "sentence", "option"),
    [
        ({"quadrants": {"valu": 3}}, "not 'valu' (did you mean 'value'?)", ("quadrants", "valu")),
        ({"quadrants": {"value": "3"}}, "the line through value must be a number", ("quadrants", "value")),
    ],
)
def test_wrong_quadrants_get_a_sentence(options: dict[str, Any], sentence: str, option: tuple[str, ...]) -> None:
    with pytest.raises(FrameworkError) as caught:
        framework("value_effort", options, FACTS)
    assert sentence in caught.value.message and caught.value.option == option


def test_every_framework_names_its_scales_and_its_source() -> None:
    for recipe in FRAMEWORKS.values():
        assert recipe.title and recipe.source and recipe.example
        assert all(recipe.scales.values())
