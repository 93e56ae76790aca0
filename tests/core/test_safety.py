"""Too much change stops itself, says which number tripped and the exact command to go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from work_makers import ref

from syncd.core.permission.leave import Limits
from syncd.core.plan import Edit, Move, Plan, SetField
from syncd.core.safety.brakes import Measures, check
from syncd.core.safety.shifts import Standing

COMMAND = "syncd apply --plan 0123456789ab"
LIMITS = Limits()
RANKING: tuple[Standing, ...] = tuple((str(n), 100.0 - n) for n in range(100))


def plan(size: int) -> Plan:
    change = SetField("Score", None, 1.0, "score")
    return Plan("jira", tuple(Edit(ref(n), f"PAY-{n}", "", "1", (change,)) for n in range(size)))


def measures(**changes: Any) -> Measures:
    return replace(Measures(100, frozenset(id_ for id_, _ in RANKING), RANKING, RANKING), **changes)


def codes(size: int, limits: Limits = LIMITS, **changes: Any) -> list[str]:
    return [brake.code for brake in check(plan(size), limits, measures(**changes), COMMAND)]


def said(size: int, limits: Limits = LIMITS, **changes: Any) -> str:
    (brake,) = check(plan(size), limits, measures(**changes), COMMAND)
    assert brake.command == COMMAND and brake.message.endswith(f", run: {COMMAND}")
    return brake.message.removesuffix(f", run: {COMMAND}")


def test_a_plan_above_the_share_says_the_numbers_and_the_command() -> None:
    assert said(31) == (
        "this plan touches 31 issues of jira, which has 100 open ones (31 %); the limit is 30 % "
        "(policy.limits.max_changed_share). If it is meant"
    )


@pytest.mark.parametrize(("size", "open_items"), [(30, 100), (20, 20), (0, 0), (1, 0)])
def test_a_plan_within_the_share_or_small_runs(size: int, open_items: int) -> None:
    assert codes(size, open_items=open_items) == []


def test_a_large_plan_for_a_source_without_open_issues_stops() -> None:
    assert codes(21, open_items=0) == ["changed-share"]


def test_moves_count_once_for_each_issue() -> None:
    moves = tuple(Move(ref(n), f"PAY-{n}", None) for n in range(31))
    assert check(Plan("jira", moves={"PAY": moves}), LIMITS, measures(), COMMAND)
    assert not check(replace(plan(30), moves={"PAY": moves[:30]}), LIMITS, measures(), COMMAND)


def test_a_plan_over_the_number_of_issues_stops_in_a_large_backlog_too() -> None:
    assert said(51, replace(LIMITS, max_changed_items=50), open_items=20_000).startswith(
        "this plan touches 51 issues of jira; the limit is 50 (policy.limits.max_changed_items)"
    )


def test_changed_rules_may_touch_less() -> None:
    assert codes(21, open_items=200, rules_changed=True) == ["rules"]
    assert codes(21, open_items=210, rules_changed=True) == []
    assert codes(21, open_items=200) == []
    assert said(21, open_items=200, rules_changed=True).startswith(
        "the rules changed since a person approved last, and this plan touches 21 issues of jira, which has 200 open ones "
        "(10 %); the limit is 10 %"
    )


def test_a_source_that_lost_more_than_half_of_what_was_ranked_stops() -> None:
    left = frozenset(str(n) for n in range(49))
    assert said(1, there=left, after=RANKING[:49]).startswith(
        "51 of the 100 issues (51 %) that were ranked when the last plan went out are gone; the limit is 50 % "
        "(policy.limits.max_shrink_share). If they are really gone"
    )
    assert codes(1, there=left | {"49"}, after=RANKING[:50]) == []
    assert codes(1, there=frozenset(), after=(), before=RANKING[:20]) == [], "a handful may go at any time"


def test_issues_that_were_closed_are_not_gone() -> None:
    assert codes(1, after=RANKING[:10]) == []


def test_a_ranking_that_was_shuffled_stops() -> None:
    turned = RANKING[::-1]
    assert codes(5, after=turned) == ["churn"]
    assert said(5, after=turned).startswith("100 % of all pairs among 100 issues change places")
    half = (*RANKING[50:], *RANKING[:50])
    assert codes(5, after=half) == ["churn"]
    block = (*RANKING[:80], *RANKING[80:][::-1])
    assert codes(5, after=block) == []
    assert codes(5, replace(LIMITS, rank_churn_top=50), after=block) == []
    assert codes(5, replace(LIMITS, rank_churn_top=50), after=(*RANKING[:50][::-1], *RANKING[50:])) == ["churn"]


def test_scores_that_all_fell_stop_also_where_the_order_stayed() -> None:
    fell = tuple((id_, (score or 0) / 2) for id_, score in RANKING)
    assert codes(5, after=fell) == ["scores"]
    assert said(5, after=fell).startswith(
        "the scores of 100 issues as a whole moved by 50 % against the last plan that went out"
    )


def test_work_that_lost_its_score_counts_as_moved() -> None:
    lost = tuple((id_, None if n % 3 == 0 else score) for n, (id_, score) in enumerate(RANKING))
    assert codes(5, after=lost) == ["scores"]


def test_what_was_written_within_the_hour_counts() -> None:
    limits = replace(LIMITS, max_writes_per_hour=100)
    assert codes(10, limits, written=90) == []
    assert said(10, limits, written=91).startswith(
        "91 issues of jira were written to within an hour, and this plan touches 10; it goes on by itself when the hour is "
        "over; the limit is 100 (policy.limits.max_writes_per_hour)"
    )


def test_what_people_would_be_told_within_the_hour_counts() -> None:
    limits = replace(LIMITS, max_notifications_per_hour=100)
    assert codes(10, limits, notified=40, notifications=60) == []
    assert said(10, limits, notified=41, notifications=60).startswith(
        "this plan would send about 60 notifications, after 41 within an hour; it goes on by itself when the hour is over; "
        "the limit is 100 (policy.limits.max_notifications_per_hour)"
    )


def test_the_first_plan_and_an_empty_one_are_held_against_nothing() -> None:
    assert codes(5, before=None, after=RANKING[::-1]) == []
    assert codes(0, there=frozenset(), after=()) == []


def test_several_brakes_are_all_told() -> None:
    assert codes(60, after=RANKING[::-1]) == ["changed-share", "churn"]
