"""What the store knows of measured key results: for decisions, and for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syncd.config.rules.measures import Measure
from syncd.core.readings import Reading, with_readings
from syncd.core.rules import Rules
from syncd.store.measures import MeasureState
from syncd.store.open import Store


def readings(store: Store, measures: Iterable[Measure], now: datetime) -> dict[str, Reading]:
    """What decisions may know at this moment."""
    asked = list(measures)
    last = store.measures.last({measure.key_result: measure.definition for measure in asked}) if asked else {}
    found: dict[str, Reading] = {}
    for measure in asked:
        value = last.get(measure.key_result)
        if value is not None:
            fresh = now - value.at <= measure.stale_after
            found[measure.key_result] = Reading(value.value if fresh else None, value.at.date(), measure.origin)
    return found


def as_measured(rules: Rules, store: Store, measures: Iterable[Measure], now: datetime) -> Rules:
    """The rules with what is known of each measured key result; the very same where nothing differs."""
    return with_readings(rules, readings(store, measures, now))


def problems(store: Store, measures: Iterable[Measure]) -> Iterator[tuple[Measure, MeasureState]]:
    """The measures whose last attempt failed."""
    states = store.measures.states()
    for measure in measures:
        state = states.get(measure.key_result)
        if state is not None and state.definition == measure.definition and state.problem is not None:
            yield measure, state
