"""Ends the process in time when it is told to stop and something hangs: a tracker, a server, whatever it may be.

What is stored is whole at every moment, and the journal was written before each write left, so that ending here loses
no more than a kill does: nothing. An answer that is still awaited is looked for by the next start.
"""

from __future__ import annotations

import os
import threading
from typing import Final

import structlog

from syncd.engine.world import World

log = structlog.get_logger()

GRACE: Final = 7.0
"""Seconds for the requests in flight: container engines kill after ten."""
LEAVE: Final = 1.5
"""Seconds to give the leases up."""


def end_in_time(world: World, code: int, grace: float = GRACE) -> None:
    """From now on the process is gone `grace` seconds after `world.stop` was set, with this exit code, if it does not end before."""
    threading.Thread(target=_end, args=(world, code, grace), name="ending", daemon=True).start()


def _end(world: World, code: int, grace: float) -> None:
    world.stop.wait()
    threading.Event().wait(grace)
    hang = sorted(source.name for source in world.sources.values() if source.reading or source.pace.writes_in_flight)
    unanswered = sum(source.pace.writes_in_flight for source in world.sources.values())
    log.warning("ended without waiting any longer", sources=hang, unanswered_writes=unanswered)
    if not unanswered:
        # With an unanswered write nobody else may begin before the lease is over: it could still arrive.
        leaving = threading.Thread(target=world.work.close, daemon=True)
        leaving.start()
        leaving.join(LEAVE)
    os._exit(code)
