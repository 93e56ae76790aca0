"""The wanted order against the native one: the moves of one source, and what is told of the places that people chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from syncd.core.backlog import BacklogItem
from syncd.core.issue import Ref
from syncd.core.plan import Edit, Move, SetField, Skip
from syncd.core.rules import OnEdit, SourceRules
from syncd.core.writing.moves import moves
from syncd.core.writing.order import Anchors, Ranking, wanted_order
from syncd.core.writing.writes import Agreed, placed_below

ORDER = "order"
"""The slot of a place in the native order."""
Orders = Mapping[str, Sequence[str]]
"""Native orders of one source: scope → ids, top first."""
Dragged = Mapping[str, Anchors]
"""By scope, what people dragged."""
NOTHING_AGREED: Agreed = MappingProxyType({})


def reorder(
    source: SourceRules,
    orders: Orders,
    dragged: Dragged,
    known: Ranking,
    items: Mapping[Ref, BacklogItem],
    edits: Sequence[Edit] = (),
    agreed: Agreed = NOTHING_AGREED,
) -> tuple[dict[str, tuple[Move, ...]], tuple[Skip, ...]]:
    """The moves for each order scope of a source that have any, and the issues that stand elsewhere since a person said so.

    Issues that `edits` bring into a scope (a field of a board belongs to the issues on it, so setting one puts an issue
    there) stand at its end by then, in the order of the edits. Moves that are `agreed` on are asked for again where they can be.
    """
    if not source.order or not orders:
        return {}, ()
    found: dict[str, tuple[Move, ...]] = {}
    skips: list[Skip] = []
    rank_of = {id_: f"rank {rank} of {known.total}" for id_, rank in zip(known.ids, known.ranks, strict=True)}
    joining = _joining(orders, edits, items)
    for scope in sorted(orders):
        current = (*orders[scope], *joining)
        anchors = anchors_of(source, dragged, scope)
        # Within the dead band issues stay as they stand, so what is wanted follows from where they will stand.
        wanted = wanted_order(_as_if_made(current, agreed.get(scope)), known, anchors)
        still = _still(wanted, agreed.get(scope))
        made = moves(current, wanted, at_once=source.moves_at_once, most_calls=source.most_calls, agreed=still)
        if made:
            found[scope] = tuple(_move(source.name, items, id_, below, rank_of, anchors) for id_, below in made)
        skips += _told(source.name, items, wanted, known, anchors)
    return found, tuple(skips)


def _as_if_made(current: Sequence[str], agreed: Mapping[str, str] | None) -> Sequence[str]:
    """The order after the agreed moves; one below an issue that is not there changes nothing."""
    if not agreed:
        return current
    named = {placed_below(id_): id_ for id_ in (None, *current)}
    here = frozenset(current)
    follows = {named[what]: id_ for id_, what in agreed.items() if id_ in here and what in named}
    moving = frozenset(follows.values())
    found: list[str] = []
    for start in (None, *(id_ for id_ in current if id_ not in moving)):
        found += [start] if start is not None else []
        after = follows.pop(start, None)
        while after is not None:
            found.append(after)
            after = follows.pop(after, None)
    return found if len(found) == len(current) else current


def _still(wanted: Sequence[str], agreed: Mapping[str, str] | None) -> frozenset[str]:
    """The issues whose agreed move is still what is wanted."""
    if not agreed:
        return frozenset()
    pairs = zip(wanted, (None, *wanted), strict=False)
    return frozenset(id_ for id_, below in pairs if id_ in agreed and agreed[id_] == placed_below(below))


def anchors_of(source: SourceRules, dragged: Dragged, scope: str) -> Anchors:
    """The pins of one scope that hold."""
    return dragged.get(scope, {}) if source.order_on_edit is OnEdit.YIELD else {}


def _joining(orders: Orders, edits: Sequence[Edit], items: Mapping[Ref, BacklogItem]) -> tuple[str, ...]:
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


def _move(
    source: str,
    items: Mapping[Ref, BacklogItem],
    id_: str,
    below_id: str | None,
    rank_of: Mapping[str, str],
    anchors: Anchors,
) -> Move:
    item = items[Ref(source, id_)]
    below = items[Ref(source, below_id)] if below_id is not None else None
    because = rank_of[id_]
    if id_ in anchors:
        because = f"goes with {below.key}, below which a person put it" if below else "a person put it on top"
    if below is None:
        return Move(item.ref, item.key, None, None, because, item.handles)
    return Move(item.ref, item.key, below.ref, below.key, because, item.handles, below.handles)


def _told(
    source: str, items: Mapping[Ref, BacklogItem], wanted: Sequence[str], known: Ranking, anchors: Anchors
) -> list[Skip]:
    """The pinned issues that would stand elsewhere by their rank: those that stay put, and those out of order with a neighbor."""
    place = {id_: index for index, id_ in enumerate(known.ids)}
    held = frozenset(wanted)
    skips: list[Skip] = []
    pinned = [(id_, below) for id_, below in anchors.items() if id_ in place]
    at = {id_: index for index, id_ in enumerate(wanted)} if pinned else {}
    for id_, below in sorted(pinned, key=lambda pair: place[pair[0]]):
        if id_ in held:
            index = at[id_]
            pairs = [(wanted[index - 1], id_)] if index else []
            pairs += [(id_, wanted[index + 1])] if index + 1 < len(wanted) else []
            if not any(place[a] > place[b] and known.firmly_above(place[b], place[a]) for a, b in pairs):
                continue
        item = items[Ref(source, id_)]
        neighbor = items.get(Ref(source, below)) if below is not None else None
        live = "top" if below is None else f"below {neighbor.key if neighbor else below}"
        because = f"a person put it there; hand it back with: syncd release {item.key} {ORDER}"
        skips.append(Skip(item.ref, item.key, ORDER, live, f"rank {known.ranks[place[id_]]}", because))
    return skips
