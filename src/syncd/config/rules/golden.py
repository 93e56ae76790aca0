"""scoring.tests.yaml → golden cases over the configured rules, or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from syncd.config.reading import files
from syncd.config.reading.checked import checked
from syncd.config.reading.document import Document, Place
from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.reading.sentences import unknown_key
from syncd.config.text.golden import CaseText, GoldenText, ItemText, State
from syncd.core.backlog import FactValue
from syncd.core.expressions.guess import did_you_mean
from syncd.core.issue import StateGroup
from syncd.core.normalizing.facts import coerce
from syncd.core.readings import Reading, with_readings
from syncd.core.reports.golden import Case, GoldenItem, GoldenVoice
from syncd.core.rules import Rules

_PIECES: Final = (
    ("items", "*", "*"),
    ("items", "*"),
    ("cases", "*", "items", "*"),
    ("cases", "*", "*"),
    ("cases", "*"),
)
_GROUPS: Final = dict(zip(State, (StateGroup.NEW, StateGroup.ACTIVE, StateGroup.DONE), strict=True))
_EXAMPLE: Final = """write there, for example:
items:
  login fails: {kind: Bug, labels: [security]}
  dark mode: {kind: Story}
cases:
  - {name: security comes first, ranks: login fails above dark mode}"""


@dataclass(frozen=True, slots=True)
class Golden:
    today: date | None
    cases: tuple[Case, ...]
    rules: Rules
    """With the values that the file gives for measured key results."""


def golden(folder: Path, rules: Rules) -> Golden:
    """Reads and checks the file. Raises ConfigError with all faults."""
    faults: list[Fault] = []
    document = files.present(folder, faults, (files.TESTS,)).get(files.TESTS)
    if document is None:
        missing = Fault(str(folder / files.TESTS), 0, 0, "there are no tests of the rules", _EXAMPLE)
        raise ConfigError(faults or [missing])
    return golden_cases(document, rules, faults)


def golden_cases(document: Document, rules: Rules, faults: list[Fault]) -> Golden:
    found = checked(GoldenText, document, _PIECES, faults)
    if found.model is None or faults:
        raise ConfigError(faults)
    text, reader = found.model, _Reader(rules, faults)
    shared = reader.items(text.items, found.place / "items")
    reader.measured(text.measured, found.place / "measured")
    cases = tuple(reader.case(one, found.place / "cases" / i, shared) for i, one in enumerate(text.cases))
    if faults:
        raise ConfigError(faults)
    values = {name: Reading(value, None, "the test's own") for name, value in text.measured.items()}
    return Golden(text.today, cases, with_readings(rules, values))


class _Reader:
    def __init__(self, rules: Rules, faults: list[Fault]) -> None:
        self._rules, self._faults = rules, faults
        self._outcomes = [
            id_ for each in rules.okrs.objectives for id_ in (each.id, *(result.id for result in each.key_results))
        ]

    def measured(self, texts: Mapping[str, float], place: Place) -> None:
        known = [one.id for each in self._rules.okrs.objectives for one in each.key_results if one.measured]
        for name in texts:
            if name not in known:
                self._faults.append(unknown_key(name, known, place / name))

    def items(self, texts: Mapping[str, ItemText], place: Place) -> tuple[GoldenItem, ...]:
        return tuple(self._item(name, text, place / name, texts) for name, text in texts.items())

    def case(self, text: CaseText, place: Place, shared: tuple[GoldenItem, ...]) -> Case:
        items = shared if text.items is None else self.items(text.items, place / "items")
        names = [item.name for item in items]
        if text.item is not None:
            self._known(text.item, names, place / "item", "item")
        for i, pair in enumerate(text.ranks):
            for name in pair:
                self._known(name, names, place / "ranks" / i, "item")
        if text.horizon is not None:
            horizons = list(self._rules.horizon_names)
            self._known(text.horizon, horizons, place / "horizon", "horizon")
        return Case(
            text.name, items, text.item, text.score, text.within, text.horizon, text.unscored, tuple(text.ranks)
        )

    def _item(self, name: str, text: ItemText, place: Place, others: Mapping[str, ItemText]) -> GoldenItem:
        source = text.source or next(iter(self._rules.sources))
        self._known(source, list(self._rules.sources), place / "source", "source")
        labels = text.labels
        if text.okr is not None:
            self._known(text.okr, self._outcomes, place / "okr", "objective or key result")
            labels = (*labels, f"{self._rules.okrs.label_prefix}{text.okr}")
        for key, named in (("blocks", text.blocks), ("linked", text.linked)):
            for i, other in enumerate(named):
                self._known(other, list(others), place / key / i, "item")
        if text.parent is not None:
            self._known(text.parent, list(others), place / "parent", "item")
        if text.voices and self._rules.voices is None:
            hint = "add `voices: voices.csv` to scoring.yaml, or delete this"
            self._faults.append((place / "voices").key_fault("the rules hear no voices", hint))
        plain = text.model_dump(exclude={"facts", "source", "status", "labels", "okr", "voices"})
        return GoldenItem(
            name=name,
            source=source,
            facts=self._facts(text, place / "facts"),
            status=_GROUPS[text.status],
            labels=labels,
            voices=tuple(GoldenVoice(one.customer, one.person, one.days_ago, one.weight) for one in text.voices),
            **plain,
        )

    def _facts(self, text: ItemText, place: Place) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for name, written in text.facts.items():
            rule = self._rules.facts.get(name)
            if rule is None:
                self._faults.append(unknown_key(name, self._rules.facts, place / name))
                continue
            value = coerce(rule.type, written)
            if value is None:
                self._faults.append((place / name).fault(f"'{name}' must be {rule.type.spoken}, as scoring.yaml says"))
            else:
                found[name] = value
        return found

    def _known(self, name: str, names: list[str], place: Place, what: str) -> None:
        if name not in names:
            hint = did_you_mean(name, names)
            known = f"known here: {', '.join(names)}" if names else f"there is no {what} at all"
            self._faults.append(place.fault(f"there is no {what} '{name}'{hint}", known))
