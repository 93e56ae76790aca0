"""What is wanted against what stands there: the edits, moves and skips of one source.

Nothing is written where the wanted value stands already, and nothing where a person's value stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.issue import FieldValue, Ref
from syncd.core.moves import moves
from syncd.core.ownership import Place, Standing, number_of, same_value
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField, Skip
from syncd.core.rules import Policy, Slot, SourceRules, Target
from syncd.core.want import Want, Wanted


def diff(
    source: str,
    wanted: Iterable[Wanted],
    places: Mapping[Ref, tuple[Place, ...]],
    source_rules: SourceRules,
    policy: Policy,
) -> Plan:
    """The edits of one source, in the order of `wanted`, one for each issue; `order_moves` adds the moves."""
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


def order_moves(
    source: SourceRules,
    orders: Mapping[str, Sequence[str]],
    ranked: Sequence[Ranked],
    items: Mapping[Ref, BacklogItem],
    edits: Sequence[Edit] = (),
) -> dict[str, tuple[Move, ...]]:
    """The moves for each order scope of a source that have any.

    Issues that `edits` bring into a scope (a field of a board belongs to the issues on it, so setting one puts an issue
    there) stand at its end by then, in the order of the edits.

    Fenced issues stay where they are: closed ones, and those in an active sprint, whose order belongs to the team. Positions
    have no ledger: an issue that a person drags is ranked again by the next plan.
    """
    if not source.order or not orders:
        return {}
    place_of: dict[str, int] = {}
    for one in ranked:
        for member in one.work.members:
            if member.ref.source == source.name and _movable(items[member.ref]):
                place_of[member.ref.id] = one.rank
    result: dict[str, tuple[Move, ...]] = {}
    joining = _joining(orders, edits, items)
    for scope in sorted(orders):
        current = (*orders[scope], *joining)
        wanted = sorted(
            (id_ for id_ in dict.fromkeys(current) if id_ in place_of), key=lambda id_: (place_of[id_], id_)
        )
        found = tuple(
            _move(
                items[Ref(source.name, id_)],
                items[Ref(source.name, below)] if below is not None else None,
                f"rank {place_of[id_]} of {len(ranked)}",
            )
            for id_, below in moves(current, wanted)
        )
        if found:
            result[scope] = found
    return result


def _joining(
    orders: Mapping[str, Sequence[str]], edits: Sequence[Edit], items: Mapping[Ref, BacklogItem]
) -> tuple[str, ...]:
    """Only where a source has one board over all its scopes; a scope's own order holds all its issues anyway."""
    if len(orders) != 1:
        return ()
    ((board, there),) = orders.items()
    known = frozenset(there)
    return tuple(
        edit.ref.id
        for edit in edits
        if edit.ref.id not in known
        and items[edit.ref].scope != board
        and any(isinstance(change, SetField) for change in edit.changes)
    )


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
        return SetField(target.field, place.live, want.value, target.slot.value, want.because)
    prefix = target.label or ""
    wanted = want.value if isinstance(want.value, str) else None
    live = place.live if isinstance(place.live, tuple) else () if place.live is None else (str(place.live),)
    # The wanted label is added even where it stands among others: adding is harmless, and what an edit adds is what
    # it leaves behind (`ownership.left_by`).
    remove = tuple(sorted(label for label in live if wanted is None or label.casefold() != wanted.casefold()))
    return Relabel((wanted,) if wanted is not None else (), remove, target.slot.value, prefix, want.because)


def _skip(item: BacklogItem, want: Want, place: Place) -> Skip:
    if place.standing is Standing.MISSING:
        because = "the field does not exist on this issue"
    elif place.live is None:
        because = f"a person emptied it; hand it back with: syncd release {item.key}"
    else:
        because = f"a person's value stands there; hand it back with: syncd release {item.key}"
    return Skip(item.ref, item.key, want.target.slot.value, place.live, want.value, because)


def _movable(item: BacklogItem) -> bool:
    in_sprint = item.sprint is not None and item.sprint.state.casefold() == "active"
    return item.status.open and not in_sprint


def _move(item: BacklogItem, below: BacklogItem | None, because: str) -> Move:
    if below is None:
        return Move(item.ref, item.key, None, None, because, item.handles)
    return Move(item.ref, item.key, below.ref, below.key, because, item.handles, below.handles)
