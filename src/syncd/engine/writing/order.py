"""Remembers each native order as we left it, makes pins of what people move in it, and proves what was reached."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from syncd.core.backlog import BacklogItem
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.permission.leave import Limits
from syncd.core.rules import OnEdit
from syncd.core.writing.dragged import dragged
from syncd.core.writing.order import check_order, movable
from syncd.core.writing.reorder import Dragged, anchors_of
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import InOrder
from syncd.store.errors import LeaseLost
from syncd.store.open import Store
from syncd.store.orders import OrderPin, anchors

log = structlog.get_logger()

ARRIVES = timedelta(minutes=10)
"""A move of ours that does not show by then never arrived: no index lags longer."""


def chosen_by_people(store: Store, sources: Iterable[str]) -> dict[str, Dragged]:
    """What people moved, as a decision takes it: source → scope → issue → what it stays below."""
    found = {name: anchors(store.orders.pins(name)) for name in sources}
    return {name: them for name, them in found.items() if them}


def remember(world: World, source: Source) -> None:
    """From now on a scope's order is ours to keep, so what people move in it is a word against us."""
    if not source.configured.rules.order:
        return
    known = world.store.orders.left(source.name)
    for scope, ids in world.store.mirror.orders(source.name).items():
        if scope not in known:
            world.store.orders.keep(source.name, scope, ids, world.store.journal.last_number(), now=world.clock())


def learn(world: World, source: Source, scope: str, seen: Sequence[str]) -> None:
    """Holds an order that was just read against the one we left. What people moved in between is pinned.

    Where they moved so much that it is a new order (somebody sorted, or restored a backup), nothing is pinned, and the
    source's next plan waits for a person.
    """
    left = world.store.orders.left(source.name).get(scope)
    if left is None:
        return
    moves = world.store.journal.moves_since(source.name, scope, left.entry)
    if not moves and tuple(seen) == left.ids:
        return
    now = world.clock()
    ours = [(one.ref.id, one.move.below.id if one.move.below else None) for one in moves if one.move is not None]
    found = dragged(left.ids, seen, ours)
    last = max((one.id for one in moves), default=left.entry)
    awaited = [one.id for one in moves if one.ref.id in found.unseen and now - one.at < ARRIVES]
    entry = min(awaited) - 1 if awaited else last
    pins: list[OrderPin] = []
    if source.configured.rules.order_on_edit is OnEdit.YIELD and found.by_people:
        if too_many(len(found.by_people), len(left.ids), world.rules.policy.limits):
            because = (
                f"{len(found.by_people)} of the {len(left.ids)} issues in the order of {scope} were moved at once, "
                "which is taken for a new order and pins nothing"
            )
            log.warning("reordered by people", source=source.name, scope=scope, issues=len(found.by_people))
            world.store.sources.set(source.name, review_because=because)
        else:
            above = dict(zip(left.ids, (None, *left.ids), strict=False))
            under = dict(zip(seen, (None, *seen), strict=False))
            pins = [OrderPin(id_, under[id_], above[id_], left.at, now) for id_ in found.by_people]
            log.info("dragged by people", source=source.name, scope=scope, issues=len(pins))
    pins += _with_new_neighbors(world, source, scope, seen, found.by_people)
    world.store.orders.keep(source.name, scope, seen, entry, pins, now=now)


def too_many(moved: int, issues: int, limits: Limits) -> bool:
    return moved > limits.max_changed_min_items and moved > limits.max_dragged_share * issues


def _with_new_neighbors(
    world: World, source: Source, scope: str, seen: Sequence[str], by_people: Sequence[str]
) -> list[OrderPin]:
    """The pins whose neighbor went away or was itself moved by a person: they stay below what is above them now."""
    there = frozenset(seen)
    under = dict(zip(seen, (None, *seen), strict=False))
    return [
        OrderPin(pin.id, under[pin.id], pin.was_below, pin.after, pin.at)
        for pin in world.store.orders.pins(source.name).get(scope, {}).values()
        if pin.id in there
        and pin.id not in by_people
        and pin.below is not None
        and (pin.below not in there or pin.below in by_people)
    ]


def look(world: World, sources: Iterable[Source], items: Mapping[Ref, BacklogItem], excluded: Container[Ref]) -> None:
    """Learns from every order that was read, and ends the pins of issues that are closed, gone or in an active sprint."""
    for source in sources:
        if source.configured.rules.order:
            with suppress(LeaseLost):
                _look_at(world, source, items, excluded)


def _look_at(world: World, source: Source, items: Mapping[Ref, BacklogItem], excluded: Container[Ref]) -> None:
    name = source.name
    if world.store.sources.get(name).last_order is not None:
        # Otherwise it was read before moves of ours, which would pass for moves that never arrived.
        for scope, seen in world.store.mirror.orders(name).items():
            learn(world, source, scope, seen)
    over = {
        id_
        for pins in world.store.orders.pins(name).values()
        for id_ in pins
        if (not movable(item) if (item := items.get(Ref(name, id_))) else Ref(name, id_) not in excluded)
    }
    if over:
        world.store.orders.release(name, over)


def verify(world: World, source: Source, decision: Decision, items: Mapping[Ref, BacklogItem]) -> dict[str, InOrder]:
    """What the orders that were read last prove, by scope; independent of the plan that should have reached them."""
    known = decision.rankings.get(source.name)
    if known is None:
        return {}
    pinned = anchors(world.store.orders.pins(source.name))
    checked: dict[str, InOrder] = {}
    for scope, ids in world.store.mirror.orders(source.name).items():
        found = check_order(ids, known, anchors_of(source.configured.rules, pinned, scope))
        upper, lower = (items[Ref(source.name, id_)].key for id_ in found.out) if found.out else ("", "")
        checked[scope] = InOrder(found.issues, (upper, lower) if found.out else None)
    return checked
