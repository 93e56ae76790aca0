"""The total order: classes, scores, ties, the dead band, blockers and unscored work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from work_makers import START, ref, rules, scored, work

from syncd.core.backlog import Ranked, Status, Work
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pin, Pins
from syncd.core.ranking.rank import Placed, placed, rank
from syncd.core.rules import Policy

PLAIN = rules(horizons=())


def order(
    works: Sequence[Work],
    scores: Mapping[int, float | None],
    memory: Mapping[Ref, Placed] | None = None,
    classes: Mapping[int, int] | None = None,
    deadband: float = 0.0,
    blockers: bool = True,
) -> list[int]:
    by = rules(horizons=(), policy=Policy(deadband=deadband, blockers=blockers))
    return numbers(rank(works, scored(scores, classes), memory or {}, {}, by))


def numbers(ranked: Sequence[Ranked]) -> list[int]:
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    return [int(one.work.ref.id) for one in ranked]


def stood(*places: tuple[int, float | None]) -> dict[Ref, Placed]:
    return {ref(number): Placed(index, None, score) for index, (number, score) in enumerate(places, start=1)}


def test_higher_scores_stand_above() -> None:
    assert order([work(1), work(2), work(3)], {1: 10, 2: 30, 3: 20}) == [2, 3, 1]


def test_a_better_class_stands_above_any_score() -> None:
    assert order([work(1), work(2)], {1: 10, 2: 90}, classes={1: 0, 2: 1}) == [1, 2]


def test_unscored_work_stands_last_with_its_reason() -> None:
    ranked = rank([work(1), work(2)], scored({1: None, 2: -5}), {}, {}, PLAIN)
    assert numbers(ranked) == [2, 1]
    assert ranked[1].unscored_because == "effort is missing" and ranked[0].unscored_because is None


def test_closed_work_is_not_ranked() -> None:
    assert order([work(1, status=Status.DONE), work(2)], {1: 90, 2: 10}) == [2]


def test_ties_keep_their_previous_order() -> None:
    assert order([work(1), work(2), work(3)], {1: 5, 2: 5, 3: 5}, stood((3, 5), (1, 5), (2, 5))) == [3, 1, 2]


def test_new_work_with_the_same_score_stands_below_what_was_there() -> None:
    assert order([work(1), work(2)], {1: 5, 2: 5}, stood((2, 5))) == [2, 1]


def test_without_memory_ties_go_by_priority_then_age_then_ref() -> None:
    works = [work(1, priority=4), work(2, priority=1), work(3, created=START - timedelta(days=1)), work(4)]
    assert order(works, {1: 5, 2: 5, 3: 5, 4: 5}) == [2, 3, 4, 1]


def test_a_difference_below_the_dead_band_moves_nothing() -> None:
    memory = stood((1, 50.2), (2, 50.0))
    assert order([work(1), work(2)], {1: 49.9, 2: 50.3}, memory, deadband=0.5) == [1, 2]
    assert order([work(1), work(2)], {1: 50.2, 2: 50.5}, memory, deadband=0.5) == [2, 1]


def test_small_steps_add_up_to_a_move() -> None:
    by = rules(horizons=(), policy=Policy(deadband=0.5))
    memory: Mapping[Ref, Placed] = stood((1, 50.3), (2, 50.0))
    for step in (50.2, 50.4, 50.6):
        ranked = rank([work(1), work(2)], scored({1: 50.3, 2: step}), memory, {}, by)
        memory = placed(ranked, memory, by)
    assert numbers(ranked) == [2, 1]
    assert memory[ref(2)].score == 50.6


def test_a_blocker_stands_directly_above_what_it_blocks() -> None:
    works = [work(1), work(2), work(3, blocks=(ref(1),)), work(4)]
    assert order(works, {1: 90, 2: 90, 3: 90, 4: 95}) == [4, 3, 1, 2]


def test_a_blocker_goes_along_through_any_chain_even_from_a_lower_class() -> None:
    works = [work(1, blocked_by=(ref(2),)), work(2, blocked_by=(ref(3),)), work(3), work(4)]
    assert order(works, {1: 90, 2: 20, 3: 10, 4: 80}, classes={1: 0, 2: 1, 3: 2, 4: 0}) == [3, 2, 1, 4]


def test_what_is_strong_by_itself_goes_before_what_borrowed_its_strength() -> None:
    assert order([work(1, blocks=(ref(3),)), work(2), work(3)], {1: 10, 2: 50, 3: 50}) == [2, 1, 3]


def test_blockers_count_only_where_the_policy_says_so() -> None:
    assert order([work(1), work(2, blocks=(ref(1),))], {1: 90, 2: 10}, blockers=False) == [1, 2]


def test_work_that_waits_for_itself_is_ranked_by_score() -> None:
    works = [
        work(1, blocks=(ref(2),)),
        work(2, blocks=(ref(3), ref(4))),
        work(3, blocks=(ref(1),)),
        work(4),
    ]
    assert order(works, {1: 10, 2: 20, 3: 30, 4: 25}) == [3, 2, 4, 1]


def test_an_unscored_blocker_stays_among_the_unscored() -> None:
    assert order([work(1, blocks=(ref(2),)), work(2)], {1: None, 2: 90}) == [2, 1]


def test_a_blocker_that_is_closed_or_unknown_blocks_nothing() -> None:
    works = [work(1, blocked_by=(ref(2), ref(9))), work(2, status=Status.DONE), work(3)]
    assert order(works, {1: 10, 3: 20}) == [3, 1]


def test_pins_are_told() -> None:
    pins = {
        ref(1): Pins(
            Pin("now", "set by a person on PAY-1 (roadmap/now)"), Pin(50.0, "set by a person on PAY-1 (Score: 50)")
        )
    }
    ranked = rank([work(1)], scored({1: 50.0}), {}, pins, rules())
    assert ranked[0].pins == (
        "horizon=now (set by a person on PAY-1 (roadmap/now))",
        "score=50 (set by a person on PAY-1 (Score: 50))",
    )
