"""Golden cases: a small backlog that people wrote down, what they expect of it, and what the rules really make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from syncd.core.backlog import BacklogItem, Fact, FactValue, Ranked
from syncd.core.decide import Snapshot, decide
from syncd.core.expressions.vocabulary import EFFORT
from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, Sprint, StateGroup
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.rules import Rules
from syncd.core.scoring.phrasing import number
from syncd.core.voices import Voice, Voices

ORIGIN = "the test's own"


@dataclass(frozen=True, slots=True)
class GoldenVoice:
    """Without a customer or person, somebody of their own."""

    customer: str | None = None
    person: str | None = None
    days_ago: int = 0
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class GoldenItem:
    """One issue, given by what rules read. Everything else is as if nobody had set it."""

    name: str
    source: str
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Of the types that the rules declare; labels and defaults give the others, as in any source."""
    title: str = ""
    body: str = ""
    kind: str | None = None
    status: StateGroup = StateGroup.NEW
    priority: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    scope: str = ""
    milestone: str | None = None
    sprint: str | None = None
    votes: int = 0
    reactions: int = 0
    watchers: int = 0
    comments: int = 0
    age_days: int = 0
    idle_days: int = 0
    due_in_days: int | None = None
    blocks: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    parent: str | None = None
    voices: tuple[GoldenVoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is expected of one piece of work, or of the order of several."""

    name: str
    items: tuple[GoldenItem, ...]
    item: str | None = None
    score: float | None = None
    within: float | None = None
    """How far the score may be off; None: not by as much as is shown."""
    horizon: str | None = None
    unscored: str | None = None
    """A part of the reason."""
    ranks: tuple[tuple[str, str], ...] = ()
    """(upper, lower)"""


@dataclass(frozen=True, slots=True)
class Result:
    case: str
    expected: str
    actual: str
    passed: bool


def results(cases: Sequence[Case], rules: Rules, as_of: date) -> tuple[Result, ...]:
    """One for each expectation, in the written order."""
    known: dict[int, _Outcome] = {}
    found: list[Result] = []
    for case in cases:
        outcome = known.get(id(case.items))
        if outcome is None:
            outcome = known[id(case.items)] = _Outcome(case.items, rules, as_of)
        found.extend(outcome.judge(case))
    return tuple(found)


class _Outcome:
    """What the rules make of one small backlog."""

    def __init__(self, items: Sequence[GoldenItem], rules: Rules, as_of: date) -> None:
        normalizer = Normalizer(rules)
        self._missing: dict[str, str] = {}
        backlog: dict[Ref, BacklogItem] = {}
        for one in items:
            made = normalizer.normalize(_issue(one, as_of), as_of)
            if made.item is None:
                self._missing[one.name] = "not in the backlog: " + "; ".join(each.message for each in made.problems)
            else:
                backlog[made.item.ref] = _with_facts(made.item, one.facts)
        decision = decide(Snapshot(backlog, (), {}, {}, {}), _with_voices(rules, items, as_of), as_of)
        self._digits = rules.policy.score_digits
        self._ranked: dict[str, Ranked] = {row.work.primary.key: row for row in decision.ranked}

    def judge(self, case: Case) -> Iterator[Result]:
        if case.item is not None:
            row = self._ranked.get(case.item)
            if case.score is not None:
                yield self._score(case, case.score, row)
            if case.horizon is not None:
                actual = self._absent(case.item) if row is None else row.horizon or "no horizon"
                yield Result(case.name, f"{case.item} in {case.horizon}", actual, actual == case.horizon)
            if case.unscored is not None:
                reason = row.unscored_because if row is not None else None
                actual = self._absent(case.item) if row is None else reason or f"score {_shown(row.score)}"
                passed = reason is not None and case.unscored.casefold() in reason.casefold()
                yield Result(case.name, f"{case.item} without a score: {case.unscored}", actual, passed)
        for upper, lower in case.ranks:
            above, below = self._ranked.get(upper), self._ranked.get(lower)
            actual = f"{self._place(upper)}, {self._place(lower)}"
            passed = above is not None and below is not None and above.backlog == below.backlog
            passed = passed and above is not None and below is not None and above.rank < below.rank
            yield Result(case.name, f"{upper} above {lower}", actual, passed)

    def _score(self, case: Case, wanted: float, row: Ranked | None) -> Result:
        assert case.item is not None
        within = 0.5 * 10.0**-self._digits if case.within is None else case.within
        shown = f"{case.item} scores {number(wanted)}" + ("" if case.within is None else f" ± {number(within)}")
        if row is None:
            return Result(case.name, shown, self._absent(case.item), False)
        if row.score is None:
            return Result(case.name, shown, f"no score: {row.unscored_because}", False)
        return Result(case.name, shown, _shown(row.score), abs(row.score - wanted) <= within + 1e-9)

    def _place(self, name: str) -> str:
        row = self._ranked.get(name)
        return (
            f"{name} {self._absent(name)}"
            if row is None
            else f"{name} is #{row.rank}{_in(row)} with {_shown(row.score)}"
        )

    def _absent(self, name: str) -> str:
        return self._missing.get(name, "is closed or in no backlog")


def _with_voices(rules: Rules, items: Sequence[GoldenItem], as_of: date) -> Rules:
    """The rules with the voices of the test in place of those of the files."""
    if rules.voices is None:
        return rules
    said = [
        Voice((item.name,), voice.customer or ("" if voice.person else f"customer {line}"), voice.person or "", "",
              as_of - timedelta(days=voice.days_ago), voice.weight, file=item.name, line=line)
        for item in items
        for line, voice in enumerate(item.voices)
    ]  # fmt: skip
    voices = Voices(ORIGIN, tuple(said), rules.voices.recent_days, rules.voices.children)
    return replace(rules, voices=voices)


def _in(row: Ranked) -> str:
    return f" of {row.backlog}" if row.backlog else ""


def _shown(score: float | None) -> str:
    return "no score" if score is None else number(score)


def _issue(one: GoldenItem, as_of: date) -> SourceIssue:
    noon = datetime.combine(as_of, time(12), UTC)
    return SourceIssue(
        ref=Ref(one.source, one.name),
        key=one.name,
        url="",
        scope=one.scope,
        revision="1",
        title=one.title or one.name,
        state="",
        state_group=one.status,
        created=noon - timedelta(days=one.age_days),
        updated=noon - timedelta(days=one.idle_days),
        body=one.body,
        kind=one.kind,
        priority=one.priority,
        labels=one.labels,
        assignees=one.assignees,
        closed=noon if one.status is StateGroup.DONE else None,
        due=None if one.due_in_days is None else as_of + timedelta(days=one.due_in_days),
        parent=None if one.parent is None else Pointer(id=one.parent),
        links=(
            *(Link(LinkKind.BLOCKS, Pointer(id=name)) for name in one.blocks),
            *(Link(LinkKind.RELATES, Pointer(id=name)) for name in one.linked),
        ),
        sprint=None if one.sprint is None else Sprint(one.sprint, "active"),
        milestone=one.milestone,
        components=one.components,
        votes=one.votes,
        reactions=one.reactions,
        watchers=one.watchers,
        comments=one.comments,
    )


def _with_facts(item: BacklogItem, given: Mapping[str, FactValue]) -> BacklogItem:
    facts = {**item.facts, **{name: Fact(value, ORIGIN) for name, value in given.items()}}
    effort = facts.get(EFFORT)
    known = effort.value if effort is not None and isinstance(effort.value, float) else None
    return replace(item, facts=facts, effort=known)
