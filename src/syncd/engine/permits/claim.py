"""Two syncds on one tracker would write over each other for ever: the second one sees the first one's mark and only reads.

The instance is the store: its processes and replicas have one name. The mark is looked at before writing, now and then, and set
where it is missing. `syncd takeover SOURCE` replaces another one's mark by ours; the other sees that and stops.

A mark also has a number, which the store knows first and which grows before the first writes of a process and every hour of
writing. Where the tracker shows a higher one, the store was put back from a copy, or another copy is at work: what it takes for
people's values may be syncd's own, so nothing is written until a person asks for it (`reclaim`, or `take_over`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import structlog

from syncd.connector.claims import Claims
from syncd.connector.errors import ConnectorError, Locked, Refused
from syncd.core.plan import Plan
from syncd.engine.permits.holds import Hold
from syncd.engine.permits.permit import Ruling
from syncd.engine.schedule import over
from syncd.engine.world import Source, World

log = structlog.get_logger()

LOOK_AGAIN = timedelta(minutes=10)
COUNT_ON = timedelta(hours=1)
"""How old the number of a mark may become while syncd writes: what was written since then cannot be told from a copy's age."""


class CannotClaim(LookupError):
    """The source's tracker bears no marks, or another's. One sentence."""


def heed(world: World, source: Source, ruling: Ruling) -> Ruling:
    """The ruling, or one that writes nothing because another syncd does, or this one's store is older than what it wrote."""
    if not isinstance(source.connector, Claims):
        return ruling
    idle = ruling.runs.empty
    if idle and source.older is None and not _worth_a_look(world, source):
        return ruling
    try:
        rival = _rival(world, source, source.connector, only_looks=idle)
    except (Refused, Locked) as error:
        log.warning("cannot see whether another syncd writes here, too", source=source.name, because=str(error))
        source.looked = world.clock()
        return ruling
    except ConnectorError as error:
        return ruling if idle else _blocked(ruling, f"nothing was written to {source.name}: {error}")
    if rival is not None:
        return ruling if idle else _blocked(ruling, sentence(source.name, rival))
    return ruling if source.older is None else _blocked(ruling, source.older)


def sentence(source: str, rival: str) -> str:
    return (
        f"another syncd ({rival}) writes to {source}, and two would write over each other: this one only reads. "
        f"To let this one write instead, run: syncd takeover {source}"
    )


def older(source: str, stands: int, known: int) -> str:
    return (
        f"the store is older than what syncd wrote to {source} (its mark there has number {stands}, the store's last one was {known}): "
        "it was put back from a copy, or another copy of it is at work. Nothing is written, since syncd would take values of its own for "
        f"people's. To go on, run: syncd store reclaim {source}"
    )


def take_over(world: World, source: Source, by: str) -> list[str]:
    """Puts our mark in the place of any other; gives a sentence for each part of the tracker that cannot bear one.

    Raises ConnectorError, and CannotClaim.
    """
    if not isinstance(source.connector, Claims):
        raise CannotClaim(f"{source.name} bears no marks of syncd, so there is nobody to take over from")
    refused = own(world, source, source.connector)
    log.info("taken over", source=source.name, by=by)
    return refused


def rival_at(world: World, source: Source, connector: Claims) -> str | None:
    """Whose mark stands there, where it is not ours. Raises ConnectorError."""
    ours = me(world, source)
    return next((mark.whole for mark in _marks(connector.claims()) if mark.name != ours), None)


def own(world: World, source: Source, connector: Claims) -> list[str]:
    """Leaves a mark of ours with a higher number than any, whatever stands there. As `take_over`."""
    with world.work.having([source.name]):
        stands = max((mark.number for mark in _marks(connector.claims()) if mark.name == me(world, source)), default=0)
        refused = _count_on(world, source, connector, stands)
    world.store.sources.set(source.name, rival=None, claimed=world.clock())
    source.looked, source.older = world.clock(), None
    return refused


