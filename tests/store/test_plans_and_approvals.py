"""A plan comes back as it was shown; an approval names its digest and is spent once."""

from __future__ import annotations

import dataclasses

from store_samples import JIRA, LATER, NOW, a_move, an_edit

from syncd.core.issue import Ref
from syncd.core.plan import Plan, Skip
from syncd.store import Store

PLAN = Plan(
    JIRA,
    edits=(an_edit("1"), an_edit("2", None, None)),
    moves={"PAY": (a_move("1", "2"), a_move("2", None))},
    skips=(Skip(Ref(JIRA, "3"), "PAY-3", "score", ("a", "b"), 4.0, "a person's value stands there"),),
)


def test_the_latest_plan_comes_back_as_it_was(store: Store) -> None:
    assert store.plans.latest(JIRA) is None
    store.plans.save("run-1", PLAN, now=NOW, tripped=["300 of 400 issues would change"])
    latest = store.plans.latest(JIRA)
    assert latest is not None
    assert latest.plan == PLAN
    assert (latest.digest, latest.run, latest.at) == (PLAN.digest, "run-1", NOW)
    assert latest.plan.digest == PLAN.digest
    assert latest.tripped == ("300 of 400 issues would change",)
    assert store.plans.latest("other") is None


def test_deciding_the_same_again_keeps_the_newest_words_for_it(store: Store) -> None:
    store.plans.save("run-1", PLAN, now=NOW, tripped=["too much"])
    renewed = dataclasses.replace(PLAN, skips=())
    store.plans.save("run-2", renewed, now=LATER)
    latest = store.plans.latest(JIRA)
    assert latest is not None
    assert (latest.plan, latest.run, latest.at, latest.tripped) == (renewed, "run-2", LATER, ())
    assert store.prune(LATER).plans == 0


def test_an_approval_is_spent_once(store: Store) -> None:
    assert not store.plans.ever_approved(JIRA)
    store.plans.approve(JIRA, "abc", "ada", now=NOW)
    store.plans.approve(JIRA, "abc", "bob", now=NOW)
    assert store.plans.approved(JIRA) == {"abc"}
    assert store.plans.approved("other") == frozenset()
    store.plans.use(JIRA, "abc", now=LATER)
    assert store.plans.approved(JIRA) == frozenset()
    assert store.plans.ever_approved(JIRA)
    assert [(one.by, one.used) for one in store.plans.approvals(JIRA)] == [("ada", LATER)]


def test_the_same_writes_need_a_new_approval_the_next_time(store: Store) -> None:
    store.plans.approve(JIRA, "abc", "ada", now=NOW)
    store.plans.use(JIRA, "abc", now=NOW)
    store.plans.approve(JIRA, "abc", "bob", now=LATER)
    assert store.plans.approved(JIRA) == {"abc"}
    assert [one.by for one in store.plans.approvals(JIRA)] == ["bob", "ada"]
