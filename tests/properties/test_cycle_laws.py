"""Laws over whole cycles on a tracker with people: places in an order, storms, taking back, and not writing at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from histories import FAMILY, FAULTS, OURS, Histories
from hypothesis import given, settings
from hypothesis import strategies as st
from watched import shown

from syncd.connector.protocol import Call
from syncd.engine.pacing.pace import GateClosed
from syncd.engine.permits import holds
from syncd.engine.permits.permit import Approve
from syncd.engine.writing.undo import undo_what
from syncd.testing.paper import PaperIssue, fine

Deed = tuple[str, int, int]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["estimates", "decides", "labels", "closes", "drags", "reports"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=5,
)


@contextmanager
def a_house(issues: int) -> Iterator[Histories]:
    house = Histories()
    try:
        for number in range(issues):
            house._add(("High", "Medium", "Low")[number % 3])
        yield house
    finally:
        house._ended()
        shutil.rmtree(house.folder, ignore_errors=True)


def people(house: Histories, deeds: list[Deed]) -> None:
    for deed, which, what in deeds:
        match deed:
            case "estimates":
                house.somebody_estimates(which, ("High", "Medium", "Low")[what % 3], what % 2 == 0)
            case "decides":
                house.somebody_decides(which, (*OURS, FAMILY)[what % 3], what + 1)
            case "labels":
                house.somebody_labels(which, "team/b")
            case "closes":
                house.somebody_closes_or_reopens(which)
            case "drags":
                house.somebody_drags(which, what)
            case _:
                house.somebody_reports("High")


def places(house: Histories) -> dict[tuple[str, str], object]:
    """All that syncd may write to."""
    found: dict[tuple[str, str], object] = {}
    for issue in house.tracker.issues.values():
        for place in (*OURS, FAMILY):
            found[issue.id, place] = house._live(issue, place)
        found[issue.id, "note"] = _note(issue)
    return found


def _note(issue: PaperIssue) -> str | None:
    return next((comment.text for comment in issue.comments if comment.author == "syncd"), None)


def settled(house: Histories) -> None:
    for _ in range(8):
        result = house._cycle()
        assert result is not None
        if result.quiet:
            return
    raise AssertionError("never quiet")


@given(st.integers(4, 7), st.integers(0, 9), st.integers(0, 9), DEEDS)
@settings(max_examples=40, deadline=None)
def test_a_human_edit_wins_and_stays_in_a_native_order(issues: int, which: int, place: int, deeds: list[Deed]) -> None:
    """Whatever else changes, an issue stays below what a person dropped it below, and all others are in order around it."""
    with a_house(issues) as house:
        settled(house)
        house._order_is_known = lambda: True  # type: ignore[method-assign]  # by what people saw, whatever syncd noted
        house.somebody_drags(which, place)
        settled(house)
        people(house, [deed for deed in deeds if deed[0] != "drags"])
        house._comes_to_rest()


BESIDE = st.lists(
    st.tuples(st.booleans(), st.integers(0, 9), st.sampled_from([*OURS, FAMILY]), st.integers(0, 999)),
    min_size=1,
    max_size=5,
)


@given(st.integers(2, 4), BESIDE)
@settings(max_examples=40, deadline=None)
def test_whoever_is_not_listed_wins_beside_a_bot(issues: int, deeds: list[tuple[bool, int, str, int]]) -> None:
    """A bot and people write over syncd and over each other: at rest people have what is theirs, and the bot has nothing."""
    with a_house(issues) as house:
        settled(house)
        for bot, which, place, value in deeds:
            if bot:
                house.a_bot_writes_over_us(which, place, value)
            else:
                house.somebody_decides(which, place, value)
            house.a_cycle({}, 0, True)
        house._comes_to_rest()


STORM = st.dictionaries(st.integers(1, 40), st.sampled_from(FAULTS), min_size=1, max_size=3)


@given(st.integers(2, 6), DEEDS, st.booleans(), st.lists(STORM, min_size=1, max_size=2))
@settings(max_examples=60, deadline=None)
def test_a_storm_is_followed_by_calm(
    issues: int, deeds: list[Deed], established: bool, storms: list[dict[int, str]]
) -> None:
    """The laws of a history, on short ones that are mostly storm."""
    with a_house(issues) as house:
        if established:
            settled(house)
        people(house, deeds)
        house.clock.forward(hours=2)
        house._opened()
        house.somebody_starts_it_twice()
        for weather in storms:
            house.a_cycle(weather, 0, True)
        house._comes_to_rest()


def test_a_move_that_arrived_while_nobody_could_read_the_order_is_no_persons_move() -> None:
    """Found by the histories: its answer was lost, and the next cycle, hours later, could not read either."""
    with a_house(0) as house:
        house.begin(count=5, settled=False)
        house.a_cycle_in_bad_weather(census=False, hours=0, weather={38: "busy"})
        assert house.tracker.order == ["1001", "1004", "1002", "1003", "1005"], "the move arrived, its answer did not"
        house.a_cycle_in_bad_weather(census=False, hours=2, weather={1: "lost"})
        house._comes_to_rest()


@given(st.integers(2, 6), DEEDS, DEEDS, DEEDS)
@settings(max_examples=60, deadline=None)
def test_undo_restores_what_nobody_changed_since(
    issues: int, before: list[Deed], meanwhile: list[Deed], since: list[Deed]
) -> None:
    with a_house(issues) as house:
        if before:
            settled(house)
            people(house, before)
            settled(house)
        people(house, meanwhile)
        house.clock.forward(hours=2)
        was, was_order = places(house), list(house.tracker.order)
        result = house._cycle()
        assert result is not None
        wrote, order = places(house), list(house.tracker.order)
        outcome = result.sources["paper"]
        if outcome.applied is None:
            return
        people(house, since)
        now, now_order = places(house), list(house.tracker.order)
        world, _ = house._opened()
        try:
            (restored,) = undo_what(world, result.run, by="anna")
        except LookupError:
            assert wrote == was and order == was_order
            return
        for place, value in places(house).items():
            changed = now[place] != wrote.get(place)
            assert value == (now[place] if changed else was.get(place)), f"{place}: {was.get(place)!r} → {value!r}"
        told = {(skip.ref.id, skip.slot) for skip in restored.plan.skips}
        slots = {"Score": "score", "Rank": "rank", FAMILY: "horizon"}
        for id_, place in wrote:
            if place in slots and wrote[id_, place] != was[id_, place] not in (now[id_, place],):
                changed = now[id_, place] != wrote[id_, place]
                assert changed == ((id_, slots[place]) in told), f"{id_}: what changed since is listed, and only that"
        if now_order == order:
            assert house.tracker.order == was_order
        else:
            moved = {move.ref.id for moves in outcome.plan.moves.values() for move in moves}
            assert [i for i in house.tracker.order if i not in moved] == [i for i in now_order if i not in moved]
        assert holds.in_force(world.store, "paper") is not None
        if restored.run is not None and not since:
            undo_what(world, restored.run, by="ben")
            assert places(house) == wrote and house.tracker.order == order, "an undo can be undone"


@given(st.integers(2, 5), DEEDS, st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_dry_run_never_writes(issues: int, deeds: list[Deed], established: bool, approves: bool) -> None:
    """Neither a cycle that is not asked to write, whoever approves, nor a client of it that tries all the same."""
    with a_house(issues) as house:
        if established:
            settled(house)
        people(house, deeds)
        house.clock.forward(hours=2)
        stands = {id_: shown(issue) for id_, issue in house.tracker.issues.items()}
        order = list(house.tracker.order)
        world, cycle = house._opened()
        approve: Approve | None = (lambda plan: "anna") if approves else None
        result = cycle.run(write=False, approved=approve, census=True)
        plan = result.sources["paper"].plan
        source = world.sources["paper"]
        with suppress(GateClosed):
            assert all(outcome is not None for outcome in source.connector.apply(plan.edits))
        for scope, moves in plan.moves.items():
            assert all(outcome is not None for outcome in source.connector.reorder(scope, moves))
        with pytest.raises(GateClosed):
            source.pace.before(Call("paper", "PUT", "edit", True))
        assert {id_: shown(issue) for id_, issue in house.tracker.issues.items()} == stands
        assert house.tracker.order == order


@given(st.integers(2, 6), DEEDS, st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_stop_is_stop(issues: int, deeds: list[Deed], step: int) -> None:
    """After a person's hold no further write leaves, whatever the plan still holds."""
    with a_house(issues) as house:
        people(house, deeds)
        world, _ = house._opened()
        began, frozen = house.tracker.step, None

        def freeze(now: int) -> None:
            nonlocal frozen
            if now - began == step:
                holds.keep(world.store, "paper", holds.Hold("anna", "stop"))
                frozen = house.tracker.edits_by_syncd + house.tracker.moves_by_syncd

        house.tracker.weather = freeze
        house._cycle()
        house.tracker.weather = fine
        if frozen is not None:
            assert house.tracker.edits_by_syncd + house.tracker.moves_by_syncd <= frozen + 1
