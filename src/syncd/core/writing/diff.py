"""What is wanted against what stands there: the edits and skips of one source.

Nothing is written where the wanted value stands already, and nothing where a person's value stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncd.core.backlog import BacklogItem
from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.authors import Word, told
from syncd.core.permission.ownership import Place, Standing
from syncd.core.permission.values import number_of, same_value, texts
from syncd.core.plan import Change, Edit, Plan, Relabel, SetField, Skip
from syncd.core.rules import Policy, Slot, SourceRules, Target
from syncd.core.writing.want import Want, Wanted


def diff(
    source: str,
    wanted: Iterable[Wanted],
    places: Mapping[Ref, tuple[Place, ...]],
    source_rules: SourceRules,
    policy: Policy,
) -> Plan:
    """The edits of one source, in the order of `wanted`, one for each issue; `core.writing.reorder` adds the moves."""
    column = {target.key: index for index, target in enumerate(source_rules.targets)}
    edits: list[Edit] = []
    skips: list[Skip] = []
    for one in wanted:
        item = one.item
        seen = places[item.ref]
        changes: list[Change] = []
        for want in one.wants:
            place = seen[column[want.target.key]]
            if _settled(want, place, policy.deadband):
                continue
            if place.standing is Standing.OURS:
                changes.append(_change(item, want, place))
            elif want.value is not None:
                skips.append(_skip(item, want, place))
        if changes:
            edits.append(Edit(item.ref, item.key, item.title, item.revision, tuple(changes), item.handles))
    return Plan(source, tuple(edits), skips=tuple(skips))


def _settled(want: Want, place: Place, deadband: float) -> bool:
    """True when there is nothing to write or to tell."""
    if same_value(place.live, want.value):
        return True
    if want.target.slot is not Slot.SCORE:
        return False
    live, wanted = _score_in(want.target, place.live), _score_in(want.target, want.value)
    return live is not None and wanted is not None and abs(live - wanted) < deadband


def _score_in(target: Target, value: FieldValue) -> float | None:
    return number_of(value[len(target.label) :] if target.label is not None and isinstance(value, str) else value)


def _change(item: BacklogItem, want: Want, place: Place) -> Change:
    target = want.target
    if target.field is not None:
        return SetField(target.field, place.live, want.value, target.slot.value, _because(want, place))
    prefix = target.label or ""
    wanted = want.value if isinstance(want.value, str) else None
    # The wanted label is added even where it stands among others: adding is harmless, and what an edit adds is what
    # it leaves behind (`ownership.left_by`).
    folded = None if wanted is None else wanted.casefold()
    remove = tuple(sorted(label for label in texts(place.live) if label.casefold() != folded))
    return Relabel((wanted,) if wanted is not None else (), remove, target.slot.value, prefix, _because(want, place))


def _because(want: Want, place: Place) -> str:
    """Why it is wanted, and who had written over it."""
    if place.author is None or place.author.word is not Word.BOT:
        return want.because
    did = "emptied" if place.live is None else "changed"
    return f"{want.because}; {place.author.name}, listed under bots, had {did} it"


def _skip(item: BacklogItem, want: Want, place: Place) -> Skip:
    if place.standing is Standing.MISSING:
        because = "the field does not exist on this issue"
    else:
        because = f"{told(place.author, place.live is None)}; hand it back with: syncd release {item.key}"
    return Skip(item.ref, item.key, want.target.slot.value, place.live, want.value, because)
