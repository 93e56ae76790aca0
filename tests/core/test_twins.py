"""Twins: one piece of work told in two tools, joined by what its issues say, and never by guessing."""

from __future__ import annotations

import pytest
from issue_makers import TODAY, fact, github, items, jira, rules

from syncd.core.backlog import Fact
from syncd.core.expressions.language import Type
from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import Linked, link
from syncd.core.rules import Policy, ReadField, ReadLabels, Rules, SourceRules

DONE = {"state": "Done", "state_group": StateGroup.DONE}
THIRD = {"acme-linear": SourceRules("acme-linear", "github", rules().sources["acme-github"].normalize)}


def linked(*issues: SourceIssue, by: Rules | None = None) -> Linked:
    return link(items(*issues, by=by), by or rules(), TODAY)


def members(result: Linked) -> list[list[str]]:
    return [[member.key for member in work.members] for work in result.works]


def linear(number: int, **changes: object) -> SourceIssue:
    return github(number, ref=Ref("acme-linear", str(number)), key=f"lin/x#{number}", scope="lin/x", url="", **changes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (jira(12), github(7, title="[PAY-12] Refunds")),
        (jira(12), github(7, body="Jira: PAY-12")),
        (jira(12, body="GitHub: https://github.com/acme/web/issues/7"), github(7)),
        (jira(12, body="Tracked in acme/web#7"), github(7, body="Mirrors PAY-12")),
        (jira(12, links=(Link(LinkKind.SAME_AS, Pointer(url="https://github.com/acme/web/issues/7")),)), github(7)),
        (jira(12, **DONE), github(7, title="PAY-12: Refunds")),
    ],
)
def test_one_sides_word_is_enough(one: SourceIssue, other: SourceIssue) -> None:
    result = linked(one, other)
    assert members(result) == [["PAY-12", "acme/web#7"]]
    assert result.primary_of == {one.ref: one.ref, other.ref: one.ref}
    assert result.works[0].open
    assert result.problems == ()


def test_issues_of_one_source_are_never_twins() -> None:
    result = linked(jira(12), jira(13, title="[PAY-12] follow-up"), github(7), github(8, body="Same as #7"))
    assert len(result.works) == 4
    assert result.problems == ()


def test_twins_can_be_switched_off() -> None:
    by = rules(policy=Policy(twins=False))
    assert len(linked(jira(12), github(7, title="[PAY-12] Refunds"), by=by).works) == 2


def test_two_issues_that_claim_one_stay_apart_and_are_named() -> None:
    result = linked(jira(12), github(7, title="PAY-12: frontend"), github(8, title="PAY-12: backend"))
    assert len(result.works) == 3
    (problem,) = result.problems
    assert (problem.code, problem.key, problem.excludes) == ("ambiguous-twin", "PAY-12", False)
    assert "acme/web#7 and acme/web#8" in problem.message


def test_an_issue_that_claims_two_stays_alone() -> None:
    result = linked(jira(12), jira(13), github(7, title="[PAY-12] Refunds", body="Jira: PAY-13"))
    assert len(result.works) == 3
    assert [(problem.code, problem.key) for problem in result.problems] == [("ambiguous-twin", "acme/web#7")]


def test_a_dropped_duplicate_gives_way() -> None:
    dropped = github(7, body="Jira: PAY-12", state="closed", state_group=StateGroup.DONE, resolution="duplicate")
    result = linked(jira(12), dropped, github(8, body="Jira: PAY-12"))
    assert sorted(members(result)) == [["PAY-12", "acme/web#8"], ["acme/web#7"]]
    assert result.problems == ()


def test_quarrels_among_closed_issues_are_not_told() -> None:
    closed = {"state": "closed", "state_group": StateGroup.DONE}
    result = linked(jira(12, **DONE), github(7, title="PAY-12: a", **closed), github(8, title="PAY-12: b", **closed))
    assert len(result.works) == 3
    assert result.problems == ()


def test_three_tools_make_one_piece_of_work() -> None:
    by = rules(more=THIRD)
    result = linked(jira(12), github(7, body="Jira: PAY-12"), linear(3, body="GitHub: acme/web#7"), by=by)
    assert members(result) == [["PAY-12", "acme/web#7", "lin/x#3"]]


def test_a_chain_that_comes_back_to_its_source_is_no_twin() -> None:
    by = rules(more=THIRD)
    result = linked(
        jira(12), jira(13), github(7, body="Jira: PAY-12"), linear(3, body="GitHub: acme/web#7\nJira: PAY-13"), by=by
    )
    assert len(result.works) == 4
    assert [problem.code for problem in result.problems] == ["ambiguous-twin"]


@pytest.mark.parametrize(
    ("prefer", "first"),
    [((), "PAY-12"), (("github",), "acme/web#7"), (("acme-github", "jira"), "acme/web#7"), (("nobody",), "PAY-12")],
)
def test_the_preferred_tool_speaks_first(prefer: tuple[str, ...], first: str) -> None:
    by = rules(policy=Policy(prefer=prefer))
    result = linked(jira(12), github(7, title="[PAY-12] Refunds"), by=by)
    assert result.works[0].primary.key == first


def test_facts_of_the_primary_win_but_a_real_value_beats_a_default() -> None:
    by = rules(
        facts={
            **fact(Type.NUMBER, ReadField("Reach"), name="reach", default=1.0),
            **fact(Type.NUMBER, ReadField("Points"), ReadLabels((("size/m", 3.0),)), name="effort"),
            **fact(Type.TEXT, ReadField("Team"), name="team"),
            **fact(Type.NUMBER, ReadField("Nowhere"), name="confidence", default=0.8),
        }
    )
    one = jira(12, fields={"Team": "Red"})
    twin = github(7, title="[PAY-12] x", fields={"Team": "Blue", "Reach": 9.0}, labels=("size/M", "ui"))
    (work,) = linked(one, twin, by=by).works
    assert work.facts == {
        "reach": Fact(9.0, "GitHub field Reach of acme/web#7"),
        "effort": Fact(3.0, "label size/M of acme/web#7"),
        "team": Fact("Red", "Jira field Team"),
        "confidence": Fact(0.8, "default"),
    }


def test_labels_are_united_and_parents_inherited() -> None:
    epic = github(1, labels=("epic",))
    twin = github(7, title="[PAY-12] x", labels=("ui", "late"), parent=Pointer(key="acme/web#1"))
    result = linked(epic, twin, jira(12, labels=("late", "money")), jira(1, body="GitHub: acme/web#1"))
    work = next(work for work in result.works if work.primary.key == "PAY-12")
    assert work.labels == ("late", "money", "ui")
    assert work.parent == jira(1).ref


def test_the_parent_of_the_primary_wins() -> None:
    result = linked(
        jira(1),
        jira(2),
        jira(12, parent=Pointer(key="PAY-2")),
        github(7, title="[PAY-12] x", parent=Pointer(key="PAY-1")),
    )
    work = next(work for work in result.works if work.primary.key == "PAY-12")
    assert work.parent == jira(2).ref


def test_the_order_of_the_mapping_does_not_matter() -> None:
    issues = [
        jira(12),
        github(7, title="PAY-12: a"),
        github(8, title="PAY-12: b"),
        jira(1),
        github(9, body="Jira: PAY-1"),
    ]
    forward, backward = items(*issues), items(*reversed(issues))
    assert link(forward, rules(), TODAY) == link(backward, rules(), TODAY)
