"""Scores of all work at once: missing facts, scales, adjustments, classes, pins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scoring_makers import RICE_FACTS, TODAY, adjustment, ref, rice, rules, work

from syncd.core.backlog import Status, Work
from syncd.core.expressions.functions import round_column, round_number
from syncd.core.expressions.language import Type
from syncd.core.issue import Ref
from syncd.core.rules import Adjustment, FactRule, Policy, Rules, Scale
from syncd.core.scoring.score import Scored, score_all


def scores(works: list[Work], by: Rules, pinned: dict[int, float] | None = None) -> dict[int, float | None]:
    found = score_all(works, by, TODAY, {each.ref: each for each in works}, _pins(pinned))
    return {int(one.id): scored.score for one, scored in found.items()}


def scored(one: Work, by: Rules) -> Scored:
    return score_all([one], by, TODAY, {})[one.ref]


def _pins(pinned: dict[int, float] | None) -> dict:  # type: ignore[type-arg]
    return {ref(number): (value, "set in Jira") for number, value in (pinned or {}).items()}


def test_a_raw_score_is_what_the_formula_gives() -> None:
    assert scores([rice(1, effort=4), rice(2, impact=3)], rules()) == {1: 25.0, 2: 300.0}


def test_a_score_is_rounded_to_the_digits_of_the_policy() -> None:
    assert scores([rice(1, effort=3)], rules()) == {1: 33.3}
    assert scores([rice(1, effort=3)], rules(policy=Policy(score_digits=0))) == {1: 33.0}


@pytest.mark.parametrize("value", [1.8e306, -1.8e306, 2.0**53 + 2, 1234.565, -0.125])
def test_rounding_never_leaves_the_range_of_numbers_and_both_backends_do_the_same(value: float) -> None:
    expected = value if abs(value) > 1e15 else round(value * 100) / 100
    assert round_number(value, 2) == expected
    assert round_column(np.array([value, np.nan]), 2)[0] == expected


def test_a_missing_required_fact_leaves_work_unscored_and_says_where_it_was_asked() -> None:
    found = scored(rice(1, effort=None), rules())
    assert found == Scored(None, reason="effort is missing (asked from Jira field Story Points)")


def test_twins_are_asked_in_both_tools() -> None:
    twin = replace(rice(2).primary, ref=Ref("acme-github", ref(2).id))
    found = scored(rice(1, effort=None, twins=(twin,)), rules())
    assert found.reason == (
        "effort is missing (asked from Jira field Story Points, then label size/s, size/m or size/l)"
    )


def test_an_input_that_is_missing_leaves_work_unscored_even_if_nobody_required_it() -> None:
    assert scored(work(1, {"effort": 2.0, "reach": 3.0}), rules()).reason == "confidence is missing; impact is missing"


def test_a_required_fact_counts_even_where_the_formula_does_not_read_it() -> None:
    found = scored(rice(1, effort=None), rules("expression", {"formula": "votes"}))
    assert found.reason == "effort is missing (asked from Jira field Story Points)"
    assert found.raw is None


def test_a_division_by_zero_leaves_work_unscored_with_a_reason() -> None:
    reason = scored(rice(1, effort=0.0), rules()).reason
    assert reason is not None and "divides by zero" in reason


def test_a_fact_behind_a_default_is_not_missed() -> None:
    by = rules("expression", {"formula": "default(impact, 2) / votes"}, facts={"impact": RICE_FACTS["impact"]})
    reason = scored(work(1), by).reason
    assert reason is not None and "impact is missing" not in reason


def test_closed_work_has_no_entry() -> None:
    assert scores([rice(1, status=Status.DONE), rice(2)], rules()) == {2: 100.0}


def test_no_work_has_no_scores() -> None:
    assert score_all([], rules(scale=Scale.PERCENTILE), TODAY, {}) == {}


@pytest.mark.parametrize(
    ("efforts", "expected"),
    [
        ([1, 2, 4, 5], [100.0, 75.0, 50.0, 25.0]),
        ([1, 1, 1, 1], [62.5, 62.5, 62.5, 62.5]),
        ([1, 2, 2, 4], [100.0, 62.5, 62.5, 25.0]),
        ([1], [100.0]),
    ],
)
def test_a_percentile_is_the_share_at_or_below_and_ties_share_their_mean(
    efforts: list[float], expected: list[float]
) -> None:
    works = [rice(number, effort) for number, effort in enumerate(efforts)]
    assert list(scores(works, rules(scale=Scale.PERCENTILE)).values()) == expected


def test_minmax_runs_from_0_to_100_and_is_50_where_all_are_alike() -> None:
    works = [rice(1, impact=1), rice(2, impact=2), rice(3, impact=5)]
    assert scores(works, rules(scale=Scale.MINMAX)) == {1: 0.0, 2: 25.0, 3: 100.0}
    assert scores(works[:1], rules(scale=Scale.MINMAX)) == {1: 50.0}


def test_unscored_and_closed_work_does_not_count_in_a_scale() -> None:
    works = [rice(1), rice(2, 2), rice(3, None), rice(4, 9, status=Status.DONE)]
    assert scores(works, rules(scale=Scale.PERCENTILE)) == {1: 100.0, 2: 50.0, 3: None}


def _adjusted(*adjustments: Adjustment, labels: tuple[str, ...] = ("Security",)) -> float | None:
    return scores([rice(1, labels=labels)], rules(adjustments=adjustments))[1]


def test_adjustments_apply_in_the_written_order() -> None:
    double, ten_more = adjustment("double", multiply="2"), adjustment("more", add="10")
    assert _adjusted(double, ten_more) == 210.0
    assert _adjusted(ten_more, double) == 220.0


def test_within_an_adjustment_the_factor_comes_before_the_summand_and_the_bounds() -> None:
    assert _adjusted(adjustment("all", multiply="2", add="10", at_most=205.0)) == 205.0
    assert _adjusted(adjustment("all", multiply="0.1", add="1", at_least=60.0)) == 60.0


def test_an_adjustment_applies_only_where_its_condition_holds() -> None:
    urgent = adjustment("urgent", "'security' in labels", add="10")
    assert _adjusted(urgent) == 110.0
    assert _adjusted(urgent, labels=()) == 100.0


def test_an_adjustment_without_a_value_changes_nothing() -> None:
    assert _adjusted(adjustment("late", multiply="due_in_days", add="due_in_days")) == 100.0


def test_a_score_beyond_all_numbers_is_no_score() -> None:
    found = scored(rice(1), rules(adjustments=(adjustment("huge", multiply="1e300 * 1e7"),) * 2))
    assert found.score is None
    assert found.reason == "its score is beyond the range of numbers"


def test_a_minus_zero_is_a_zero() -> None:
    assert str(_adjusted(adjustment("nothing", multiply="-0.00001"))) == "0.0"


MOSCOW = {"moscow": FactRule("moscow", Type.TEXT, {}), "value": FactRule("value", Type.NUMBER, {})}


def test_moscow_classes_stand_apart_from_the_score() -> None:
    by = rules("moscow", {"then": "value"}, facts=MOSCOW)
    works = [work(1, {"moscow": "Must", "value": 2.0}), work(2, {"moscow": "wont", "value": 9.0})]
    found = score_all(works, by, TODAY, {})
    assert found[ref(1)] == Scored(2.0, 2.0, 0)
    assert found[ref(2)] == Scored(9.0, 9.0, 3)


def test_moscow_alone_scores_by_class() -> None:
    works = [work(number, {"moscow": name}) for number, name in enumerate(("must", "SHOULD", "could", "wont"))]
    assert list(scores(works, rules("moscow", facts=MOSCOW)).values()) == [4.0, 3.0, 2.0, 1.0]


def test_an_unknown_or_missing_class_leaves_work_unscored() -> None:
    by = rules("moscow", {"then": "value"}, facts=MOSCOW)
    assert scored(work(1, {"moscow": "maybe", "value": 2.0}), by) == Scored(
        None, reason="moscow is maybe, and not must, should, could or wont"
    )
    assert scored(work(1, {"value": 2.0}), by).reason == "moscow is missing"


def test_a_pin_wins_over_everything_and_is_not_rounded() -> None:
    by = rules(adjustments=(adjustment("more", add="10"),))
    assert scores([rice(1), rice(2), rice(3, None)], by, {1: 7.25, 3: 8.0}) == {1: 7.25, 2: 110.0, 3: 8.0}


def test_a_pin_on_something_else_is_ignored() -> None:
    assert scores([rice(1)], rules(), {9: 1.0}) == {1: 100.0}
