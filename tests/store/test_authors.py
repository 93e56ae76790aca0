"""Who changed what: kept for each place, forgotten when it is over, and cleared by a release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syncd.core.issue import Ref
from syncd.core.permission.authors import Traced
from syncd.store import Store

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HORIZON, SCORE = "label:roadmap/", "field:Score"


def traced(**changes: object) -> Traced:
    found: dict[str, object] = {
        "written": (NOW, "run1"),
        "live": ("roadmap/later", "roadmap/now"),
        "revision": "r1",
        "accounts": (("Anna Berg", "5f2"), ()),
        "at": NOW + timedelta(minutes=1),
        "whole": True,
        "rewrites": (NOW - timedelta(hours=1), NOW),
        "granted": (NOW, "run1"),
        "yields": True,
        **changes,
    }
    return Traced(**found)  # type: ignore[arg-type]


def test_what_was_kept_comes_back_whole(store: Store) -> None:
    kept = {
        (Ref("jira", "1"), HORIZON): traced(),
        (Ref("jira", "1"), SCORE): traced(live=12.5, accounts=(), at=None, granted=None, rewrites=(), whole=False),
        (Ref("jira", "2"), SCORE): traced(live=None),
    }
    store.authors.keep("jira", kept)
    assert store.authors.load("jira") == kept == store.authors.load()
    assert store.authors.load("github") == {}


def test_a_place_that_is_over_goes_and_a_decision_hears_of_it(store: Store) -> None:
    one, other = (Ref("jira", "1"), HORIZON), (Ref("jira", "2"), HORIZON)
    store.authors.keep("jira", {one: traced(), other: traced()})
    before = store.changes.all()["jira"]
    store.authors.keep("jira", {other: traced(live="roadmap/next")}, over=[one])
    assert store.authors.load() == {other: traced(live="roadmap/next")}
    assert store.changes.all()["jira"] > before


def test_a_release_clears_its_places_alone(store: Store) -> None:
    one, other = (Ref("jira", "1"), HORIZON), (Ref("jira", "1"), SCORE)
    store.authors.keep("jira", {one: traced(), other: traced()})
    store.authors.release([one])
    assert list(store.authors.load()) == [other]
