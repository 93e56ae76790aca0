"""Two syncds on one tracker would write over each other for ever: the second one sees the first one's mark and only reads.

The instance is the store: its processes and replicas have one name. The mark is looked at before writing, now and then, and set
where it is missing. `syncd takeover SOURCE` replaces another one's mark by ours; the other sees that and stops.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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


class CannotClaim(LookupError):
    """The source's tracker bears no marks. One sentence."""


def heed(world: World, source: Source, ruling: Ruling) -> Ruling:
    """The ruling, or one that writes nothing because another syncd does."""
    if ruling.runs.empty or not isinstance(source.connector, Claims):
        return ruling
    try:
        rival = _rival(world, source, source.connector)
    except (Refused, Locked) as error:
        log.warning("cannot see whether another syncd writes here, too", source=source.name, because=str(error))
        source.looked = world.clock()
        return ruling
    except ConnectorError as error:
        return _blocked(ruling, f"nothing was written to {source.name}: {error}")
    return ruling if rival is None else _blocked(ruling, sentence(source.name, rival))


def sentence(source: str, rival: str) -> str:
    return (
        f"another syncd ({rival}) writes to {source}, and two would write over each other: this one only reads. "
        f"To let this one write instead, run: syncd takeover {source}"
    )


def take_over(world: World, source: Source, by: str) -> list[str]:
    """Puts our mark in the place of any other; gives a sentence for each part of the tracker that cannot bear one.

    Raises ConnectorError, and CannotClaim.
    """
    if not isinstance(source.connector, Claims):
        raise CannotClaim(f"{source.name} bears no marks of syncd, so there is nobody to take over from")
    refused = _mark(source, source.connector, me(world, source))
    world.store.sources.set(source.name, rival=None, claimed=world.clock())
    source.looked = world.clock()
    log.info("taken over", source=source.name, by=by)
    return refused


def give_up(world: World, source: Source, under: Hold | None) -> None:
    """Takes our mark away, where it is ours. Raises ConnectorError."""
    ours = world.store.sources.get(source.name).instance
    if ours is None or not isinstance(source.connector, Claims):
        return
    standing = set(source.connector.claims().values())
    if ours in standing and standing <= {ours, None}:
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


def _rival(world: World, source: Source, connector: Claims) -> str | None:
    now = world.clock()
    if not over(source.looked, LOOK_AGAIN, now):
        return world.store.sources.get(source.name).rival
    ours = me(world, source)
    marks = source.pace.patiently(connector.claims, attempts=3)
    rival = next((owner for owner in marks.values() if owner not in (None, ours)), None)
    known = world.store.sources.get(source.name).rival
    if rival is None and None in marks.values():
        for refused in _mark(source, connector, ours):
            log.warning("no mark of this syncd", source=source.name, because=refused)
    if rival != known:
        log.warning("another syncd writes here", source=source.name, rival=rival) if rival else log.info(
            "no other syncd writes here any more", source=source.name
        )
    world.store.sources.set(source.name, rival=rival, claimed=None if rival else now)
    source.looked = now
    return rival


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
