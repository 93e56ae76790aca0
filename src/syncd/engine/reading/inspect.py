"""Compares what is configured with what a source really has, before anything is pulled or written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from syncd.config.load import ConfiguredSource
from syncd.connector.errors import Locked
from syncd.connector.protocol import Description, FieldType
from syncd.core.rules import Slot
from syncd.engine.world import Source, World

_FITS: dict[Slot, frozenset[FieldType]] = {
    Slot.SCORE: frozenset({FieldType.NUMBER, FieldType.TEXT}),
    Slot.RANK: frozenset({FieldType.NUMBER, FieldType.TEXT}),
    Slot.HORIZON: frozenset({FieldType.TEXT, FieldType.OPTION}),
    Slot.OBJECTIVE: frozenset({FieldType.TEXT, FieldType.OPTION}),
    Slot.KEY_RESULT: frozenset({FieldType.TEXT, FieldType.OPTION}),
}

SAMPLE: Final = 50
"""Known issues that are looked for where a server has another address."""


def recognize(world: World, source: Source) -> None:
    """Finds known issues again where the address of the server is another one than before: ids, the ledger and the journal
    name issues of one server only, and would name strangers' issues on another.

    A server that merely moved has them all. Raises Locked when it is another one.
    """
    site = source.configured.spec.site(source.configured.settings)
    was = world.store.sources.get(source.name).site
    if site is None or site == was:
        return
    if was is not None and not _has_what_is_known(world, source):
        raise Locked(
            f"{source.name} is at {site} now, and the issues that syncd knows from {was} are not there: what it wrote "
            f"to those says nothing about these. Give the new tracker another name under `sources:` in syncd.yaml, or "
            f"put the old address back; nothing was changed"
        )
    if world.store.writable:
        world.store.sources.set(source.name, site=site)


def _has_what_is_known(world: World, source: Source) -> bool:
    """Whether issues of these ids are there and are as old as those that are known. True where nothing is known yet."""
    ids = sorted(world.store.mirror.ids(source.name))
    if not ids:
        return True
    some = ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]
    known = {issue.ref: issue for issue in world.store.mirror.issues(source.name, some)}
    handles = {ref.id: issue.handles for ref, issue in known.items()}
    pages = source.pace.patiently(lambda: list(source.connector.fetch(some, handles)), attempts=3)
    there = [issue for page in pages for issue in page.issues]
    return bool(there) and all(issue.created == known[issue.ref].created for issue in there)


def introduce(world: World, source: Source) -> None:
    """Asks the source who it is when its configuration changed since the last time, or it never was asked.

    Raises Locked with one sentence for all that does not fit.
    """
    if world.store.sources.get(source.name).rules_digest == world.rules.digest:
        return
    description = source.pace.patiently(source.connector.describe, attempts=3)
    faults = mismatches(source.configured, description, world.rules.horizon_names)
    if faults:
        raise Locked("; ".join(faults))
    world.store.sources.set(source.name, rules_digest=world.rules.digest)


def mismatches(source: ConfiguredSource, there: Description, horizons: Sequence[str]) -> list[str]:
    """One sentence with the next step for each field that is missing or of the wrong kind."""
    names = sorted(source.read_fields | source.write_fields)
    return [fault for name in names if (fault := field_fault(source, there, name, horizons)) is not None]


def field_fault(source: ConfiguredSource, there: Description, name: str, horizons: Sequence[str]) -> str | None:
    """What is wrong with one configured field, None when it is there and fits."""
    info = there.fields.get(name)
    target = next((target for target in source.rules.targets if target.field == name), None)
    place = f"sources.{source.name}.write.{target.slot}" if target else "scoring.yaml: facts"
    if info is None:
        near = there.similar.get(name, ())
        hint = f"; similar there: {', '.join(map(repr, near))}" if near else ""
        return (
            f"{place} names the field {name!r}, which {there.tool} ({source.name}) does not have{hint}. "
            f"Create it there or correct its name, then run `syncd check`"
        )
    if target is None:
        return None
    if not info.writable:
        return f"{place}: the field {name!r} of {source.name} cannot be written. Choose another, then run `syncd check`"
    if info.type not in _FITS[target.slot]:
        fits = " or ".join(sorted(_FITS[target.slot]))
        return f"{place}: the field {name!r} of {source.name} is of type {info.type}; {target.slot} needs {fits}"
    if target.slot is Slot.HORIZON and info.type is FieldType.OPTION and info.options:
        known = {option.casefold() for option in info.options}
        missing = [name for name in horizons if name.casefold() not in known]
        if missing:
            return (
                f"{place}: the field {name!r} of {source.name} has no option {', '.join(map(repr, missing))} "
                f"(it has {', '.join(map(repr, info.options))}). Add it there: syncd never changes the options of a field"
            )
    return None
