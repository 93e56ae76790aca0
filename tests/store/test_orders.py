"""Native orders as they were left, and pins in them."""

from __future__ import annotations

from datetime import timedelta

from store_samples import NOW

from syncd.store import Store
from syncd.store.orders import Left, OrderPin, anchors

LATER = NOW + timedelta(minutes=5)


def test_an_order_and_what_people_did_to_the_one_before_are_kept_together(store: Store) -> None:
    assert store.orders.left("jira") == {} and store.orders.pins("jira") == {}
    store.orders.keep("jira", "PAY", ["2", "1"], 7, now=NOW)
    pin = OrderPin("1", None, "2", NOW, LATER)
    store.orders.keep("jira", "PAY", ["1", "2"], 9, [pin], now=LATER)
    store.orders.keep("jira", "WEB", [], 9, now=LATER)
    assert store.orders.left("jira") == {"PAY": Left(("1", "2"), 9, LATER), "WEB": Left((), 9, LATER)}
    assert store.orders.pins("jira") == {"PAY": {"1": pin}}
    assert anchors(store.orders.pins("jira")) == {"PAY": {"1": None}}
    assert store.orders.pins("github") == {}


def test_a_later_drag_takes_the_place_of_an_earlier_one_and_release_forgets_all(store: Store) -> None:
    store.orders.keep("jira", "PAY", ["1", "2"], 0, [OrderPin("1", None, "2", NOW, NOW)], now=NOW)
    store.orders.keep("jira", "PAY", ["2", "1"], 0, [OrderPin("1", "2", None, NOW, LATER)], now=LATER)
    assert store.orders.pins("jira")["PAY"]["1"].below == "2"
    seen = store.changes.all()["jira"]
    assert store.orders.release("jira", ["1", "5"]) == 1
    assert store.orders.pins("jira") == {}
    assert store.changes.all()["jira"] > seen, "other replicas hear of it"
    seen = store.changes.all()["jira"]
    assert store.orders.release("jira", ["1"]) == 0 and store.changes.all()["jira"] == seen
