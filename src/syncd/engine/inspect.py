"""Compares what is configured with what a source really has, before anything is pulled or written."""

from __future__ import annotations

from collections.abc import Sequence

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


def introduce(world: World, source: Source) -> None:
    """Asks the source who it is when its configuration changed since the last time, or it never was asked.

    Raises Locked with one sentence for all that does not fit.
    """
    if world.store.sources.get(source.name).rules_digest == world.rules.digest:
        return
    description = source.pace.patiently(source.connector.describe, attempts=3)
    faults = mismatches(source.configured, description, [horizon.name for horizon in world.rules.horizons.names])
    if faults:
        raise Locked("; ".join(faults))
    world.store.sources.set(source.name, rules_digest=world.rules.digest)


def mismatches(source: ConfiguredSource, there: Description, horizons: Sequence[str]) -> list[str]:
    """One sentence with the next step for each field that is missing or of the wrong kind."""
    faults: list[str] = []
    written = {target.field: target for target in source.rules.targets if target.field is not None}
    for name in sorted(source.read_fields | source.write_fields):
        info = there.fields.get(name)
        target = written.get(name)
        place = f"sources.{source.name}.write.{target.slot}" if target else "scoring.yaml: facts"
        if info is None:
            near = there.similar.get(name, ())
            hint = f"; similar there: {', '.join(map(repr, near))}" if near else ""
            faults.append(
                f"{place} names the field {name!r}, which {there.tool} ({source.name}) does not have{hint}. "
                f"Create it there or correct its name, then run `syncd check`"
            )
            continue
        if target is None:
            continue
        if not info.writable:
            faults.append(
                f"{place}: the field {name!r} of {source.name} cannot be written. Choose another, then run `syncd check`"
            )
        elif info.type not in _FITS[target.slot]:
            fits = " or ".join(sorted(_FITS[target.slot]))
            faults.append(
                f"{place}: the field {name!r} of {source.name} is of type {info.type}; {target.slot} needs {fits}"
            )
        elif target.slot is Slot.HORIZON and info.type is FieldType.OPTION:
            known = {option.casefold() for option in info.options}
            missing = [name for name in horizons if name.casefold() not in known]
            if missing:
                faults.append(
                    f"{place}: the field {name!r} of {source.name} has no option {', '.join(map(repr, missing))} "
                    f"(it has {', '.join(map(repr, info.options))}). Add it there: syncd never changes the options of a field"
                )
    return faults
