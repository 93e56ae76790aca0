"""The configuration in force as plain lines, each with where it comes from, without its secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, SecretBytes, SecretStr

from syncd.config.load import Loaded
from syncd.config.reading.shape import Shape
from syncd.config.text.syncd import DaemonText

MASK: Final = "********"
OWN: Final = ("mode", "write", "normalize")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value in force."""

    name: str
    """Its path in syncd.yaml: `sources.jira.mode`."""
    value: object
    """As JSON has it; secrets are masked."""
    origin: str
    """`environment SYNCD_POLL`, `config/syncd.yaml:3` or `default`."""


def effective(loaded: Loaded) -> list[Setting]:
    """Everything of syncd.yaml and the environment that is in force, defaults included."""
    found: list[tuple[str, object]] = list(_flat("", loaded.settings, Shape.of(DaemonText)))
    for source in loaded.sources:
        above, text = f"sources.{source.name}", loaded.text.sources[source.name]
        found.append((f"{above}.kind", source.spec.kind))
        found += _flat(above, source.settings, Shape.of(source.spec.settings))
        for key in OWN:
            found += _flat(f"{above}.{key}", getattr(text, key))
    for key in type(loaded.text).model_fields:
        if key not in DaemonText.model_fields and key != "sources":
            found += _flat(key, getattr(loaded.text, key))
    return [Setting(name, value, _known(name, loaded.origins)) for name, value in found]


def _flat(above: str, value: object, shape: Shape | None = None) -> Iterator[tuple[str, object]]:
    if not isinstance(value, BaseModel):
        yield above, plain(above, value)
        return
    for name in type(value).model_fields:
        path, one = f"{above}.{name}" if above else name, getattr(value, name)
        below = shape.child(name) if shape is not None else None
        if isinstance(one, BaseModel):
            yield from _flat(path, one, below)
        else:
            secret = below is not None and below.secret and one is not None
            yield path, MASK if secret else plain(path, one)


def plain(path: str, value: object) -> object:
    """As JSON has it, durations as people write them. A database's address may hold a password."""
    if isinstance(value, SecretStr | SecretBytes):
        return MASK
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, BaseModel):
        return {name: plain(path, getattr(value, name)) for name in sorted(value.model_fields_set)}
    if isinstance(value, Mapping):
        return {str(key): plain(path, one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(path, one) for one in value]
    if path == "store" and isinstance(value, str) and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://{MASK}@{rest.rpartition('@')[2]}"
    return value if isinstance(value, bool | int | float | None) else str(value)


def _duration(value: timedelta) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if value.total_seconds() % size == 0 and value:
            count = int(value.total_seconds() // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{value.total_seconds():g} seconds"


def _known(name: str, origins: Mapping[str, str]) -> str:
    """Of the value itself, or of the list that it stands in."""
    steps = name.split(".")
    for end in range(len(steps), 0, -1):
        if (origin := origins.get(".".join(steps[:end]))) is not None:
            return origin
    inside = [origin for path, origin in origins.items() if path.startswith(f"{name}.")]
    return inside[0] if inside else "default"
