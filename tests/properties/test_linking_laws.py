"""Laws of normalizing and linking: nothing raises, nothing is lost, and order and hash seeds change nothing."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.backlog import BacklogItem, Kind, Status
from syncd.core.expressions.language import Type, parse
from syncd.core.expressions.vocabulary import item_names
from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import Linked, link
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.rules import (
    Builtin,
    FactRule,
    Framework,
    KeyResult,
    NormalizeRules,
    Objective,
    OkrRules,
    ReadField,
    ReadLabels,
    ReadProperty,
    Rules,
    SourceRules,
    TextKeys,
)

TODAY = date(2026, 10, 1)
THEN = datetime(2026, 9, 1, tzinfo=UTC)
SOURCES = ("a-jira", "b-github", "c-jira")
FACTS = {
    type_.value: FactRule(type_.value, type_, {"*": (ReadField("f"), ReadLabels((("l", 1.0),)), ReadProperty(builtin))})
    for type_, builtin in zip(
        Type, (Builtin.PRIORITY, Builtin.KIND, Builtin.VOTES, Builtin.DUE, Builtin.SPRINT), strict=True
    )
} | {"effort": FactRule("effort", Type.NUMBER, {"jira": (ReadField("f"),)}, default=1.0, expires_days=10)}
NAMES = item_names(FACTS)
RULES = Rules(
    sources={
        name: SourceRules(
            name,
            name[2:],
            NormalizeRules(status_field="f", ignore=parse("'skip' in labels or number > 99", NAMES, Type.FLAG)),
        )
        for name in SOURCES
    },
    facts=FACTS,
    framework=Framework("p", parse("6 - priority", NAMES), "6 − priority"),
    okrs=OkrRules(
        (Objective("O1", "T", key_results=(KeyResult("K1", "T", match=parse("'k' in labels", NAMES, Type.FLAG)),)),)
    ),
    text_keys=(
        TextKeys("jira", (r"\b(?P<key>[A-Z]+-\d+)\b",)),
        TextKeys("github", (r"\b(?P<scope>\w+/\w+)#(?P<number>\d+)\b", r"#(?P<number>\d+)\b")),
    ),
)

words = st.sampled_from(
    ["Done", "open", "None", "P1", "bug", "priority/high", "okr/K1", "okr/zz", "k", "l", "skip", "A-1", "(A-2)", "Blocked by",
     "Jira:", "```", "\n", "> ", "x/y#3", "#4", "<!--", "{code}", "nan", "3,5", "-1", "2026-01-01", ""]
)  # fmt: skip
texts = st.one_of(st.text(max_size=12), st.lists(words, max_size=6).map(" ".join))
values = st.one_of(st.none(), texts, st.floats(), st.booleans(), st.lists(texts, max_size=2).map(tuple))
pointers = st.builds(Pointer, id=st.none() | texts, key=st.none() | texts, url=st.none() | texts)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
issues = st.builds(
    SourceIssue,
    ref=st.builds(Ref, source=st.sampled_from((*SOURCES, "gone")), id=texts),
    key=texts, url=texts, scope=texts, revision=texts, title=texts, state=texts,
    state_group=st.sampled_from(StateGroup), created=moments, updated=moments, body=texts, kind=st.none() | texts,
    resolution=st.none() | texts, priority=st.none() | texts, labels=st.lists(texts, max_size=3).map(tuple),
    closed=st.none() | moments, due=st.none() | st.dates(), parent=st.none() | pointers,
    links=st.lists(st.builds(Link, st.sampled_from(LinkKind), pointers), max_size=2).map(tuple),
    votes=st.integers(0, 10**6), fields=st.dictionaries(st.just("f"), values, max_size=1),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(issues)
def test_every_issue_ends_as_an_item_or_a_problem(issue: SourceIssue) -> None:
    normalized = Normalizer(RULES).normalize(issue, TODAY)
    assert (normalized.item is None) == any(problem.excludes for problem in normalized.problems)
    if normalized.item is not None:
        assert 1 <= normalized.item.priority <= 5
        for name, fact in normalized.item.facts.items():
            assert isinstance(fact.value, _python_type(RULES.facts[name].type))
            assert fact.value == fact.value  # no NaN
        assert normalized.item.effort is None or normalized.item.effort >= 0
    for problem in normalized.problems:
        assert problem.message
        assert problem.remedy


def _python_type(type_: Type) -> type:
    return {Type.NUMBER: float, Type.TEXT: str, Type.FLAG: bool, Type.DATE: date, Type.WORDS: tuple}[type_]


@st.composite
def backlogs(draw: st.DrawFn) -> dict[Ref, BacklogItem]:
    size = draw(st.integers(1, 9))
    refs = [Ref(SOURCES[place % 3], str(place)) for place in range(size)]
    near = st.integers(0, size).map(lambda place: Pointer(key=f"K-{place}"))
    some = st.lists(near, max_size=2).map(tuple)
    items: dict[Ref, BacklogItem] = {}
    for place, ref in enumerate(refs):
        kinds = st.sampled_from((LinkKind.BLOCKS, LinkKind.BLOCKED_BY, LinkKind.RELATES))
        items[ref] = BacklogItem(
            ref=ref, key=f"K-{place}", url="", scope="K", revision="1", title="", kind=Kind.TASK, state="",
            status=draw(st.sampled_from(Status)), priority=3, created=THEN, updated=THEN,
            labels=draw(st.sampled_from(((), ("k",), ("okr/O1",), ("okr/zz",)))),
            parent=draw(st.none() | near), same_as=draw(some),
            links=tuple(Link(draw(kinds), to) for to in draw(some)),
        )  # fmt: skip
    return items


@settings(max_examples=150, deadline=None)
@given(backlogs())
def test_every_item_is_in_exactly_one_piece_of_work(items: dict[Ref, BacklogItem]) -> None:
    linked = link(items, RULES, TODAY)
    seen = [member.ref for work in linked.works for member in work.members]
    assert sorted(seen) == sorted(items)
    for work in linked.works:
        assert len({member.ref.source for member in work.members}) == len(work.members)
        assert all(linked.primary_of[member.ref] == work.ref for member in work.members)
    assert [work.ref for work in linked.works] == sorted(work.ref for work in linked.works)


@settings(max_examples=150, deadline=None)
@given(backlogs())
def test_parents_end_at_the_top_and_blockers_are_open_both_ways(items: dict[Ref, BacklogItem]) -> None:
    works = {work.ref: work for work in link(items, RULES, TODAY).works}
    for work in works.values():
        above, steps = work.parent, 0
        while above is not None:
            above, steps = works[above].parent, steps + 1
            assert steps <= len(works)
        assert work.ref not in work.blocks
        assert all(work.open and works[ref].open and work.ref in works[ref].blocked_by for ref in work.blocks)
        assert all(work.ref in works[ref].blocks for ref in work.blocked_by)


@settings(max_examples=150, deadline=None)
@given(backlogs(), st.randoms(use_true_random=False))
def test_linking_does_not_depend_on_the_order(items: dict[Ref, BacklogItem], chance: random.Random) -> None:
    shuffled = list(items.items())
    chance.shuffle(shuffled)
    assert link(dict(shuffled), RULES, TODAY) == link(items, RULES, TODAY)


@settings(max_examples=100, deadline=None)
@given(backlogs())
def test_it_does_not_matter_which_side_says_to_be_the_same(items: dict[Ref, BacklogItem]) -> None:
    said = {(item.key, pointer.key) for item in items.values() for pointer in item.same_as}
    turned = {
        ref: dataclasses.replace(
            item, same_as=tuple(Pointer(key=one) for one, other in sorted(said) if other == item.key)
        )
        for ref, item in items.items()
    }
    known = {item.key for item in items.values()}
    backwards = {
        ref: dataclasses.replace(item, same_as=tuple(to for to in item.same_as if to.key in known))
        for ref, item in items.items()
    }
    assert link(turned, RULES, TODAY).primary_of == link(backwards, RULES, TODAY).primary_of


@settings(max_examples=60, deadline=None)
@given(backlogs())
def test_a_problem_of_linking_never_excludes(items: dict[Ref, BacklogItem]) -> None:
    linked = link(items, RULES, TODAY)
    assert not any(problem.excludes for problem in linked.problems)
    assert len(set(linked.problems)) == len(linked.problems)


def a_tangle() -> Linked:
    """Everything at once: contested twins, circles, blockers across tools, missing parents, labels."""
    chance = random.Random(7)
    normalizer = Normalizer(RULES)
    items: dict[Ref, BacklogItem] = {}
    for place in range(120):
        source = SOURCES[place % 3]
        pick = [f"K-{chance.randrange(130)}" for _ in range(4)]
        issue = SourceIssue(
            ref=Ref(source, str(place)), key=f"K-{place}", url="", scope="K", revision="1", title=f"[{pick[0]}] x",
            state="open", state_group=StateGroup.NEW, created=THEN, updated=THEN, parent=Pointer(key=pick[1]),
            body=f"Blocks {pick[2]}, {pick[3]}", labels=(chance.choice(("okr/K1", "okr/zz", "k")), "p1", "bug"),
        )  # fmt: skip
        item = normalizer.normalize(issue, TODAY).item
        assert item is not None
        items[item.ref] = item
    return link(items, RULES, TODAY)


def test_hash_seeds_change_nothing() -> None:
    here = repr(a_tangle())
    assert "blocker-cycle" in here
    assert "ambiguous-twin" in here
    code = f"import runpy; print(repr(runpy.run_path({__file__!r})['a_tangle']()))"
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8", check=True)
        assert done.stdout.strip() == here