def give_up(world: World, source: Source, under: Hold | None) -> None:
    """Takes our mark away, where it is ours. Raises ConnectorError."""
    ours = world.store.sources.get(source.name).instance
    if ours is None or not isinstance(source.connector, Claims):
        return
    standing = {mark.name for mark in _marks(source.connector.claims())}
    if standing == {ours}:
        _mark(source, source.connector, None, under)
        world.store.sources.set(source.name, claimed=None)


def me(world: World, source: Source) -> str:
    """The name of this instance at this source, made once."""
    known = world.store.sources.get(source.name).instance
    if known is not None:
        return known
    made = world.new_run()
    world.store.sources.set(source.name, instance=made)
    return made


def _worth_a_look(world: World, source: Source) -> bool:
    """Once in a process, also with nothing to write, where something is news to the store: what it wrote itself may be."""
    return source.looked is None and source.learned and world.store.sources.get(source.name).instance is not None


def _rival(world: World, source: Source, connector: Claims, *, only_looks: bool) -> str | None:
    now = world.clock()
    due = not only_looks and over(source.marked, COUNT_ON, now)
    if source.older is None and not due and not over(source.looked, LOOK_AGAIN, now):
        return world.store.sources.get(source.name).rival
    ours = me(world, source)
    claims = source.pace.patiently(connector.claims, attempts=3)
    marks, state = _marks(claims), world.store.sources.get(source.name)
    rival = next((mark.whole for mark in marks if mark.name != ours), None)
    known, number = state.rival, state.marked or 0
    stands = max((mark.number for mark in marks), default=0)
    was_older = source.older is not None
    source.older = older(source.name, stands, number) if rival is None and stands > number else None
    if source.older is not None:
        if not was_older:
            log.error("the store is older than what was written", source=source.name, because=source.older)
    elif rival is None and not only_looks and (due or None in claims.values()):
        refusals = _count_on(world, source, connector, stands) if due else _mark(source, connector, f"{ours}.{number}")
        for refused in refusals:
            log.warning("no mark of this syncd", source=source.name, because=refused)
    if rival != known:
        log.warning("another syncd writes here", source=source.name, rival=rival) if rival else log.info(
            "no other syncd writes here any more", source=source.name
        )
    world.store.sources.set(source.name, rival=rival, claimed=None if rival else now)
    source.looked = now
    return rival


class _Mark(NamedTuple):
    whole: str
    name: str
    number: int


def _marks(claims: Mapping[str, str | None]) -> list[_Mark]:
    """Those that stand there. One without a number is of a syncd that did not count yet."""
    found = []
    for owner in claims.values():
        if owner is not None:
            name, _, number = owner.rpartition(".")
            counted = bool(name) and number.isdecimal()
            found.append(_Mark(owner, name, int(number)) if counted else _Mark(owner, owner, 0))
    return found


def _count_on(world: World, source: Source, connector: Claims, stands: int) -> list[str]:
    """The store learns the number before the tracker does, so that a crash in between leaves the store ahead."""
    number = max(stands, world.store.sources.get(source.name).marked or 0) + 1
    world.store.sources.set(source.name, marked=number)
    refused = _mark(source, connector, f"{me(world, source)}.{number}")
    source.marked = world.clock()
    return refused


def _mark(source: Source, connector: Claims, owner: str | None, under: Hold | None = None) -> list[str]:
    # A mark is none of the kinds that windows are about: it is made where something may be written, whatever rests.
    kinds, source.pace.kinds = source.pace.kinds, ()
    try:
        with source.pace.writing(under):
            return list(connector.claim(owner))
    finally:
        source.pace.kinds = kinds


def _blocked(ruling: Ruling, because: str) -> Ruling:
    nothing = Plan(ruling.runs.source)
    return replace(ruling, runs=nothing, because=(*ruling.because, because), whole=False, unasked=0)
