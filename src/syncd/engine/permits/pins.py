"""What people decided: the places where their value stands, or that they emptied, and where they moved an issue in a native
order; and handing these back to syncd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from syncd.core.backlog import BacklogItem
from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.permission.authors import Author
from syncd.core.permission.ownership import Place, Standing, survey
from syncd.core.plan import NOTE
from syncd.core.rules import OnEdit, Target
from syncd.core.writing.reorder import ORDER
from syncd.engine.items import Items
from syncd.engine.permits.letters import Box, Kind
from syncd.engine.world import World

log = structlog.get_logger()

RELEASE = "release by "
"""How the ledger names the run of a value that a person handed over."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """One place that a person has."""

    ref: Ref
    key: str
    title: str
    slot: str
    place: str
    """field:NAME, label:PREFIX, note or order:SCOPE"""
    live: FieldValue
    """None: a person emptied it."""
    ours: FieldValue
    """What syncd left there last, None when it never wrote there."""
    after: datetime | None
    """A person changed it later than this: when syncd wrote last. None when it never wrote there."""
    by: datetime
    """And not later than this: the issue's last change."""
    author: Author | None = None
    """Who it was and when, where the tool was asked (`bots`)."""


class NoSuchPlace(LookupError):
    """No issue, or no place of it, has this name; or nobody has it. One sentence with the next step."""


def pinned(world: World, items: Items) -> list[Theirs]:
    """Every place that a person has, by source and key."""
    return kept(world, items.items.values())


def kept(world: World, items: Iterable[BacklogItem]) -> list[Theirs]:
    """The same of some issues, which may be older than what was written since: what looks like a person's is looked at
    once more, as the mirror has it now."""
    some = sorted(items, key=lambda item: (item.ref.source, item.ref.id))
    about = {one.ref for one in _theirs(world, some)}
    now = {
        issue.ref: issue
        for name in {ref.source for ref in about}
        for issue in world.store.mirror.issues(name, [ref.id for ref in about if ref.source == name])
    }
    return list(_theirs(world, [_as_of(now.get(item.ref), item) for item in some if item.ref in about]))


def _as_of(now: SourceIssue | None, item: BacklogItem) -> BacklogItem:
    if now is None or now.revision == item.revision:
        return item
    return replace(item, labels=now.labels, fields=now.fields, revision=now.revision, updated=now.updated)


def find(world: World, items: Items, key: str, slot: str | None) -> list[Theirs]:
    """The places of one issue that a person has: all, or one. Raises NoSuchPlace when there is none."""
    folded = key.casefold()
    about = [item for item in items.items.values() if folded in (item.key.casefold(), item.url.casefold())]
    if not about:
        raise NoSuchPlace(f"no issue {key} in the mirror; `syncd pins` lists what people decided")
    theirs = [one for one in _theirs(world, about) if slot is None or slot in (one.slot, one.place)]
    if not theirs:
        place = f"the {slot} of {key}" if slot is not None else key
        raise NoSuchPlace(f"nothing of a person's stands in {place}; `syncd pins` lists what people decided")
    return theirs


def release(world: World, items: Items, key: str, slot: str | None, by: str) -> list[Theirs]:
    """Hands a person's places back to syncd. What stands there counts as ours from now on. Raises NoSuchPlace."""
    theirs = find(world, items, key, slot)
    rows = [(one.ref, one.place, one.live) for one in theirs if one.slot != ORDER]
    world.store.ledger.adopt(rows, f"{RELEASE}{by}", now=world.clock())
    world.store.authors.release((ref, place) for ref, place, _ in rows)
    for one in theirs:
        if one.slot == ORDER:
            world.store.orders.release(one.ref.source, [one.ref.id])
    log.info("released", key=theirs[0].key, places=[one.place for one in theirs], by=by)
    return theirs


def send(box: Box, key: str, slot: str | None, by: str) -> None:
    """Asks the process that holds the store for a release."""
    box.drop(Kind.RELEASE, f"{key} {slot or ''}".strip(), {"key": key, "slot": slot, "by": by})


def _theirs(world: World, items: Sequence[BacklogItem]) -> Iterator[Theirs]:
    ledger = world.store.ledger.load()
    places = survey(items, ledger, world.rules, world.store.authors.load()).places
    moved = _moved(world, items)
    for item in items:
        yield from moved.get(item.ref, ())
        for target, place in _pairs(world, item.ref, places.get(item.ref, ())):
            if place.standing is not Standing.THEIRS:
                continue
            line = ledger.get((item.ref, target.key))
            yield Theirs(
                ref=item.ref,
                key=item.key,
                title=item.title,
                slot=target.slot.value,
                place=target.key,
                live=place.live,
                ours=line.value if line else None,
                after=line.at if line else None,
                by=item.updated,
                author=place.author,
            )
        line = ledger.get((item.ref, NOTE))
        if line is not None and line.value is False:
            yield Theirs(item.ref, item.key, item.title, NOTE, NOTE, None, "our note", line.at, item.updated)


def _moved(world: World, items: Sequence[BacklogItem]) -> dict[Ref, list[Theirs]]:
    """The issues that people moved in a native order whose places syncd yields."""
    found: dict[Ref, list[Theirs]] = {}
    about = {item.ref: item for item in items}
    for name, rules in world.rules.sources.items():
        if not rules.order or rules.order_on_edit is not OnEdit.YIELD:
            continue
        pins = [(scope, pin) for scope, them in world.store.orders.pins(name).items() for pin in them.values()]
        near = {id_ for _, pin in pins for id_ in (pin.below, pin.was_below) if id_ is not None}
        keys = {issue.ref.id: issue.key for issue in world.store.mirror.issues(name, near)}
        for scope, pin in pins:
            if (item := about.get(Ref(name, pin.id))) is None:
                continue
            theirs = Theirs(
                ref=item.ref,
                key=item.key,
                title=item.title,
                slot=ORDER,
                place=f"order:{scope}",
                live=_spot(pin.below, keys),
                ours=_spot(pin.was_below, keys),
                after=pin.after,
                by=pin.at,
            )
            found.setdefault(item.ref, []).append(theirs)
    return found


def _spot(below: str | None, keys: Mapping[str, str]) -> str:
    return "top" if below is None else f"below {keys.get(below, below)}"


def _pairs(world: World, ref: Ref, places: Sequence[Place]) -> Iterator[tuple[Target, Place]]:
    source = world.rules.sources.get(ref.source)
    return zip(source.targets if source else (), places, strict=False)
