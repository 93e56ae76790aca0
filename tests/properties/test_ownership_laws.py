"""Laws of ownership: what is not ours is never touched, and what a person set stays and counts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from model_world import ACTS, Act, World, act, rule_sets, worlds

from syncd.core.issue import Ref
from syncd.core.permission.values import same_value
from syncd.core.rules import Rules, Slot, Target

VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=4), st.lists(st.text(max_size=3), max_size=3).map(tuple)
)


def places(world: World, rules: Rules) -> list[tuple[Ref, Target]]:
    return [(ref, target) for ref in world.items for target in rules.sources[ref.source].targets]


@given(worlds(), rule_sets(yielding=True), st.lists(ACTS, max_size=3))
@settings(max_examples=200, deadline=None)
def test_what_is_not_ours_is_never_touched(world: World, rules: Rules, days: list[list[Act]]) -> None:
    for acts in [[], *days]:
        act(world, rules, acts)
        theirs = {place: world.live(*place) for place in places(world, rules) if world.belongs_to_a_person(*place)}
        prefixes = {name: [t.label for t in source.targets if t.label] for name, source in rules.sources.items()}
        families = {name: tuple(found) for name, found in prefixes.items()}
        labels = {
            ref: [x for x in each.labels if not x.startswith(families[ref.source])] for ref, each in world.items.items()
        }
        named = {name: {t.field for t in source.targets} for name, source in rules.sources.items()}
        fields = {
            (ref, name): value
            for ref, each in world.items.items()
            for name, value in each.fields.items()
            if name not in named[ref.source]
        }
        fenced = {
            ref
            for ref, each in world.items.items()
            if not each.status.open or (each.sprint and each.sprint.state == "active")
        }
        decision = world.cycle(rules)
        assert {place: world.live(*place) for place in theirs} == theirs
        for ref, each in world.items.items():
            assert [x for x in each.labels if not x.startswith(families[ref.source])] == labels[ref]
        assert {(ref, name): world.items[ref].fields[name] for ref, name in fields} == fields
        for name, plan in decision.plans.items():
            moved = {move.ref for moves in plan.moves.values() for move in moves}
            assert not moved & fenced
            assert rules.sources[name].order or not moved


@given(worlds(), rule_sets(yielding=True, several=False), st.integers(0, 99), st.sampled_from(["now", "next", "later"]))
@settings(max_examples=200, deadline=None)
def test_a_human_edit_wins_and_stays(world: World, rules: Rules, which: int, name: str) -> None:
    world.cycle(rules)
    open_refs = [ref for ref, each in sorted(world.items.items()) if each.status.open]
    if not open_refs:
        return
    ref = open_refs[which % len(open_refs)]
    target = next(t for t in rules.sources[ref.source].targets if t.slot is Slot.HORIZON and t.label is not None)
    for label in world.live(ref, target):
        world.toggle(ref, str(label))
    world.toggle(ref, f"roadmap/{name}")
    edited = world.belongs_to_a_person(ref, target)
    for _ in range(2):
        decision = world.cycle(rules)
        assert world.live(ref, target) == (f"roadmap/{name}",) or not edited
    primary = decision.primary_of[ref]
    alone = len(decision.works[primary].members) == 1
    other_pin = any(
        t.slot is Slot.HORIZON and t is not target and world.belongs_to_a_person(ref, t)
        for t in rules.sources[ref.source].targets
    )
    if edited and alone and not other_pin:
        ranked = next(one for one in decision.ranked if one.work.ref == primary)
        assert ranked.horizon == name
        assert ranked.pins


@given(worlds(), rule_sets(yielding=True), st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_what_a_person_took_away_stays_away(world: World, rules: Rules, which: int) -> None:
    world.cycle(rules)
    shown = [place for place in places(world, rules) if world.live(*place) and not world.belongs_to_a_person(*place)]
    if not shown:
        return
    ref, target = shown[which % len(shown)]
    if target.field is not None:
        world.set_field(ref, target.field, None)
    else:
        for label in world.live(ref, target):
            world.toggle(ref, str(label))
    for _ in range(2):
        world.cycle(rules)
        assert world.live(ref, target) == ()


@given(VALUES, VALUES)
@settings(max_examples=200, deadline=None)
def test_comparing_values_takes_no_sides(one, other) -> None:
    assert same_value(one, other) == same_value(other, one)
    if one == one:
        assert same_value(one, one)
