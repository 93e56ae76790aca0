"""What a piece of work must have to get a score, and the sentence that says what it lacks."""

from __future__ import annotations

from syncd.core.backlog import FactValue, Work
from syncd.core.expressions.vocabulary import View, read_work
from syncd.core.rules import Rules
from syncd.core.scoring.phrasing import listed, spoken, where_asked


class Requirements:
    """The demands of the rules, prepared once for many pieces of work."""

    __slots__ = ("_asked", "_classes", "_needs", "_required", "_rules", "_view")

    def __init__(self, rules: Rules, view: View) -> None:
        self._rules = rules
        self._view = view
        self._required = tuple(name for name, fact in rules.facts.items() if fact.required)
        self._needs = tuple(sorted(rules.framework.formula.needs))
        self._classes = {
            _folded(value): place
            for place, (_, values) in enumerate(rules.framework.classes)
            for value in (values if isinstance(values, tuple) else (values,))
        }
        self._asked: dict[tuple[str, ...], str] = {}

    def class_of(self, work: Work, parent: Work | None) -> int | None:
        """The place of its class, 0 for the best; None without classes and for an unknown one."""
        name = self._rules.framework.class_fact
        if name is None:
            return None
        return self.class_of_value(read_work(work, parent, name, self._view))

    def class_of_value(self, value: FactValue | None) -> int | None:
        """The place of the class that a value of the class fact means."""
        return None if value is None else self._classes.get(_folded(value))

    def why_unscored(self, work: Work, parent: Work | None, raw: float | None) -> str | None:
        """Why the work cannot have a score of its own, given what the formula made of it; None when it can."""
        framework = self._rules.framework
        demanded = [*self._required]
        if framework.class_fact is not None:
            demanded.append(framework.class_fact)
        if raw is None:
            demanded.extend(self._needs)
        lacking = [name for name in dict.fromkeys(demanded) if read_work(work, parent, name, self._view) is None]
        if lacking:
            return "; ".join(self._is_missing(name, work) for name in lacking)
        if raw is None:
            return f"{framework.text} has no value here: it divides by zero or leaves the range of numbers"
        if framework.class_fact is not None and self.class_of(work, parent) is None:
            value = read_work(work, parent, framework.class_fact, self._view)
            said = "missing" if value is None else spoken(value)
            return f"{framework.class_fact} is {said}, and not {listed((name for name, _ in framework.classes), 'or')}"
        return None

    def _is_missing(self, name: str, work: Work) -> str:
        key = (name, *(member.ref.source for member in work.members))
        known = self._asked.get(key)
        if known is None:
            fact = self._rules.facts.get(name)
            asked = where_asked(fact, work, self._rules) if fact is not None else ""
            known = self._asked[key] = f"{name} is missing" + (f" (asked from {asked})" if asked else "")
        return known


def _folded(value: FactValue) -> FactValue:
    return value.casefold() if isinstance(value, str) else value
