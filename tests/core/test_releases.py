"""The release plan: what is in a release, by when, and what is at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from work_makers import item, rules

from syncd.core.backlog import BacklogItem, Status
from syncd.core.decide import Snapshot, decide
from syncd.core.issue import Link, LinkKind, Pointer
from syncd.core.reports.releases import Release, ReleasePlan, release_plan
from syncd.core.rules import Horizon

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOON = TODAY + timedelta(days=21)
BOOK = rules(horizons=(Horizon("now", 2, "items"), Horizon("next", 2, "items"), Horizon("later")))


def work(number: int, release: str | None, due: date | None = SOON, **changes: object) -> BacklogItem:
    """Ranked by its number."""
    days = due if release is not None else None
    made = item(number, priority=min(5, number), milestone=release, milestone_due=days, **changes)
    return replace(made, created=NOON - timedelta(days=300 - number))


def done(number: int, weeks_ago: int, release: str | None = None) -> BacklogItem:
    closed = NOON - timedelta(days=7 * weeks_ago + 1)
    return replace(work(number, release), status=Status.DONE, closed=closed)


def planned(*items: BacklogItem) -> ReleasePlan:
    return release_plan(decide(Snapshot({one.ref: one for one in items}, (), {}, {}, {}), BOOK, TODAY), BOOK)


def only(plan: ReleasePlan) -> Release:
    (release,) = plan.releases
    return release


HISTORY = [done(100 + n, n) for n in range(12)]
"""One a week."""


def risks(release: Release) -> dict[str, tuple[str, ...]]:
    return {one.row.work.primary.key: one.risks for one in release.open}


def test_a_release_holds_its_work_by_rank_with_what_is_done_and_what_is_left() -> None:
    plan = planned(work(2, "2.0", effort=3.0), work(1, "2.0"), done(50, 30, "2.0"), work(3, None))
    release = only(plan)
    assert [one.row.work.primary.key for one in release.open] == ["PAY-1", "PAY-2"]
    assert (release.name, release.due, release.done, release.effort_open, release.unestimated) == (
        "2.0",
        SOON,
        1,
        3.0,
        1,
    )


def test_releases_come_by_day_and_those_without_one_last() -> None:
    later = SOON + timedelta(days=30)
    plan = planned(work(1, "someday", None), work(2, "3.0", later), work(3, "2.0"))
    assert [one.name for one in plan.releases] == ["2.0", "3.0", "someday"]


def test_one_release_over_several_tools_takes_their_last_day_and_says_that_they_differ() -> None:
    other = replace(item(9, "github", milestone="V2"), milestone_due=SOON + timedelta(days=2))
    release = only(planned(work(1, "v2"), other))
    assert release.due == SOON + timedelta(days=2) and release.scopes == ("PAY", "acme/web")
    assert release.risks == (f"its day differs between tools: {SOON}, {SOON + timedelta(days=2)}; the last one counts",)


def test_the_recent_pace_tells_what_will_not_be_done_by_then() -> None:
    plan = planned(*(work(number, "2.0") for number in range(1, 5)), *HISTORY)
    release = only(plan)
    assert plan.paces[""].weeks == (1,) * 12
    assert [(one.place, one.chance) for one in release.open] == [(1, 1.0), (2, 1.0), (3, 1.0), (4, 0.0)]
    assert risks(release)["PAY-4"] == ("number 4 in the queue: 0 % by then",)
    assert release.days == (TODAY + timedelta(days=28),) * 3
    late = (TODAY + timedelta(days=28) - SOON).days
    said = f"at the recent pace it is 85 % sure to be done by {TODAY + timedelta(days=28)}, {late} days late"
    assert release.risks == (said,)


def test_work_that_stands_in_the_last_horizon_is_a_risk() -> None:
    release = only(planned(*(work(number, None) for number in range(1, 5)), work(5, "2.0")))
    assert risks(release) == {"PAY-5": ("stands in later",)}


def test_what_waits_for_work_that_comes_later_is_a_risk() -> None:
    def waits(number: int, other: int, release: str) -> BacklogItem:
        return work(number, release, links=(Link(LinkKind.BLOCKED_BY, Pointer(key=f"PAY-{other}")),))

    later = SOON + timedelta(days=30)
    plan = planned(waits(1, 2, "2.0"), work(2, "3.0", later), waits(3, 4, "2.0"), work(4, None))
    found = risks(plan.releases[0])
    assert f"waits for PAY-2, which is in 3.0 ({later})" in found["PAY-1"]
    assert "waits for PAY-4, which is in no release" in found["PAY-3"]


def test_a_day_that_is_over_with_open_work_is_told_and_one_that_is_done_fades() -> None:
    past = TODAY - timedelta(days=3)
    late = only(planned(work(1, "1.9", past)))
    assert late.risks == ("its day was 3 days ago, 1 still open",)
    assert planned(replace(done(1, 9, "1.8"), milestone_due=TODAY - timedelta(days=15))).releases == ()
    assert only(planned(replace(done(1, 2, "1.8"), milestone_due=past))).done == 1


def test_work_in_the_nearest_horizon_without_a_release_is_listed() -> None:
    plan = planned(work(1, None), work(2, "2.0"), work(3, None))
    assert [row.work.primary.key for row in plan.loose] == ["PAY-1"]
    assert plan.nearest == {"now"}


def test_children_are_counted_in_the_queue_and_not_their_epic() -> None:
    epic = work(1, "2.0")
    child = replace(work(2, "2.0"), parent=Pointer(key="PAY-1"))
    release = only(planned(epic, child))
    assert {one.row.work.primary.key: one.place for one in release.open} == {"PAY-1": None, "PAY-2": 1}
