"""Keeps what a decision was made from, so that `syncd explain --since` can say later why something moved.

Costs what changed: only work whose issues or ties changed is looked at, and only what differs is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from syncd.config.load import Loaded
from syncd.config.reading import files
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.permission.ownership import NO_PINS
from syncd.core.reports.inputs import Recorder, touched
from syncd.core.rules import Rules
from syncd.core.scoring.score import names_read
from syncd.store.open import Store

READABLE = (files.OKRS, files.SCORING)
"""The files that are kept word for word."""


class Remember:
    """Of one process. Knows the last decision that it kept; the first one is compared as a whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: tuple[Rules, Decision] | None = None

    def keep(self, decision: Decision, loaded: Loaded, rules: Rules, issues: Iterable[Ref], now: datetime) -> int:
        """`issues` are those that changed since the last call. Returns how many rows were written."""
        self._store.past.record_rules(rules.digest, told_texts(loaded.texts), measured(rules), now)
        open_now = decision.scores.keys()
        if self._last is None or self._last[0] is not rules:
            looked_at: Iterable[Ref] = open_now
            left = self._store.past.open_refs() - open_now
        else:
            before = self._last[1]
            found = touched(before.works, decision.works, issues, decision.primary_of)
            found |= {ref for ref in before.pins.keys() | decision.pins.keys() if _differ(ref, before, decision)}
            looked_at = sorted(found & open_now)
            left = before.scores.keys() - open_now
        recorder = Recorder(rules, names_read(rules))
        changed = (recorder.inputs(decision.works[ref], decision.pins.get(ref, NO_PINS)) for ref in looked_at)
        written = self._store.past.record(changed, left, now=now)
        self._last = rules, decision
        return written


def told_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Of syncd.yaml, which may hold addresses with passwords, and of tables of facts only a digest is kept."""
    return {
        name: text if name in READABLE else hashlib.sha256(text.encode()).hexdigest()[:16]
        for name, text in texts.items()
    }


def measured(rules: Rules) -> dict[str, float]:
    """The values of key results, which may change while no file does."""
    return {
        result.id: result.current
        for objective in rules.okrs.objectives
        for result in objective.key_results
        if result.current is not None
    }


def _differ(ref: Ref, before: Decision, now: Decision) -> bool:
    return before.pins.get(ref) != now.pins.get(ref)
