"""What was told stays with its parts and moments; whether messages arrive is known since when."""

from __future__ import annotations

from datetime import timedelta

from store_samples import NOW

from syncd.core.telling.told import Told
from syncd.store import Store
from syncd.store.telling import Arrival

HOUR = timedelta(hours=1)
ROW = Told(
    NOW, NOW + HOUR, frozenset({"1001", "limit:max_changed_share", "now\tjira\t7\tPAY-7"}), None, 2, "jira: a plan"
)


def test_what_was_told_comes_back_as_it_was_for_each_receiver(store: Store) -> None:
    store.telling.keep("team", {"plan:jira": ROW, "failed:jira": Told(NOW, over=NOW + HOUR)})
    store.telling.keep("ops", {"plan:jira": Told(NOW)}, durable=True)
    assert store.telling.rows("team") == {"plan:jira": ROW, "failed:jira": Told(NOW, over=NOW + HOUR)}
    assert store.telling.rows("ops") == {"plan:jira": Told(NOW)}
    store.telling.keep("team", {"plan:jira": None, "failed:jira": ROW, "never:seen": None})
    assert store.telling.rows("team") == {"failed:jira": ROW}


def test_a_failing_receiver_is_known_since_its_first_failure_until_a_message_arrives(store: Store) -> None:
    store.telling.note("team", None, now=NOW)
    store.telling.note("team", "team answered 503", now=NOW + HOUR)
    store.telling.note("team", "team answered 404", now=NOW + 2 * HOUR)
    assert store.telling.arrivals() == {"team": Arrival(NOW, "team answered 404", NOW + HOUR)}
    store.telling.note("team", None, now=NOW + 3 * HOUR)
    assert store.telling.arrivals() == {"team": Arrival(NOW + 3 * HOUR)}


def test_receivers_that_are_gone_are_forgotten(store: Store) -> None:
    for name in ("team", "ops"):
        store.telling.keep(name, {"plan:jira": ROW})
        store.telling.note(name, None, now=NOW)
    store.telling.forget_others({"ops"}, before=NOW)
    assert store.telling.rows("team") and "team" in store.telling.arrivals(), "it may come back"
    store.telling.forget_others({"ops"}, before=NOW + 2 * HOUR)
    assert not store.telling.rows("team") and store.telling.rows("ops") and store.telling.arrivals().keys() == {"ops"}
    store.telling.forget_others(set(), before=NOW + 2 * HOUR)
    assert not store.telling.rows("ops") and not store.telling.arrivals()
