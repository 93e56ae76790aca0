"""The frameworks: what they calculate, what they need, and what they say when something is not there."""

from __future__ import annotations

import pytest

from syncd.core.expressions.language import Type
from syncd.core.rules import FactRule
from syncd.core.scoring.frameworks import FRAMEWORKS, FrameworkError, framework

NUMBERS = [
    "reach",
    "impact",
    "confidence",
    "ease",
    "effort",
    "value",
    "time_criticality",
    "risk_reduction",
    "job_size",
    "story_points",
]
FACTS = {name: FactRule(name, Type.NUMBER, {}) for name in NUMBERS} | {
    "moscow": FactRule("moscow", Type.TEXT, {}),
    "promise": FactRule("promise", Type.TEXT, {}),
}
ROW = {
    "reach": 100.0,
    "impact": 2.0,
    "confidence": 0.5,
    "ease": 4.0,
    "effort": 5.0,
    "value": 8.0,
    "time_criticality": 3.0,
    "risk_reduction": 1.0,
    "job_size": 4.0,
    "story_points": 10.0,
    "moscow": "Should",
    "promise": "must",
    "votes": 6.0,
}


def without(*names: str) -> dict[str, FactRule]:
    return {name: fact for name, fact in FACTS.items() if name not in names}


def error(name: str, options: dict[str, object], facts: dict[str, FactRule] | None = None) -> FrameworkError:
    with pytest.raises(FrameworkError) as caught:
        framework(name, options, FACTS if facts is None else facts)
    return caught.value


@pytest.mark.parametrize(
    ("name", "options", "expected", "text"),
    [
        ("rice", {}, 20.0, "reach × impact × confidence ÷ effort"),
        ("ice", {}, 4.0, "impact × confidence × ease"),
        ("wsjf", {}, 3.0, "(value + time_criticality + risk_reduction) ÷ job_size"),
        ("value_effort", {}, 1.6, "value ÷ effort"),
        ("rice", {"inputs": {"effort": "story_points"}}, 10.0, "reach × impact × confidence ÷ story_points"),
        ("rice", {"inputs": {"effort": "effort - 1"}}, 25.0, "reach × impact × confidence ÷ (effort − 1)"),
        ("value_effort", {"inputs": {"effort": 2}}, 4.0, "value ÷ 2"),
        ("ice", {"inputs": {"ease": "10 if votes > 5 else 1"}}, 10.0, "impact × confidence × (10 if votes > 5 else 1)"),
        ("weighted", {"weights": {"value": 3, "votes": 1}}, 7.5, "(3 × value + 1 × votes) ÷ 4"),
        ("weighted", {"weights": {"value": 1, "votes": -3}}, -2.5, "(1 × value − 3 × votes) ÷ 4"),
        ("weighted", {"weights": {"votes": -1, "value": 1}}, 1.0, "(− 1 × votes + 1 × value) ÷ 2"),
        ("expression", {"formula": "votes*2 - effort"}, 7.0, "votes×2 − effort"),
        ("moscow", {}, 3.0, "must 4, should 3, could 2, wont 1"),
        ("moscow", {"then": "value / effort"}, 1.6, "must over should over could over wont, then value ÷ effort"),
        ("moscow", {"inputs": {"moscow": "promise"}}, 4.0, "must 4, should 3, could 2, wont 1"),
    ],
)
def test_a_framework_calculates_and_shows_its_formula(
    name: str, options: dict[str, object], expected: float, text: str
) -> None:
    made = framework(name, options, FACTS)
    assert made.name == name
    assert made.formula.evaluate(ROW) == expected
    assert made.text == text


def test_moscow_has_its_classes_best_first() -> None:
    made = framework("moscow", {}, FACTS)
    assert [name for name, _ in made.classes] == ["must", "should", "could", "wont"]
    assert made.class_fact == "moscow"
    assert framework("moscow", {"inputs": {"moscow": "promise"}}, FACTS).class_fact == "promise"
    assert framework("rice", {}, FACTS).classes == ()


