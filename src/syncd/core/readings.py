"""Measured values of key results, put into the rules at the beginning of a cycle: a decision sees one set of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from syncd.core.rules import KeyResult, Objective, Rules


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure last gave, as a decision may know it."""

    value: float | None
    """None: never measured, or so long ago that it says nothing any more."""
    day: date | None
    """The UTC day of the last value, also of one that is too old; None: it was not measured, but given."""
    origin: str
    """For people: "a count in jira"."""

    @property
    def words(self) -> str:
        if self.day is None:
            return "not measured yet" if self.value is None else self.origin
        if self.value is None:
            return f"unknown: last measured {self.day}, {self.origin}"
        return f"measured {self.day}, {self.origin}"


NOTHING = Reading(None, None, "")


def with_readings(rules: Rules, readings: Mapping[str, Reading]) -> Rules:
    """The rules with the current value of each measured key result; the very same where nothing differs."""
    objectives = tuple(_objective(one, readings) for one in rules.okrs.objectives)
    if all(new is old for new, old in zip(objectives, rules.okrs.objectives, strict=True)):
        return rules
    return dataclasses.replace(rules, okrs=dataclasses.replace(rules.okrs, objectives=objectives))


def _objective(objective: Objective, readings: Mapping[str, Reading]) -> Objective:
    results = tuple(_key_result(one, readings) for one in objective.key_results)
    if all(new is old for new, old in zip(results, objective.key_results, strict=True)):
        return objective
    return dataclasses.replace(objective, key_results=results)


def _key_result(result: KeyResult, readings: Mapping[str, Reading]) -> KeyResult:
    if not result.measured:
        return result
    reading = readings.get(result.id, NOTHING)
    if (result.current, result.current_from) == (reading.value, reading.words):
        return result
    return dataclasses.replace(result, current=reading.value, current_from=reading.words)
