"""Values and reads in words, for receipts and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from syncd.core.backlog import FactValue, Work
from syncd.core.normalizing.facts import tool_name
from syncd.core.rules import FactRead, FactRule, ReadField, ReadLabels, ReadTable, Rules


def number(value: float) -> str:
    """As people write it: 3, 2.5, 0.0004, without an exponent for anything that they would count."""
    if value == 0 or abs(value) >= 1:
        return f"{round(value, 4) + 0.0:.15g}"
    return f"{value:.4g}"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def spoken(value: FactValue) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(value) or "none"
        case str():
            return value


def listed(parts: Iterable[str], last: str = "and") -> str:
    *most, end = parts
    return f"{', '.join(most)} {last} {end}" if most else end


def where_asked(fact: FactRule, work: Work, rules: Rules) -> str:
    """Where the work's sources were asked for a fact: "Jira field Story Points, then label size/S, size/M or size/L"."""
    asked: dict[str, None] = {}
    for member in work.members:
        source = rules.sources.get(member.ref.source)
        if source is not None:
            asked.update((_read_in_words(read, source.kind), None) for read in rules.reads(fact, source.name))
    return ", then ".join(asked)


def _read_in_words(read: FactRead, kind: str) -> str:
    if isinstance(read, ReadField):
        return f"{tool_name(kind)} field {read.field}"
    if isinstance(read, ReadLabels):
        return f"label {listed((label for label, _ in read.values), 'or')}"
    if isinstance(read, ReadTable):
        return f"{read.file}, column {read.column}"
    return read.property.value