@pytest.mark.parametrize("name", ["reach", "impact", "confidence", "effort"])
def test_a_fact_that_is_not_configured_is_named_with_the_two_ways_out(name: str) -> None:
    found = error("rice", {}, without(name))
    assert f"rice needs the fact '{name}', and no such fact is configured" in found.message
    assert f"add it under facts:, or say what to read instead: inputs: {{{name}: …}}" in found.hint


def test_all_facts_that_are_not_configured_are_named_at_once() -> None:
    found = error("wsjf", {"inputs": {"value": "reach"}}, without("time_criticality", "risk_reduction", "job_size"))
    assert "needs the facts 'time_criticality', 'risk_reduction' and 'job_size', and no such facts are" in found.message
    assert "inputs: {time_criticality: …, risk_reduction: …, job_size: …}; type: syncd rules wsjf" in found.hint


def test_a_renamed_input_needs_no_fact_of_its_own_name() -> None:
    made = framework("rice", {"inputs": {"effort": "story_points"}}, without("effort"))
    assert made.formula.evaluate(ROW) == 10.0


@pytest.mark.parametrize(
    ("name", "options", "sentence", "option"),
    [
        ("rise", {}, "there is no framework 'rise' (did you mean 'rice'?)", ("framework",)),
        ("zzz", {}, "there is no framework 'zzz'", ("framework",)),
        ("rice", {"input": {}}, "rice has no option 'input' (did you mean 'inputs'?)", ("input",)),
        ("rice", {"inputs": {"efort": "1"}}, "no input 'efort' (did you mean 'effort'?)", ("inputs", "efort")),
        ("rice", {"inputs": "effort"}, "inputs is written as names with values", ("inputs",)),
        ("rice", {"inputs": {"effort": True}}, "must be an expression", ("inputs", "effort")),
        ("weighted", {}, "weighted needs weights, as in", ("weights",)),
        ("weighted", {"weights": {"value": 0}}, "weighted needs weights, as in", ("weights",)),
        ("weighted", {"weights": {"valu": 1}}, "'valu', and no such fact is configured (did you", ("weights", "valu")),
        ("weighted", {"weights": {"value": "3"}}, "the weight of value must be a number", ("weights", "value")),
        ("weighted", {"weights": {"value": float("inf")}}, "too large", ("weights", "value")),
        ("weighted", {"weights": {"moscow": 1}}, "needs 'moscow' as a number, and it is a text", ("framework",)),
        ("expression", {}, "expression needs formula, as in formula:", ("formula",)),
    ],
)
def test_a_wrong_option_gets_a_sentence_and_its_place(
    name: str, options: dict[str, object], sentence: str, option: tuple[str, ...]
) -> None:
    found = error(name, options)
    assert sentence in found.message
    assert found.option == option


def test_an_error_in_an_expression_keeps_its_place_in_the_text() -> None:
    found = error("rice", {"inputs": {"effort": "1 + story_pints"}})
    assert found.option == ("inputs", "effort")
    assert found.cause is not None
    assert found.cause.offset == 4
    assert "did you mean 'story_points'" in found.message


def test_the_class_fact_must_be_a_text() -> None:
    facts = {**FACTS, "moscow": FactRule("moscow", Type.NUMBER, {})}
    assert "needs 'moscow' as a text, and it is a number" in error("moscow", {}, facts).message


def test_long_inputs_fit_into_one_formula() -> None:
    long = " + ".join(["votes"] * 20)
    made = framework("rice", {"inputs": dict.fromkeys(("reach", "impact", "confidence", "effort"), long)}, {})
    assert made.formula.evaluate(ROW) == 120.0 * 120.0


def test_every_framework_says_what_it_is() -> None:
    assert all(recipe.help for recipe in FRAMEWORKS.values())
