"""Facts that do not stand on the issue: rows of a file, and counts of linked issues; the receipt says where from."""

from __future__ import annotations

from typing import Any

import pytest
from issue_makers import TODAY, github, item, items, jira, rules

from syncd.core.backlog import Fact, Kind, Work
from syncd.core.expressions.language import Type
from syncd.core.issue import Link, LinkKind, Pointer, SourceIssue, StateGroup
from syncd.core.linking.link import link
from syncd.core.rules import (
    Builtin,
    Combine,
    FactRead,
    FactRule,
    Join,
    LinkCount,
    ReadField,
    ReadProperty,
    ReadTable,
    SourceRules,
)

ROWS = {"pay-1": ((5.0, 2), (7.0, 9)), "acme": ((100.0, 3),), "globex": ((40.0, 4),)}
SUPPORT = {"support": SourceRules("support", "jira", rules().sources["acme-jira"].normalize)}


def looked_up(
    issue: SourceIssue, *, default: float | None = None, expires: int | None = None, **how: Any
) -> Fact | None:
    read = ReadTable("revenue.csv", "ARR", how.pop("by", Join.KEY), ROWS, **how)
    facts = {
        "arr": FactRule("arr", Type.NUMBER, {"*": (read,)}, default, expires_days=expires),
        "customer": FactRule("customer", Type.TEXT, {"*": (ReadField("Customer"),)}),
    }
    return item(issue, rules(facts=facts)).facts.get("arr")


@pytest.mark.parametrize(
    ("how", "value", "origin"),
    [
        (Combine.SUM, 12.0, "revenue.csv lines 2, 9, sum of ARR"),
        (Combine.MAX, 7.0, "revenue.csv lines 2, 9, max of ARR"),
        (Combine.MIN, 5.0, "revenue.csv lines 2, 9, min of ARR"),
        (Combine.COUNT, 2.0, "revenue.csv lines 2, 9, count of ARR"),
        (Combine.FIRST, 5.0, "revenue.csv line 2, ARR"),
    ],
)
def test_the_rows_of_an_issue_become_one_value_that_names_file_and_lines(
    how: Combine, value: float, origin: str
) -> None:
    assert looked_up(jira(1), combine=how) == Fact(value, origin)


def test_a_file_is_joined_by_labels_with_a_prefix_and_adds_up_over_all_of_them() -> None:
    issue = jira(2, labels=("Customer/Acme", "customer/globex", "customer/nobody", "acme"))
    assert looked_up(issue, by=Join.LABELS, prefix="customer/", combine=Combine.SUM) == Fact(
        140.0, "revenue.csv lines 3, 4, sum of ARR"
    )


def test_a_file_is_joined_by_another_fact_whatever_the_order_of_the_facts() -> None:
    assert looked_up(jira(2, fields={"Customer": " ACME "}), by="customer") == Fact(100.0, "revenue.csv line 3, ARR")
    assert looked_up(jira(2, fields={"Customer": "Initech"}), by="customer", default=1.0) == Fact(1.0, "default")


def test_what_no_row_names_is_missing() -> None:
    assert looked_up(jira(2)) is None


def test_only_answers_of_people_expire_and_not_the_rows_of_a_file() -> None:
    assert looked_up(jira(1), combine=Combine.SUM, expires=0) is not None


def test_dates_people_and_sprints_may_be_facts() -> None:
    reads = {"created": Builtin.CREATED, "reporter": Builtin.REPORTER}
    types = {"created": Type.DATE, "reporter": Type.TEXT}
    facts = {n: FactRule(n + "_", types[n], {"*": (ReadProperty(b),)}) for n, b in reads.items()}
    read = item(jira(1, reporter="Anna"), rules(facts=facts)).facts
    assert read["reporter"].value == "Anna"
    assert read["created"].value == jira(1).created.date()


