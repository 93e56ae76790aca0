"""The last decision, for whoever shows it: the cycle publishes it, the page looks. Any thread may do either."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.core.backlog import BacklogItem
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Seen:
    """A decision, the rules it was made by, and the issues it was made of."""

    decision: Decision
    rules: Rules
    items: Mapping[Ref, BacklogItem] = field(default_factory=dict)
    """As the trackers have them, with what syncd wrote there; empty where nobody kept them."""


class Outlook:
    """`decisions` grows with every new decision, `cycles` with every finished cycle."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._seen: Seen | None = None
        self._decisions = 0
        self._cycles = 0

    def publish(self, decision: Decision, rules: Rules, items: Mapping[Ref, BacklogItem]) -> None:
        with self._lock:
            if self._seen is None or self._seen.decision is not decision:
                self._seen = Seen(decision, rules, dict(items))
                self._decisions += 1
                self._lock.notify_all()

    def cycled(self) -> None:
        with self._lock:
            self._cycles += 1

    def await_decision(self, known: int, seconds: float) -> int:
        """Waits while there are no more decisions than `known`, at most so long or until `wake`; gives how many there are."""
        with self._lock:
            if self._decisions <= known:
                self._lock.wait(seconds)
            return self._decisions

    def wake(self) -> None:
        """Whoever waits for a decision looks up."""
        with self._lock:
            self._lock.notify_all()

    @property
    def seen(self) -> Seen | None:
        """None before the first decision of this process."""
        return self._seen

    @property
    def counts(self) -> tuple[int, int]:
        """(decisions, cycles)"""
        with self._lock:
            return self._decisions, self._cycles
