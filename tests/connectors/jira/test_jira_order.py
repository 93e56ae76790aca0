"""The native order: read, and changed by as few requests as Jira allows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.jira.jira_world import JiraWorld, issues, move, raw_issue
from syncd.connector.errors import Ambiguous, Locked, Refused, Stale, Transient
from syncd.testing.httpsim import Fault, Reply
from syncd_jira.simulator.ranks import Order, between
from syncd_jira.writing import chains

Build = Callable[..., JiraWorld]


def replayed(order: list[int], moves: list[tuple[int, int | None]]) -> list[int]:
    """What the moves mean, one after the other."""
    for number, below in moves:
        order.remove(number)
        order.insert(0 if below is None else order.index(below) + 1, number)
    return order


def test_the_order_is_read_in_one_request(build: Build) -> None:
    world = build(issues(120))
    connector = world.connector()
    connector.describe()
    world.transport.take()
    assert connector.order("PAY") == [str(1000 + n) for n in range(1, 121)]
    assert world.transport.take() == ["search"]


def test_moves_are_made_as_they_say(world: JiraWorld) -> None:
    connector = world.connector()
    assert list(connector.reorder("PAY", [move(5, None), move(1, 3)])) == [None, None]
    assert world.top(5) == ["PAY-5", "PAY-2", "PAY-3", "PAY-1", "PAY-4"]


def test_moves_that_follow_each_other_leave_together_fifty_at_most(build: Build) -> None:
    world = build(issues(200))
    connector = world.connector()
    moves = [move(60, 2), *(move(n, n - 1) for n in range(61, 181))]
    assert list(connector.reorder("PAY", moves)) == [None] * 121
    assert world.transport.take().count("rank") == 3
    assert world.top(4) == ["PAY-1", "PAY-2", "PAY-60", "PAY-61"]
    assert world.top(200)[122] == "PAY-180"


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_the_top_of_a_scope_is_above_its_first_issue_and_not_above_other_projects(
    build: Build, deployment: str
) -> None:
    world = build([raw_issue(1, "OTHER"), raw_issue(2), raw_issue(3), raw_issue(4)], deployment=deployment)
    assert list(world.connector().reorder("PAY", [move(4, None), move(3, 4)])) == [None, None]
    assert world.top(4) == ["OTHER-1", "PAY-4", "PAY-3", "PAY-2"]


def test_a_whole_scope_can_be_turned_around(world: JiraWorld) -> None:
    moves = [move(5, None), move(4, 5), move(3, 4), move(2, 3), move(1, 2)]
    assert list(world.connector().reorder("PAY", moves)) == [None] * 5
    assert world.top(5) == ["PAY-5", "PAY-4", "PAY-3", "PAY-2", "PAY-1"]


def test_a_single_issue_is_on_top_already(build: Build) -> None:
    world = build([raw_issue(1)])
    assert list(world.connector().reorder("PAY", [move(1, None)])) == [None]
    assert "rank" not in world.transport.take()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_moves_lead_to_the_order_they_describe(world: JiraWorld, data: st.DataObject) -> None:
    order = [int(id_) - 1000 for id_ in world.jira.site.order.ids()]
    moves: list[tuple[int, int | None]] = []
    for _ in range(data.draw(st.integers(1, 6))):
        number = data.draw(st.integers(1, 5))
        below = data.draw(st.sampled_from([None, *(n for n in range(1, 6) if n != number)]))
        moves.append((number, below))
    outcomes = list(world.connector().reorder("PAY", [move(*each) for each in moves]))
    assert outcomes == [None] * len(moves)
    assert world.top(5) == [f"PAY-{n}" for n in replayed(order, moves)]


@pytest.mark.parametrize(
    ("status", "kind"), [(503, Transient), (403, Refused), (404, Stale), (409, Stale), (500, Ambiguous)]
)
def test_a_partly_failed_ranking_is_told_issue_by_issue(world: JiraWorld, status: int, kind: type) -> None:
    world.jira.config.rank_answers["1004"] = status
    outcomes = list(world.connector().reorder("PAY", [move(3, 5), move(4, 3), move(2, 1)]))
    assert [type(each) for each in outcomes] == [type(None), kind, Stale]
    assert world.top(5) == ["PAY-1", "PAY-2", "PAY-4", "PAY-5", "PAY-3"]


def test_after_a_failed_move_the_rest_stays_unsent(world: JiraWorld) -> None:
    world.jira.config.permissions -= {"SCHEDULE_ISSUES"}
    outcomes = list(world.connector().reorder("PAY", [move(3, 5), move(1, 4), move(2, 3)]))
    assert [type(each) for each in outcomes] == [Refused, Stale, Stale]
    assert world.transport.take().count("rank") == 1


def test_a_lost_answer_to_a_ranking_is_ambiguous(world: JiraWorld) -> None:
    world.jira.http.faults.append(Fault(lambda r: r.path.endswith("/rank"), None, after_effect=True))
    outcomes = list(world.connector().reorder("PAY", [move(3, 5), move(1, 4)]))
    assert [type(each) for each in outcomes] == [Ambiguous, Stale]
    assert world.top(5) == ["PAY-1", "PAY-2", "PAY-4", "PAY-5", "PAY-3"]


def test_a_refused_token_while_ranking_locks_the_source(world: JiraWorld) -> None:
    world.jira.http.faults.append(Fault(lambda r: r.path.endswith("/rank"), Reply(401, {"errorMessages": []})))
    with pytest.raises(Locked):
        list(world.connector().reorder("PAY", [move(3, 5)]))


@given(st.lists(st.tuples(st.integers(1, 9), st.one_of(st.none(), st.integers(1, 9))), max_size=20))
def test_chains_keep_every_move_in_order(pairs: list[tuple[int, int | None]]) -> None:
    moves = [move(number, below) for number, below in pairs]
    cut = list(chains(moves))
    assert [each for chain in cut for each in chain] == moves
    for chain in cut:
        assert all(later.below == earlier.ref for earlier, later in pairwise(chain))
        assert len({each.ref for each in chain}) == len(chain)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=60))
def test_the_simulated_ranks_always_leave_room(steps: list[tuple[int, int, bool]]) -> None:
    order, expected = Order([str(n) for n in range(8)]), [str(n) for n in range(8)]
    for number, anchor, after in steps:
        if number == anchor:
            continue
        expected.remove(str(number))
        expected.insert(expected.index(str(anchor)) + after, str(number))
        order.place(str(number), **{"after" if after else "before": str(anchor)})
    assert order.ids() == expected
    ranks = [order.rank(id_) for id_ in expected]
    assert ranks == sorted(set(ranks))


def test_a_rank_between_two_neighbors_is_between_them() -> None:
    low, high = "i", "j"
    for _ in range(50):
        high = between(low, high)
        assert low < high
