"""Linking: parents, blockers and keys across tools; circles found; what leads nowhere is told without a flood."""

from __future__ import annotations

from issue_makers import TODAY, github, items, jira, rules

from syncd.core.backlog import Work
from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import Linked, link
from syncd.core.rules import Rules, SourceRules

OTHER_JIRA = {"other-jira": SourceRules("other-jira", "jira", rules().sources["acme-jira"].normalize)}


def linked(*issues: SourceIssue, by: Rules | None = None, excluded: dict[Ref, str] | None = None) -> Linked:
    return link(items(*issues, by=by), by or rules(), TODAY, excluded=excluded or {})


def work_of(result: Linked, issue: SourceIssue) -> Work:
    primary = result.primary_of[issue.ref]
    return next(work for work in result.works if work.ref == primary)


def child(number: int, of: Pointer, **changes: object) -> SourceIssue:
    return jira(number, parent=of, **changes)


def blocking(kind: LinkKind, number: int) -> tuple[Link, ...]:
    return (Link(kind, Pointer(id=str(10_000 + number), key=f"PAY-{number}")),)


def elsewhere(number: int) -> SourceIssue:
    """An issue with a key of acme-jira at another site."""
    return jira(number, ref=Ref("other-jira", str(number)), url=f"https://other.example/browse/PAY-{number}")


def test_a_parent_is_found_by_id_key_or_address_in_any_letter_case() -> None:
    epic = jira(1, kind="Epic")
    result = linked(
        epic,
        child(2, Pointer(id="10001")),
        child(3, Pointer(key="pay-1")),
        github(4, parent=Pointer(key="PAY-1")),
        github(5, parent=Pointer(url="https://ACME.atlassian.net/browse/PAY-1?focused=1#top")),
        github(6, parent=Pointer(key="PAY-1", url="https://acme.atlassian.net/projects/PAY/issues/PAY-1")),
    )
    assert [work.parent for work in result.works if work.ref != epic.ref] == [epic.ref] * 5
    assert result.problems == ()


def test_a_key_at_another_site_is_another_issue() -> None:
    result = linked(jira(1), github(4, parent=Pointer(key="PAY-1", url="https://other.example/browse/PAY-1")))
    assert [work.parent for work in result.works] == [None, None]
    assert result.problems == ()


def test_of_two_sources_with_one_key_the_own_one_is_meant() -> None:
    by = rules(more=OTHER_JIRA)
    theirs, ours = elsewhere(1), jira(1)
    mine, theirs_too = child(2, Pointer(key="PAY-1")), elsewhere(3)
    foreign = github(4, parent=Pointer(key="PAY-1"))
    by_address = github(5, parent=Pointer(key="PAY-1", url="https://other.example/browse/PAY-1"))
    result = linked(theirs, ours, mine, theirs_too, foreign, by_address, by=by)
    assert work_of(result, mine).parent == ours.ref
    assert work_of(result, by_address).parent == theirs.ref
    assert work_of(result, foreign).parent is None
    assert [(problem.code, problem.key, problem.excludes) for problem in result.problems] == [
        ("ambiguous-key", "acme/web#4", False)
    ]


def test_a_missing_parent_is_told_once_and_only_where_syncd_reads() -> None:
    result = linked(
        child(2, Pointer(id="1", key="PAY-1")),
        child(3, Pointer(id="1", key="PAY-1")),
        child(4, Pointer(key="HR-1")),
        child(5, Pointer(id="77")),
        child(6, Pointer(key="PAY-99"), state="Done", state_group=StateGroup.DONE),
        github(7, parent=Pointer(key="acme/secret#1")),
    )
    (problem,) = result.problems
    assert (problem.code, problem.key, problem.excludes) == ("missing-parent", "PAY-2", False)
    assert "PAY-1 of PAY-2 and 1 more" in problem.message


def test_an_excluded_parent_is_no_second_problem() -> None:
    gone = {Ref("acme-jira", "10001"): "PAY-1"}
    assert linked(child(2, Pointer(id="10001", key="PAY-1")), excluded=gone).problems == ()
    assert linked(child(2, Pointer(key="PAY-1")), excluded=gone).problems == ()


def test_a_missing_blocker_is_told_when_the_tool_says_so_but_not_for_a_number_in_a_text() -> None:
    result = linked(jira(2, links=blocking(LinkKind.BLOCKED_BY, 50)), github(3, body="Blocked by #4000"))
    assert [(problem.code, problem.key) for problem in result.problems] == [("missing-blocker", "PAY-2")]


