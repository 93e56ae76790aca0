"""Too much change stops itself, says which number tripped and the exact command to go on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from work_makers import ref, rules

from syncd.core.leave import Limits
from syncd.core.plan import Edit, Move, Plan, SetField
from syncd.core.rules import Policy
from syncd.core.safety import check

RULES = rules(policy=Policy(limits=Limits(max_changed_share=0.3, max_changed_min_items=20, max_shrink_share=0.5)))


COMMAND = "syncd apply --plan 0123456789ab"


def plan(size: int) -> Plan:
    change = SetField("Score", None, 1.0, "score")
    return Plan("jira", tuple(Edit(ref(n), f"PAY-{n}", "", "1", (change,)) for n in range(size)))


def test_a_plan_above_the_share_says_the_numbers_and_the_command() -> None:
    found = check(plan(31), RULES, open_items=100, command=COMMAND)
    assert [brake.code for brake in found] == ["changed-share"]
    assert found[0].command == COMMAND
    assert found[0].message == (
        "This plan touches 31 issues of jira, which has 100 open ones (31%); the limit is 30% "
        f"(policy.limits.max_changed_share). If it is meant, run: {found[0].command}"
    )


@pytest.mark.parametrize(("size", "open_items"), [(30, 100), (20, 20), (0, 0), (1, 0)])
def test_a_plan_within_the_share_or_small_runs(size: int, open_items: int) -> None:
    assert check(plan(size), RULES, open_items=open_items, command=COMMAND) == ()


def test_a_large_plan_for_a_source_without_open_issues_stops() -> None:
    assert [brake.code for brake in check(plan(21), RULES, open_items=0, command=COMMAND)] == ["changed-share"]


def test_moves_count_once_for_each_issue() -> None:
    moves = tuple(Move(ref(n), f"PAY-{n}", None) for n in range(31))
    assert check(Plan("jira", moves={"PAY": moves}), RULES, open_items=100, command=COMMAND)
    assert not check(replace(plan(30), moves={"PAY": moves[:30]}), RULES, open_items=100, command=COMMAND)


def test_a_source_that_lost_more_than_half_stops() -> None:
    found = check(plan(1), RULES, open_items=40, command=COMMAND, known=100, lost=51)
    assert [brake.code for brake in found] == ["shrunk"]
    assert "lost 51 of its 100 issues" in found[0].message and found[0].message.endswith(found[0].command)
    assert check(plan(1), RULES, open_items=40, command=COMMAND, known=100, lost=50) == ()


def test_an_empty_plan_needs_no_brake() -> None:
    assert check(plan(0), RULES, open_items=0, command=COMMAND, known=10, lost=10) == ()
