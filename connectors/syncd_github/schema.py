"""A project's fields: what can be read and written, which option a word means, and how a value looks on both sides. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import msgspec

from syncd.connector.errors import Refused
from syncd.connector.protocol import FieldInfo, FieldType
from syncd.core.issue import FieldValue
from syncd_github.wire_graph import Field, Project, Value

_TYPES = {
    "NUMBER": FieldType.NUMBER,
    "TEXT": FieldType.TEXT,
    "SINGLE_SELECT": FieldType.OPTION,
    "DATE": FieldType.DATE,
    "ITERATION": FieldType.ITERATION,
    "LABELS": FieldType.LABELS,
}
_OWN = (FieldType.NUMBER, FieldType.TEXT, FieldType.OPTION, FieldType.DATE, FieldType.ITERATION)
"""The types whose values belong to the item; all others only show something of the issue."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class ProjectField:
    id: str
    name: str
    """As GitHub spells it."""
    type: FieldType
    options: Mapping[str, str]
    """Name → id, of a single select field or an iteration field."""

    @property
    def own(self) -> bool:
        return self.type in _OWN


@dataclass(frozen=True, slots=True)
class Schema:
    """A project as it is now, seen through the wanted fields."""

    id: str
    name: str
    """owner/number"""
    updated: str
    writable: bool
    fields: Mapping[str, ProjectField]
    """By configured name; a wanted field that does not exist is absent."""
    similar: Mapping[str, tuple[str, ...]]

    @property
    def read(self) -> tuple[str, ...]:
        """Configured names of the fields whose values items have, in the order in which they are asked for."""
        return tuple(sorted(name for name, field in self.fields.items() if field.own))

    @property
    def blank(self) -> Mapping[str, FieldValue]:
        """The values of an issue that is not in the project: writing one of them adds it."""
        return dict.fromkeys(self.read)

    @property
    def digest(self) -> str:
        """Differs whenever items would read differently."""
        content = [
            self.id,
            [(name, f.id, f.type, sorted(f.options.items())) for name, f in sorted(self.fields.items())],
        ]
        return hashlib.blake2b(msgspec.msgpack.encode(content), digest_size=8).hexdigest()

    def infos(self) -> dict[str, FieldInfo]:
        return {
            name: FieldInfo(name, field.id, field.type, field.own and self.writable, tuple(field.options))
            for name, field in self.fields.items()
        }

    def input(self, name: str, value: FieldValue) -> tuple[ProjectField, Mapping[str, object]]:
        """The field and GitHub's input for the value. Raises Refused for what the field cannot hold."""
        field = self.fields.get(name)
        if field is None:
            near = self.similar.get(name)
            hint = f"; it has {', '.join(near)}" if near else ""
            raise Refused(f"the project {self.name} has no field {name!r}{hint}")
        if not field.own:
            raise Refused(
                f"the field {name!r} of the project {self.name} shows a property of the issue and cannot be set"
            )
        return field, {} if value is None else input_of(field, name, value)


def schema(project: Project, name: str, wanted: Iterable[str]) -> Schema:
    existing = [_field(field) for field in project.fields.nodes or () if field is not None and field.id]
    by_name = {field.name: field for field in existing}
    folded: dict[str, list[ProjectField]] = {}
    for field in existing:
        folded.setdefault(field.name.casefold(), []).append(field)
    fields: dict[str, ProjectField] = {}
    similar: dict[str, tuple[str, ...]] = {}
    for want in sorted(wanted):
        alike = folded.get(want.casefold(), [])
        if want in by_name:
            fields[want] = by_name[want]
        elif len(alike) == 1:
            fields[want] = alike[0]
        else:
            near = get_close_matches(want.casefold(), folded, n=3, cutoff=0.6)
            similar[want] = tuple(field.name for text in near for field in folded[text])
    return Schema(
        project.id, name, project.updated_at, project.viewer_can_update and not project.closed, fields, similar
    )


def value_of(field: ProjectField, value: Value | None) -> FieldValue:
    if value is None:
        return None
    match field.type:
        case FieldType.NUMBER:
            return value.number
        case FieldType.TEXT:
            return value.text or None
        case FieldType.OPTION:
            return value.name
        case FieldType.DATE:
            return value.date
        case FieldType.ITERATION:
            return value.title
    return None


def _field(field: Field) -> ProjectField:
    options: dict[str, str] = {}
    for option in field.options or ():
        options.setdefault(option.name, option.id)
    if field.configuration is not None:
        for iteration in (*field.configuration.iterations, *field.configuration.completed_iterations):
            options.setdefault(iteration.title, iteration.id)
    return ProjectField(field.id, field.name, _TYPES.get(field.data_type, FieldType.OTHER), options)


def input_of(field: ProjectField, name: str, value: FieldValue) -> Mapping[str, object]:
    """GitHub's input for a value that is not None. Raises Refused for what the field cannot hold."""
    wrong = Refused(f"the field {name!r} holds a {field.type.value}, not {value!r}")
    if field.type is FieldType.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong
        return {"number": float(value)}
    if not isinstance(value, str):
        raise wrong
    if field.type is FieldType.TEXT:
        return {"text": value}
    if field.type is FieldType.DATE:
        if not _is_date(value):
            raise wrong
        return {"date": value}
    chosen = _option(field, value)
    if chosen is None:
        # syncd never edits options: GitHub replaces all of them and orphans the values that people set.
        have = ", ".join(field.options) or "none"
        raise Refused(
            f"the field {name!r} has no option {value!r}; it has: {have}. Add the option in the project's settings"
        )
    return {"singleSelectOptionId" if field.type is FieldType.OPTION else "iterationId": chosen}


def _option(field: ProjectField, text: str) -> str | None:
    if text in field.options:
        return field.options[text]
    alike = [id_ for name, id_ in field.options.items() if name.casefold() == text.casefold()]
    return alike[0] if len(alike) == 1 else None


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
