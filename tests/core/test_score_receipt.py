"""What people read when they ask why a piece of work has its score."""

from __future__ import annotations

from dataclasses import replace

from scoring_makers import RICE_FACTS, TODAY, adjustment, linked, ref, rice, rules, work

from syncd.core.backlog import Receipt, Status, Work
from syncd.core.expressions.language import Type
from syncd.core.rules import FactRule, Rules, Scale
from syncd.core.scoring.receipt import receipt
from syncd.core.scoring.score import Pins, score_all

SERVES = "serves O1 Checkout that never loses a sale, KR1 Fewer failed payments"


def receipt_of(works: list[Work], by: Rules, pinned: Pins | None = None, number: int = 1) -> Receipt:
    """The receipt of the work with that number, after all were scored."""
    by_ref = {one.ref: one for one in works}
    scores = score_all(works, by, TODAY, by_ref, pinned or {})
    found = receipt(by_ref[ref(number)], by, TODAY, by_ref, scores, by_ref, pinned or {})
    if ref(number) in scores:
        assert (found.score, found.reason) == (scores[ref(number)].score, scores[ref(number)].reason)
    return found


def lines(found: Receipt) -> list[tuple[str, str, float | None]]:
    return [(line.step, line.text, line.total) for line in found.lines]


def test_a_receipt_tells_inputs_formula_scale_adjustments_and_the_objective() -> None:
    by = rules(
        scale=Scale.PERCENTILE,
        adjustments=(
            adjustment("security first", "'security' in labels", multiply="1.5", because="our SLA"),
            adjustment("behind plan", "okr.behind > 0.2", add="10"),
            adjustment("not for this", "votes > 100", add="99"),
            adjustment("roof", at_most=150.0),
        ),
    )
    mine = rice(1, 3.0, impact=4.0, labels=("Security",), okr=linked())
    others = [rice(number, float(number)) for number in range(2, 12)]
    found = receipt_of([mine, *others], by)
    assert lines(found) == [
        ("input", "reach = 100", None),
        ("input", "impact = 4", None),
        ("input", "confidence = 1", None),
        ("input", "effort = 3", None),
        ("formula", "rice = reach × impact × confidence ÷ effort", 400 / 3),
        ("scale", "percentile: above 91 % of 11 scored", 100.0),
        ("adjust", "security first: × 1.5", 150.0),
        ("adjust", "behind plan: + 10", 160.0),
        ("adjust", "roof: at most 150", 150.0),
        (
            "note",
            f"{SERVES}; progress 20 %, 51 % of the time is over",
            None,
        ),
    ]
    assert [line.because for line in found.lines][:1] == ["Jira field Reach"]
    assert [line.because for line in found.lines if line.text.startswith("security")] == ["our SLA"]
    assert found.lines[-1].because == "label okr/KR1"


def test_rounding_is_told_where_it_changes_something() -> None:
    found = receipt_of([rice(1, 3.0)], rules())
    assert lines(found)[-2:] == [
        ("formula", "rice = reach × impact × confidence ÷ effort", 100 / 3),
        ("note", "rounded to 33.3", 33.3),
    ]


def test_minmax_tells_the_ends_of_the_scale() -> None:
    found = receipt_of([rice(1, 2.0), rice(2, 1.0), rice(3, 4.0)], rules(scale=Scale.MINMAX))
    assert ("scale", "minmax: between 25 and 100, the lowest and highest of 3 scored", 25 / 75 * 100) in lines(found)


def test_a_blocker_names_what_waits_for_it() -> None:
    found = receipt_of([rice(1, 10, blocks=(2,)), rice(2, 5, blocks=(12,)), rice(12, 2)], rules())
    assert lines(found)[-1] == ("blocker", "at least as high as PAY-2, which waits for it", 50.0)


def test_an_unscored_blocker_tells_what_it_lacks_and_whose_score_it_has() -> None:
    found = receipt_of([rice(1, None, blocks=(2,)), rice(2, 2)], rules())
    assert lines(found)[-2:] == [
        ("note", "effort is missing (asked from Jira field Story Points)", None),
        ("blocker", "at least as high as PAY-2, which waits for it", 50.0),
    ]


def test_a_pin_is_the_last_word() -> None:
    works = [rice(1, 10, blocks=(2,)), rice(2)]
    found = receipt_of(works, rules(), {ref(1): (7.25, "set in Jira on PAY-1")})
    assert lines(found)[-1] == ("pin", "set by hand to 7.25", 7.25)
    assert found.lines[-1].because == "set in Jira on PAY-1"


def test_unscored_work_lists_what_is_there_and_what_is_missing() -> None:
    found = receipt_of([rice(1, None)], rules())
    assert lines(found)[-1] == ("input", "effort is missing", None)
    assert found.score is None
    assert found.reason == "effort is missing (asked from Jira field Story Points)"


def test_an_input_that_a_condition_passes_over_is_not_needed() -> None:
    by = rules("expression", {"formula": "votes if votes > 0 else impact"}, facts={"impact": RICE_FACTS["impact"]})
    assert receipt_of([work(1, votes=3)], by).score == 3.0
    assert receipt_of([work(1)], by).reason == "impact is missing"


def test_a_missing_amount_is_told_and_changes_nothing() -> None:
    found = receipt_of([rice(1)], rules(adjustments=(adjustment("late", multiply="due_in_days", add="due_in_days"),)))
    assert [text for step, text, _ in lines(found) if step == "note"] == [
        "late: its factor is missing, so it changes nothing",
        "late: its summand is missing, so it changes nothing",
    ]
    assert found.score == 100.0


def test_a_class_is_told_and_so_is_the_better_one_it_stands_in() -> None:
    facts = {"moscow": FactRule("moscow", Type.TEXT, {})}
    works = [work(1, {"moscow": "could"}, blocks=(2,)), work(2, {"moscow": "must"})]
    texts = [line.text for line in receipt_of(works, rules("moscow", {"then": "votes"}, facts=facts)).lines]
    assert "moscow = could" in texts
    assert "class could, 3 of 4" in texts
    assert "stands in class must: PAY-2 is in it and waits for this" in texts


def test_closed_work_has_no_score_and_says_so() -> None:
    found = receipt_of([rice(1, status=Status.DONE)], rules())
    assert (found.score, found.reason) == (None, "closed work has no score")


def test_the_pull_of_outcomes_is_held_and_the_receipt_says_by_how_much() -> None:
    """Also what a later factor makes of it."""
    by = rules(
        scale=Scale.PERCENTILE,
        adjustments=(
            adjustment("behind plan", "okr.behind > 0.2", add="15"),
            adjustment("weighs much", add="5 * okr.weight"),
            adjustment("everything", multiply="2"),
        ),
    )
    others = [rice(number, float(number)) for number in range(2, 6)]
    found = receipt_of([rice(1, 10.0, okr=linked()), *others], by)
    pulled = next(line for line in found.lines if line.step == "cap")
    assert pulled.text == "outcomes pull by + 60, held to + 20"
    assert pulled.because == "at most 20 (pull: in okrs.yaml)"
    assert pulled.total == found.score == 2 * 20.0 + 20
    own = rules(adjustments=by.adjustments, okrs=replace(by.okrs, pull_at_most=50.0))
    assert receipt_of([rice(1, 10.0, okr=linked())], own).score == 2 * 10.0 + 50
    assert receipt_of([rice(1, 10.0, okr=linked())], rules(adjustments=by.adjustments)).score == 2 * (10.0 + 15 + 15)
    assert not any(line.step == "cap" for line in receipt_of([rice(1, 10.0), *others], by).lines)