def test_open_work_blocks_open_work_across_tools() -> None:
    first = jira(1, links=blocking(LinkKind.BLOCKS, 2))
    second = jira(2, links=blocking(LinkKind.BLOCKED_BY, 1))
    third = github(3, body="Blocked by PAY-2")
    done = jira(4, links=blocking(LinkKind.BLOCKS, 2), state="Done", state_group=StateGroup.DONE)
    waiting_for_done = jira(5, links=blocking(LinkKind.BLOCKED_BY, 4))
    result = linked(first, second, third, done, waiting_for_done)
    assert work_of(result, first).blocks == (second.ref,)
    assert work_of(result, second).blocked_by == (first.ref,)
    assert work_of(result, second).blocks == (third.ref,)
    assert work_of(result, done).blocks == ()
    assert work_of(result, waiting_for_done).blocked_by == ()


def test_work_does_not_block_its_own_twin() -> None:
    one, twin = jira(1, links=blocking(LinkKind.BLOCKS, 1)), github(2, title="[PAY-1] x", body="Blocked by PAY-1")
    result = linked(one, twin)
    assert [(work.blocks, work.blocked_by) for work in result.works] == [((), ())]


def test_a_circle_of_parents_is_told_and_cut_whole() -> None:
    result = linked(
        child(1, Pointer(key="PAY-2")),
        child(2, Pointer(key="PAY-3")),
        child(3, Pointer(key="PAY-1")),
        child(4, Pointer(key="PAY-1")),
        child(5, Pointer(key="PAY-5")),
    )
    assert [(work.primary.key, work.parent) for work in result.works] == [
        ("PAY-1", None),
        ("PAY-2", None),
        ("PAY-3", None),
        ("PAY-4", Ref("acme-jira", "10001")),
        ("PAY-5", None),
    ]
    assert [problem.code for problem in result.problems] == ["parent-cycle", "parent-cycle"]
    assert "PAY-1 → PAY-2 → PAY-3 → PAY-1" in result.problems[0].message
    assert "PAY-5 → PAY-5" in result.problems[1].message


def test_a_circle_reads_the_same_from_wherever_it_is_entered() -> None:
    result = linked(child(1, Pointer(key="PAY-3")), child(2, Pointer(key="PAY-3")), child(3, Pointer(key="PAY-2")))
    (problem,) = result.problems
    assert problem.key == "PAY-2"
    assert "PAY-2 → PAY-3 → PAY-2" in problem.message


def test_a_twin_is_no_parent() -> None:
    result = linked(jira(1), github(2, title="[PAY-1] x", parent=Pointer(key="PAY-1")))
    assert [work.parent for work in result.works] == [None]
    assert result.problems == ()


def test_blocked_work_is_listed_by_its_ref() -> None:
    waiting = [jira(n) for n in (90, 17, 33, 64, 2, 51)]
    blocker = jira(1, links=tuple(Link(LinkKind.BLOCKS, Pointer(key=each.key)) for each in waiting))
    assert work_of(linked(blocker, *waiting), blocker).blocks == tuple(sorted(each.ref for each in waiting))


def test_a_circle_of_blockers_is_told_and_kept() -> None:
    result = linked(
        jira(1, links=blocking(LinkKind.BLOCKS, 2)),
        jira(2, links=(*blocking(LinkKind.BLOCKS, 3), *blocking(LinkKind.BLOCKS, 1))),
        jira(3, links=blocking(LinkKind.BLOCKS, 1)),
    )
    (problem,) = result.problems
    assert problem.code == "blocker-cycle"
    assert problem.message == "PAY-1 waits for itself: PAY-1 → PAY-2 → PAY-1."
    assert [len(work.blocks) for work in result.works] == [1, 2, 1]


def test_circles_among_closed_issues_are_nobodys_problem() -> None:
    done = {"state": "Done", "state_group": StateGroup.DONE}
    result = linked(child(1, Pointer(key="PAY-2"), **done), child(2, Pointer(key="PAY-1"), **done))
    assert result.problems == ()
    assert [work.parent for work in result.works] == [None, None]


def test_a_long_circle_is_told_in_short() -> None:
    result = linked(*(jira(n, links=blocking(LinkKind.BLOCKS, n % 40 + 1)) for n in range(1, 41)))
    (problem,) = result.problems
    assert "… 28 more …" in problem.message
    assert problem.message.endswith("→ PAY-40 → PAY-1.")
