"""Laws of `explain --since`: the three parts are the whole, the past is decided again as it was, quiet is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from model_world import ACTS, NAMES, TODAY, Act, World, act, rule_sets, worlds

from syncd.core.backlog import Fact
from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.expressions.language import parse
from syncd.core.issue import Ref
from syncd.core.permission.ownership import NO_PINS
from syncd.core.reports.inputs import Inputs, Recorder
from syncd.core.reports.movement import Then, movement
from syncd.core.rules import Framework, Rules
from syncd.core.scoring.score import names_read
from syncd.core.voices import Heard
from syncd.store.inputs_codec import decode_inputs, encode_inputs

MOMENT = datetime(2026, 10, 1, tzinfo=UTC)
FORMULAS = ("6 - priority", "10 * effort - priority", "age_days / 7 + priority", "comments + votes")


def kept(decision: Decision, rules: Rules) -> Mapping[Ref, Inputs]:
    """As the store gives them back."""
    recorder = Recorder(rules, names_read(rules))
    found = {}
    for ref in decision.scores:
        text, _ = encode_inputs(recorder.inputs(decision.works[ref], decision.pins.get(ref, NO_PINS)))
        found[ref] = decode_inputs(ref.source, ref.id, text)
    return found


@given(worlds(), rule_sets(), rule_sets(), st.booleans(), ACTS, st.integers(0, 40), st.sampled_from(FORMULAS))
@settings(max_examples=200, deadline=None)
def test_rules_own_inputs_and_others_add_up_to_the_whole_movement(
    world: World, rules: Rules, others: Rules, changed: bool, acts: list[Act], days: int, text: str
) -> None:
    formula = Framework("expression", parse(text, {**NAMES, **dict.fromkeys(NUMBERS, NAMES["priority"])}), text)
    rules = replace(rules, framework=formula)
    first = world.cycle(rules)
    then = Then(MOMENT, TODAY, kept(first, rules), world.memory, rules if changed else None)
    act(world, rules, acts)
    after = replace(others, framework=formula) if changed else rules
    now = decide(
        Snapshot(world.items, (), world.ledger, world.memory, world.orders), after, TODAY + timedelta(days=days)
    )
    stood = {row.work.ref: row for row in first.ranked}
    for row in now.ranked:
        if row.work.ref not in stood:
            continue
        try:
            moved = movement(row.work.ref, then, now, after)
        except KeyError:  # by the rules of now it would have been in no backlog then
            assert changed and after.backlogs and after.rest is None
            continue
        assert (moved.now.score, moved.now.rank) == (row.score, row.rank)
        assert moved.then.score == stood[row.work.ref].score
        assert sum(moved.places) == moved.then.rank - row.rank
        assert len(moved.fell_behind) - len(moved.overtook) == moved.places[2]
        if moved.points is not None:
            assert moved.then.score is not None and row.score is not None
            assert sum(moved.points) == Decimal(repr(row.score)) - Decimal(repr(moved.then.score))
            steps = [change.points for change in moved.inputs]
            if None not in steps:
                assert sum(steps, Decimal(0)) == moved.points[1]


NUMBERS = ("age_days", "comments", "votes")


@given(worlds(), rule_sets())
@settings(max_examples=100, deadline=None)
def test_where_nothing_happened_nothing_moved(world: World, rules: Rules) -> None:
    world.cycle(rules)
    first = world.cycle(rules)
    then = Then(MOMENT, TODAY, kept(first, rules), world.memory, None)
    now = world.decide(rules)
    for row in now.ranked:
        moved = movement(row.work.ref, then, now, rules)
        assert not moved.moved and moved.overtook == moved.fell_behind == ()
        assert moved.then == moved.by_rules == moved.by_inputs == moved.now


@given(worlds(), rule_sets(), st.integers(0, 99), st.floats(1, 9))
@settings(max_examples=60, deadline=None)
def test_kept_inputs_come_back_as_they_were(world: World, rules: Rules, which: int, value: float) -> None:
    decision = world.decide(rules)
    for ref in decision.scores:
        facts = {"reach": Fact(value, "Jira field Reach"), "due": Fact(TODAY, "x")}
        heard = Heard(which + 1, 2, 1, value, which, TODAY, 1) if which % 2 else None
        work = replace(decision.works[ref], facts=facts, heard=heard)
        inputs = Recorder(rules, ("idle_days", "comments")).inputs(work, decision.pins.get(ref, NO_PINS))
        text, compared = encode_inputs(inputs)
        again = decode_inputs(ref.source, ref.id, text)
        assert (again.pins, again.basis, again.restless) == (inputs.pins, inputs.basis, inputs.restless)
        assert encode_inputs(again) == (text, compared)
        assert again.work.heard == work.heard
        assert again.work.facts == work.facts and again.work.blocks == work.blocks
