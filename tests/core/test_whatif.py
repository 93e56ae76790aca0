"""What other rules would change: who enters and leaves, and how far two orders are apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work_makers import SCORE, item, rules

from syncd.core.backlog import BacklogItem, OkrLink
from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.reports.whatif import WhatIf, as_json, kendall, whatif
from syncd.core.rules import Rules


def decided(by: Rules, *items: BacklogItem) -> Decision:
    backlog = {one.ref: one for one in items}
    return decide(Snapshot(backlog, (), {}, {}, {}), by, item(1).created.date())


BACKLOG = tuple(item(number, priority=number, effort=float(number)) for number in range(1, 6))


def compared(top: int = 2) -> WhatIf:
    today, turned = rules(SCORE, formula="6 - priority"), rules(SCORE, formula="priority")
    return whatif(decided(today, *BACKLOG), decided(turned, *BACKLOG), top)


@given(st.permutations(range(9)))
def test_kendalls_tau_is_one_less_twice_the_share_of_turned_pairs(order: list[int]) -> None:
    turned = sum(left > right for left, right in combinations(order, 2))
    assert kendall(order) == pytest.approx(1 - 2 * turned / 36)


def test_no_order_and_a_single_piece_of_work_are_in_perfect_order() -> None:
    assert kendall([]) == kendall([7]) == 1.0


def test_a_turned_backlog_is_told_as_such() -> None:
    found = compared()
    assert (found.tau, found.churn, found.moved) == (-1.0, 1.0, 0.8)
    assert [one.work.primary.key for one in found.entering] == ["PAY-5", "PAY-4"]
    assert [one.work.primary.key for one in found.leaving] == ["PAY-1", "PAY-2"]
    assert found.leaving[0].before is not None and found.leaving[0].before.rank == 1
    assert found.leaving[0].after is not None and found.leaving[0].after.rank == 5
    assert {one.source: (one.before, one.after) for one in found.writes} == {"jira": (5, 5), "github": (0, 0)}


def test_the_same_rules_change_nothing() -> None:
    same = decided(rules(SCORE), *BACKLOG)
    found = whatif(same, same, 3)
    assert (found.tau, found.churn, found.moved, found.rehorizoned) == (1.0, 0.0, 0.0, 0)
    assert found.entering == found.leaving == ()


def test_work_that_other_rules_leave_out_leaves_the_first_ones() -> None:
    today = decided(rules(SCORE), *BACKLOG)
    found = whatif(today, decided(rules(SCORE), *BACKLOG[1:]), 2)
    assert [(one.work.primary.key, one.after) for one in found.leaving] == [("PAY-1", None)]
    assert found.compared == 4 and found.tau == 1.0


def test_coverage_counts_work_effort_and_the_first_ones() -> None:
    before = decided(rules(SCORE), *BACKLOG)
    link = OkrLink("O1", None, "label")
    tied = tuple(replace(row, work=replace(row.work, okr=link if row.rank == 1 else None)) for row in before.ranked)
    found = whatif(before, replace(before, ranked=tied), 2)
    of_any, of_one = found.coverage
    assert (of_any.objective, of_one.objective) == (None, "O1")
    assert (of_any.before.works, of_any.after.works) == (0.0, 0.2)
    assert of_one.after.effort == pytest.approx(1 / 15)
    assert of_one.after.top == 0.5


def test_it_reads_as_json() -> None:
    told = as_json(compared())
    assert told["kendall_tau"] == -1.0
    assert told["entering"][0]["rank"] == {"before": 5, "after": 1}  # type: ignore[index]


def test_the_rank_correlation_counts_every_pair_however_many_there_are() -> None:
    ranks = [(place * 7919) % 1009 for place in range(1009)]
    wrong = sum(ranks[one] > ranks[two] for one in range(1009) for two in range(one + 1, 1009))
    assert kendall(ranks) == 1 - 2 * wrong / (1009 * 1008 / 2)
