"""The facts of scoring.yaml: where each is read from, by source, and of what type it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from syncd.config.reading.document import Document, Path, Place
from syncd.config.reading.faults import Fault
from syncd.config.reading.sentences import unknown_key
from syncd.config.rules.tables import Tables
from syncd.config.text.quantities import unquoted
from syncd.config.text.scoring import FactText, LinksText, ReadText
from syncd.core.backlog import FactValue
from syncd.core.expressions.language import Type
from syncd.core.expressions.vocabulary import EFFORT, why_not_a_fact
from syncd.core.rules import Builtin, Combine, FactRead, FactRule, Join, LinkCount, ReadField, ReadLabels, ReadProperty
from syncd.core.voices import Ask

ALL_SOURCES: Final = "*"
KEYS: Final = frozenset(field.alias or name for name, field in FactText.model_fields.items())
"""What a fact may say besides the names and kinds of sources."""

_PROPERTY_TYPES: Final = {
    Builtin.MILESTONE: Type.TEXT,
    Builtin.SPRINT: Type.TEXT,
    Builtin.KIND: Type.TEXT,
    Builtin.COMPONENTS: Type.WORDS,
    Builtin.DUE: Type.DATE,
    Builtin.CREATED: Type.DATE,
    Builtin.SPRINT_END: Type.DATE,
    Builtin.REPORTER: Type.TEXT,
    Builtin.ASSIGNEES: Type.WORDS,
}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

_Written = tuple[FactValue, Place]


def unknown_sources(document: Document, names: Collection[str], faults: list[Fault]) -> list[Path]:
    """The keys of facts that are neither the language's own nor the name or kind of a source."""
    facts = document.data_at(("facts",)) if document.has(("facts",)) else None
    if not isinstance(facts, dict):
        return []
    known = KEYS | set(names)
    wrong: list[Path] = []
    for name, fact in facts.items():
        if isinstance(fact, dict):
            wrong.extend(("facts", name, key) for key in fact if key not in known)
    faults.extend(unknown_key(str(path[-1]), known, Place(document, path)) for path in wrong)
    return wrong


@dataclass(frozen=True, slots=True)
class Facts:
    rules: dict[str, FactRule]
    """All facts, also those with a fault: expressions that read them are then checked, too."""
    files: Mapping[str, str]
    """The tables that were read: name as written → content."""


def fact_rules(
    facts: Mapping[str, FactText],
    place: Place,
    incomplete: Collection[str],
    faults: list[Fault],
    *,
    unread: bool = False,
) -> Facts:
    """`unread`: without the files that facts are looked up in."""
    made = {name: _Fact(name, text, place / name, faults) for name, text in facts.items()}
    types = {name: fact.type() for name, fact in made.items()}
    looked_up = frozenset(
        name
        for name, text in facts.items()
        if text.links is not None
        or text.voices is not None
        or (text.table is not None and text.table.by not in Join.__members__.values())
    )
    joinable = {name: type_ for name, type_ in types.items() if name not in looked_up}
    tables = Tables(joinable, looked_up, faults, unread=unread)
    rules = {name: fact.rule(types[name], tables, complete=name not in incomplete) for name, fact in made.items()}
    return Facts(rules, tables.texts)


