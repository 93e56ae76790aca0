"""A receipt adds up: recomputed for one piece of work, its running total ends in exactly the score that all got."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.backlog import BacklogItem, Fact, FactValue, Kind, OkrLink, Receipt, Status, Work
from syncd.core.expressions.language import Type, no_parts, parse
from syncd.core.expressions.vocabulary import work_names
from syncd.core.issue import Ref
from syncd.core.rules import (
    Adjustment,
    FactRule,
    Framework,
    KeyResult,
    NormalizeRules,
    Objective,
    OkrRules,
    Policy,
    Rules,
    Scale,
    SourceRules,
)
from syncd.core.scoring.frameworks import framework
from syncd.core.scoring.outcome_pull import pull_limit, pulls
from syncd.core.scoring.receipt import population, receipt
from syncd.core.scoring.score import Pins, score_all

TODAY = date(2026, 11, 16)
NUMBERS = ("reach", "impact", "confidence", "effort", "value", "risk")
FACTS = {name: FactRule(name, Type.NUMBER, {}) for name in NUMBERS} | {"moscow": FactRule("moscow", Type.TEXT, {})}
NAMES = work_names(FACTS)
OKRS = OkrRules(
    (
        Objective(
            "O1",
            "One",
            weight=3.0,
            starts=date(2026, 10, 1),
            ends=date(2026, 12, 31),
            key_results=(KeyResult("KR1", "A", current=0.2), KeyResult("KR2", "B")),
        ),
        Objective("O2", "Two"),
    )
)
FRAMEWORKS: tuple[Framework, ...] = (
    framework("rice", {}, FACTS),
    framework("ice", {"inputs": {"ease": "10 / effort"}}, FACTS),
    framework("moscow", {"then": "value / effort"}, FACTS),
    framework("value_effort", {}, FACTS),
    framework("opportunity", {"inputs": {"importance": "value", "satisfaction": "risk"}}, FACTS),
    framework("expression", {"formula": "0.6 * scaled(rice) + 0.4 * percentile_of(value_effort)"}, FACTS),
    framework("expression", {"formula": "scaled(default(value, 3)) - percentile_of(age_days)"}, FACTS),
    framework("weighted", {"weights": {"value": 3, "risk": -1.5, "votes": 0.1}}, FACTS),
    framework("expression", {"formula": "value if votes > 9 else risk / effort"}, FACTS),
    framework("expression", {"formula": "log(votes + 1) * default(okr.weight, 0.5) / default(effort, 3)"}, FACTS),
)
CONDITIONS = (
    None,
    "'security' in labels and age_days > 30",
    "okr.behind > 0.2",
    "blocked or blocks > 1",
    "parent.kind == 'epic'",
    "not missing(effort) and impact != 2",
    "matches(title, 'login')",
    "percentile_of(value) > 50",
)
AMOUNTS = (
    None,
    "1.5",
    "0.1",
    "-2",
    "default(okr.weight, 1)",
    "impact / 3",
    "due_in_days",
    "round(age_days / 7, 1)",
    "scaled(risk) / 7",
    "1e300",
)
PARENT = Ref("jira", "parent")


def fact_values() -> st.SearchStrategy[float | None]:
    return st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 8.0, 100.0]) | st.floats(0.01, 1000)


@st.composite
def works(draw: st.DrawFn) -> list[Work]:
    count = draw(st.integers(1, 8))
    refs = [Ref("jira", str(number)) for number in range(count)]
    made: list[Work] = []
    for number, ref in enumerate(refs):
        facts: dict[str, FactValue | None] = {name: draw(fact_values()) for name in NUMBERS}
        facts["moscow"] = draw(st.sampled_from(["must", "Should", "could", "wont", "maybe", None]))
        opened = datetime(2026, 11, 16, tzinfo=UTC) - timedelta(days=draw(st.integers(0, 90)))
        item = BacklogItem(
            ref=ref,
            key=f"PAY-{number}",
            url="",
            scope="PAY",
            revision="1",
            title=draw(st.sampled_from(["Login fails", "Pay", "blog in"])),
            kind=Kind.STORY,
            status=draw(st.sampled_from([Status.TODO, Status.TODO, Status.ACTIVE, Status.DONE])),
            state="To Do",
            priority=3,
            created=opened,
            updated=opened,
            labels=draw(st.sampled_from([(), ("Security",), ("x", "y")])),
            due=draw(st.none() | st.just(date(2026, 12, 1))),
            votes=draw(st.integers(0, 20)),
        )
        others = st.lists(st.sampled_from(refs), max_size=2, unique=True)
        okr = st.sampled_from(
            [None, OkrLink("O1", "KR1", "label"), OkrLink("O1", None, "match"), OkrLink("O2", None, "")]
        )
        made.append(
            Work(
                item,
                parent=draw(st.sampled_from([None, PARENT, Ref("jira", "gone")])),
                blocks=tuple(draw(others)),
                blocked_by=tuple(draw(others)),
                okr=draw(okr),
                facts={name: Fact(value, "Jira") for name, value in facts.items() if value is not None},
                labels=item.labels,
            )
        )
    return made


@st.composite
def adjustments(draw: st.DrawFn) -> Adjustment:
    when, multiply, add = (draw(st.sampled_from(texts)) for texts in (CONDITIONS, AMOUNTS, AMOUNTS))
    return Adjustment(
        name="rule",
        when=None if when is None else parse(when, NAMES, Type.FLAG, parts=no_parts),
        because="so it is",
        multiply=None if multiply is None else parse(multiply, NAMES, Type.NUMBER, parts=no_parts),
        add=None if add is None else parse(add, NAMES, Type.NUMBER, parts=no_parts),
        at_least=draw(st.none() | st.sampled_from([0.0, 20.0])),
        at_most=draw(st.none() | st.sampled_from([100.0, 50.0])),
    )


@st.composite
def rulebooks(draw: st.DrawFn) -> Rules:
    required = draw(st.sampled_from([None, "effort", "risk"]))
    return Rules(
        sources={"jira": SourceRules("jira", "jira", NormalizeRules())},
        facts={name: replace(fact, required=name == required) for name, fact in FACTS.items()},
        framework=draw(st.sampled_from(FRAMEWORKS)),
        scale=draw(st.sampled_from(Scale)),
        adjustments=tuple(draw(st.lists(adjustments(), max_size=3))),
        okrs=replace(OKRS, pull_at_most=draw(st.sampled_from([None, 0.0, 5.0, 1000.0]))),
        policy=Policy(blockers=draw(st.booleans()), score_digits=draw(st.integers(0, 3))),
    )


@settings(max_examples=250, deadline=None)
@given(works(), rulebooks(), st.data())
def test_a_receipt_adds_up(made: list[Work], rules: Rules, data: st.DataObject) -> None:
    pinned: Pins = data.draw(
        st.dictionaries(
            st.sampled_from([work.ref for work in made]), st.tuples(st.floats(-10, 200), st.just("by hand"))
        )
    )
    epic = Work(replace(made[0].primary, ref=PARENT, kind=Kind.EPIC, status=Status.DONE))
    by_ref = {work.ref: work for work in made}
    parents = {**by_ref, PARENT: epic}
    scores = score_all(made, rules, TODAY, parents, pinned)
    assert set(scores) == {work.ref for work in made if work.open}
    among = population(scores)
    for work in made:
        found = receipt(work, rules, TODAY, parents, scores, by_ref, pinned, data.draw(st.sampled_from([None, among])))
        if work.ref not in scores:
            assert found.score is None and found.reason
            continue
        scored = scores[work.ref]
        assert (found.score, found.reason) == (scored.score, scored.reason)
        assert (scored.score is None) == (scored.reason is not None)
        if found.score is not None:
            adds_up(found)


def adds_up(found: Receipt) -> None:
    """Each line follows from the one before by what it says, and the last one is the score."""
    steps = [line for line in found.lines if line.total is not None]
    assert steps[-1].total == found.score
    for before, line in pairwise(steps):
        assert before.total is not None and line.total is not None
        if line.step == "adjust" and isinstance(line.value, float):
            if "×" in line.text:
                assert line.total == before.total * line.value
            elif "at least" in line.text or "at most" in line.text:
                assert line.total == line.value
            else:
                assert line.total == before.total + line.value
            assert line.because == "so it is"
        if line.step in ("pin", "blocker", "formula"):
            assert line.total == line.value


@settings(max_examples=250, deadline=None)
@given(works(), rulebooks())
def test_outcomes_never_pull_a_score_further_than_the_limit(made: list[Work], rules: Rules) -> None:
    """Against the same rules without any adjustment that reads okr.*"""
    limit = pull_limit(rules)
    others = replace(rules, adjustments=tuple(each for each in rules.adjustments if not pulls(each)))
    if limit is None:
        assert len(others.adjustments) == len(rules.adjustments) or rules.scale is Scale.RAW
        return
    unlimited = replace(rules, policy=replace(rules.policy, blockers=False))
    plain = replace(others, policy=unlimited.policy)
    parents = {work.ref: work for work in made}
    with_pull, without = (score_all(made, one, TODAY, parents) for one in (unlimited, plain))
    for ref, scored in with_pull.items():
        alone = without[ref].score
        if scored.score is not None and alone is not None and abs(alone) < 1e12:
            assert abs(scored.score - alone) <= limit + 10.0**-rules.policy.score_digits + 1e-9 * abs(alone)
