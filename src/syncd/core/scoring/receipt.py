"""Why one piece of work has its score: the steps of `core.scoring.score` again, in plain Python, as lines for people.

The totals of the lines run up to exactly the score that `score_all` gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite

import numpy as np

from syncd.core.backlog import FactValue, Receipt, ReceiptLine, Work
from syncd.core.expressions.columns import work_columns
from syncd.core.expressions.vocabulary import WORK_NAMES, View, work_row
from syncd.core.issue import Ref
from syncd.core.rules import Adjustment, Rules, Scale
from syncd.core.scoring.blockers import waiting_for
from syncd.core.scoring.compared import Comparison, comparisons, scoring_expressions
from syncd.core.scoring.outcome_pull import held, pull_limit, pulls
from syncd.core.scoring.phrasing import number, percent, spoken
from syncd.core.scoring.requirements import Requirements
from syncd.core.scoring.scale import Population
from syncd.core.scoring.score import NO_PINS, TOO_LARGE, Pins, Scored, names_read, rounded
from syncd.core.voices import NOBODY, is_voices


def population(scores: Mapping[Ref, Scored]) -> Population:
    """Everything that has a raw score; build it once where many receipts are made."""
    raws = (scored.raw for scored in scores.values() if scored.raw is not None)
    return Population.of(np.fromiter(raws, dtype=np.float64))


def receipt(
    work: Work,
    rules: Rules,
    as_of: date,
    parents: Mapping[Ref, Work],
    scores: Mapping[Ref, Scored],
    works_by_ref: Mapping[Ref, Work],
    pinned: Pins = NO_PINS,
    among: Population | None = None,
    compared: Mapping[str, Comparison] | None = None,
) -> Receipt:
    """The receipt of open work, given the scores that `score_all` made with the same arguments.

    Give `among` (`population`) and `compared` (`compared_by`) where many receipts are made: they cost as much as the backlog is long.
    """
    if work.ref not in scores:
        why = "no backlog of scoring.yaml takes it" if work.open else "closed work has no score"
        return Receipt(work.ref, work.primary.key, (), None, why)
    parent = None if work.parent is None else parents.get(work.parent)
    writer = _Writer(work, parent, rules, as_of)
    writer.inputs()
    writer.compare(compared_by(rules, as_of, parents, scores, works_by_ref) if compared is None else compared)
    writer.own_score(among or population(scores))
    if work.ref in pinned:
        writer.pin(*pinned[work.ref])
    if rules.policy.blockers:
        writer.blockers(scores, works_by_ref, work.ref in pinned)
    writer.quadrant(scores[work.ref])
    writer.objective()
    reason = None if writer.total is not None else writer.reason
    return Receipt(work.ref, work.primary.key, tuple(writer.lines), writer.total, reason)


def compared_by(
    rules: Rules,
    as_of: date,
    parents: Mapping[Ref, Work],
    scores: Mapping[Ref, Scored],
    works: Mapping[Ref, Work],
) -> Mapping[str, Comparison]:
    """What the rules compare with the whole backlog; without such a function nothing is gathered."""
    expressions = tuple(scoring_expressions(rules))
    if not any(expression.among for expression in expressions):
        return {}
    backlog = [works[ref] for ref in scores if ref in works]
    columns = work_columns(backlog, rules, as_of, parents, names_read(rules))
    return comparisons(expressions, columns, len(backlog))[0]


class _Writer:
    """Walks the steps of one piece of work, keeping the running total."""

    def __init__(self, work: Work, parent: Work | None, rules: Rules, as_of: date) -> None:
        self.lines: list[ReceiptLine] = []
        self.total: float | None = None
        self.reason: str | None = None
        self._class_index: int | None = None
        self._work = work
        self._parent = parent
        self._rules = rules
        self._view = View.of(rules, as_of)
        self._row: dict[str, FactValue | None] = work_row(work, rules, as_of, parent)

    def note(self, text: str, because: str = "") -> None:
        self.lines.append(ReceiptLine("note", text, because))

    def step(self, step: str, text: str, total: float, because: str = "", value: float | None = None) -> None:
        self.total = total
        self.lines.append(ReceiptLine(step, text, because, value, total))

    def inputs(self) -> None:
        framework = self._rules.framework
        text = framework.formula.text
        names = sorted(framework.formula.names, key=lambda name: (text.find(name), name))
        if framework.class_fact is not None:
            names = [framework.class_fact, *(name for name in names if name != framework.class_fact)]
        for name in names:
            value = self._row.get(name)
            fact = self._work.facts.get(name)
            because = fact.origin if fact is not None else self._help(name)
            if value is None:
                self.lines.append(ReceiptLine("input", f"{name} is missing", because))
            else:
                shown = float(value) if isinstance(value, float | int) else spoken(value)
                self.lines.append(ReceiptLine("input", f"{name} = {spoken(value)}", because, shown))

    def _help(self, name: str) -> str:
        if is_voices(name):
            heard = self._work.heard
            return NOBODY if heard is None else heard.words
        known = WORK_NAMES.get(name)
        return known.help if known is not None else ""

    def compare(self, compared: Mapping[str, Comparison]) -> None:
        """What the open backlog says about each number that is compared with it."""
        of_score = {among.key for among in self._rules.framework.formula.among}
        for key, comparison in compared.items():
            own, value = comparison.one(self._row)
            self._row[key] = value
            if own is None or value is None:
                text = f"{key} is missing"
            else:
                text = f"{key} = {number(value)}"
            if key not in of_score:
                continue
            population = comparison.population
            because = "" if own is None else f"{number(own)} here"
            if population.size and own is not None:
                low, high = float(population.ascending[0]), float(population.ascending[-1])
                because += f"; {number(low)} to {number(high)} over {population.size} open"
            self.lines.append(ReceiptLine("input", text, because, value))

    def quadrant(self, scored: Scored) -> None:
        quadrants = self._rules.framework.quadrants
        if quadrants is None or scored.quadrant is None:
            return
        much = quadrants.high_value.evaluate(self._row) is True, quadrants.high_effort.evaluate(self._row) is True
        name = quadrants.name(high_value=much[0], high_effort=much[1])
        self.note(f"a {name}: {'much' if much[0] else 'little'} value for {'much' if much[1] else 'little'} effort")

    def own_score(self, among: Population) -> None:
        """Formula, scale, adjustments and rounding; or the reason why there is none."""
        framework = self._rules.framework
        raw = framework.formula.evaluate(self._row)
        assert raw is None or isinstance(raw, float)
        requirements = Requirements(self._rules, self._view)
        self._class_index = requirements.class_of(self._work, self._parent)
        self.reason = requirements.why_unscored(self._work, self._parent, raw)
        if self._class_index is not None:
            place = f"{self._class_index + 1} of {len(framework.classes)}"
            self.note(f"class {framework.classes[self._class_index][0]}, {place}")
        if self.reason is not None or raw is None:
            return
        name = "score" if framework.name == "expression" else framework.name
        self.step("formula", f"{name} = {framework.text}", raw, value=raw)
        self._scale(raw, among)
        scaled = self.total
        for adjustment in self._rules.adjustments:
            self._adjust(adjustment)
        assert scaled is not None
        self._hold_pull(scaled)
        assert self.total is not None
        shown = self.total
        if isfinite(shown):
            shown = float(rounded(np.array([shown]), self._rules)[0])
        if not isfinite(shown):
            self.reason, self.total = TOO_LARGE, None
        elif shown != self.total:
            self.step("note", f"rounded to {number(shown)}", shown)
        else:
            self.total = shown

    def _scale(self, raw: float, among: Population) -> None:
        scale = self._rules.scale
        if scale is Scale.RAW:
            return
        scaled = float(among.scaled(np.array([raw]), scale)[0])
        if scale is Scale.PERCENTILE:
            below = int(among.rank_below(np.array([raw]))[0])
            text = f"percentile: above {percent(below / among.size)} of {among.size} scored"
        else:
            low, high = float(among.ascending[0]), float(among.ascending[-1])
            text = f"minmax: between {number(low)} and {number(high)}, the lowest and highest of {among.size} scored"
        self.step("scale", text, scaled)

    def _adjust(self, adjustment: Adjustment) -> None:
        assert self.total is not None
        for text, total, value in self._effects(adjustment, self.total):
            if total is None:
                self.note(text, adjustment.because)
            else:
                self.step("adjust", text, total, adjustment.because, value)

    def _effects(self, adjustment: Adjustment, total: float) -> Iterator[tuple[str, float | None, float | None]]:
        """What an adjustment does to a total, step by step: the words, the new total (None: none), the number."""
        if adjustment.when is not None and adjustment.when.evaluate(self._row) is not True:
            return
        name = adjustment.name
        if adjustment.multiply is not None:
            factor = adjustment.multiply.evaluate(self._row)
            if isinstance(factor, float):
                total *= factor
                yield f"{name}: × {number(factor)}", total, factor
            else:
                yield f"{name}: its factor is missing, so it changes nothing", None, None
        if adjustment.add is not None:
            summand = adjustment.add.evaluate(self._row)
            if isinstance(summand, float):
                total += summand
                yield f"{name}: {_signed(summand)}", total, summand
            else:
                yield f"{name}: its summand is missing, so it changes nothing", None, None
        if adjustment.at_least is not None and total < adjustment.at_least:
            total = float(adjustment.at_least)
            yield f"{name}: at least {number(total)}", total, total
        if adjustment.at_most is not None and total > adjustment.at_most:
            total = float(adjustment.at_most)
            yield f"{name}: at most {number(total)}", total, total

    def _hold_pull(self, scaled: float) -> None:
        """Outcomes pull no further than the limit, whichever adjustments they pull by."""
        limit = pull_limit(self._rules)
        if limit is None:
            return
        without = scaled
        for adjustment in self._rules.adjustments:
            if not pulls(adjustment):
                *_, without = (
                    without,
                    *(total for _, total, _ in self._effects(adjustment, without) if total is not None),
                )
        assert self.total is not None
        with np.errstate(all="ignore"):
            kept = float(held(np.array([self.total]), np.array([without]), limit)[0])
            pull = self.total - without
        if kept != self.total and not np.isnan(pull):
            text = f"outcomes pull by {_signed(pull)}, held to {_signed(kept - without)}"
            self.step("cap", text, kept, f"at most {number(limit)} (pull: in okrs.yaml)", kept - without)

    def pin(self, value: float, because: str) -> None:
        if self.reason is not None:
            self.note(self.reason)
        self.step("pin", f"set by hand to {number(value)}", float(value), because, float(value))

    def blockers(self, scores: Mapping[Ref, Scored], works: Mapping[Ref, Work], pinned: bool) -> None:
        """The final scores of all that waits hold whatever lifted those in turn, so the best of them is the answer."""
        best: tuple[float, Work] | None = None
        first: tuple[int, Work] | None = None
        for waiting in waiting_for(self._work, works, scores):
            scored = scores[waiting.ref]
            if scored.score is not None and (best is None or scored.score > best[0]):
                best = (scored.score, waiting)
            if scored.class_index is not None and (first is None or scored.class_index < first[0]):
                first = (scored.class_index, waiting)
        if best is not None and not pinned and (self.total is None or best[0] > self.total):
            value, waiting = best
            if self.reason is not None:
                self.note(self.reason)
            self.step("blocker", f"at least as high as {waiting.primary.key}, which waits for it", value, value=value)
        if first is not None and (self._class_index is None or first[0] < self._class_index):
            name = self._rules.framework.classes[first[0]][0]
            self.note(f"stands in class {name}: {first[1].primary.key} is in it and waits for this")

    def objective(self) -> None:
        okr = self._work.okr
        if okr is None:
            return
        objective = next((each for each in self._rules.okrs.objectives if each.id == okr.objective), None)
        text = f"serves {okr.objective}" + (f" {objective.title}" if objective is not None else "")
        result = (
            next((each for each in objective.key_results if each.id == okr.key_result), None) if objective else None
        )
        if result is not None:
            text += f", {result.id} {result.title}"
        standing = self._view.standings.get((okr.objective, okr.key_result))
        if standing is not None and standing.progress is not None:
            text += f"; progress {percent(standing.progress)}"
            if standing.expected is not None:
                text += f", {percent(standing.expected)} of the time is over"
        if result is not None and result.current_from:
            text += f" ({result.current_from})"
        self.note(text, okr.because)


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'} {number(abs(value))}"
