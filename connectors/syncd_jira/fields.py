"""Which Jira field a configured name means, and how its values look to us and to Jira. Pure."""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from syncd.connector.errors import Locked
from syncd.connector.protocol import FieldType
from syncd.core.issue import FieldValue
from syncd_jira.wire import Category, Named, Other, User, Version, Votes, Watches, WireField, WireProject, WireStatus

_SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
_RANK = "com.pyxis.greenhopper.jira:gh-lexo-rank"
_EPIC = "com.pyxis.greenhopper.jira:gh-epic-link"
_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
_POINTS_NAMES = ("story points", "story point estimate")
"""Company-managed projects call them one, team-managed projects the other, and other languages neither."""
_LABELS = "com.atlassian.jira.plugin.system.customfieldtypes:labels"

WRITABLE_SYSTEM = frozenset(
    {"summary", "description", "environment", "duedate", "priority", "components", "fixVersions"}
)
"""System fields that an edit may set; all others have routes of their own or are Jira's to keep."""


class FieldRef(msgspec.Struct, frozen=True):
    """One field of the site. Part of the cursor, so that a new process need not ask for all fields again."""

    id: str
    name: str
    type: str = ""
    items: str = ""
    custom: str = ""


class FieldMap(msgspec.Struct, frozen=True):
    """What the configured names mean on this site. `wanted` lacks the names that do not exist."""

    wanted: dict[str, FieldRef] = {}
    sprint: str | None = None
    rank: str | None = None
    epic: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        found = {ref.id for ref in self.wanted.values()}
        return frozenset(found | {i for i in (self.sprint, self.epic) if i})


def within(fields: Sequence[WireField], projects: frozenset[str]) -> Sequence[WireField]:
    """Without the fields that belong to another project than these (ids): of our issues none has them.

    In a source of one project, a field of its own stands for the site's field of that name, too: the site's is on none of its issues.
    """
    ours = [field for field in fields if field.project is None or field.project in projects]
    if len(projects) != 1:
        return ours
    own = {field.name.casefold() for field in ours if field.project is not None}
    return [f for f in ours if f.project is not None or not f.custom or f.name.casefold() not in own]


def resolve(source: str, fields: Sequence[WireField], wanted: Iterable[str], given: Mapping[str, str]) -> FieldMap:
    """Find each wanted name. `given` maps names to ids and the roles rank, sprint and epic (as "role:rank") to names.

    Raises Locked when a name fits several fields: choosing one silently would write scores into a stranger's field.
    """
    found: dict[str, FieldRef] = {}
    missing = []
    for name in sorted(wanted):
        match = _find(source, fields, name, given.get(name, name))
        if match is None:
            missing.append(name)
        else:
            found[name] = _ref(match)
    return FieldMap(
        wanted=found,
        sprint=_role(source, fields, given.get("role:sprint"), _SPRINT),
        rank=_role(source, fields, given.get("role:rank"), _RANK),
        epic=_role(source, fields, given.get("role:epic"), _EPIC),
        missing=tuple(missing),
    )


def _find(source: str, fields: Sequence[WireField], name: str, word: str) -> WireField | None:
    usable = [f for f in fields if f.id.isidentifier() and not keyword.iskeyword(f.id)]
    for field in usable:
        if field.id == word:
            return field
    folded = word.casefold()
    for fits in (
        [f for f in usable if f.name == word],
        [f for f in usable if f.name.casefold() == folded],
        [f for f in usable if folded in (c.casefold() for c in f.clauseNames)],
    ):
        # Anyone may add a field of this name to a project of their own; that does not make ours ambiguous.
        fits = [f for f in fits if f.scope is None] or fits
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(sorted(f.id for f in fits))
            apart = ", or make a source of each project, since each has a field of its own" if fits[0].project else ""
            raise Locked(
                f"Source {source} has {len(fits)} fields named {word} ({ids}): choose one by writing its id under "
                f"`fields:` of the source, such as `{name}: {min(f.id for f in fits)}`{apart}."
            )
    points = [f for f in usable if f.schema and f.schema.custom == _POINTS]
    return points[0] if folded in _POINTS_NAMES and len(points) == 1 else None


