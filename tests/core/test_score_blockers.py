"""What blocks is at least as high as what waits for it."""

from __future__ import annotations

from scoring_makers import TODAY, ref, rice, rules, work

from syncd.core.backlog import Status, Work
from syncd.core.expressions.language import Type
from syncd.core.rules import FactRule, Policy, Rules
from syncd.core.scoring.score import score_all


def scores(
    works: list[Work], by: Rules | None = None, pinned: dict[int, float] | None = None
) -> dict[int, float | None]:
    pins = {ref(number): (value, "set in Jira") for number, value in (pinned or {}).items()}
    found = score_all(works, by or rules(), TODAY, {}, pins)
    return {int(one.id): scored.score for one, scored in found.items()}


def test_a_blocker_is_at_least_as_high_as_what_waits_for_it() -> None:
    assert scores([rice(1, 10, blocks=(2, 3)), rice(2, 2), rice(3, 4)]) == {1: 50.0, 2: 50.0, 3: 25.0}


def test_a_blocker_that_is_higher_anyway_keeps_its_score() -> None:
    assert scores([rice(1, 1, blocks=(2,)), rice(2, 2)]) == {1: 100.0, 2: 50.0}


def test_a_chain_lifts_from_its_end_to_its_start() -> None:
    works = [rice(1, 10, blocks=(2,)), rice(2, 5, blocks=(3,)), rice(3, 20, blocks=(4,)), rice(4, 1)]
    assert scores(works) == {1: 100.0, 2: 100.0, 3: 100.0, 4: 100.0}


def test_the_members_of_a_cycle_share_the_best_of_them_and_of_what_waits() -> None:
    works = [
        rice(1, 10, blocks=(2,)),
        rice(2, 5, blocks=(3,)),
        rice(3, 20, blocks=(1, 4)),
        rice(4, 2),
        rice(5, 4, blocks=(5,)),
    ]
    assert scores(works) == {1: 50.0, 2: 50.0, 3: 50.0, 4: 50.0, 5: 25.0}


def test_an_unscored_blocker_gets_the_score_of_what_waits_and_no_raw_score() -> None:
    found = score_all([rice(1, None, blocks=(2,)), rice(2, 2)], rules(), TODAY, {})[ref(1)]
    assert (found.score, found.raw, found.reason) == (50.0, None, None)


def test_unscored_work_lifts_nothing() -> None:
    assert scores([rice(1, 10, blocks=(2,)), rice(2, None)]) == {1: 10.0, 2: None}


def test_closed_and_unknown_work_lifts_nothing() -> None:
    assert scores([rice(1, 10, blocks=(2, 99)), rice(2, 1, status=Status.DONE)]) == {1: 10.0}


def test_a_pinned_score_lifts_others_and_is_not_lifted_but_lets_the_rest_through() -> None:
    works = [rice(1, 10, blocks=(2,)), rice(2, 10, blocks=(3,)), rice(3, 1)]
    assert scores(works, pinned={2: 5.0}) == {1: 100.0, 2: 5.0, 3: 100.0}
    assert scores(works, pinned={2: 500.0}) == {1: 500.0, 2: 500.0, 3: 100.0}


def test_the_policy_can_switch_it_off() -> None:
    assert scores([rice(1, 10, blocks=(2,)), rice(2)], rules(policy=Policy(blockers=False))) == {1: 10.0, 2: 100.0}


def test_a_blocker_stands_in_the_best_class_of_what_waits() -> None:
    by = rules("moscow", {"then": "votes"}, facts={"moscow": FactRule("moscow", Type.TEXT, {})})
    works = [
        work(1, {"moscow": "wont"}, votes=9, blocks=(2, 3)),
        work(2, {"moscow": "should"}, votes=4),
        work(3, {"moscow": "could"}, votes=7),
        work(4, blocks=(2,)),
    ]
    found = score_all(works, by, TODAY, {})
    assert [(one.score, one.class_index) for one in found.values()] == [(9.0, 1), (4.0, 1), (7.0, 2), (4.0, 1)]


def test_ten_thousand_in_a_row_are_no_problem() -> None:
    works = [rice(number, 10, blocks=(number + 1,)) for number in range(10_000)] + [rice(10_000, 1)]
    assert set(scores(works).values()) == {100.0}
