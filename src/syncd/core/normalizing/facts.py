"""Reading facts: from fields, labels and properties of an issue, in the type that the rules declare.

A value that does not fit is never guessed at: it is complained about, and the next read or the default applies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.backlog import Fact, FactValue
from syncd.core.expressions.language import Type
from syncd.core.issue import FieldValue
from syncd.core.normalizing.joined import table_read
from syncd.core.normalizing.view import IssueView
from syncd.core.rules import Builtin, FactRead, FactRule, Join, ReadField, ReadLabels, ReadTable

DEFAULT_ORIGIN = "default"
EXPIRED = "expired-fact"
"""The code of a value that is older than `expires:` allows."""

_TOOLS = {"jira": "Jira", "github": "GitHub"}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_YES = frozenset({"yes", "y", "true", "on", "1", "checked"})
_NO = frozenset({"no", "n", "false", "off", "0", "unchecked"})
_NOUNS = {
    Type.NUMBER: "a number (written like 3 or 2.5)",
    Type.TEXT: "a text",
    Type.FLAG: "yes or no",
    Type.DATE: "a date (written like 2026-10-01)",
    Type.WORDS: "a list of words",
}

Raw = FieldValue | date


@dataclass(frozen=True, slots=True)
class BadFact:
    """A value that is there but cannot be used."""

    fact: str
    origin: str
    shown: str
    why: str
    code: str = "bad-fact"


_Found = tuple[Raw, FactValue | None, str]
"""What stood there, what it means (None: cannot be used), and where it stood."""
_Read = Callable[[IssueView], _Found | None]


class FactReader:
    """One fact of one source, prepared once and read from every issue."""

    __slots__ = ("_default", "_expires", "_reads", "_rule", "waits")

    def __init__(self, rule: FactRule, reads: tuple[FactRead, ...], source_kind: str) -> None:
        self._rule = rule
        self._reads = tuple(
            (_prepare(read, rule, tool_name(source_kind)), rule.expires_days if _asked_of_people(read) else None)
            for read in reads
        )
        self.waits = any(isinstance(read, ReadTable) and not isinstance(read.by, Join) for read in reads)
        """Whether it can only be read after the other facts."""
        self._default: Fact | None = None
        if rule.default is not None:
            value = coerce(rule.type, rule.default)
            self._default = Fact(rule.default if value is None else value, DEFAULT_ORIGIN)

    def read(self, view: IssueView, as_of: date) -> tuple[Fact | None, tuple[BadFact, ...]]:
        bad: tuple[BadFact, ...] = ()
        for read, expires in self._reads:
            found = read(view)
            if found is None:
                continue
            raw, value, origin = found
            if value is None:
                bad = (*bad, BadFact(self._rule.name, origin, _shown(raw), f"is not {self._noun()}"))
            elif expires is not None and (as_of - view.issue.updated.date()).days > expires:
                # Tools do not say when a field was set, but surely not after the issue was last touched.
                why = f"is older than {expires} days"
                bad = (*bad, BadFact(self._rule.name, origin, _shown(raw), why, EXPIRED))
            else:
                return Fact(value, origin), bad
        return self._default, bad

    def _noun(self) -> str:
        return "a number from zero up" if self._rule.name == "effort" else _NOUNS[self._rule.type]


def _asked_of_people(read: FactRead) -> bool:
    """A file and what a tool counts are as old as they are; only answers that people gave on the issue expire."""
    return isinstance(read, ReadField | ReadLabels)


def tool_name(source_kind: str) -> str:
    return _TOOLS.get(source_kind, source_kind.capitalize())


def coerce(wanted: Type, raw: Raw | FactValue) -> FactValue | None:
    """The value in the wanted type, or None when it does not fit. `3,5` does not fit a number: it may be two."""
    if wanted is Type.NUMBER:
        return _number(raw)
    if wanted is Type.FLAG:
        return _flag(raw)
    if wanted is Type.DATE:
        return _date(raw)
    if wanted is Type.WORDS:
        return raw if isinstance(raw, tuple) else (_text(raw),)
    return _text(raw)


def _number(raw: Raw | FactValue) -> float | None:
    if isinstance(raw, tuple) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, str):
        text = raw.strip()
        raw = float(text) if _NUMBER.fullmatch(text) else None
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    try:
        number = float(raw)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _flag(raw: Raw | FactValue) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = _text(raw).strip().casefold()
    if word in _YES:
        return True
    return False if word in _NO else None


def _date(raw: Raw | FactValue) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        return None
    day, _, time = raw.strip().partition("T")
    try:
        if time:
            datetime.fromisoformat(raw.strip())
        return date.fromisoformat(day) if len(day) == 10 else None
    except ValueError:
        return None


def _text(raw: Raw | FactValue) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, (int, float)):
        return f"{raw:.12g}"
    if isinstance(raw, tuple):
        return ", ".join(raw)
    return raw.isoformat() if raw is not None else ""


def _shown(raw: Raw) -> str:
    text = _text(raw)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


def _prepare(read: FactRead, rule: FactRule, tool: str) -> _Read:
    if isinstance(read, ReadLabels):
        return _labels_read(read, rule)
    if isinstance(read, ReadTable):
        return table_read(read)
    meanings = {text: coerce(rule.type, value) for text, value in read.values.items()}
    if isinstance(read, ReadField):
        return _field_read(read.field, f"{tool} field {read.field}", meanings, rule)
    return _property_read(read.property, meanings, rule)


def _labels_read(read: ReadLabels, rule: FactRule) -> _Read:
    values = tuple((label, _meaning({}, rule, value), value) for label, value in read.values)

    def labels(view: IssueView) -> _Found | None:
        present = view.labels
        if present:
            for label, value, written in values:
                if label in present:
                    return written, value, f"label {present[label]}"
        return None

    return labels


def _field_read(name: str, origin: str, meanings: Mapping[str, FactValue | None], rule: FactRule) -> _Read:
    def field(view: IssueView) -> _Found | None:
        raw = view.issue.fields.get(name)
        if raw is None or raw == "" or raw == ():
            return None
        return raw, _meaning(meanings, rule, raw), origin

    return field


def _property_read(builtin: Builtin, meanings: Mapping[str, FactValue | None], rule: FactRule) -> _Read:
    take = _PROPERTIES[builtin]
    origin = builtin.value

    def text_or_number(view: IssueView) -> _Found | None:
        for raw in take(view):
            if raw is None or raw == ():
                continue
            value = _meaning(meanings, rule, raw)
            if value is not None:
                return raw, value, origin
        first = next((raw for raw in take(view) if raw is not None and raw != ()), None)
        return None if first is None else (first, None, origin)

    return text_or_number


def _meaning(meanings: Mapping[str, FactValue | None], rule: FactRule, raw: Raw | FactValue) -> FactValue | None:
    value: FactValue | None = None
    if meanings:
        parts = raw if isinstance(raw, tuple) else (_text(raw),)
        value = next((meanings[word] for part in parts if (word := part.strip().casefold()) in meanings), None)
    if value is None:
        value = coerce(rule.type, raw)
    if rule.name == "effort" and isinstance(value, float) and value < 0:
        return None
    return value


def _day_of(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


_PROPERTIES: Mapping[Builtin, Callable[[IssueView], tuple[Raw, ...]]] = {
    Builtin.VOTES: lambda view: (float(view.issue.votes),),
    Builtin.REACTIONS: lambda view: (float(view.issue.reactions),),
    Builtin.WATCHERS: lambda view: (float(view.issue.watchers),),
    Builtin.COMMENTS: lambda view: (float(view.issue.comments),),
    # A name first, for value maps and texts; then our number from 1 to 5.
    Builtin.PRIORITY: lambda view: (view.priority_name, float(view.priority)),
    Builtin.MILESTONE: lambda view: (view.issue.milestone,),
    Builtin.SPRINT: lambda view: (view.issue.sprint.name if view.issue.sprint else None,),
    Builtin.COMPONENTS: lambda view: (view.issue.components,),
    Builtin.DUE: lambda view: (view.issue.due,),
    Builtin.KIND: lambda view: (view.issue.kind, view.kind.value),
    Builtin.CREATED: lambda view: (view.issue.created.date(),),
    Builtin.SCOPE: lambda view: (view.issue.scope,),
    Builtin.REPORTER: lambda view: (view.issue.reporter,),
    Builtin.ASSIGNEES: lambda view: (view.issue.assignees,),
    Builtin.SPRINT_END: lambda view: (_day_of(view.issue.sprint.end if view.issue.sprint else None),),
}
"""What may be read as a property, best first; a None is skipped."""
