"""Why one piece of work stands above another: where their receipts differ, and what of it decides.

What decides is found by trying: each input of the upper one is taken from the lower one, each adjustment is left out,
and the change that costs it most is the answer, with the place where it would stand then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from syncd.core.backlog import FactValue, Ranked, Receipt, Work
from syncd.core.decide import Decision
from syncd.core.expressions.vocabulary import ATTRIBUTES, EFFORT, View, read_work
from syncd.core.issue import Ref
from syncd.core.reports.sides import Difference, differences
from syncd.core.rules import Adjustment, Rules
from syncd.core.scoring.blockers import waiting_for
from syncd.core.scoring.phrasing import number, spoken
from syncd.core.scoring.receipt import population, receipt


@dataclass(frozen=True, slots=True)
class Above:
    upper: Ranked
    lower: Ranked
    receipts: tuple[Receipt, Receipt]
    differences: tuple[Difference, ...]
    same: int
    """Lines of the receipts that say the same."""
    sentence: str


@dataclass(frozen=True, slots=True)
class _Trial:
    """One thing made otherwise. `margin` is by how much the upper one still leads; below zero it decides."""

    margin: float
    because: str
    otherwise: str
    subject: str
    stands_at: int


def above(upper: Ranked, lower: Ranked, decision: Decision, rules: Rules) -> Above:
    """`upper` must have the smaller rank."""
    judge = _Judge(decision, rules)
    receipts = judge.receipt(upper.work, rules), judge.receipt(lower.work, rules)
    found, same = differences(upper, lower, *receipts)
    keys = upper.work.primary.key, lower.work.primary.key
    return Above(upper, lower, receipts, found, same, f"{keys[0]} stands above {keys[1]} {judge.why(upper, lower)}.")


class _Judge:
    def __init__(self, decision: Decision, rules: Rules) -> None:
        self._decision, self._rules = decision, rules
        self._view = View.of(rules, decision.as_of)
        self._among = population(decision.scores)
        self._pinned = {
            ref: (pin.score.value, pin.score.because) for ref, pin in decision.pins.items() if pin.score is not None
        }

    def receipt(self, work: Work, rules: Rules) -> Receipt:
        decision = self._decision
        works = decision.works
        return receipt(work, rules, decision.as_of, works, decision.scores, works, self._pinned, self._among)

    def why(self, upper: Ranked, lower: Ranked) -> str:
        """The end of the sentence, beginning with "because" or "although"."""
        key = lower.work.primary.key
        if lower.score is None:
            if upper.score is not None:
                return f"because {key} has no score: {lower.unscored_because}"
            return "because work without a score keeps the order it had, then follows its priority and age"
        classes = self._decision.scores[upper.work.ref].class_index, self._decision.scores[lower.work.ref].class_index
        if classes[0] != classes[1] and classes[0] is not None:
            names = [name for name, _ in self._rules.framework.classes]
            other = "in none" if classes[1] is None else f"in {names[classes[1]]}"
            return f"because it is in class {names[classes[0]]} and {key} {other}, and classes go before scores"
        if upper.score is None or upper.score <= lower.score:
            lent = self._lent(upper, lower)
            if lent:
                return lent
        for row, name in ((upper, "its score"), (lower, f"the score of {key}")):
            if row.work.ref in self._pinned:
                value, because = self._pinned[row.work.ref]
                return f"because {name} is set by hand to {number(value)} ({because})"
        blocker = next((line for line in self.receipt(upper.work, self._rules).lines if line.step == "blocker"), None)
        if blocker is not None:
            return f"because it counts {blocker.text}"
        tie = self._tie(upper, lower)
        return tie or self._by_score(upper, lower)

    def _lent(self, upper: Ranked, lower: Ranked) -> str | None:
        """Work that waits lends its place: the lower one itself, or something that stands above it."""
        for waiting in waiting_for(upper.work, self._decision.works, self._decision.scores):
            if waiting.ref == lower.work.ref:
                return f"because {lower.work.primary.key} waits for it"
        return None

    def _tie(self, upper: Ranked, lower: Ranked) -> str | None:
        """What the order follows is the score at which each last moved (`rank.Placed`), not today's to the last digit."""
        assert upper.score is not None and lower.score is not None
        mine, other = (self._decision.placed[row.work.ref].score or 0.0 for row in (upper, lower))
        if mine > other and upper.score > lower.score:
            return None
        if upper.score == lower.score:
            return (
                f"because both score {number(upper.score)}, and equals keep the order they had; the first time, "
                "priority and then age decide"
            )
        return (
            f"although it scores {number(upper.score)} and {lower.work.primary.key} {number(lower.score)}: that is too "
            f"little since they last moved (dead band {number(self._rules.policy.deadband)}), so they keep their order"
        )

    def _by_score(self, upper: Ranked, lower: Ranked) -> str:
        assert upper.score is not None and lower.score is not None
        lead = upper.score - lower.score
        best = min(self._trials(upper, lower), key=lambda trial: trial.margin, default=None)
        if best is None or best.margin >= lead:
            return f"because it scores {number(upper.score)} and {lower.work.primary.key} {number(lower.score)}"
        then = f"{best.otherwise} {best.subject} would stand at {best.stands_at}"
        if best.margin < 0:
            return f"because {best.because}; {then}"
        return f"because several things add up, most of all that {best.because}; {then}, and still in this order"

    def _trials(self, upper: Ranked, lower: Ranked) -> Iterator[_Trial]:
        assert upper.score is not None and lower.score is not None
        key, rules = lower.work.primary.key, self._rules
        for name in sorted(rules.framework.formula.names):
            mine, theirs = self._value(upper.work, name), self._value(lower.work, name)
            changed = _taken(upper.work, lower.work, name)
            if mine is None or theirs is None or mine == theirs or changed is None:
                continue
            score = self.receipt(changed, rules).score
            if score is not None:
                other = spoken(theirs)
                because = f"its {name} is {spoken(mine)} instead of {other}"
                place = self._place(upper.work.ref, score)
                yield _Trial(score - lower.score, because, f"with {other}", "it", place)
        if upper.work.okr != lower.work.okr and any(name.startswith("okr.") for name in self._names()):
            score = self.receipt(replace(upper.work, okr=lower.work.okr), rules).score
            if score is not None:
                serves = [(okr.key_result or okr.objective) if okr else "no outcome"
                          for okr in (upper.work.okr, lower.work.okr)]  # fmt: skip
                yield _Trial(
                    score - lower.score, f"it serves {serves[0]} and {key} {serves[1]}", f"serving {serves[1]}", "it",
                    self._place(upper.work.ref, score),
                )  # fmt: skip
        for adjustment in rules.adjustments:
            without = replace(rules, adjustments=tuple(each for each in rules.adjustments if each is not adjustment))
            raised, held = (self._effect(row.work, adjustment) for row in (upper, lower))
            if raised is not None and raised != held:
                score = self.receipt(upper.work, without).score
                if score is not None:
                    place = self._place(upper.work.ref, score)
                    yield _Trial(score - lower.score, f"{adjustment.name} {raised} for it", "without that", "it", place)
            if held is not None and raised != held:
                score = self.receipt(lower.work, without).score
                if score is not None:
                    place = self._place(lower.work.ref, score)
                    because = f"{adjustment.name} {held} for {key}"
                    yield _Trial(upper.score - score, because, "without that", key, place)

    def _names(self) -> set[str]:
        found = set(self._rules.framework.formula.names)
        for adjustment in self._rules.adjustments:
            for expression in (adjustment.when, adjustment.multiply, adjustment.add):
                found |= expression.names if expression is not None else frozenset()
        return found

    def _value(self, work: Work, name: str) -> FactValue | None:
        return read_work(work, None, name, self._view)

    def _effect(self, work: Work, adjustment: Adjustment) -> str | None:
        """What the adjustment does to the work, in words: "gives + 25"; None when it does nothing."""
        for line in self.receipt(work, self._rules).lines:
            name, _, effect = line.text.rpartition(": ")
            if line.step == "adjust" and name == adjustment.name:
                return f"gives {effect}"
        return None

    def _place(self, ref: Ref, score: float) -> int:
        """Where it would stand by its score alone, everything else being as it is."""
        own = self._decision.scores[ref].class_index
        ahead = 0
        for row in self._decision.ranked:
            index = self._decision.scores[row.work.ref].class_index
            if row.work.ref == ref or row.score is None:
                continue
            if own is not None and index != own:
                ahead += index is not None and index < own
            else:
                ahead += row.score > score
        return ahead + 1


def _taken(upper: Work, lower: Work, name: str) -> Work | None:
    """The upper work with one thing as the lower one has it; None for what cannot be taken over alone."""
    if name in lower.facts:
        return replace(upper, facts={**upper.facts, name: lower.facts[name]})
    if name == EFFORT:
        item = replace(upper.primary, effort=lower.primary.effort)
        return replace(upper, primary=item, facts={key: fact for key, fact in upper.facts.items() if key != EFFORT})
    if name == "labels":
        return replace(upper, labels=lower.labels)
    attribute = ATTRIBUTES.get(name)
    if attribute is None:
        return None
    return replace(upper, primary=replace(upper.primary, **{attribute: getattr(lower.primary, attribute)}))
