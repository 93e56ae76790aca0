"""What a plan costs: requests, time and the people who hear of it."""

from __future__ import annotations

from work_makers import ref

from syncd.core.permission.leave import WriteKind
from syncd.core.plan import NOTE_MARK, Change, Edit, Move, Plan, Relabel, SetField, SetNote
from syncd.core.safety.noise import Audience, Cost, Toll, cost

SCORE = SetField("Score", None, 1.0, "score")
LABEL = Relabel(("roadmap/now",), ("roadmap/next",), "horizon", "roadmap/")
JIRA = Toll(seconds_a_request=0.2, loud=frozenset({WriteKind.FIELDS, WriteKind.LABELS, WriteKind.NOTE}))
GITHUB = Toll(20, changes_at_once=20, seconds_apart=1.0, seconds_a_request=1.0, loud=frozenset({WriteKind.NOTE}))


def edits(count: int, *changes: Change) -> tuple[Edit, ...]:
    return tuple(Edit(ref(n), f"PAY-{n}", "", "1", changes) for n in range(count))


def audience(count: int, people: int = 3, scope: str = "PAY") -> dict[str, Audience]:
    return {ref(n).id: Audience(scope, people) for n in range(count)}


def test_one_request_an_issue_and_one_look_for_a_hundred() -> None:
    found = cost(Plan("jira", edits(150, SCORE, LABEL)), JIRA, audience(150))
    assert (found.changes, found.requests) == (300, 152)
    assert found.notifications == 450
    assert round(found.seconds, 6) == round(152 * 0.2, 6)


def test_many_issues_a_request_at_the_pace_of_the_tool() -> None:
    found = cost(Plan("gh", edits(100, SCORE, LABEL)), GITHUB, audience(100))
    assert found == Cost(200, 16, 16.0, 0), (
        "a score is one change, a relabeling two: 300 changes by twenties, and a look"
    )


def test_where_the_account_may_write_silently_nobody_is_told_but_of_notes() -> None:
    quiet = Toll(loud=JIRA.loud, silenced=frozenset({"PAY"}))
    note = SetNote(None, f"{NOTE_MARK}{{}} -->\nScore 1")
    assert cost(Plan("jira", edits(5, SCORE)), quiet, audience(5)).notifications == 0
    assert cost(Plan("jira", edits(5, SCORE)), quiet, audience(5, scope="SHOP")).notifications == 15
    found = cost(Plan("jira", edits(5, note)), quiet, audience(5))
    assert (found.notifications, found.requests) == (15, 11)


def test_moves_go_in_runs() -> None:
    chain = tuple(Move(ref(n), f"PAY-{n}", ref(n - 1)) for n in range(1, 101))
    toll = Toll(moves_at_once=50)
    assert cost(Plan("jira", moves={"PAY": chain}), toll, {}).requests == 2 + 1 + 1
    lonely = tuple(Move(ref(n), f"PAY-{n}", ref(200 + n)) for n in range(10))
    assert cost(Plan("jira", moves={"PAY": lonely}), toll, {}).requests == 10 + 1 + 1


def test_nothing_costs_nothing() -> None:
    assert cost(Plan("jira"), JIRA, {}) == Cost(0, 0, 0.0, 0)
