"""Why one piece of work stands above another, in one sentence that is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scoring_makers import TODAY, adjustment, item, ref, rules

from syncd.core.backlog import BacklogItem, Fact
from syncd.core.decide import Snapshot, decide
from syncd.core.expressions.language import Type
from syncd.core.issue import Link, LinkKind, Pointer, Ref
from syncd.core.ranking.rank import Placed
from syncd.core.reports.above import Above, above
from syncd.core.rules import Policy, Rules


def rice(number: int, effort: float | None, impact: float = 1.0, **changes: Any) -> BacklogItem:
    """Its raw score is 100 × impact ÷ effort."""
    values = {"reach": 100.0, "impact": impact, "confidence": 1.0, "effort": effort}
    facts = {name: Fact(value, f"Jira field {name.title()}") for name, value in values.items() if value is not None}
    return item(number, facts=facts, **changes)


def why(by: Rules, *items: BacklogItem, memory: Mapping[Ref, Placed] | None = None) -> Above:
    """Of PAY-1 above PAY-2."""
    decision = decide(Snapshot({one.ref: one for one in items}, (), {}, memory or {}, {}), by, TODAY)
    rows = {row.work.ref: row for row in decision.ranked}
    assert rows[ref(1)].rank < rows[ref(2)].rank
    return above(rows[ref(1)], rows[ref(2)], decision, by)


def test_the_input_that_decides_is_named_with_the_place_it_would_have_otherwise() -> None:
    found = why(rules(), rice(1, 2.0), rice(2, 8.0, impact=3.0), rice(3, 2.5))
    assert (
        found.sentence == "PAY-1 stands above PAY-2 because its effort is 2 instead of 8; with 8 it would stand at 3."
    )
    told = {(one.step, one.what): (one.upper, one.lower) for one in found.differences}
    assert told["input", "effort"] == ("2 (Jira field Effort)", "8 (Jira field Effort)")
    assert told["formula", ""] == ("50", "37.5")
    assert ("input", "reach") not in told and found.same == 2


def test_an_adjustment_that_decides_is_named_for_the_upper_and_for_the_lower_one() -> None:
    lift = adjustment("security first", "'security' in labels", add="60")
    found = why(rules(adjustments=(lift,)), rice(1, 2.0, labels=("security",)), rice(2, 1.0))
    assert found.sentence.endswith("because security first gives + 60 for it; without that it would stand at 2.")
    told = {(one.step, one.what): (one.upper, one.lower) for one in found.differences}
    assert told["adjust", "security first"] == ("+ 60", "–")
    roof = adjustment("nobody asked", "'old' in labels", at_most=20.0)
    found = why(rules(adjustments=(roof,)), rice(1, 2.0), rice(2, 1.0, labels=("old",)))
    assert found.sentence.endswith(
        "because nobody asked gives at most 20 for PAY-2; without that PAY-2 would stand at 1."
    )


def test_what_adds_up_is_said_to_add_up() -> None:
    found = why(rules(), rice(1, 1.0, impact=3.0), rice(2, 4.0, impact=0.5))
    assert found.sentence == (
        "PAY-1 stands above PAY-2 because several things add up, most of all that its impact is 3 instead of 0.5; "
        "with 0.5 it would stand at 1, and still in this order."
    )


def test_work_without_a_score_and_pinned_equals_and_blockers_have_sentences_of_their_own() -> None:
    by = rules()
    assert "because PAY-2 has no score: effort is missing" in why(by, rice(1, 2.0), rice(2, None)).sentence
    equal = why(by, rice(1, 2.0, priority=1), rice(2, 2.0))
    assert "because both score 50, and equals keep the order they had" in equal.sentence
    blocks = (Link(LinkKind.BLOCKS, Pointer(id=ref(2).id)),)
    found = why(by, rice(1, 8.0, links=blocks), rice(2, 1.0))
    assert found.sentence == "PAY-1 stands above PAY-2 because PAY-2 waits for it."
    third = (Link(LinkKind.BLOCKS, Pointer(id=ref(3).id)),)
    lifted = why(by, rice(1, 8.0, links=third), rice(2, 2.0), rice(3, 1.0))
    assert lifted.sentence.endswith("because it counts at least as high as PAY-3, which waits for it.")


def test_an_order_that_only_the_dead_band_keeps_is_told_as_that() -> None:
    by = replace(rules(), policy=Policy(deadband=5.0))
    memory = {ref(1): Placed(1, None, 50.0), ref(2): Placed(2, None, 49.0)}
    found = why(by, rice(1, 2.0), rice(2, 1.9), memory=memory)
    assert found.upper.score is not None and found.lower.score is not None
    assert found.upper.score < found.lower.score
    assert "although it scores 50 and PAY-2 52.6" in found.sentence and "dead band 5" in found.sentence


def test_classes_go_before_scores() -> None:
    facts = {**rules().facts}
    by = rules("moscow", facts={**facts, "moscow": replace(facts["impact"], name="moscow", type=Type.TEXT)})
    must = item(1, facts={"moscow": Fact("must", "label must"), "effort": Fact(1.0, "x")})
    could = item(2, facts={"moscow": Fact("could", "label could"), "effort": Fact(1.0, "x")})
    assert "because it is in class must and PAY-2 in could" in why(by, must, could).sentence
