"""okrs.yaml as rules: objectives and key results, each id once, each match parsed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from syncd.config.reading.document import Data, Document, Place
from syncd.config.reading.faults import Fault
from syncd.config.reading.sentences import unknown_key
from syncd.config.rules.expressions import Expressions
from syncd.config.rules.measures import Measure, measure
from syncd.config.text.okrs import KeyResultText, ObjectiveText, OkrsText
from syncd.core.expressions.language import Type
from syncd.core.rules import KeyResult, Objective, OkrRules


@dataclass(frozen=True, slots=True)
class Okrs:
    rules: OkrRules
    measures: tuple[Measure, ...] = ()


def okr_rules(
    text: OkrsText,
    place: Place,
    expressions: Expressions,
    sources: Collection[str] | None,
    names: Collection[str],
    faults: list[Fault],
) -> Okrs:
    """`sources` are the names and kinds that `fields:` may speak of, None when they are not known; `names` those of the
    configured sources."""
    for by in text.fields:
        if sources is not None and by not in sources:
            faults.append(unknown_key(by, sources, place / "fields" / by))
    if text.period is not None and text.period.starts >= text.period.ends:
        faults.append((place / "period" / "ends").fault("the period ends before it starts", "swap the two dates"))
    if any(char.isspace() for char in text.label):
        faults.append((place / "label").fault("'label' must not hold spaces", "write okr/"))
    builder = _Builder(text, expressions, faults, names if sources is not None else None)
    objectives = tuple(builder.objective(one, place / "objectives" / i) for i, one in enumerate(text.objectives))
    rules = OkrRules(objectives, text.label, dict(text.fields), text.pull.at_most if text.pull else None)
    return Okrs(rules, tuple(builder.measures))


def outcome_ids(document: Document) -> dict[str, frozenset[str]]:
    """What rules may compare okr.objective and okr.key_result with, read before the file is judged."""
    objectives = _blocks(document.data_at(("objectives",)) if document.has(("objectives",)) else None)
    results = [result for one in objectives for result in _blocks(one.get("key_results"))]
    ids = {"okr.objective": objectives, "okr.key_result": results}
    return {name: frozenset(str(one["id"]) for one in blocks if "id" in one) for name, blocks in ids.items()}


def _blocks(data: Data) -> list[dict[str, Data]]:
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


class _Builder:
    def __init__(
        self, text: OkrsText, expressions: Expressions, faults: list[Fault], sources: Collection[str] | None
    ) -> None:
        self._period, self._expressions, self._faults = text.period, expressions, faults
        self._sources = sources
        self.measures: list[Measure] = []
        self._ids: dict[str, Place] = {}

    def objective(self, text: ObjectiveText, place: Place) -> Objective:
        self._once(text.id, place)
        starts = text.starts or (self._period.starts if self._period else None)
        ends = text.ends or (self._period.ends if self._period else None)
        if (text.starts or text.ends) and starts and ends and starts >= ends:
            at = place / ("ends" if text.ends else "starts")
            self._faults.append(at.fault(f"the objective '{text.id}' ends before it starts"))
        return Objective(
            id=text.id,
            title=text.title,
            weight=text.weight,
            starts=starts,
            ends=ends,
            key_results=tuple(self._key_result(kr, place / "key_results" / i) for i, kr in enumerate(text.key_results)),
            match=self._expressions.parse(text.match, place / "match", Type.FLAG),
            owner=text.owner,
        )

    def _key_result(self, text: KeyResultText, place: Place) -> KeyResult:
        self._once(text.id, place)
        if text.start == text.target:
            message = f"the key result '{text.id}' starts at its target, {text.target:g}: there is nothing to reach"
            self._faults.append((place / ("target" if "target" in text.model_fields_set else "start")).fault(message))
        if text.measure is not None:
            if text.current is not None:
                message = "'current' beside 'measure' says nothing"
                hint = "delete it; `syncd measure` reads the value now"
                self._faults.append((place / "current").key_fault(message, hint))
            # Without syncd.yaml nobody can say which sources there are.
            sources = self._sources if self._sources is not None else [text.measure.source or ""]
            found = measure(text.id, text.measure, place / "measure", sources, self._faults)
            if found is not None:
                self.measures.append(found)
        return KeyResult(
            id=text.id,
            title=text.title,
            start=text.start,
            target=text.target,
            current=text.current,
            unit=text.unit,
            due=text.due,
            match=self._expressions.parse(text.match, place / "match", Type.FLAG),
            owner=text.owner,
            measured=text.measure is not None,
            current_from="not measured yet" if text.measure is not None else "",
        )

    def _once(self, id_: str, place: Place) -> None:
        first = self._ids.setdefault(id_.casefold(), place / "id")
        if first != place / "id":
            line, _ = first.document.line_and_column(first.document.node(first.path).start)
            message = f"the id '{id_}' stands twice; the first is in line {line}"
            hint = "give every objective and key result an id of its own"
            self._faults.append((place / "id").fault(message, hint))