def counted(wanted: LinkCount, *issues: SourceIssue, reads: tuple[FactRead, ...] = ()) -> Fact:
    """Of the first issue."""
    by = rules(facts={"tickets": FactRule("tickets", Type.NUMBER, {"*": reads}, links=wanted)}, more=SUPPORT)
    result = link(items(*issues, by=by), by, TODAY)
    work: Work = next(work for work in result.works if work.ref == result.primary_of[issues[0].ref])
    return work.facts["tickets"]


def ticket(number: int, *, done: bool = False, to: Pointer | None = None, **more: Any) -> SourceIssue:
    ties = (Link(LinkKind.RELATES, to),) if to is not None else ()
    group = StateGroup.DONE if done else StateGroup.NEW
    ref = jira(number).ref.__class__("support", str(number))
    url = f"https://help.example/browse/SUP-{number}"
    return jira(
        number,
        ref=ref,
        key=f"SUP-{number}",
        scope="SUP",
        url=url,
        state_group=group,
        state="Done" if done else "Open",
        links=ties,
        **more,
    )


PAY_1 = Pointer(key="PAY-1")


def test_open_tickets_are_counted_from_either_end_and_once() -> None:
    issue = jira(1, links=(Link(LinkKind.RELATES, Pointer(key="SUP-1")),), body="see SUP-1")
    found = counted(
        LinkCount(scopes=("sup",), open=True),
        issue,
        ticket(1, to=PAY_1),
        ticket(2, to=PAY_1),
        ticket(3, to=PAY_1, done=True),
        ticket(4),
        jira(5, links=(Link(LinkKind.RELATES, PAY_1),)),
    )
    assert found == Fact(2.0, "linked: SUP-1, SUP-2")


def test_a_mention_in_a_text_is_a_link_too_across_tools() -> None:
    found = counted(LinkCount(scopes=("sup",)), github(7), ticket(1, body="customers ask for acme/web#7"))
    assert found == Fact(1.0, "linked: SUP-1")


def test_nothing_linked_is_zero_and_known() -> None:
    assert counted(LinkCount(scopes=("sup",)), jira(1)) == Fact(0.0, "nothing is linked")


@pytest.mark.parametrize(("wanted", "count"), [(True, 1.0), (False, 1.0), (None, 3.0)])
def test_tickets_that_syncd_does_not_read_count_as_the_tool_showed_them(wanted: bool | None, count: float) -> None:
    ties = tuple(
        Link(LinkKind.RELATES, Pointer(id=str(n), key=f"HELP-{n}"), state)
        for n, state in ((1, True), (2, False), (3, None))
    )
    assert counted(LinkCount(scopes=("help",), open=wanted), jira(1, links=ties)).value == count


def test_a_text_that_looks_like_a_key_is_counted_only_where_its_project_is_asked_for() -> None:
    issue = jira(1, body="encoded in UTF-8, reported as HELP-3")
    assert counted(LinkCount(), issue).value == 0.0
    assert counted(LinkCount(scopes=("help",)), issue).value == 1.0


def test_links_are_chosen_by_kind_source_and_relation_as_seen_from_the_issue() -> None:
    issues = (jira(1), ticket(1, to=PAY_1, kind="Bug"), ticket(2, to=PAY_1, kind="Story"),
              jira(3, links=(Link(LinkKind.BLOCKS, PAY_1),)))  # fmt: skip
    assert counted(LinkCount(kinds=(Kind.BUG,)), *issues).origin == "linked: SUP-1"
    assert counted(LinkCount(sources=("support",)), *issues).value == 2.0
    assert counted(LinkCount(sources=("jira",)), *issues).value == 3.0
    assert counted(LinkCount(relations=(LinkKind.BLOCKED_BY,)), *issues).origin == "linked: PAY-3"


def test_the_links_of_twins_count_for_the_one_work_and_a_twin_is_no_link() -> None:
    twin = github(7, body="Tracked in PAY-1")
    found = counted(LinkCount(), jira(1), twin, ticket(1, body="like acme/web#7"))
    assert found.value == 1.0
