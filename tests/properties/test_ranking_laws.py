"""Laws of the order: ranking is idempotent, blockers stand in front, and horizons hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.backlog import BacklogItem, Kind, Ranked, Status, Work
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pin, Pins
from syncd.core.ranking.horizons import loads
from syncd.core.ranking.rank import Placed, placed, rank
from syncd.core.rules import Framework, Horizon, Horizons, Policy, Rules
from syncd.core.scoring.score import Scored

START = datetime(2026, 1, 5, tzinfo=UTC)
NAMES = ("now", "next", "later")
SCORES = st.one_of(st.none(), st.sampled_from([10.0, 10.3, 10.6, 11.0, 14.0, 20.0]), st.integers(0, 30).map(float))


def ref(number: int) -> Ref:
    return Ref("jira", f"{number:02}")


@st.composite
def backlogs(draw: st.DrawFn) -> tuple[list[Work], dict[Ref, Scored], dict[Ref, Placed], dict[Ref, Pins], Rules]:
    count = draw(st.integers(0, 9))
    numbers = range(count)
    efforts = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 3.0, 8.0]))
    edges = draw(st.sets(st.tuples(st.sampled_from(numbers), st.sampled_from(numbers)), max_size=8)) if count else set()
    works = []
    for number in numbers:
        item = BacklogItem(
            ref=ref(number),
            key=f"PAY-{number}",
            url="",
            scope="PAY",
            revision="1",
            title="",
            kind=Kind.STORY,
            status=Status.TODO,
            state="To Do",
            priority=draw(st.integers(1, 3)),
            created=START + timedelta(days=draw(st.integers(0, 2))),
            updated=START,
            effort=draw(efforts),
        )
        parent = draw(st.sampled_from([None, None, *(ref(other) for other in numbers if other != number)]))
        blocks = tuple(ref(b) for a, b in sorted(edges) if a == number and b != number)
        works.append(Work(item, parent=parent, blocks=blocks))
    scores = {work.ref: Scored(draw(SCORES), None, draw(st.sampled_from([None, 0, 1]))) for work in works}
    memory = {
        work.ref: Placed(draw(st.integers(1, 9)), draw(st.sampled_from([None, "gone", *NAMES])), draw(SCORES))
        for work in works
        if draw(st.booleans())
    }
    pins = {
        work.ref: Pins(horizon=Pin(draw(st.sampled_from(NAMES)), "set by a person"))
        for work in works
        if draw(st.integers(0, 5)) == 0
    }
    unit = draw(st.sampled_from(["effort", "items"]))
    horizons = tuple(Horizon(name, draw(st.sampled_from([None, 0.0, 2.0, 5.0])), unit) for name in NAMES)
    rules = Rules(
        sources={},
        facts={},
        framework=Framework("rice", parse("priority", {"priority": Type.NUMBER}), ""),
        horizons=Horizons(horizons, draw(st.sampled_from([0.0, 0.5, 3.0, 100.0]))),
        policy=Policy(deadband=draw(st.sampled_from([0.0, 0.5, 2.0])), blockers=draw(st.booleans())),
    )
    return draw(st.permutations(works)), scores, memory, pins, rules


def shape(ranked: tuple[Ranked, ...]) -> list[tuple[Ref, int, str | None]]:
    return [(one.work.ref, one.rank, one.horizon) for one in ranked]


@given(backlogs())
@settings(max_examples=400, deadline=None)
def test_ranking_again_changes_nothing(backlog) -> None:
    works, scores, memory, pins, rules = backlog
    first = rank(works, scores, memory, pins, rules)
    then = placed(first, memory, rules)
    again = rank(works, scores, then, pins, rules)
    assert shape(again) == shape(first)
    assert placed(again, then, rules) == then


@given(backlogs(), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_does_not_depend_on_the_order_of_its_input(backlog, chance) -> None:
    works, scores, memory, pins, rules = backlog
    shuffled = list(works)
    chance.shuffle(shuffled)
    backwards = dict(reversed(memory.items()))
    assert shape(rank(shuffled, scores, backwards, pins, rules)) == shape(rank(works, scores, memory, pins, rules))


@given(backlogs())
@settings(max_examples=200, deadline=None)
def test_a_blocker_never_stands_below_what_it_blocks(backlog) -> None:
    works, scores, memory, pins, rules = backlog
    if not rules.policy.blockers:
        return
    place = {one.work.ref: one.rank for one in rank(works, scores, memory, pins, rules)}
    blocks = {work.ref: set(work.blocks) for work in works}

    def reaches(start: Ref, goal: Ref) -> bool:
        seen, ahead = set(), [start]
        while ahead:
            at = ahead.pop()
            if at == goal:
                return True
            if at not in seen:
                seen.add(at)
                ahead.extend(blocks[at])
        return False

    circular = {ref for ref in blocks if any(reaches(other, ref) for other in blocks[ref])}
    for blocker, blocked in ((work.ref, other) for work in works for other in work.blocks):
        both_scored = (scores[blocker].score is None) == (scores[blocked].score is None)
        if both_scored and not circular:
            assert place[blocker] < place[blocked]


@given(backlogs())
@settings(max_examples=200, deadline=None)
def test_scored_work_stands_above_unscored_work_and_ranks_have_no_gaps(backlog) -> None:
    works, scores, memory, pins, rules = backlog
    ranked = rank(works, scores, memory, pins, rules)
    assert [one.rank for one in ranked] == list(range(1, len(works) + 1))
    unscored = [one.score is None for one in ranked]
    assert unscored == sorted(unscored)


@given(backlogs())
@settings(max_examples=200, deadline=None)
def test_a_horizon_holds_no_more_than_its_capacity_its_pins_and_one_large_piece(backlog) -> None:
    works, scores, memory, pins, rules = backlog
    ranked = rank(works, scores, memory, pins, rules)
    epics = {work.parent for work in works}
    for horizon in rules.horizons.names[:-1]:
        if horizon.capacity is None:
            return
        inside = [one for one in ranked if one.horizon == horizon.name and one.work.ref not in epics]
        sizes = {one.work.ref: loads([one], rules.horizons)[horizon.name] for one in inside}
        pinned = sum(size for ref, size in sizes.items() if ref in pins)
        alone = [ref for ref, size in sizes.items() if size > 0]
        assert sum(sizes.values()) <= max(horizon.capacity, pinned) or len(alone) == 1
        assert loads(ranked, rules.horizons)[horizon.name] == sum(sizes.values())


@given(backlogs())
@settings(max_examples=200, deadline=None)
def test_without_memory_nobody_stands_in_a_nearer_horizon_than_work_above(backlog) -> None:
    works, scores, _, pins, rules = backlog
    ranked = rank(works, scores, {}, pins, rules)
    level = [NAMES.index(one.horizon) for one in ranked if one.horizon and one.work.ref not in pins]
    assert level == sorted(level)
