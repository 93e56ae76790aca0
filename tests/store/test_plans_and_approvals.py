"""A plan comes back as it was shown; an approval allows exactly its writes, each once."""

from __future__ import annotations

import dataclasses

from store_samples import JIRA, LATER, NOW, a_move, an_edit

from syncd.core.issue import Ref
from syncd.core.plan import Plan, Skip
from syncd.core.writing.writes import writes_of
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


def test_the_part_that_waits_is_kept_with_its_digest(store: Store) -> None:
    part = dataclasses.replace(PLAN, edits=PLAN.edits[:1], moves={})
    store.plans.save("run-1", PLAN, now=NOW, waiting=part, because=["look at it"])
    latest = store.plans.latest(JIRA)
    assert latest is not None and (latest.waiting, latest.because) == (part, ("look at it",))
    assert latest.waiting_digest == part.digest != latest.digest
    assert store.plans.find(part.digest) == latest == store.plans.find(PLAN.digest)
    store.plans.save("run-2", PLAN, now=LATER, waiting=PLAN)
    assert store.plans.latest(JIRA) is not None and store.plans.find(PLAN.digest).waiting == PLAN  # type: ignore[union-attr]
    assert store.plans.find(part.digest) is None


def test_an_approval_allows_each_of_its_writes_once(store: Store) -> None:
    assert not store.approvals.ever(JIRA)
    store.approvals.give(PLAN, "ada", now=NOW)
    store.approvals.give(PLAN, "bob", now=NOW)
    writes = frozenset(writes_of(PLAN))
    assert store.approvals.allowed(JIRA, since=NOW) == writes
    assert store.approvals.allowed(JIRA, since=NOW, only=["other"]) == frozenset()
    assert store.approvals.allowed(JIRA, since=LATER) == frozenset(), "it expired"
    first, *others = sorted(writes, key=str)
    store.approvals.spend(JIRA, [first], now=LATER)
    assert store.approvals.allowed(JIRA, since=NOW) == frozenset(others)
    (listed,) = store.approvals.listed(JIRA)
    assert (listed.by, listed.writes, listed.left, listed.used) == ("ada", len(writes), len(writes) - 1, None)
    store.approvals.spend(JIRA, others, now=LATER)
    assert [one.used for one in store.approvals.listed(JIRA)] == [LATER]
    assert store.approvals.ever(JIRA) and not store.approvals.ever("other")


def test_the_same_writes_need_a_new_approval_the_next_time(store: Store) -> None:
    store.approvals.give(PLAN, "ada", now=NOW)
    store.approvals.void(JIRA, now=NOW)
    assert store.approvals.allowed(JIRA, since=NOW) == frozenset()
    store.approvals.give(PLAN, "bob", now=LATER)
    assert store.approvals.allowed(JIRA, since=NOW) == frozenset(writes_of(PLAN))
    assert [one.by for one in store.approvals.listed(JIRA)] == ["bob", "ada"]


def test_a_place_has_one_approved_write_the_one_approved_last(store: Store) -> None:
    other = dataclasses.replace(PLAN, edits=(an_edit("1", 7.0),), moves={})
    store.approvals.give(PLAN, "ada", now=NOW)
    store.approvals.give(other, "bob", now=LATER)
    allowed = store.approvals.allowed(JIRA, since=NOW)
    assert set(writes_of(other)) <= allowed and len(allowed) == len(set(writes_of(PLAN)))
    store.approvals.void(JIRA, now=LATER, before=LATER)
    assert store.approvals.allowed(JIRA, since=NOW) == frozenset(writes_of(other))
