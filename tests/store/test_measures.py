"""Measured values stay with their moment; a problem is noted once and keeps the moment at which it began."""

from __future__ import annotations

from datetime import timedelta

from store_samples import NOW

from syncd.store import Store
from syncd.store.measures import Value

HOUR = timedelta(hours=1)


def test_the_latest_value_of_the_present_definition_counts(store: Store) -> None:
    store.measures.save("KR1", "a", 1.0, now=NOW)
    store.measures.save("KR1", "a", 2.0, now=NOW + HOUR)
    store.measures.save("KR1", "b", 9.0, now=NOW + 2 * HOUR)
    store.measures.save("KR2", "c", 5.0, now=NOW)
    assert store.measures.last({"KR1": "a", "KR2": "c"}) == {"KR1": Value(NOW + HOUR, 2.0), "KR2": Value(NOW, 5.0)}
    assert store.measures.last({"KR1": "z"}) == {}
    assert [one.value for one in store.measures.history("KR1", "a", NOW)] == [1.0, 2.0]
    assert [one.value for one in store.measures.history("KR1", "a", NOW + HOUR)] == [2.0]


def test_a_problem_is_new_once_and_ends_with_a_value(store: Store) -> None:
    assert store.measures.fail("KR1", "a", "down", now=NOW)
    assert not store.measures.fail("KR1", "a", "still down", now=NOW + HOUR)
    state = store.measures.states()["KR1"]
    assert (state.problem, state.failing_since, state.attempted) == ("still down", NOW, NOW + HOUR)
    store.measures.save("KR1", "a", 1.0, now=NOW + 2 * HOUR)
    state = store.measures.states()["KR1"]
    assert (state.problem, state.failing_since) == (None, None)
    assert store.measures.fail("KR1", "b", "other", now=NOW + 3 * HOUR)


def test_pruning_keeps_the_last_value(store: Store) -> None:
    for hours in range(3):
        store.measures.save("KR1", "a", float(hours), now=NOW + hours * HOUR)
    store.prune(NOW + 30 * HOUR)
    assert [one.value for one in store.measures.history("KR1", "a", NOW)] == [2.0]
