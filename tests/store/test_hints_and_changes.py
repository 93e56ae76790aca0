"""Hints wait in the store until they are followed; and what changed is known by a number."""

from __future__ import annotations

from store_samples import JIRA, LATER, NOW, an_edit, an_issue

from syncd.connector.hint import Hint
from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch, Ref
from syncd.core.ranking.rank import Placed
from syncd.store import Store, Verdict
from syncd.store.changes import DECISION
from syncd.store.hints import Pile

FULL = Hint("d1", ("1", "2"), ("2",), {"1": {"node": "N"}}, order=True, whole=True, scope="PAY")


def test_a_hint_comes_back_as_it_was(store: Store) -> None:
    assert store.hints.put([(JIRA, FULL)], now=NOW) == [True]
    assert [hint for _, hint in store.hints.waiting(JIRA, 9)] == [FULL]


def test_a_delivery_is_news_once_whenever_it_is_repeated(store: Store) -> None:
    assert store.hints.put([(JIRA, Hint("a")), (JIRA, Hint("a")), ("other", Hint("a"))], now=NOW) == [True, False, True]
    store.hints.done([number for number, _ in store.hints.waiting(JIRA, 9)])
    assert store.hints.put([(JIRA, Hint("a")), (JIRA, Hint("")), (JIRA, Hint(""))], now=LATER) == [False, True, True]
    assert len(store.hints.waiting(JIRA, 9)) == 2 and len(store.hints.waiting(JIRA, 1)) == 1


def test_what_waits_is_counted_by_source(store: Store) -> None:
    store.hints.put([(JIRA, Hint("a")), (JIRA, Hint("b")), ("other", Hint("c"))], now=NOW)
    piles = store.hints.piles()
    assert {source: pile.count for source, pile in piles.items()} == {JIRA: 2, "other": 1}
    store.hints.done([number for number, _ in store.hints.waiting("other", 9)])
    assert store.hints.piles() == {JIRA: Pile(2, piles[JIRA].newest)}


def seen(store: Store) -> dict[str, int]:
    return store.changes.all()


def test_a_number_grows_with_what_a_decision_reads_and_with_nothing_else(store: Store) -> None:
    page = Page([an_issue("1"), an_issue("2")], [FieldPatch("1", {"n": 1.0})], "c1", {"PAY": ("1", "2")})
    store.mirror.save(JIRA, page, now=NOW)
    assert seen(store) == {JIRA: 1}
    store.mirror.save(JIRA, page, now=LATER)
    store.sources.set(JIRA, last_success=NOW)
    assert seen(store) == {JIRA: 1}
    store.mirror.save(JIRA, Page(patches=[FieldPatch("2", {"n": 2.0})]), now=NOW)
    assert store.mirror.changed_since(JIRA, 1) == ({"2"}, frozenset())
    store.mirror.mark_gone(JIRA, ["1"], now=NOW)
    assert store.mirror.changed_since(JIRA, 2) == (frozenset(), {"1"})
    assert store.mirror.changed_since(JIRA, 0) == ({"2"}, {"1"})
    store.mirror.save(JIRA, Page([an_issue("1")]), now=NOW)
    assert store.mirror.changed_since(JIRA, 3) == ({"1"}, frozenset())
    store.mirror.save_order(JIRA, "PAY", ["2", "1"], now=NOW)
    assert seen(store) == {JIRA: 5}


def test_a_number_grows_with_the_ledger_and_with_the_decision(store: Store) -> None:
    (id_,) = store.journal.start("run", JIRA, [an_edit()], now=NOW)
    assert seen(store) == {}
    store.journal.finish([(id_, Verdict.DONE, "")], now=NOW)
    assert seen(store) == {JIRA: 1}
    store.ledger.adopt([(Ref(JIRA, "1"), "field:Score", 3.0), (Ref("other", "1"), "field:Score", 3.0)], "r", now=NOW)
    store.ledger.release(Ref(JIRA, "1"))
    assert seen(store) == {JIRA: 3, "other": 1}
    for _ in range(2):
        store.memory.save({Ref(JIRA, "1"): Placed(1, None, 1.0)}, now=NOW)
    assert seen(store) == {JIRA: 3, "other": 1, DECISION: 1}
