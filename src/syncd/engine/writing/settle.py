"""Looks at what was written: fresh copies of the issues decide what became of each journal entry.

The same look serves the read-back after a write and the entries that a crash left open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import structlog

from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.permission.values import same_value
from syncd.core.plan import Change, Edit, SetField, SetNote
from syncd.core.writing.writes import Write, write_of, write_of_move
from syncd.engine.world import Source, World
from syncd.store.entries import Entry, Verdict

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled:
    changed: frozenset[str]
    """Ids whose mirror changed by this look."""
    gone: frozenset[str]
    verdicts: Mapping[int, Verdict]
    """By journal entry."""


@dataclass(frozen=True, slots=True)
class Fresh:
    live: Mapping[str, SourceIssue]
    """Only what the tool showed just now: of anything else the mirror has what it was before."""
    known: frozenset[str]
    """Ids that are in the mirror."""
    changed: frozenset[str]
    """Ids whose mirror changed by this look."""


def fresh(world: World, source: Source, handles: Mapping[str, Mapping[str, str]], *, ours: bool = False) -> Fresh:
    """The issues with these ids as they are now. `ours`: what is new of them may be of our own making. Raises ConnectorError."""
    ids = sorted(handles)
    changed: set[str] = set()
    seen: set[str] = set()
    for page in source.connector.fetch(ids, handles) if ids else ():
        changed |= world.store.mirror.save(source.name, page, now=world.clock(), echo=ours).changed
        seen |= {issue.ref.id for issue in page.issues}
    known = {issue.ref.id: issue for issue in world.store.mirror.issues(source.name, ids)}
    live = {id_: issue for id_, issue in known.items() if id_ in seen}
    return Fresh(live, frozenset(known), frozenset(changed))


def settle(world: World, source: Source, entries: Sequence[Entry], confirmed: frozenset[int] = frozenset()) -> Settled:
    """Closes the entries by what stands there now. `confirmed` are entries that the tool said it carried out.

    Moved issues are looked at too: a tool may count a move as an update. An edit whose values stand there is done, or partial when only some do; one whose old values stand there is lost (it is
    decided again); anything else was overtaken by somebody. Moves are only closed: the next look at the native order decides again.
    Raises ConnectorError when the look itself fails; the entries then stay open.
    """
    if not entries:
        return Settled(frozenset(), frozenset(), {})
    ids = sorted({entry.ref.id for entry in entries})
    handles = {entry.ref.id: unit.handles for entry in entries if (unit := entry.edit or entry.move) is not None}
    found = fresh(world, source, handles, ours=True)
    live = found.live
    # What the tool confirmed of a note needs no look: it would be a request for each issue.
    notes = notes_of(source, [e.edit for e in entries if e.edit is not None and e.id not in confirmed], handles)
    verdicts: list[tuple[int, Verdict, str]] = []
    stands: dict[int, Edit] = {}
    for entry in entries:
        issue = live.get(entry.ref.id)
        verdict, because = _verdict(entry, issue, entry.id in confirmed, notes)
        verdicts.append((entry.id, verdict, because))
        if verdict is Verdict.PARTIAL and entry.edit is not None and issue is not None:
            arrived = tuple(change for change in entry.edit.changes if _stands(change, issue, notes, after=True))
            stands[entry.id] = replace(entry.edit, changes=arrived)
    source.verdicts.update(verdict.value for _, verdict, _ in verdicts)
    world.store.journal.finish(verdicts, now=world.clock(), stands=stands)
    made = {id_ for id_, verdict, _ in verdicts if verdict is Verdict.DONE}
    world.store.approvals.spend(source.name, _writes(entries, made, stands), now=world.clock())
    return Settled(found.changed, frozenset(ids) - found.known, {id_: verdict for id_, verdict, _ in verdicts})


def _writes(entries: Sequence[Entry], made: Set[int], stands: Mapping[int, Edit]) -> Iterator[Write]:
    """What arrived, and so needs a new approval the next time."""
    for entry in entries:
        if entry.move is not None and entry.id in made:
            yield write_of_move(entry.scope or "", entry.move)
        edit = entry.edit if entry.id in made else stands.get(entry.id)
        for change in edit.changes if edit is not None else ():
            yield write_of(entry.ref, change)


def settle_open(world: World, source: Source) -> Settled:
    """Closes what an earlier process left open."""
    entries = world.store.journal.open_entries(source.name)
    settled = settle(world, source, entries)
    if entries:
        if any(entry.move is not None for entry in entries):
            world.store.sources.set(source.name, last_order=None)
        log.info("settled", source=source.name, **Counter(map(str, settled.verdicts.values())))
    return settled


def notes_of(
    source: Source, edits: Sequence[Edit], handles: Mapping[str, Mapping[str, str]]
) -> Mapping[Ref, str | None]:
    """The notes as they stand on the issues whose notes these edits wrote."""
    ids = sorted({edit.ref.id for edit in edits for change in edit.changes if isinstance(change, SetNote)})
    return read_notes(source, ids, handles)


def read_notes(
    source: Source, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]
) -> Mapping[Ref, str | None]:
    ask = getattr(source.connector, "notes", None)  # protocol.KeepsNotes
    found: Mapping[str, str | None] = ask(ids, handles) if ask is not None and ids else {}
    return {Ref(source.name, id_): text for id_, text in found.items()}


def _verdict(
    entry: Entry, issue: SourceIssue | None, confirmed: bool, notes: Mapping[Ref, str | None]
) -> tuple[Verdict, str]:
    if entry.edit is None:
        return (Verdict.DONE, "") if confirmed else (Verdict.OVERTAKEN, "the order is read again and decides")
    if issue is None and confirmed:
        return Verdict.DONE, "the tool confirmed it and does not show the issue"
    if issue is None:
        return Verdict.STALE, "the issue is gone"
    changes = entry.edit.changes
    if confirmed and all(isinstance(change, SetNote) for change in changes):
        return Verdict.DONE, ""
    if all(_stands(change, issue, notes, after=True) for change in changes):
        return Verdict.DONE, ""
    if any(_stands(change, issue, notes, after=True) for change in changes):
        return Verdict.PARTIAL, "only a part of the changes stands there"
    if all(_stands(change, issue, notes, after=False) for change in changes):
        return Verdict.LOST, "the tool confirmed it but shows the old value" if confirmed else "it never arrived"
    return Verdict.OVERTAKEN, "somebody changed it since"


def _stands(change: Change, issue: SourceIssue, notes: Mapping[Ref, str | None], *, after: bool) -> bool:
    if isinstance(change, SetNote):
        return notes.get(issue.ref) == (change.after if after else change.before)
    if isinstance(change, SetField):
        live: FieldValue = issue.fields.get(change.field)
        return same_value(live, change.after if after else change.before)
    labels = {label.casefold() for label in issue.labels}
    present, absent = (change.add, change.remove) if after else (change.remove, change.add)
    return all(p.casefold() in labels for p in present) and not any(a.casefold() in labels for a in absent)
