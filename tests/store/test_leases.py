"""Leases: one owner at a time by the database's clock, and a fence that keeps out whoever wakes too late."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from store_samples import JIRA, NOW, an_issue

import postgres
from syncd.connector.protocol import Page
from syncd.store import Store, open_store
from syncd.store.errors import LeaseLost
from syncd.store.leases import Lease, Taken, check


@pytest.fixture
def url(postgresql: postgres.Server) -> Iterator[str]:
    with postgresql.database(migrated=True) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, write=True, now=NOW)
    yield opened
    opened.close()


def test_one_owner_has_it_until_its_time_is_over_or_it_gives_up(store: Store) -> None:
    assert store.leases.take(JIRA, "a", 60) == Taken(1, None)
    assert store.leases.take(JIRA, "b", 60) is None
    assert store.leases.all() == {JIRA: Lease(JIRA, "a", 1, None)}
    store.leases.give_up("a")
    assert store.leases.take(JIRA, "b", 0.05) == Taken(2, None)
    time.sleep(0.06)
    assert store.leases.all()[JIRA].owner is None
    assert store.leases.take(JIRA, "a", 60) == Taken(3, "b")


def test_a_beat_prolongs_and_tells_what_is_left(store: Store) -> None:
    store.leases.take(JIRA, "a", 0.2)
    store.leases.take("other", "a", 0.2)
    assert store.leases.beat("a", 60, {JIRA, "other"}, member=True) == {JIRA: 1, "other": 1}
    time.sleep(0.21)
    assert store.leases.take(JIRA, "b", 60) is None
    assert store.leases.beat("b", 60, {JIRA}, member=False) == {}
    assert store.leases.alive(60) == ["a"]
    store.leases.leave("a")
    assert store.leases.alive(60) == [] and store.leases.take(JIRA, "b", 60) is not None


def test_what_an_owner_does_not_know_that_it_has_runs_out(store: Store) -> None:
    store.leases.take(JIRA, "a", 0.1)  # and the answer was lost
    assert store.leases.beat("a", 60, (), member=True) == {}
    time.sleep(0.11)
    assert store.leases.take(JIRA, "b", 60) == Taken(2, "a")


def test_what_is_asked_for_is_kept_for_the_asker(store: Store) -> None:
    store.leases.take(JIRA, "a", 60)
    store.leases.want(JIRA, "b", 60)
    store.leases.want(JIRA, "c", 60)
    assert store.leases.all()[JIRA].wanted == "b"
    store.leases.give_up("a", [JIRA])
    assert store.leases.take(JIRA, "a", 60) is None
    assert store.leases.take(JIRA, "b", 60) == Taken(2, None)
    assert store.leases.all()[JIRA].wanted is None


def test_of_many_that_want_a_free_source_one_gets_it(store: Store) -> None:
    got: list[Taken | None] = []

    def take(name: str) -> None:
        got.append(store.leases.take(JIRA, name, 60))

    threads = [threading.Thread(target=take, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in got if one is not None] == [Taken(1, None)]


def test_who_lost_its_lease_stores_nothing_of_the_source(store: Store) -> None:
    taken = store.leases.take(JIRA, "a", 60)
    assert taken is not None
    store.guard(partial(check, owner="a", fence=taken.fence))
    store.mirror.save(JIRA, Page([an_issue("1")], cursor="c1"), now=NOW)
    store.leases.give_up("a")
    store.leases.take(JIRA, "b", 60)
    for deed in (
        lambda: store.mirror.save(JIRA, Page([an_issue("2")], cursor="c2"), now=NOW),
        lambda: store.mirror.forget_cursor(JIRA),
        lambda: store.sources.set(JIRA, last_success=NOW),
        lambda: store.problems.replace(JIRA, [], now=NOW),
    ):
        with pytest.raises(LeaseLost, match="another replica's work"):
            deed()
    assert (store.mirror.ids(JIRA), store.mirror.cursor(JIRA)) == ({"1"}, "c1")
    store.sources.set(JIRA, held_by="anna")  # what people decide is nobody's work


def test_nobody_takes_a_source_over_in_the_middle_of_a_transaction(url: str, store: Store) -> None:
    other = open_store(url, write=True, now=NOW)
    taken = store.leases.take(JIRA, "a", 0.1)
    assert taken is not None
    with store._database.write() as connection:
        check(connection, JIRA, "a", taken.fence)
        time.sleep(0.15)
        assert other.leases.take(JIRA, "b", 60) is None
    assert other.leases.take(JIRA, "b", 60) == Taken(2, "a")
    other.close()
