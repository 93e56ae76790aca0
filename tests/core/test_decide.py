"""The steps together: people's values go in, plans come out, and what was decided can be explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from work_makers import ALL, EMPTY, KEY_RESULT, OBJECTIVE, ROADMAP, SCORE, item, ledger, ref, rules

from syncd.core.backlog import BacklogItem, Problem, Status
from syncd.core.decide import Decision, Snapshot, decide, explain
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import Link, LinkKind, Pointer
from syncd.core.permission.ownership import Ledger
from syncd.core.plan import Plan, Relabel, SetField
from syncd.core.rules import KeyResult, Objective, OkrRules, Policy, Rules

TODAY = date(2026, 10, 1)


def decided(
    *items: BacklogItem,
    by: Rules,
    written: Ledger | None = None,
    orders: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Decision:
    snapshot = Snapshot({each.ref: each for each in items}, problems, written or {}, {}, orders or {})
    return decide(snapshot, by, TODAY)


def shown(plan: Plan) -> dict[str, dict[str, object]]:
    """key → place → what the edit leaves there"""
    return {
        edit.key: {
            change.field if isinstance(change, SetField) else change.prefix: (
                change.after if isinstance(change, SetField) else change.add
            )
            for change in edit.changes
        }
        for edit in plan.edits
    }


def test_an_empty_backlog_has_an_empty_plan_for_every_source() -> None:
    decision = decided(by=rules(*ALL))
    assert set(decision.plans) == {"jira", "github"}
    assert all(plan.empty for plan in decision.plans.values())


def test_every_source_shows_the_one_order() -> None:
    decision = decided(item(1, priority=2), item(2, "github", priority=1), item(3, priority=4), by=rules(*ALL))
    assert [one.work.primary.key for one in decision.ranked] == ["acme/web#2", "PAY-1", "PAY-3"]
    assert shown(decision.plans["github"]) == {"acme/web#2": {"Score": 5.0, "Rank": 1.0, "roadmap/": ("roadmap/now",)}}
    assert [edit.key for edit in decision.plans["jira"].edits] == ["PAY-1", "PAY-3"]


def test_a_hand_set_horizon_is_kept_and_shown_on_the_twin() -> None:
    twin = item(2, "github", same_as=(Pointer(key="PAY-1"),))
    decision = decided(item(1, labels=("roadmap/later",)), twin, by=rules(ROADMAP))
    assert decision.plans["jira"].empty
    assert shown(decision.plans["github"]) == {"acme/web#2": {"roadmap/": ("roadmap/later",)}}
    assert decision.ranked[0].pins == ("horizon=later (set by a person on PAY-1 (roadmap/later))",)


def test_a_hand_set_score_decides_the_rank_and_is_told_in_the_receipt() -> None:
    low = item(1, priority=5, fields={**EMPTY, "Score": 99.0})
    decision = decided(low, item(2, priority=1), by=rules(SCORE))
    assert [one.work.primary.key for one in decision.ranked] == ["PAY-1", "PAY-2"]
    receipt = explain(decision, rules(SCORE), low.ref)
    assert receipt.score == 99.0
    assert [line.because for line in receipt.lines if line.step == "pin"] == ["set by a person on PAY-1 (Score: 99)"]


def test_a_hand_set_outcome_beats_the_match_and_fills_the_other_place() -> None:
    match = parse("'checkout' in labels", {"labels": Type.WORDS})
    okrs = OkrRules(
        (
            Objective("O1", "Checkout", match=match),
            Objective("O2", "Support", key_results=(KeyResult("KR2", "Faster"),)),
        )
    )
    by = rules(OBJECTIVE, KEY_RESULT, okrs=okrs)
    one = item(1, labels=("checkout",))
    assert shown(decided(one, by=by).plans["jira"]) == {"PAY-1": {"Objective": "O1: Checkout"}}
    one = item(1, labels=("checkout", "okr/KR2"))
    assert shown(decided(one, by=by).plans["jira"]) == {"PAY-1": {"Objective": "O2: Support"}}


def test_an_outcome_that_we_wrote_is_not_read_back_as_a_persons() -> None:
    one = item(1, labels=("okr/KR1",), fields={**EMPTY, "Objective": "O1: Checkout never loses a sale"})
    written = ledger((one, KEY_RESULT, "okr/KR1"), (one, OBJECTIVE, "O1: Checkout never loses a sale"))
    decision = decided(one, by=rules(OBJECTIVE, KEY_RESULT), written=written)
    assert decision.works[one.ref].okr is None
    assert shown(decision.plans["jira"]) == {"PAY-1": {"Objective": None, "okr/": ()}}


def test_a_rule_on_labels_cannot_feed_on_what_we_wrote() -> None:
    by = rules(ROADMAP, SCORE, formula="90 if 'roadmap/now' in labels else 10")
    one = item(1, labels=("team/web", "roadmap/now"))
    ours = decided(one, by=by, written=ledger((one, ROADMAP, "roadmap/now")))
    assert ours.ranked[0].score == 10
    assert decided(one, by=by).ranked[0].score == 90


def test_a_closed_issue_leaves_the_roadmap() -> None:
    one = item(1, status=Status.DONE, labels=("roadmap/now",))
    decision = decided(one, by=rules(*ALL), written=ledger((one, ROADMAP, "roadmap/now")))
    assert decision.plans["jira"].edits[0].changes == (
        Relabel((), ("roadmap/now",), "horizon", "roadmap/", "done: closed work has no horizon"),
    )
    assert decision.ranked == ()


def test_each_order_scope_is_sorted_where_the_source_says_so() -> None:
    items = [item(number, priority=number) for number in (1, 2, 3)]
    orders = {"jira": {"PAY": ("0003", "0001", "0002")}, "github": {"acme/7": ("0001",)}}
    plan = decided(*items, by=rules(order=True), orders=orders).plans["jira"]
    assert [(move.key, move.below_key) for move in plan.moves["PAY"]] == [("PAY-3", "PAY-2")]
    assert plan.size == 1


def test_problems_of_all_steps_are_kept() -> None:
    known = Problem("jira", "PAY-9", "unknown-status", "…", "…", excludes=True)
    waits = (Link(LinkKind.BLOCKED_BY, Pointer(key="PAY-2")),)
    circle = (item(1, links=waits), item(2, links=(Link(LinkKind.BLOCKED_BY, Pointer(key="PAY-1")),)))
    pinned = item(3, labels=("roadmap/now",), fields={"Roadmap": "later"})
    by = rules(ROADMAP, replace(ROADMAP, label=None, field="Roadmap"))
    codes = [problem.code for problem in decided(*circle, pinned, by=by, problems=(known,)).problems]
    assert codes == ["unknown-status", "blocker-cycle", "conflicting-pins"]


def test_what_stood_is_remembered_for_the_next_decision() -> None:
    decision = decided(item(1, priority=2), item(2, priority=1), by=rules(*ALL))
    assert {each.id: (one.rank, one.horizon, one.score) for each, one in decision.placed.items()} == {
        "0002": (1, "now", 5.0),
        "0001": (2, "now", 4.0),
    }


def test_an_issue_outside_the_backlog_cannot_be_explained() -> None:
    with pytest.raises(KeyError):
        explain(decided(item(1), by=rules()), rules(), ref(9))


def test_the_policy_is_asked_for_the_dead_band() -> None:
    one = item(1, priority=3, fields={**EMPTY, "Score": 2.8})
    written = ledger((one, SCORE, 2.8))
    assert not decided(one, by=rules(SCORE), written=written).plans["jira"].empty
    assert decided(one, by=rules(SCORE, policy=Policy(deadband=0.5)), written=written).plans["jira"].empty
