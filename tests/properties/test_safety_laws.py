"""The law of brakes: above a limit always, below it never, whichever limit it is, with the sentence that helps."""

from __future__ import annotations

import itertools
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.issue import Ref
from syncd.core.permission.leave import Limits
from syncd.core.plan import Edit, Move, Plan, SetField
from syncd.core.safety.brakes import Measures, check
from syncd.core.safety.shifts import Standing, churn, shift

SHARES = st.floats(0, 1)
LIMITS = st.builds(
    Limits,
    max_changed_share=SHARES,
    max_changed_min_items=st.integers(0, 30),
    max_shrink_share=SHARES,
    max_changed_items=st.integers(1, 60),
    max_changed_share_new_rules=SHARES,
    max_rank_churn=SHARES,
    rank_churn_top=st.none() | st.integers(2, 40),
    max_score_shift=SHARES,
    max_writes_per_hour=st.integers(1, 80),
    max_notifications_per_hour=st.integers(1, 80),
)
RANKINGS = st.lists(
    st.tuples(st.integers(0, 60).map(str), st.none() | st.floats(0, 100)), max_size=60, unique_by=lambda one: one[0]
).map(tuple)
COMMAND = "syncd apply --plan 0123456789ab"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    edited, moved = draw(st.integers(0, 60)), draw(st.integers(0, 60))
    change = SetField("Score", None, 1.0, "score")
    edits = tuple(Edit(Ref("jira", str(n)), f"PAY-{n}", "", "1", (change,)) for n in range(edited))
    moves = tuple(Move(Ref("jira", str(n)), f"PAY-{n}", None) for n in range(moved))
    return Plan("jira", edits, {"PAY": moves} if moves else {})


@st.composite
def measured(draw: st.DrawFn) -> Measures:
    return Measures(
        open_items=draw(st.integers(0, 200)),
        there=draw(st.frozensets(st.integers(0, 60).map(str))),
        before=draw(st.none() | RANKINGS),
        after=draw(RANKINGS),
        rules_changed=draw(st.booleans()),
        written=draw(st.integers(0, 80)),
        notified=draw(st.integers(0, 80)),
        notifications=draw(st.integers(0, 80)),
    )


def above(plan: Plan, limits: Limits, seen: Measures) -> set[str]:
    """By the words of the documentation, worked out the slow way."""
    found: set[str] = set()
    size, least, before = plan.size, limits.max_changed_min_items, seen.before
    if size > least and size > limits.max_changed_share * seen.open_items:
        found.add("changed-share")
    elif size > least and seen.rules_changed and size > limits.max_changed_share_new_rules * seen.open_items:
        found.add("rules")
    if size > limits.max_changed_items:
        found.add("changed-items")
    if seen.written + size > limits.max_writes_per_hour:
        found.add("writes")
    if seen.notified + seen.notifications > limits.max_notifications_per_hour:
        found.add("notifications")
    if before is None:
        return found
    gone = [id_ for id_, _ in before if id_ not in seen.there]
    if len(gone) > least and len(gone) > limits.max_shrink_share * len(before):
        found.add("shrunk")
    changed, compared = slow_churn(before, seen.after, limits.rank_churn_top)
    if compared > least and changed > limits.max_rank_churn + 1e-12:
        found.add("churn")
    moved, same = slow_shift(before, seen.after)
    if same > least and moved > limits.max_score_shift + 1e-12:
        found.add("scores")
    return found


def slow_churn(before: tuple[Standing, ...], after: tuple[Standing, ...], top: int | None) -> tuple[float, int]:
    was, now = [id_ for id_, _ in before], [id_ for id_, _ in after]
    both = [x for x in was if x in now and (top is None or was.index(x) < top or now.index(x) < top)]
    pairs = list(itertools.combinations(both, 2))
    wrong = sum(now.index(x) > now.index(y) for x, y in pairs)
    return (wrong / len(pairs) if pairs else 0.0), len(both)


def slow_shift(before: tuple[Standing, ...], after: tuple[Standing, ...]) -> tuple[float, int]:
    both = {id_ for id_, _ in before} & {id_ for id_, _ in after}

    def below(ranking: tuple[Standing, ...], at: float) -> int:
        return sum(score is None or score <= at for id_, score in ranking if id_ in both)

    points = [-1.0, *(score for _, score in (*before, *after) if score is not None)]
    far = max(abs(below(before, at) - below(after, at)) for at in points)
    return (far / len(both) if both else 0.0), len(both)


@given(plans(), LIMITS, measured())
@settings(max_examples=250, deadline=None)
def test_safety_always_fires_above_the_limit(plan: Plan, limits: Limits, seen: Measures) -> None:
    brakes = check(plan, limits, seen, COMMAND)
    codes = [brake.code for brake in brakes]
    assert len(codes) == len(set(codes))
    expected = set() if plan.empty else above(plan, limits, seen)
    # A value that lies on its limit to the last bit may round to either side.
    close = {"churn", "scores"} if _on_the_limit(limits, seen) else set()
    assert set(codes) - close == expected - close
    known = {one.name for one in fields(Limits)}
    for brake in brakes:
        assert brake.message.endswith(COMMAND)
        (setting,) = [name for name in known if f"(policy.limits.{name})" in brake.message]
        assert "the limit is" in brake.message and any(letter.isdigit() for letter in brake.message.split(";")[0])
        assert setting.startswith("max_")


def _on_the_limit(limits: Limits, seen: Measures) -> bool:
    if seen.before is None:
        return False
    changed, _ = churn(seen.before, seen.after, limits.rank_churn_top)
    near = abs(changed - limits.max_rank_churn) < 1e-9
    return near or abs(shift(seen.before, seen.after)[0] - limits.max_score_shift) < 1e-9


@given(RANKINGS, RANKINGS)
@settings(max_examples=100, deadline=None)
def test_the_distance_between_rankings_is_none_to_itself_and_takes_no_sides(
    one: tuple[Standing, ...], other: tuple[Standing, ...]
) -> None:
    assert churn(one, one)[0] == 0 and shift(one, one)[0] == 0
    assert churn(one, other)[0] == churn(other, one)[0]
    assert shift(one, other) == shift(other, one)
    assert 0 <= churn(one, other)[0] <= 1 and 0 <= shift(one, other)[0] <= 1
    if len(one) > 1:
        assert churn(one, one[::-1])[0] == 1
