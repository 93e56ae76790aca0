"""Turns what pydantic says about a value into a sentence that names the place, what is wrong there and what to type."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from syncd.config.reading.document import Entries, Items, Path, Place, Scalar
from syncd.config.reading.faults import Fault, words
from syncd.config.reading.shape import Shape
from syncd.config.text.quantities import shown
from syncd.core.expressions.guess import did_you_mean

_TYPES: Final = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a block of keys",
    "mapping": "a block of keys",
    "model": "a block of keys",
    "model_attributes": "a block of keys",
    "dataclass": "a block of keys",
    "url": "a web address",
    "date": "a date such as 2026-10-01",
    "date_from_datetime": "a date such as 2026-10-01",
    "datetime": "a moment such as 2026-10-01T09:00:00Z",
    "uuid": "a UUID",
}
_TYPE_ERROR = re.compile(r"(?P<type>\w+?)_(?:type|parsing|from_float|parsing_size|scheme|inexact|exact)")
_COMPARED: Final = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}
_YES_NO: Final = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false"})


def faults(
    error: ValidationError,
    place: Place,
    shape: Shape,
    *,
    also: Collection[str] = (),
    quiet: Iterable[Path] = (),
    lost: Collection[Path] = (),
) -> list[Fault]:
    """One fault for each mistake that pydantic found below `place`.

    `also` are keys that are allowed beside the model's own at its top, for suggestions. Nothing is said of what stands at
    or below the paths in `quiet`, nor of what lies around the paths in `lost`: what is wrong there was said already.
    """
    found: list[Fault] = []
    told: set[tuple[Path, bool]] = set()
    skip = {place.document.real((*place.path, *path)) for path in quiet}
    for detail in error.errors(include_url=False):
        where = place
        for step in detail["loc"]:
            where = where / step
        real = Place(place.document, place.document.real(where.path))
        if skip and (detail["loc"] == () or any(real.path[: len(path)] == path for path in skip)):
            continue
        if any(path[: len(real.path)] == real.path for path in lost):
            continue
        kind = detail["type"]
        if kind == "too_short" and not isinstance(detail["input"], str | SecretStr) and _written(real):
            continue  # an item of the list is wrong, and said to be
        about_key = kind in ("missing", "extra_forbidden")
        if (real.path, False) in told and not about_key:
            continue  # another branch of a union, about the same value
        told.add((real.path, about_key))
        found.append(_fault(detail, where, real, shape, also))
    return found


def _fault(detail: ErrorDetails, where: Place, real: Place, shape: Shape, also: Collection[str]) -> Fault:
    kind, loc = detail["type"], detail["loc"]
    if kind == "missing":
        return _missing(str(loc[-1]), real)
    if kind == "extra_forbidden":
        known = (*shape.at(loc[:-1]).keys, *(also if len(loc) == 1 else ()))
        return unknown_key(str(loc[-1]), known, where)
    if loc and loc[-1] == "[key]":
        return real.key_fault(f"'{loc[-2]}' {sentence(detail)}")
    if shape.at(loc).secret:
        detail["input"] = "•••"
    said, next_step = sentence(detail), hint(detail, real)
    if _elsewhere(real):
        said, next_step = _without(said, detail["input"]), _without(next_step, detail["input"])
    if not next_step and kind not in ("value_error", "assertion_error", "syncd", "enum", "literal_error"):
        next_step = shape.at(tuple(step for step in loc if isinstance(step, str))).description
    if not loc or not real.path:
        return real.key_fault(said, next_step)
    about = f"'{_name(real)}'"
    if isinstance(real.path[-1], int) and _name(real) == real.label:
        about = f"an entry of {about}"
    return real.fault(f"{about}{' ' if _grammatical(said) else ': '}{said}", next_step)


def _elsewhere(place: Place) -> bool:
    """Whether the value comes from a variable or a file: it may be a secret that was put in the wrong place."""
    node = place.document.node(place.path)
    return isinstance(node, Entries) and any(node.get(key) for key in ("env", "file"))


def _without(text: str, value: object) -> str:
    return text.replace(str(value), "•••") if isinstance(value, str | int | float) and str(value) else text


def unknown_key(key: str, known: Collection[str], place: Place) -> Fault:
    hint = f"known here: {words(sorted(known), 'and')}" if known else "delete it"
    return place.key_fault(f"unknown key '{key}'{did_you_mean(key, known)}", hint)


def _missing(key: str, parent: Place) -> Fault:
    under = f" under '{_name(parent)}'" if parent.path else ""
    hint = f"add a line `{key}: …`{under}"
    if not parent.path:
        return Fault(parent.document.file, 0, 0, f"'{key}' is missing", hint)
    return parent.key_fault(f"'{key}' is missing{under}", hint)


def sentence(detail: ErrorDetails) -> str:
    kind, value = detail["type"], detail.get("input")
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "syncd":
        return str(context["sentence"])
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        names = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return f"must be {words(names)}, not {shown(value)}{did_you_mean(str(value), names)}"
    if kind in _COMPARED:
        bound, phrase = _COMPARED[kind]
        limit = context[bound]
        limit = f"{limit:g}" if isinstance(limit, int | float) else str(limit)
        return f"must be {phrase} {limit}, not {shown(value).removeprefix('the number ')}"
    if kind in ("string_too_short", "too_short"):
        return "must not be empty" if context["min_length"] == 1 else f"must have at least {context['min_length']}"
    if kind in ("string_too_long", "too_long"):
        return f"must have at most {context['max_length']}{' characters' if kind.startswith('string') else ' entries'}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"must fit the pattern {context['pattern']}") + f", not {shown(value)}"
    if kind == "finite_number":
        return "must be a finite number"
    if (typed := _TYPE_ERROR.fullmatch(kind)) and typed["type"] in _TYPES:
        return f"must be {_TYPES[typed['type']]}, not {shown(value)}"
    return detail["msg"].replace("Input should be", "must be").replace("Value error, ", "")


_PATTERNS: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "must be made of letters, digits, dots, dashes and underscores without spaces",
}


def hint(detail: ErrorDetails, place: Place | None = None) -> str:
    kind, value = detail["type"], detail.get("input")
    if kind == "syncd":
        return str(detail["ctx"]["hint"])
    if place is None:
        return ""
    if kind.startswith("bool") and isinstance(value, str) and value.casefold() in _YES_NO:
        good = value.casefold() in ("yes", "on", "y", "true")
        return f"write `{_name(place)}: {'true' if good else 'false'}`"
    if kind == "string_type" and isinstance(value, int | float):
        node = place.document.node(place.path)
        return f'put it in quotes: "{node.text if isinstance(node, Scalar) else value}"'
    if kind in ("list_type", "tuple_type", "set_type", "frozen_set_type") and isinstance(value, str | int):
        return f"write `{_name(place)}: [{value}]`"
    return ""


def _grammatical(said: str) -> bool:
    """Our own sentences go on after the key's name; a connector's may be whole already."""
    return said.startswith(("must ", "is ", "has ", "changes ", "wants ", "can", "needs "))


def _name(place: Place) -> str:
    """How people know the value: by its key; in a list of blocks by what the block calls itself."""
    node = place.document.node(place.path)
    if place.path and isinstance(place.path[-1], int) and isinstance(node, Entries):
        for key in ("name", "id", "title"):
            if (entry := node.get(key)) and isinstance(entry[1], Scalar):
                return entry[1].text
    return place.label


def _written(place: Place) -> bool:
    node = place.document.node(place.path)
    return bool(node.items) if isinstance(node, Items) else isinstance(node, Entries) and bool(node.entries)
