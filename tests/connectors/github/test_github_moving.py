"""Moves: one item after another, in order, and none after one that failed."""

from __future__ import annotations

import pytest
from github_stage import Mirror, project, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.connector.errors import Ambiguous, Refused, Stale
from syncd.testing.httpsim import Fault

WEB = "lumen/web"
COUNT = 45


@pytest.fixture
def site(stage):
    return stage(
        [row(WEB, n) for n in range(1, COUNT + 3)], projects=[project([(WEB, n) for n in range(1, COUNT + 1)])]
    )


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def connector(site, mirror):
    made = site.connector(order=True, project="lumen/7")
    mirror.take(made.pull(None))
    return made


def key(number):
    return f"{WEB}#{number}"


@given(st.lists(st.tuples(st.integers(1, COUNT), st.integers(0, COUNT)).filter(lambda m: m[0] != m[1]), max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_moves_end_in_the_order_that_they_say(site, mirror, connector, moves):
    expected = site.order()
    for number, below in moves:
        expected.remove(key(number))
        expected.insert(expected.index(key(below)) + 1 if below else 0, key(number))
    made = [mirror.move(key(number), key(below) if below else None) for number, below in moves]
    assert list(connector.reorder("lumen/7", made)) == [None] * len(made)
    assert site.order() == expected
    keys = {issue.ref.id: issue.key for issue in mirror.issues.values()}
    assert [keys[id_] for id_ in connector.order("lumen/7")] == expected


def test_moves_travel_twenty_a_request(site, mirror, connector):
    site.wire.clear()
    moves = [mirror.move(key(n), None) for n in range(1, 41)]
    assert list(connector.reorder("lumen/7", moves)) == [None] * 40
    assert len(site.wire.calls) == 2


def test_after_a_move_that_failed_all_others_are_stale(site, mirror, connector):
    handles = mirror.patches[mirror.by_key(key(3)).ref.id].handles
    text = "mutation($p: ID!, $i: ID!) { deleteProjectV2Item(input: {projectId: $p, itemId: $i}) { clientMutationId } }"
    site.graphql(text, p=handles["project"], i=handles["item"])
    moves = [mirror.move(key(n), None) for n in (1, 2, 3, *range(4, 44))]
    outcomes = list(connector.reorder("lumen/7", moves))
    assert outcomes[:2] == [None, None]
    assert all(isinstance(outcome, Stale) for outcome in outcomes[2:])
    assert site.order()[-1] == key(COUNT)
    assert len(outcomes) == len(moves)


def test_an_issue_that_is_no_item_has_no_place(site, mirror, connector):
    before = site.order()
    (outcome,) = connector.reorder("lumen/7", [mirror.move(key(COUNT + 1), None)])
    assert isinstance(outcome, Stale)
    assert site.order() == before


def test_a_lost_answer_is_ambiguous_and_ends_the_moves(site, mirror, connector):
    site.http.faults.append(Fault(lambda r: b"mutation" in r.body, None, after_effect=True))
    outcomes = list(connector.reorder("lumen/7", [mirror.move(key(n), None) for n in range(1, 41)]))
    assert isinstance(outcomes[0], Ambiguous)
    assert all(outcome is not None for outcome in outcomes)
    assert site.order()[0] == key(20)


def test_the_scope_must_be_the_project(mirror, connector):
    with pytest.raises(Refused):
        list(connector.reorder("lumen/8", [mirror.move(key(1), None)]))
