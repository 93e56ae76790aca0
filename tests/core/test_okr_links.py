"""Outcomes: the order of precedence, what people set by hand, and what syncd wrote and must not read back."""

from __future__ import annotations

from issue_makers import TODAY, github, items, jira, rules

from syncd.core.backlog import OkrLink
from syncd.core.expressions.language import Expression, Type, parse
from syncd.core.expressions.vocabulary import item_names
from syncd.core.issue import Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import Linked, link
from syncd.core.rules import KeyResult, Objective, OkrRules, Policy, Rules


def when(text: str) -> Expression:
    return parse(text, item_names({}), Type.FLAG)


OKRS = OkrRules(
    objectives=(
        Objective(
            "O1",
            "Checkout that never loses a sale",
            match=when("'checkout' in labels"),
            key_results=(
                KeyResult("KR1", "Fewer failed payments", match=when("'payments' in labels")),
                KeyResult("KR2", "Faster refunds", match=when("'refunds' in labels")),
            ),
        ),
        Objective("O2", "Calm nights", match=when("kind == 'bug'"), key_results=(KeyResult("KR3", "Fewer pages"),)),
    ),
    fields={"jira": "Objective"},
)


def linked(
    *issues: SourceIssue,
    by: Rules | None = None,
    pinned: dict[Ref, tuple[str, str | None, str]] | None = None,
    ours: dict[Ref, frozenset[str]] | None = None,
) -> Linked:
    by = by or rules(okrs=OKRS)
    return link(items(*issues, by=by), by, TODAY, pinned or {}, ours or {})


def okr(*issues: SourceIssue, **more: object) -> OkrLink | None:
    return linked(*issues, **more).works[0].okr  # type: ignore[arg-type]


def test_the_order_of_precedence() -> None:
    issue = jira(labels=("okr/KR2", "payments", "checkout"), fields={"Objective": "KR3"}, kind="Bug")
    pin = {issue.ref: ("O2", "KR3", "pinned by pat")}
    assert okr(issue, pinned=pin) == OkrLink("O2", "KR3", "pinned by pat")
    assert okr(issue) == OkrLink("O1", "KR2", "label okr/KR2")
    issue = jira(labels=("payments", "checkout"), fields={"Objective": "kr3"}, kind="Bug")
    assert okr(issue) == OkrLink("O2", "KR3", "Jira field Objective")
    assert okr(jira(labels=("payments",), kind="Bug")) == OkrLink(
        "O1", "KR1", "the rule of KR1 holds: 'payments' in labels"
    )
    assert okr(jira(labels=("checkout",))) == OkrLink("O1", None, "the rule of O1 holds: 'checkout' in labels")
    assert okr(jira()) is None


def test_a_field_may_hold_the_title_of_an_objective() -> None:
    assert okr(jira(fields={"Objective": "Calm nights"})) == OkrLink("O2", None, "Jira field Objective")


def test_of_several_the_first_in_the_file_counts_and_the_others_are_told() -> None:
    because = "the rule of KR1 holds: 'payments' in labels (also matches KR2; the first in okrs.yaml counts)"
    assert okr(jira(labels=("refunds", "payments"))) == OkrLink("O1", "KR1", because)
    by_label = okr(jira(labels=("okr/KR3", "okr/KR2", "okr/O2")))
    because = "label okr/KR2 (also labeled KR3, O2; the first in okrs.yaml counts)"
    assert by_label == OkrLink("O1", "KR2", because)


def test_a_key_result_says_more_than_its_objective() -> None:
    assert okr(jira(labels=("okr/O1", "OKR/kr2"))) == OkrLink("O1", "KR2", "label OKR/kr2")


def test_a_label_that_syncd_wrote_is_not_a_persons() -> None:
    issue = jira(labels=("okr/KR2", "payments"), fields={"Objective": "O2"})
    ours = {issue.ref: frozenset({"okr/kr2", "field:Objective"})}
    assert okr(issue, ours=ours) == OkrLink("O1", "KR1", "the rule of KR1 holds: 'payments' in labels")
    others = {Ref("acme-jira", "1"): frozenset({"okr/KR2"})}
    assert okr(issue, ours=others) == OkrLink("O1", "KR2", "label okr/KR2")


def test_a_twin_may_say_it() -> None:
    twin = github(7, title="[PAY-12] x", labels=("okr/KR3",))
    assert okr(jira(), twin) == OkrLink("O2", "KR3", "label okr/KR3 of acme/web#7")
    assert okr(jira(), github(7, title="[PAY-12] x", labels=("refunds",))) == OkrLink(
        "O1", "KR2", "the rule of KR2 holds: 'refunds' in labels"
    )


def test_a_child_inherits_from_the_nearest_ancestor_that_says_something() -> None:
    issues = (
        jira(1, labels=("okr/O2",)),
        jira(2, parent=Pointer(key="PAY-1"), labels=("refunds",), state="Done", state_group=StateGroup.DONE),
        jira(3, parent=Pointer(key="PAY-2")),
        jira(4, parent=Pointer(key="PAY-3")),
        jira(5, parent=Pointer(key="PAY-4"), labels=("okr/KR3",)),
    )
    found = [work.okr for work in linked(*issues).works]
    inherited = OkrLink("O1", "KR2", "inherited from PAY-2 (the rule of KR2 holds: 'refunds' in labels)")
    assert found[2:] == [inherited, inherited, OkrLink("O2", "KR3", "label okr/KR3")]
    by = rules(okrs=OKRS, policy=Policy(inherit_okr=False))
    assert [work.okr is not None for work in linked(*issues, by=by).works] == [True, True, False, False, True]


def test_an_unknown_id_is_told_with_a_suggestion() -> None:
    result = linked(jira(labels=("okr/KR22", "payments")), github(7, labels=("okr/KR9",), state="closed"))
    (problem,) = result.problems
    assert (problem.code, problem.key, problem.excludes) == ("unknown-objective", "PAY-12", False)
    assert "KR22" in problem.message
    assert "did you mean 'KR2'?" in problem.message
    assert result.works[-1].okr == OkrLink("O1", "KR1", "the rule of KR1 holds: 'payments' in labels")


def test_an_unknown_field_or_pin_is_told_too() -> None:
    issue = jira(fields={"Objective": "O9"})
    result = linked(issue, pinned={issue.ref: ("O7", None, "pinned by pat")})
    assert [problem.code for problem in result.problems] == ["unknown-objective", "unknown-objective"]
    assert result.works[0].okr is None


def test_without_objectives_labels_are_just_labels() -> None:
    result = linked(jira(labels=("okr/KR22",)), by=rules())
    assert result.problems == ()
    assert result.works[0].okr is None
