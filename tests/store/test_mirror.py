"""The mirror holds what sources told us, and says what a page changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from store_samples import JIRA, LATER, NOW, an_issue, titles

from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch
from syncd.store import Store


def test_a_page_brings_issues_and_cursor(store: Store) -> None:
    saved = store.mirror.save(JIRA, Page([an_issue("1"), an_issue("2")], cursor="c1"), now=NOW)
    assert (saved.changed, saved.new, saved.gone) == ({"1", "2"}, 2, 0)
    assert list(store.mirror.issues(JIRA)) == [an_issue("1"), an_issue("2")]
    assert store.mirror.cursor(JIRA) == "c1"
    assert store.mirror.ids(JIRA) == {"1", "2"}
    assert store.mirror.count(JIRA) == 2


def test_a_page_without_cursor_keeps_the_last_one(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")], cursor="c1"), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("2")]), now=NOW)
    assert store.mirror.cursor(JIRA) == "c1"


def test_sources_do_not_see_each_other(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")], cursor="c1"), now=NOW)
    assert store.mirror.cursor("other") is None
    assert store.mirror.ids("other") == frozenset()
    with pytest.raises(ValueError, match="acme-jira:1 was sent as an issue of other"):
        store.mirror.save("other", Page([an_issue("1")]), now=NOW)
    assert store.mirror.ids("other") == frozenset()


def test_an_equal_revision_is_left_untouched(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")], cursor="c1"), now=NOW)
    saved = store.mirror.save(JIRA, Page([an_issue("1", title="never read")], cursor="c2"), now=LATER)
    assert saved.changed == frozenset()
    assert titles(store) == {"1": "Issue 1, version 1"}


def test_an_idle_save_writes_no_page(file_store: Store, store_path: Path) -> None:
    store = file_store
    page = Page([an_issue(str(n)) for n in range(50)], [FieldPatch("1", {"Score": 1.0})], "c1", {"PAY": ("1", "2")})
    store.mirror.save(JIRA, page, now=NOW)
    with sqlite3.connect(store_path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert store.mirror.save(JIRA, page, now=LATER).changed == frozenset()
        assert store_path.with_name("syncd.db-wal").stat().st_size == 0
    other.close()


def test_a_copy_older_than_ours_is_left_aside(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", 3)]), now=NOW)
    saved = store.mirror.save(JIRA, Page([an_issue("1", 2)]), now=LATER)
    assert saved.changed == frozenset()
    assert titles(store) == {"1": "Issue 1, version 3"}


def test_a_change_within_the_same_second_is_taken(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")]), now=NOW)
    saved = store.mirror.save(JIRA, Page([an_issue("1", revision="r1b", title="again")]), now=LATER)
    assert saved.changed == {"1"}
    assert titles(store) == {"1": "again"}


def test_after_the_cursor_is_forgotten_an_older_copy_is_believed_once(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", 5)], cursor="c1"), now=NOW)
    store.mirror.forget_cursor(JIRA)
    assert store.mirror.cursor(JIRA) is None
    store.mirror.save(JIRA, Page([an_issue("1", 3)]), now=NOW)
    assert titles(store) == {"1": "Issue 1, version 3"}
    store.mirror.save(JIRA, Page([an_issue("1", 2)]), now=NOW)
    assert titles(store) == {"1": "Issue 1, version 3"}


def test_gone_issues_leave_and_come_back(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1"), an_issue("2")]), now=NOW)
    saved = store.mirror.save(JIRA, Page(gone=["1", "never seen"]), now=NOW)
    assert (saved.changed, saved.new, saved.gone) == ({"1"}, 0, 1)
    assert store.mirror.ids(JIRA) == {"2"}
    assert store.mirror.save(JIRA, Page(gone=["1"]), now=NOW).gone == 0
    back = store.mirror.save(JIRA, Page([an_issue("1")]), now=LATER)
    assert (back.changed, back.new) == ({"1"}, 1)
    assert store.mirror.count(JIRA) == 2


def test_an_issue_that_its_own_page_calls_gone_is_gone(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 2)], gone=["1"]), now=NOW)
    assert store.mirror.ids(JIRA) == frozenset()


def test_mark_gone_tells_who_was_alive(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1"), an_issue("2")]), now=NOW)
    assert store.mirror.mark_gone(JIRA, ["1", "7"], now=NOW) == {"1"}
    assert store.mirror.mark_gone(JIRA, ["1", "7"], now=NOW) == frozenset()


def test_a_patch_overlays_fields_and_handles_and_shows_in_the_revision(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", fields={"Reach": 1.0, "Effort": 2.0}, handles={"node": "A"})]), now=NOW)
    patch = FieldPatch("1", {"Reach": 9.0, "Status": "Todo"}, {"item": "B"})
    assert store.mirror.save(JIRA, Page(patches=[patch]), now=NOW).changed == {"1"}
    (merged,) = store.mirror.issues(JIRA)
    assert merged.fields == {"Reach": 9.0, "Effort": 2.0, "Status": "Todo"}
    assert merged.handles == {"node": "A", "item": "B"}
    assert merged.revision.startswith("r1+")
    store.mirror.save(JIRA, Page(patches=[FieldPatch("1", {"Reach": 8.0})]), now=NOW)
    (again,) = store.mirror.issues(JIRA)
    assert again.fields == {"Reach": 8.0, "Effort": 2.0}
    assert again.revision != merged.revision


def test_an_equal_patch_is_left_untouched_whatever_the_order_of_its_fields(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1")], [FieldPatch("1", {"a": 1.0, "b": 2.0})]), now=NOW)
    assert store.mirror.save(JIRA, Page(patches=[FieldPatch("1", {"b": 2.0, "a": 1.0})]), now=NOW).changed == set()


def test_a_patch_may_come_before_its_issue(store: Store) -> None:
    early = store.mirror.save(JIRA, Page(patches=[FieldPatch("1", {"Score": 3.0})]), now=NOW)
    assert early.changed == frozenset()
    assert store.mirror.count(JIRA) == 0
    store.mirror.save(JIRA, Page([an_issue("1")]), now=NOW)
    (merged,) = store.mirror.issues(JIRA)
    assert merged.fields == {"Score": 3.0}


def test_single_issues_can_be_asked_for(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue(str(n), handles={"n": str(n)}) for n in range(1200)]), now=NOW)
    wanted = [str(n) for n in range(0, 1200, 2)] + ["unknown"]
    assert {one.ref.id for one in store.mirror.issues(JIRA, wanted)} == set(wanted) - {"unknown"}
    assert store.mirror.handles(JIRA, ["7", "unknown"]) == {"7": {"n": "7"}}
    assert list(store.mirror.issues(JIRA, [])) == []


def test_reading_sees_one_moment_while_others_write(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue(str(n)) for n in range(2000)]), now=NOW)
    reading = store.mirror.issues(JIRA)
    first = next(reading)
    store.mirror.save(JIRA, Page([an_issue(str(n), 2) for n in range(2000)]), now=LATER)
    assert {one.revision for one in [first, *reading]} == {"r1"}


def test_orders_are_kept_by_scope(store: Store) -> None:
    store.mirror.save(JIRA, Page(orders={"PAY": ("2", "1"), "WEB": ()}), now=NOW)
    store.mirror.save_order(JIRA, "PAY", ["1", "2"], now=NOW)
    assert store.mirror.orders(JIRA) == {"PAY": ("1", "2"), "WEB": ()}
    assert store.mirror.orders("other") == {}


def test_every_key_an_issue_ever_had_leads_to_it(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", 2)]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 3, key="WEB-9")]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 1, key="OLD-4")]), now=NOW)
    assert store.mirror.aliases(JIRA) == {"pay-1": "1", "web-9": "1", "old-4": "1"}


def test_a_present_key_beats_a_former_one_and_a_living_issue_a_gone_one(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", 8, key="acme/web#7"), an_issue("3", key="acme/web#8")]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 9, key="acme/shop#7")]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("2", 1, key="Acme/Web#7")], gone=["3"]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("4", 1, key="acme/web#8")]), now=NOW)
    assert store.mirror.aliases(JIRA) == {"acme/web#7": "2", "acme/shop#7": "1", "acme/web#8": "4"}


def test_our_own_writes_do_not_count_as_activity_but_a_later_edit_of_somebody_does(store: Store) -> None:
    store.mirror.save(JIRA, Page([an_issue("1", 1)]), now=NOW)
    store.mirror.save(JIRA, Page([an_issue("1", 2)]), now=NOW, echo=True)
    store.mirror.save(JIRA, Page([an_issue("1", 3)]), now=NOW, echo=True)
    (ours,) = store.mirror.issues(JIRA)
    assert (ours.title, ours.updated) == (an_issue("1", 3).title, an_issue("1", 1).updated)
    store.mirror.save(JIRA, Page([an_issue("1", 4)]), now=NOW)
    (theirs,) = store.mirror.issues(JIRA)
    assert theirs.updated == an_issue("1", 4).updated
