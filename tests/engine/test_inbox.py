"""The inbox: what is put is taken once, repetitions are known, and it never grows without bound."""

from __future__ import annotations

import threading

from syncd.connector.hint import Hint
from syncd.engine.inbox import Hints, Inbox


def silent() -> None:
    """Nobody sleeps."""


def test_hints_of_one_source_come_together_and_once() -> None:
    inbox = Inbox(silent)
    inbox.put("jira", Hint("a", ids=("1",), order=True))
    inbox.put("jira", Hint("b", ids=("1", "2"), gone=("2",), handles={"2": {"node": "N"}}))
    inbox.put("github", Hint("a", ids=("3",)))
    assert inbox.take("jira") == Hints(frozenset("12"), frozenset("2"), {"2": {"node": "N"}}, True)
    assert inbox.take("jira") is None
    assert inbox.take("github") == Hints(frozenset("3"))


def test_a_repetition_is_no_news_even_after_it_was_taken() -> None:
    woken: list[None] = []
    inbox = Inbox(lambda: woken.append(None))
    assert inbox.put("jira", Hint("a", ids=("1",)))
    inbox.take("jira")
    assert not inbox.put("jira", Hint("a", ids=("1",)))
    assert inbox.take("jira") is None and len(woken) == 1
    assert inbox.put("github", Hint("a", ids=("1",)))


def test_deliveries_without_an_identity_are_all_news() -> None:
    inbox = Inbox(silent)
    assert inbox.put("jira", Hint("", ids=("1",)))
    assert inbox.put("jira", Hint("", ids=("2",)))


def test_more_than_a_pull_is_worth_is_left_to_the_pull() -> None:
    inbox = Inbox(silent, most_ids=3)
    for number in range(10):
        inbox.put("jira", Hint(str(number), ids=(str(number),), gone=(str(number),)))
    hints = inbox.take("jira")
    assert hints is not None and hints.ids == {"0", "1", "2"} and hints.gone == {"0", "1", "2"}


def test_only_so_many_deliveries_are_remembered() -> None:
    inbox = Inbox(silent, deliveries=2)
    for id_ in ("a", "b", "c"):
        inbox.put("jira", Hint(id_))
    assert not inbox.put("jira", Hint("c"))
    assert inbox.put("jira", Hint("a"))


def test_what_is_given_back_waits_without_being_news() -> None:
    inbox = Inbox(silent)
    inbox.put("jira", Hint("a", ids=("1",)))
    hints = inbox.take("jira")
    assert hints is not None and not inbox.has_news
    inbox.give_back("jira", hints)
    assert not inbox.has_news and inbox.take("jira") == hints


def test_many_threads_lose_nothing() -> None:
    inbox = Inbox(silent)
    taken: set[str] = set()

    def put(first: int) -> None:
        for number in range(first, first + 250):
            inbox.put("jira", Hint(str(number), ids=(str(number),)))

    threads = [threading.Thread(target=put, args=(first,)) for first in range(0, 1000, 250)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or inbox.has_news:
        taken |= (inbox.take("jira") or Hints()).ids
    assert taken == {str(number) for number in range(1000)}
