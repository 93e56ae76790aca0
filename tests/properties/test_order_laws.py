"""Laws of the native order: the fewest moves and calls (against brute force), the dead band, pins, and what people dragged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise, permutations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from syncd.core.writing.calls import calls_of, fewest_calls, fewest_moves
from syncd.core.writing.dragged import dragged
from syncd.core.writing.moves import Pair, moves, together
from syncd.core.writing.order import Anchors, Ranking, check_order, wanted_order
from syncd.core.writing.reorder import _as_if_made, _still
from syncd.core.writing.writes import placed_below

ORDERS = st.integers(0, 8).flatmap(lambda count: st.permutations(range(count)))


def made(current: Sequence[str], found: Sequence[Pair]) -> list[str]:
    order = list(current)
    for id_, below in found:
        order.remove(id_)
        order.insert(order.index(below) + 1 if below is not None else 0, id_)
    return order


@given(st.permutations("abcdef12"), st.permutations("abcdef"), st.integers(0, 6), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_moves_reach_the_order_with_the_fewest_moves(
    current: list[str], wanted: list[str], count: int, at_once: int
) -> None:
    wanted = wanted[:count]
    found = moves(current, wanted, at_once=at_once)
    after = made(current, found)
    assert [id_ for id_ in after if id_ in wanted] == wanted
    assert [id_ for id_ in after if id_ not in wanted] == [id_ for id_ in current if id_ not in wanted]
    assert len(found) == fewest(tuple(id_ for id_ in current if id_ in wanted), tuple(wanted), 1)


@given(st.permutations("abcd12"), st.permutations("abcd"), st.integers(0, 4), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_over_the_budget_the_order_is_reached_with_the_fewest_calls(
    current: list[str], wanted: list[str], count: int, at_once: int
) -> None:
    wanted = wanted[:count]
    found = moves(current, wanted, at_once=at_once, most_calls=0)
    after = made(current, found)
    assert [id_ for id_ in after if id_ in wanted] == wanted
    assert [id_ for id_ in after if id_ not in wanted] == [id_ for id_ in current if id_ not in wanted]
    calls = list(together(found, at_once))
    assert [index for start, end in calls for index in range(start, end)] == list(range(len(found)))
    assert len(calls) == fewest(tuple(id_ for id_ in current if id_ in wanted), tuple(wanted), at_once)


@given(st.permutations("abcdefghij"), st.data(), st.integers(1, 3), st.none() | st.integers(0, 3))
@settings(max_examples=500, deadline=None)
def test_moves_that_broke_off_anywhere_go_on_as_they_were_approved(
    wanted: list[str], data: st.DataObject, at_once: int, most_calls: int | None
) -> None:
    """What was not told to have been made may have been; and a person may move one more in between."""
    current = sorted(wanted)
    approved = moves(current, wanted, at_once=at_once, most_calls=most_calls)
    count = data.draw(st.integers(min(1, len(approved)), len(approved)), "made")
    left = approved[count:]
    present = made(current, approved[:count])
    told = data.draw(st.integers(max(0, count - 2), count), "made, as far as the tool told")
    agreed = frozenset(id_ for id_, _ in approved[told:])
    again = moves(present, wanted, at_once=at_once, most_calls=most_calls, agreed=agreed)
    assert set(again) <= set(left) and made(present, again) == wanted
    moved = data.draw(st.sampled_from(wanted), "moved by a person")
    present.remove(moved)
    present.insert(data.draw(st.integers(0, len(present)), "to"), moved)
    again = moves(present, wanted, at_once=at_once, most_calls=most_calls, agreed=agreed)
    assert made(present, again) == wanted
    free = moves(present, wanted, at_once=at_once, most_calls=most_calls)
    calls = [sum(1 for _ in together(one, at_once)) for one in (again, free)]
    assert len(again) <= len(free) or calls[0] <= calls[1]


@given(ORDERS, st.integers(1, 4))
@settings(max_examples=500, deadline=None)
def test_no_other_choice_of_who_stays_does_better(places: list[int], at_once: int) -> None:
    count = len(places)
    plans = [
        (count - len(stay), calls_of(stay, count, at_once), bool(stay and stay[0]))
        for size in range(count + 1)
        for stay in combinations(range(count), size)
        if all(places[one] < places[other] for one, other in pairwise(stay))
    ]
    stay = fewest_moves(places, at_once)
    assert (count - len(stay), calls_of(stay, count, at_once), bool(stay and stay[0])) == min(plans)
    stay = fewest_calls(places, at_once)
    assert (calls_of(stay, count, at_once), count - len(stay)) == min((calls, moved) for moved, calls, _ in plans)


def fewest(current: tuple[str, ...], wanted: tuple[str, ...], at_once: int) -> int:
    """Breadth first over every order that so many calls can reach; a call places up to `at_once` issues somewhere."""
    reached, wave, steps = {current}, {current}, 0
    while wanted not in reached:
        steps += 1
        wave = {
            (*rest[:place], *taken, *rest[place:])
            for order in wave
            for size in range(1, min(at_once, len(order)) + 1)
            for taken in permutations(order, size)
            for rest in [tuple(id_ for id_ in order if id_ not in taken)]
            for place in range(len(rest) + 1)
        } - reached
        reached |= wave
    return steps


def test_the_brute_force_knows_its_business() -> None:
    assert max(fewest(tuple(order), tuple("abcd"), 1) for order in permutations("abcd")) == 3
    assert max(fewest(tuple(order), tuple("abcd"), 2) for order in permutations("abcd")) == 2


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[str], Ranking, Anchors]:
    """A native order with strangers, what is known of most of its issues, and pins."""
    ids = draw(st.permutations("abcdefg"))[: draw(st.integers(0, 7))]
    scores = sorted((draw(st.sampled_from([1.0, 1.3, 1.6, 2.0, 5.0])) for _ in ids), reverse=True)
    levels = sorted((draw(st.booleans()), 0) for _ in ids)
    blockers = {
        ids[one]: (ids[other],)
        for one, other in draw(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=3))
        if other < one < len(ids)
    }
    known = Ranking(
        tuple(ids),
        tuple(range(1, len(ids) + 1)),
        tuple(levels),
        tuple(scores),
        draw(st.sampled_from([0.0, 0.5, 1.0])),
        blockers,
    )
    current = draw(st.permutations([*ids, "1", "2"]))
    pins: dict[str, str | None] = {}
    for id_ in draw(st.sets(st.sampled_from(ids), max_size=3)) if ids else ():
        pins[id_] = draw(st.sampled_from([None, "gone", *(other for other in current if other != id_)]))
    return list(current), known, pins


@given(rankings())
@settings(max_examples=250, deadline=None)
def test_the_order_that_was_reached_is_wanted_and_is_a_subsequence_of_the_one_backlog(
    case: tuple[list[str], Ranking, Anchors],
) -> None:
    current, known, pins = case
    wanted = wanted_order(current, known, pins)
    after = made(current, moves(current, wanted))
    assert wanted_order(after, known, pins) == wanted
    assert moves(after, wanted) == [], "a quiet order stays quiet"
    assert check_order(after, known, pins).out is None
    free = [id_ for id_ in after if id_ not in pins and id_ in known.ids]
    for one, other in combinations(free, 2):
        above, below = known.ids.index(other), known.ids.index(one)
        if above < below:
            assert not known.firmly_above(above, below) and other not in known.blockers.get(one, ())


@given(rankings())
@settings(max_examples=200, deadline=None)
def test_an_order_within_the_dead_band_moves_nothing(case: tuple[list[str], Ranking, Anchors]) -> None:
    current, known, _ = case
    assume(check_order(current, known, {}).out is None)
    assert moves(current, wanted_order(current, known, {})) == []


@given(rankings())
@settings(max_examples=250, deadline=None)
def test_a_pinned_issue_stands_below_its_neighbor_after_the_moves(case: tuple[list[str], Ranking, Anchors]) -> None:
    """Directly, apart from others that are pinned there and from fences; without a neighbor that may be moved it stays."""
    current, known, pins = case
    wanted = wanted_order(current, known, pins)
    made_moves = moves(current, wanted)
    after = made(current, made_moves)
    movable = [id_ for id_ in after if id_ in wanted]
    for id_, below in pins.items():
        if id_ not in wanted:
            assert id_ not in {moved for moved, _ in made_moves}
        elif below is not None:
            at = movable.index(id_) - 1
            while movable[at] != below:
                assert hangs_on(movable[at], below, pins)
                at -= 1


def hangs_on(id_: str, anchor: str, pins: Anchors) -> bool:
    seen: set[str] = set()
    while id_ in pins and id_ not in seen:
        seen.add(id_)
        above = pins[id_]
        if above == anchor:
            return True
        if above is None:
            return False
        id_ = above
    return False


@given(
    st.permutations("abcdefgh"), st.integers(0, 7), st.integers(0, 7), st.sets(st.sampled_from("abcdefgh"), max_size=3)
)
@settings(max_examples=300, deadline=None)
def test_one_drag_is_one_issue_whatever_comes_and_goes(left: list[str], one: int, place: int, gone: set[str]) -> None:
    id_ = left[one]
    seen = [other for other in left if other != id_]
    seen.insert(place, id_)
    found = dragged(left, ["new", *(other for other in seen if other not in gone), "newer"], ()).by_people
    assert len(found) <= 1
    assert place != one or not found
    if found and id_ not in gone:
        rest = [other for other in left if other not in gone and other != found[0]]
        assert rest == [other for other in seen if other not in gone and other != found[0]]


@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"), st.integers(0, 8), st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_prefix_of_our_own_moves_passes_for_a_drag(
    left: list[str], wanted: list[str], sent: int, again: bool
) -> None:
    ours = moves(left, wanted)
    seen = made(left, ours[:sent])
    found = dragged(left, seen, ours)
    assert found.by_people == ()
    if again:  # the next look, still unsure of the same moves
        assert dragged(seen, made(left, ours), ours).by_people == ()


@given(st.permutations(range(14)), st.lists(st.floats(0, 4), min_size=14, max_size=14), st.data(), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_a_broken_off_order_is_still_the_approved_one_within_the_dead_band(
    shuffled: list[int], scores: list[float], data: st.DataObject, at_once: int
) -> None:
    """What is wanted within the dead band follows from what stands there, and half-way other issues stand there."""
    ids = tuple(f"i{number:02}" for number in range(len(scores)))
    known = Ranking(ids, tuple(range(len(ids))), ((False, 0),) * len(ids), tuple(sorted(scores, reverse=True)), 0.5)
    current = [ids[number] for number in shuffled]
    approved = moves(current, wanted_order(current, known, {}), at_once=at_once)
    count = data.draw(st.integers(0, len(approved)), "made")
    told = data.draw(st.integers(max(0, count - 2), count), "made, as far as the tool told")
    agreed = {id_: placed_below(below) for id_, below in approved[told:]}
    present = made(current, approved[:count])
    wanted = wanted_order(_as_if_made(present, agreed), known, {})
    again = moves(present, wanted, at_once=at_once, agreed=_still(wanted, agreed))
    assert set(again) <= set(approved) and made(present, again) == made(current, approved)
