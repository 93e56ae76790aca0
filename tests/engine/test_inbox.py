"""The inbox: what is put is kept until it was followed, also by another process, and repetitions are known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.connector.hint import Hint
from syncd.engine.reading.inbox import Hints, Inbox
from syncd.store import Store, StoreError, open_store
from syncd.store import hints as kept

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"{tmp_path}/syncd.db", write=True, now=NOW)
    yield opened
    opened.close()


def silent() -> None:
    """Nobody sleeps."""


@pytest.fixture
def inbox(store: Store) -> Iterator[Inbox]:
    made = Inbox(store.hints, silent, lambda: NOW)
    yield made
    made.close()


def taken(inbox: Inbox, source: str) -> Hints | None:
    """Taken, and followed at once."""
    hints = inbox.take(source)
    if hints is not None:
        inbox.done(source, hints)
    return hints


def test_hints_of_one_source_come_together_and_once(inbox: Inbox) -> None:
    inbox.put("jira", Hint("a", ids=("1",), order=True))
    inbox.put("jira", Hint("b", ids=("1", "2"), gone=("2",), handles={"2": {"node": "N"}}))
    inbox.put("github", Hint("a", ids=("3",)))
    assert taken(inbox, "jira") == Hints(frozenset("12"), frozenset("2"), {"2": {"node": "N"}}, True)
    assert taken(inbox, "jira") is None
    assert taken(inbox, "github") == Hints(frozenset("3"))


def test_a_repetition_is_no_news_even_after_it_was_followed(store: Store) -> None:
    woken: list[None] = []
    inbox = Inbox(store.hints, lambda: woken.append(None), lambda: NOW)
    assert inbox.put("jira", Hint("a", ids=("1",)))
    taken(inbox, "jira")
    assert not inbox.put("jira", Hint("a", ids=("1",)))
    assert inbox.take("jira") is None and len(woken) == 1
    assert inbox.put("github", Hint("a", ids=("1",)))
    inbox.close()


def test_deliveries_without_an_identity_are_all_news(inbox: Inbox) -> None:
    assert inbox.put("jira", Hint("", ids=("1",)))
    assert inbox.put("jira", Hint("", ids=("2",)))
    hints = inbox.take("jira")
    assert hints is not None and hints.ids == {"1", "2"}


def test_more_than_a_pull_is_worth_is_left_to_the_pull(store: Store) -> None:
    inbox = Inbox(store.hints, silent, lambda: NOW, most_ids=3)
    for number in range(10):
        inbox.put("jira", Hint(str(number), ids=(str(number),), gone=(str(number),)))
    hints = taken(inbox, "jira")
    assert hints is not None and hints.ids == {"0", "1", "2"} and hints.gone == {"0", "1", "2"}
    assert inbox.take("jira") is None
    inbox.close()


def test_only_so_many_deliveries_are_remembered(store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "REMEMBERED", 2)
    for id_ in ("a", "b", "c"):
        inbox.put("jira", Hint(id_))
        taken(inbox, "jira")
    assert not inbox.put("jira", Hint("c"))
    assert inbox.put("jira", Hint("a"))


def test_what_was_not_followed_waits_without_being_news(inbox: Inbox) -> None:
    inbox.put("jira", Hint("a", ids=("1",)))
    assert inbox.news == {"jira"}
    hints = inbox.take("jira")
    inbox.look()
    assert hints is not None and not inbox.has_news
    assert inbox.take("jira") == hints and not inbox.has_news
    inbox.put("jira", Hint("b", ids=("2",)))
    inbox.look()
    assert inbox.news == {"jira"}


def test_what_must_be_followed_again_wakes_nobody(inbox: Inbox) -> None:
    inbox.put("jira", Hint("a", ids=("1",), whole=True))
    hints = inbox.take("jira")
    assert hints is not None
    inbox.done("jira", hints, again=Hint("", whole=True))
    inbox.look()
    assert not inbox.has_news and taken(inbox, "jira") == Hints(whole=True)


def test_the_next_process_follows_what_the_last_one_took_and_did_not_follow(store: Store, inbox: Inbox) -> None:
    inbox.put("jira", Hint("a", ids=("1",)))
    assert inbox.take("jira") is not None
    after = Inbox(store.hints, silent, lambda: NOW)
    assert after.news == {"jira"}
    assert taken(after, "jira") == Hints(frozenset("1"))


def test_what_another_process_stored_is_seen_at_the_next_look(store: Store, inbox: Inbox) -> None:
    assert not inbox.has_news
    other = Inbox(store.hints, silent, lambda: NOW)
    other.put("jira", Hint("a", ids=("1",)))
    other.close()
    inbox.look()
    assert inbox.news == {"jira"}


def test_whoever_puts_hears_of_a_store_that_cannot_keep_it(store: Store, inbox: Inbox) -> None:
    inbox.put("jira", Hint("a"))
    store.close()
    with pytest.raises(StoreError, match="closed already"):
        inbox.put("jira", Hint("b"))


def test_many_threads_lose_nothing(inbox: Inbox) -> None:
    found: set[str] = set()

    def put(first: int) -> None:
        for number in range(first, first + 100):
            inbox.put("jira", Hint(str(number), ids=(str(number),)))

    threads = [threading.Thread(target=put, args=(first,)) for first in range(0, 800, 100)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or inbox.has_news:
        found |= (taken(inbox, "jira") or Hints()).ids
    assert found == {str(number) for number in range(800)}