class _Fact:
    def __init__(self, name: str, text: FactText, place: Place, faults: list[Fault]) -> None:
        self.name, self.text, self.place, self.faults = name, text, place, faults

    def rule(self, type_: Type, tables: Tables, *, complete: bool) -> FactRule:
        if why := why_not_a_fact(self.name):
            self.faults.append(self.place.key_fault(why))
        text = self.text
        if text.links is not None:
            self._alone("links")
            return FactRule(self.name, type_, {}, links=_links(text.links))
        if text.voices is not None:
            self._alone("voices")
            return FactRule(self.name, type_, {}, voices=text.voices)
        if complete and not list(self._all_reads()) and text.table is None and text.default is None:
            message = f"the fact '{self.name}' says nowhere where it stands"
            self.faults.append(
                self.place.key_fault(message, "give it a source: `jira: Name of the field`, or a default")
            )
        if text.required and text.default is not None:
            message = f"'{self.name}' is required and has a default, so it is never missing"
            self.faults.append((self.place / "required").key_fault(message, "delete one of the two"))
        if text.values is not None and (text.labels is not None and text.builtin is None and not text.model_extra):
            self.faults.append((self.place / "values").key_fault("'values' beside labels says nothing", "delete it"))
        default = self._fitting(type_, text.default, self.place / "default")
        reads: dict[str, tuple[FactRead, ...]] = {
            by: tuple(self._read(read, place, type_) for read, place in found) for by, found in self._sources()
        }
        if text.table is not None:
            values = self._mapped(text.values, self.place / "values", type_) if text.values is not None else {}
            table = tables.read(self.name, text.table, type_, values, self.place / "table")
            reads[ALL_SOURCES] = (*reads.get(ALL_SOURCES, ()), *((table,) if table is not None else ()))
        expires = None if text.expires is None else max(1, round(text.expires / timedelta(days=1)))
        return FactRule(self.name, type_, reads, default, text.required, expires)

    def _alone(self, counted: str) -> None:
        beside = [key for key in self.text.model_fields_set if key not in (counted, "type")]
        beside += self.text.model_extra or {}
        for key in beside:
            message = f"'{key}' beside {counted} says nothing: a count is always known"
            self.faults.append((self.place / key).key_fault(message, "delete it, or make it a fact of its own"))

    def _sources(self) -> Iterator[tuple[str, list[tuple[ReadText, Place]]]]:
        extra: Mapping[str, tuple[ReadText, ...]] = self.text.model_extra or {}
        for by, reads in extra.items():
            yield by, [(read, self.place / by / i) for i, read in enumerate(reads)]
        everywhere = []
        if self.text.labels is not None:
            everywhere.append((ReadText(labels=self.text.labels), self.place))
        if self.text.builtin is not None:
            everywhere.append((ReadText.model_validate({"property": self.text.builtin}), self.place))
        if everywhere:
            yield ALL_SOURCES, everywhere

    def _all_reads(self) -> Iterator[tuple[ReadText, Place]]:
        for _, reads in self._sources():
            yield from reads

    def _read(self, read: ReadText, place: Place, type_: Type) -> FactRead:
        if read.labels is not None:
            return ReadLabels(tuple(self._mapped(read.labels, place / "labels", type_).items()))
        if read.values is not None:
            values = self._mapped(read.values, place / "values", type_)
        elif self.text.values is not None:
            # Checked once, here or at whichever read comes first: equal faults are told once.
            values = self._mapped(self.text.values, self.place / "values", type_)
        else:
            values = {}
        if read.builtin is not None:
            return ReadProperty(read.builtin, values)
        assert read.field_name is not None, "ReadText names exactly one place"
        return ReadField(read.field_name, values)

    def _mapped(self, values: Mapping[str, FactValue], place: Place, type_: Type) -> dict[str, FactValue]:
        found: dict[str, FactValue] = {}
        for written, value in values.items():
            key = written.strip().casefold()
            if key in found:
                message = f"'{written}' stands twice; upper and lower case make no difference"
                self.faults.append((place / written).key_fault(message, "delete one of the two"))
            found[key] = _or(self._fitting(type_, value, place / written), value)
        return found

    def type(self) -> Type:
        if self.name == EFFORT:
            if self.text.type not in (None, Type.NUMBER):
                message = f"effort is always a number, not {self.text.type}"
                self.faults.append((self.place / "type").fault(message, "delete the line"))
            return Type.NUMBER
        if self.text.voices is Ask.LATEST:
            if self.text.type not in (None, Type.DATE):
                message = f"the day of the latest voice is a date, not {self.text.type}"
                self.faults.append((self.place / "type").fault(message, "delete the line"))
            return Type.DATE
        table = self.text.table
        counts = table is not None and table.combine is Combine.COUNT
        if self.text.links is not None or self.text.voices is not None or counts:
            if self.text.type not in (None, Type.NUMBER):
                message = f"a count is always a number, not {self.text.type}"
                self.faults.append((self.place / "type").fault(message, "delete the line"))
            return Type.NUMBER
        return self.text.type or self._evident()

    def _evident(self) -> Type:
        values = [value for value, _ in self._values()]
        if values:
            return _common(values)
        types = {_PROPERTY_TYPES.get(read.builtin) for read, _ in self._all_reads() if read.builtin is not None}
        plain = self.text.table is not None or any(read.field_name is not None for read, _ in self._all_reads())
        if len(types) == 1 and not plain and (only := types.pop()) is not None:
            return only
        return Type.NUMBER

    def _values(self) -> Iterator[_Written]:
        if self.text.default is not None:
            yield self.text.default, self.place / "default"
        if self.text.values is not None:
            for written, value in self.text.values.items():
                yield value, self.place / "values" / written
        for read, place in self._all_reads():
            for key, mapping in (("labels", read.labels), ("values", read.values)):
                for written, value in (mapping or {}).items():
                    yield value, place / key / written

    def _fitting(self, type_: Type, value: FactValue | None, place: Place) -> FactValue | None:
        if value is None:
            return None
        fits = fitting(type_, value)
        if fits is None:
            others = "" if self.text.type else f"; give the fact a `type:` if {type_.spoken} is not what you mean"
            what = f"the fact '{self.name}' is {type_.spoken}, and {_shown(value)} is not"
            plain = unquoted(value) if type_ is Type.NUMBER else ""
            self.faults.append(place.fault(what, f"{plain or f'write {type_.spoken} here'}{others}"))
        return fits


def _links(text: LinksText) -> LinkCount:
    scopes = tuple(scope.casefold() for scope in text.project)
    return LinkCount(scopes, text.source, text.kind, text.relation, text.open)


def fitting(type_: Type, value: FactValue) -> FactValue | None:
    """A written value in the fact's type; None when it does not fit."""
    if type_ is Type.NUMBER:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if type_ is Type.FLAG:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if type_ is Type.DATE:
        try:
            return date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
        except ValueError:
            return None
    text = value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    return (text,) if type_ is Type.WORDS else text


def _common(values: list[FactValue]) -> Type:
    if all(isinstance(value, bool) for value in values):
        return Type.FLAG
    if all(isinstance(value, str) for value in values):
        dates = all(isinstance(value, str) and _DATE.fullmatch(value) for value in values)
        return Type.DATE if dates else Type.TEXT
    return Type.NUMBER


def _or(value: FactValue | None, otherwise: FactValue) -> FactValue:
    return otherwise if value is None else value


def _shown(value: FactValue) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value}"
