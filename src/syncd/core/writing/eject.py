"""What removes syncd from a source: the values and labels that still stand as syncd left them, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.permission.values import labels_under, same_value, texts
from syncd.core.plan import NOTE, Change, Edit, Plan, Relabel, SetField, SetNote, Skip, in_units


def eject(
    source: str,
    written: Mapping[tuple[Ref, str], FieldValue],
    live: Mapping[Ref, SourceIssue],
    slots: Mapping[str, str],
    because: str,
    notes: Mapping[Ref, str | None] = MappingProxyType({}),
) -> Plan:
    """The plan that empties every place that shows what syncd wrote there.

    A note that still says what syncd wrote is deleted. `written` is the ledger's value by issue and place; places that are empty by it need nothing. `live` are fresh copies; an
    issue that is gone needs nothing either. `slots` names what a place shows, for people.
    """
    changes: dict[Ref, list[Change]] = {}
    skips: list[Skip] = []
    for ref, place in sorted(written):
        value, issue = written[ref, place], live.get(ref)
        if value is None or issue is None:
            continue
        if place == NOTE:
            there = notes.get(ref)
            if there is not None and there == value:
                changes.setdefault(ref, []).append(SetNote(there, None, because=because))
            elif there is not None:
                skips.append(Skip(ref, issue.key, NOTE, there, None, "it was changed since, so it stays"))
            continue
        kind, _, name = place.partition(":")
        slot = slots.get(place, "")
        if kind == "field":
            if name not in issue.fields:
                because_not = f"the field {name} is not read any more; name it in syncd.yaml again, or empty it by hand"
                skips.append(Skip(ref, issue.key, slot, value, None, because_not))
            elif same_value(issue.fields[name], value):
                changes.setdefault(ref, []).append(SetField(name, issue.fields[name], None, slot, because))
            elif issue.fields[name] is not None:
                skips.append(Skip(ref, issue.key, slot, issue.fields[name], None, "it was changed since, so it stays"))
            continue
        labels = labels_under(name, issue.labels)
        if labels and same_value(labels, texts(value)):
            changes.setdefault(ref, []).append(Relabel((), labels, slot, name, because))
        elif labels:
            skips.append(Skip(ref, issue.key, slot, labels, None, "it was changed since, so it stays"))
    edits = tuple(
        unit
        for ref, found in changes.items()
        for unit in in_units(
            Edit(ref, live[ref].key, live[ref].title, live[ref].revision, tuple(found), live[ref].handles)
        )
    )
    return Plan(source, edits, skips=tuple(skips))
