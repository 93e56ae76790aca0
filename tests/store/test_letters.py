"""Letters in a store that several processes share."""

from __future__ import annotations

from datetime import timedelta

from store_samples import LATER, NOW

from syncd.store import Store
from syncd.store.letters import CLAIMED


def test_a_letter_is_followed_once_in_order_of_the_names(store: Store) -> None:
    for name in ("b", "a"):
        store.letters.drop("undo", name, {"what": name, "by": None})
    store.letters.drop("eject", "a", {"source": "a"})
    assert store.letters.waiting(now=NOW)
    assert list(store.letters.opened("undo", now=NOW)) == [{"what": "a", "by": None}, {"what": "b", "by": None}]
    assert list(store.letters.opened("undo", now=NOW)) == []
    assert store.letters.peek("eject", "a") == {"source": "a"} and store.letters.peek("undo", "a") is None


def test_two_processes_never_follow_the_same_letter(store: Store) -> None:
    store.letters.drop("undo", "a", {"what": "a"})
    one = store.letters.opened("undo", now=NOW)
    next(one)
    assert list(store.letters.opened("undo", now=LATER)) == [] and not store.letters.waiting(now=LATER)
    list(one)


def test_a_letter_whose_reader_died_is_read_again(store: Store) -> None:
    store.letters.drop("undo", "a", {"what": "a"})
    reader = store.letters.opened("undo", now=NOW)
    next(reader)
    reader.close()
    later = NOW + CLAIMED + timedelta(seconds=1)
    assert store.letters.waiting(now=later)
    assert list(store.letters.opened("undo", now=later)) == [{"what": "a"}]


def test_a_newer_letter_under_the_same_name_is_followed_too(store: Store) -> None:
    store.letters.drop("writing", "a", {"by": "anna"})
    said = []
    for body in store.letters.opened("writing", now=NOW):
        said.append(body)
        if len(said) == 1:
            store.letters.drop("writing", "a", {"by": None})
    said += store.letters.opened("writing", now=NOW)
    assert said == [{"by": "anna"}, {"by": None}]
