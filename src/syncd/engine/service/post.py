"""Follows what people asked of the process that holds the store: takes the letters out, the stopping ones first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from syncd.connector.errors import ConnectorError
from syncd.engine.cycle import Cycle
from syncd.engine.measuring.schedule import measure_now
from syncd.engine.permits import approvals, holds, pins
from syncd.engine.permits.claim import take_over
from syncd.engine.permits.letters import Box, Kind
from syncd.engine.permits.reclaim import reclaim
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.engine.writing.eject import eject_source
from syncd.engine.writing.undo import NothingWritten, undo_what
from syncd.store.letters import Body

log = structlog.get_logger()


def send_undo(box: Box, what: str, by: str) -> None:
    box.drop(Kind.UNDO, what, {"what": what, "by": by})


def send_eject(box: Box, source: str, by: str) -> None:
    box.drop(Kind.EJECT, source, {"source": source, "by": by})


def send_takeover(box: Box, source: str, by: str) -> None:
    box.drop(Kind.TAKEOVER, source, {"source": source, "by": by})


def send_reclaim(box: Box, source: str, by: str) -> None:
    box.drop(Kind.RECLAIM, source, {"source": source, "by": by})


def send_measure(box: Box, key_results: Sequence[str]) -> None:
    for name in key_results:
        box.drop(Kind.MEASURE, name, {"key_result": name})


def follow(world: World, cycle: Cycle, box: Box) -> None:
    """Does what every letter asks for, or logs in a sentence why not. Only Stopped escapes; its letter is read again."""
    holds.receive(world.store)
    approvals.receive(world, box)
    for said in box.opened(Kind.RELEASE):
        _do("release", world, cycle, partial(_release, world, cycle, said))
    for said in box.opened(Kind.UNDO):
        _do("undo", world, cycle, partial(_undo, world, said))
    for said in box.opened(Kind.EJECT):
        _do("eject", world, cycle, partial(_eject, world, said))
    for said in box.opened(Kind.TAKEOVER):
        _do("takeover", world, cycle, partial(_take_over, world, said))
    for said in box.opened(Kind.RECLAIM):
        _do("reclaim", world, cycle, partial(_reclaim, world, cycle, said))
    for said in box.opened(Kind.MEASURE):
        _do("measure", world, cycle, partial(_measure, world, said))


def _do(deed: str, world: World, cycle: Cycle, work: Callable[[], object]) -> None:
    try:
        work()
    except Stopped:
        raise
    except (LookupError, ConnectorError) as error:
        log.error("nothing was done", deed=deed, because=str(error))
    except Exception:
        log.exception("this is a bug in syncd or in its connector", deed=deed)
    cycle.forget()
    world.stop.check()


def _release(world: World, cycle: Cycle, said: Body) -> None:
    pins.release(world, cycle.items, _text(said, "key"), said.get("slot"), _text(said, "by"))


def _undo(world: World, said: Body) -> None:
    undo_what(world, _text(said, "what"), by=_text(said, "by"))


def _eject(world: World, said: Body) -> None:
    eject_source(world, _source(world, said), by=_text(said, "by"))


def _take_over(world: World, said: Body) -> None:
    take_over(world, _source(world, said), _text(said, "by"))


def _reclaim(world: World, cycle: Cycle, said: Body) -> None:
    reclaim(world, _source(world, said), cycle.items, _text(said, "by"))


def _source(world: World, said: Body) -> Source:
    name = _text(said, "source")
    if name not in world.sources:
        raise NothingWritten(f"there is no source {name}; the sources are {', '.join(world.sources)}")
    return world.sources[name]


def _measure(world: World, said: Body) -> None:
    measure_now(world, [_text(said, "key_result")])


def _text(said: Body, name: str) -> str:
    text = said.get(name)
    if text is None:
        raise NothingWritten(f"the letter does not say {name}; send it again with the command")
    return text
