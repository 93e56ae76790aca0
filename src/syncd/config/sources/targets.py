"""What is written where, as rules; and what can be told about it without asking the tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault
from syncd.config.text.syncd import TargetText, WriteText
from syncd.core.rules import Slot, Target

NUMBERS: Final = frozenset({Slot.SCORE, Slot.RANK})
"""Shown in fields only: a label for every number would litter the tool."""


def targets(
    text: WriteText,
    place: Place,
    shows: Mapping[Slot, Sequence[str]],
    label_ok: Callable[[str], str | None],
    faults: list[Fault],
) -> tuple[Target, ...]:
    """`shows` are the values that each slot may write, where they are known: horizon names, ids of outcomes."""
    found: list[tuple[Target, Place]] = []
    for slot in Slot:
        written: tuple[TargetText, ...] = getattr(text, slot.value)
        many = len(written) > 1 or place.document.has((*place.path, slot.value, 0))
        for i, one in enumerate(written):
            at = place / slot.value / i if many else place / slot.value
            target = Target(slot, one.field_name, one.label, one.on_edit, one.adopt)
            faults.extend(_alone(target, at, shows, label_ok))
            faults.extend(_among(target, at, found))
            found.append((target, at))
    return tuple(target for target, _ in found)


def _alone(
    target: Target, at: Place, shows: Mapping[Slot, Sequence[str]], label_ok: Callable[[str], str | None]
) -> list[Fault]:
    if target.label is None:
        return []
    here = at / "label"
    if target.slot in NUMBERS:
        hint = f"write `{target.slot}: {{field: NAME}}` with the name of a number field"
        return [here.fault(f"a {target.slot} can only be shown in a field, not in labels", hint)]
    refusals = (
        (target.label + value, why) for value in shows.get(target.slot, ()) if (why := label_ok(target.label + value))
    )
    for label, why in refusals:
        return [
            here.fault(f"the label '{label}' cannot be written: {why.rstrip('.')}", "choose another prefix or name")
        ]
    return []


def _among(target: Target, at: Place, others: Sequence[tuple[Target, Place]]) -> list[Fault]:
    for other, place in others:
        line, _ = place.document.line_and_column(place.document.node(place.path).start)
        named = f"{other.slot}, line {line}"
        if target.field is not None and other.field is not None and target.field.casefold() == other.field.casefold():
            message = f"the field '{target.field}' is written twice ({named})"
            return [(at / "field").fault(message, "give each value a field of its own")]
        if target.label is not None and other.label is not None:
            here, there = target.label.casefold(), other.label.casefold()
            if here.startswith(there) or there.startswith(here):
                message = f"the labels '{target.label}…' and '{other.label}…' ({named}) cannot be told apart"
                return [(at / "label").fault(message, "give each value a prefix of its own")]
    return []
