"""Plans that must not run without a person: too much change stops itself and says how to go on.

Every brake is asked about the part of a plan that nobody approved, and holds up that part only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from syncd.core.permission.leave import Limits
from syncd.core.plan import Plan
from syncd.core.safety.shifts import Standing, churn, shift
from syncd.core.scoring.phrasing import percent


@dataclass(frozen=True, slots=True)
class Brake:
    """Why a plan waits for a person, whatever the mode."""

    code: str
    """Stable and greppable: changed-share, changed-items, rules, shrunk, churn, scores, writes or notifications."""
    message: str
    """With the number, the limit and the setting; ends with the command."""
    command: str
    """What lets exactly this plan run."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What the brakes look at besides the plan, all about the plan's source."""

    open_items: int
    """How many open issues it has."""
    there: Collection[str]
    """The ids of its issues, open and closed."""
    before: Sequence[Standing] | None
    """Its ranking when its last plan went out whole; None when none did yet."""
    after: Sequence[Standing]
    """Its ranking now."""
    rules_changed: bool = False
    """The rules are not those under which its last plan went out whole or was approved."""
    written: int = 0
    """Issues that syncd wrote to in the hour before without being asked."""
    notified: int = 0
    """Notifications that these writes are thought to have sent."""
    notifications: int = 0
    """Notifications that this plan is thought to send."""


def check(plan: Plan, limits: Limits, measures: Measures, command: str) -> tuple[Brake, ...]:
    """The brakes that a plan trips; none for an empty plan. `command` lets the plan run all the same."""
    if plan.empty:
        return ()
    found = (*_size(plan, limits, measures), *_ranking(limits, measures), *_budgets(plan, limits, measures))
    return tuple(
        Brake(code, f"{what}; the limit is {limit} (policy.limits.{setting}). If {it}, run: {command}", command)
        for code, what, limit, setting, it in found
    )


_Found = tuple[str, str, str, str, str]
"""Code, what is too much, the limit, its setting, and when a person lets it go on."""


def _size(plan: Plan, limits: Limits, measures: Measures) -> Iterator[_Found]:
    size, there = plan.size, measures.open_items
    touches = f"this plan touches {size:,} issues of {plan.source}"
    share = f" ({percent(size / there)})" if there else ""
    of_all = f"{touches}, which has {there:,} open ones{share}"
    if size > limits.max_changed_min_items:
        if size > limits.max_changed_share * there:
            yield "changed-share", of_all, percent(limits.max_changed_share), "max_changed_share", "it is meant"
        elif measures.rules_changed and size > limits.max_changed_share_new_rules * there:
            limit = percent(limits.max_changed_share_new_rules)
            what = f"the rules changed since a person approved last, and {of_all}"
            yield "rules", what, limit, "max_changed_share_new_rules", "it is meant"
    if size > limits.max_changed_items:
        yield "changed-items", touches, f"{limits.max_changed_items:,}", "max_changed_items", "it is meant"


def _ranking(limits: Limits, measures: Measures) -> Iterator[_Found]:
    before = measures.before
    if before is None:
        return
    there = measures.there if isinstance(measures.there, set | frozenset) else frozenset(measures.there)
    lost = sum(id_ not in there for id_, _ in before)
    if lost > limits.max_changed_min_items and lost > limits.max_shrink_share * len(before):
        what = f"{lost:,} of the {len(before):,} issues ({percent(lost / len(before))}) that were ranked when the last plan went out are gone"
        yield "shrunk", what, percent(limits.max_shrink_share), "max_shrink_share", "they are really gone"
    changed, compared = churn(before, measures.after, limits.rank_churn_top)
    if compared > limits.max_changed_min_items and changed > limits.max_rank_churn:
        among = f"the first {limits.rank_churn_top:,}" if limits.rank_churn_top else f"{compared:,} issues"
        what = f"{percent(changed)} of all pairs among {among} change places against the last plan that went out (shuffling gives 50 %)"
        yield "churn", what, percent(limits.max_rank_churn), "max_rank_churn", "it is meant"
    moved, compared = shift(before, measures.after)
    if compared > limits.max_changed_min_items and moved > limits.max_score_shift:
        what = f"the scores of {compared:,} issues as a whole moved by {percent(moved)} against the last plan that went out"
        yield "scores", what, percent(limits.max_score_shift), "max_score_shift", "it is meant"


def _budgets(plan: Plan, limits: Limits, measures: Measures) -> Iterator[_Found]:
    """These let go by themselves when the hour is over."""
    later = "it goes on by itself when the hour is over"
    writes = measures.written + plan.size
    if writes > limits.max_writes_per_hour:
        what = f"{measures.written:,} issues of {plan.source} were written to within an hour, and this plan touches {plan.size:,}; {later}"
        yield "writes", what, f"{limits.max_writes_per_hour:,}", "max_writes_per_hour", "it is meant"
    sent = measures.notified + measures.notifications
    if sent > limits.max_notifications_per_hour:
        what = f"this plan would send about {measures.notifications:,} notifications, after {measures.notified:,} within an hour; {later}"
        yield (
            "notifications",
            what,
            f"{limits.max_notifications_per_hour:,}",
            "max_notifications_per_hour",
            "it is meant",
        )
