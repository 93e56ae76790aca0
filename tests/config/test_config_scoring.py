from __future__ import annotations

import pytest
from config_folder import FACTS, SCORE, Folder

from syncd.core.expressions.language import Type
from syncd.core.rules import Scale

RICE = "facts: {reach: {default: 1}, impact: {default: 1}, confidence: {default: 1}, effort: {acme: P}}\n"


@pytest.mark.parametrize(
    ("score", "text"),
    [
        ("{framework: rice}", "reach × impact × confidence ÷ effort"),
        ("{framework: rice, inputs: {reach: votes + 1}}", "(votes + 1) × impact × confidence ÷ effort"),
        ("{framework: weighted, weights: {reach: 3, impact: 1}}", "(3 × reach + 1 × impact) ÷ 4"),
        ("{framework: expression, formula: votes / 2}", "votes ÷ 2"),
        ("{formula: votes / 2}", "votes ÷ 2"),
        ("{framework: votes / 2}", "votes ÷ 2"),
        ("{formula: 3}", "3"),
    ],
)
def test_a_score_is_a_framework_or_an_expression(folder: Folder, score: str, text: str) -> None:
    assert folder.write(scoring=f"{RICE}score: {score}\n").load().rules.framework.text == text


@pytest.mark.parametrize(
    ("score", "place", "said"),
    [
        ("{framework: ricee}", "2:20", "there is no framework 'ricee' (did you mean 'rice'?)"),
        (
            "{framework: wsjf}",
            "2:20",
            "wsjf needs the facts 'value', 'time_criticality', 'risk_reduction' and 'job_size'",
        ),
        ("{framework: votes / efort}", "2:28", "unknown name 'efort' (did you mean 'effort'?)"),
        ("{framework: rice, formula: votes}", "2:26", "rice has no option 'formula'"),
        ("{framework: rice, inputs: {rich: votes}}", "2:35", "rice has no input 'rich' (did you mean 'reach'?)"),
        ("{framework: rice, inputs: {reach: vots}}", "2:42", "unknown name 'vots' (did you mean 'votes'?)"),
        ("{framework: weighted, weights: {reech: 3}}", "2:40", "weighted reads 'reech'"),
        ("{framework: weighted, weights: {reach: x}}", "2:47", "'reach' must be a number, not 'x'"),
        ("{formula: '''a'''}", "2:19", "this must be a number, and it is a text"),
        ("{framework: votes + 1, formula: votes}", "2:31", "'framework' holds an expression, and so does 'formula'"),
        ("{scale: raw}", "2:8", "'score' needs a framework or a formula"),
        ("{framework: rice, scale: percent}", "2:33", "'scale' must be raw, minmax or percentile, not 'percent'"),
    ],
)
def test_a_wrong_score_is_pointed_at(folder: Folder, score: str, place: str, said: str) -> None:
    (fault,) = folder.write(scoring=f"{RICE}score: {score}\n").faults()
    assert f"{fault.line}:{fault.column}" == place
    assert fault.message.startswith(said)


def test_without_a_score_priority_votes_and_age_count(folder: Folder) -> None:
    rules = folder.write(scoring="horizons: {now: {capacity: 3 items}, later: }\n").load().rules
    row = {"priority": 1.0, "votes": 0.0, "age_days": 0.0}
    assert rules.framework.formula.evaluate(row) == 80.0
    assert rules.framework.formula.evaluate({**row, "priority": 2.0}) == 60.0
    assert rules.framework.formula.evaluate({**row, "age_days": 9999.0, "votes": 1e9}) == 95.0
    assert rules.scale is Scale.RAW
    assert [horizon.name for horizon in rules.horizons.names] == ["now", "later"]


def test_adjustments_keep_their_order_and_take_numbers_or_expressions(folder: Folder) -> None:
    adjust = """\
adjust:
  - {name: a, when: okr.behind > 0.2 and value > 1, multiply: 1.5, because: late}
  - {name: b, add: 10 * value, at_least: 5, at_most: 90}
"""
    first, second = folder.write(scoring=FACTS + SCORE + adjust).load().rules.adjustments
    assert first.when is not None
    assert first.when.type is Type.FLAG
    assert first.multiply is not None
    assert first.multiply.evaluate({}) == 1.5
    assert second.when is None
    assert second.add is not None
    assert second.add.evaluate({"value": 2.0}) == 20.0
    assert (second.at_least, second.at_most) == (5.0, 90.0)


@pytest.mark.parametrize(
    ("adjust", "said"),
    [
        ("{name: a, when: votes}", "'a' changes nothing"),
        ("{name: a, at_least: 9, at_most: 3}", "'a' wants at least 9 and at most 3"),
        ("{name: a, add: true}", "'add' must be a number or an expression, not true"),
        ("{name: a, add: .nan}", "'add' must be a finite number"),
        ("{name: a, add: 1, when: votes}", "this must be true or false, and it is a number"),
        ("{name: a, add: title}", "this must be a number, and it is a text"),
        ("{add: 1}", "'name' is missing under 'adjust'"),
        ("{name: a, add: 1}, {name: A, add: 2}", "there is an adjustment 'A' already; receipts name them"),
    ],
)
def test_a_wrong_adjustment_is_explained(folder: Folder, adjust: str, said: str) -> None:
    (fault,) = folder.write(scoring=f"adjust: [{adjust}]\n").faults()
    assert fault.message.startswith(said)


@pytest.mark.parametrize(
    ("horizons", "said"),
    [
        ("{now: , later: }", "the horizon 'now' has no capacity, so nothing would ever reach the ones below it"),
        ("{now: {capacity: 40}}", "'capacity' must say of what there are 40"),
        ("{now: {capacity: 40 points}}", "'capacity' must be a number and a unit, not '40 points'"),
        ("{now: {capacity: 0 items}}", "'capacity' must be more than nothing"),
        ("{now: {capacity: 40 effort}}", "the horizon 'now' is measured in effort, and there is no fact named effort"),
        ("{now: {capacity: 4 items}, Now: }", "the horizon 'Now' stands twice; case makes no difference"),
        ("{hysteresys: 3}", "unknown key 'hysteresys' (did you mean 'hysteresis'?)"),
        ("{hysteresis: -1}", "'hysteresis' must be at least 0, not -1"),
        ("{effort_when_missing: 0}", "'effort_when_missing' must be more than 0, not 0"),
    ],
)
def test_a_wrong_horizon_is_explained(folder: Folder, horizons: str, said: str) -> None:
    (fault,) = folder.write(scoring=f"horizons: {horizons}\n").faults()
    assert fault.message == said