def _role(source: str, fields: Sequence[WireField], configured: str | None, custom: str) -> str | None:
    if configured is not None:
        match = _find(source, fields, configured, configured)
        if match is None:
            raise Locked(f"Source {source} has no field {configured}: check rank_field, sprint_field and epic_field.")
        return match.id
    fits = sorted((f for f in fields if f.schema and f.schema.custom == custom), key=lambda f: (len(f.id), f.id))
    return fits[0].id if fits else None


def _ref(field: WireField) -> FieldRef:
    schema = field.schema
    if schema is None:
        return FieldRef(field.id, field.name)
    return FieldRef(field.id, field.name, schema.type, schema.items or "", schema.custom or "")


def similar(name: str, fields: Sequence[WireField]) -> tuple[str, ...]:
    """Existing names that look like a missing one, best first."""
    names = {f.name.casefold(): f.name for f in fields}
    close = difflib.get_close_matches(name.casefold(), names, n=5, cutoff=0.6)
    close += [n for n in sorted(names) if name.casefold() in n and n not in close]
    return tuple(names[n] for n in close[:5])


def field_type(ref: FieldRef) -> FieldType:
    if ref.custom == _SPRINT:
        return FieldType.ITERATION
    if ref.id == "labels" or ref.custom == _LABELS:
        return FieldType.LABELS
    known = {
        "number": FieldType.NUMBER,
        "string": FieldType.TEXT,
        "option": FieldType.OPTION,
        "priority": FieldType.OPTION,
        "date": FieldType.DATE,
        "datetime": FieldType.DATE,
    }
    return known.get(ref.type, FieldType.OTHER)


def writable(ref: FieldRef) -> bool:
    if ref.id == "labels" or ref.custom in (_SPRINT, _RANK, _EPIC):
        return False
    if not ref.custom:
        return ref.id in WRITABLE_SYSTEM
    return ref.type in ("number", "string", "option", "date") or (
        ref.type == "array" and ref.items in ("string", "option")
    )


def encode(ref: FieldRef, value: FieldValue) -> object:
    """The value as Jira wants it. Raises ValueError with a sentence when the field cannot hold it."""
    if not writable(ref):
        raise ValueError(f"the field {ref.name} cannot be set through Jira's edit")
    if value is None:
        return [] if ref.type == "array" else None
    if ref.type == "array":
        texts = value if isinstance(value, tuple) else (_text(ref, value),)
        key = {"option": "value", "string": ""}.get(ref.items, "name")
        return [{key: text} for text in texts] if key else list(texts)
    if ref.type == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"the field {ref.name} takes numbers, not {value!r}")
        return value
    text = _text(ref, value)
    if ref.type == "option":
        return {"value": text}
    if ref.type == "priority":
        return {"name": text}
    if ref.type == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"the field {ref.name} takes dates such as 2026-11-30, not {value!r}") from None
    return text


def _text(ref: FieldRef, value: FieldValue) -> str:
    if isinstance(value, bool) or value is None:
        raise ValueError(f"the field {ref.name} takes text, not {value!r}")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, tuple):
        raise ValueError(f"the field {ref.name} takes one value, not {len(value)}")
    return value


def decode(value: object) -> FieldValue:
    """A field's value as people see it, whatever its type; empty is None."""
    match value:
        case None | msgspec.UNSET:
            return None
        case bool():
            return value
        case int() | float():
            return float(value)
        case str():
            return value or None
        case list():
            texts = [_flat(decode(v)) for v in value]
            return tuple(t for t in texts if t) or None
        case dict():
            return _named(value)
        case User():
            return value.shown
        case Named() | Version() | WireStatus() | WireProject():
            return value.name or None
        case Other() | Category():
            return value.key or None
        case Votes():
            return float(value.votes)
        case Watches():
            return float(value.watchCount)
        case _:
            return None


def _named(value: dict[object, object]) -> FieldValue:
    for name in ("value", "name", "displayName", "key", "title", "id"):
        text = value.get(name)
        if isinstance(text, str) and text:
            child = value.get("child")
            if name == "value" and isinstance(child, dict):
                below = _named(child)
                return f"{text} / {below}" if below else text
            return text
    return None


def _flat(value: FieldValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)
