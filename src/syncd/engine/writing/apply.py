"""Writes one source's plan: journal first, then the connector, then a look at what stands there now.

Nothing is queued for later: what fails is decided again by the next cycle.
"""

from __future__ import annotations

import time

import structlog

from syncd.connector.errors import ConnectorError
from syncd.core.plan import Plan
from syncd.engine.news import Wrote
from syncd.engine.permits.holds import Hold
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import Applied
from syncd.engine.writing.send_edits import send_edits
from syncd.engine.writing.send_moves import send_moves
from syncd.store.errors import StoreError

log = structlog.get_logger()


def apply(world: World, source: Source, plan: Plan, run: str, *, looked: float, under: Hold | None = None) -> Applied:
    """Works through the plan. Never raises a ConnectorError: what went wrong is in the result and in the journal.

    `looked` is when the look began that the plan was made from, by the monotonic clock. A hold ends it within one request, except the one that it works `under`.
    """
    began, sent = time.monotonic(), source.pace.requests.total()
    result = Applied()
    try:
        with source.pace.writing(under):
            send_edits(world, source, plan.edits, run, result, looked)
            for scope in sorted(plan.moves):
                send_moves(world, source, scope, plan.moves[scope], run, result)
    except ConnectorError as error:
        source.pace.heed(error)
        result.ended_by = error
    except StoreError:
        raise
    except Exception as bug:
        log.exception("this is a bug in syncd or in its connector", source=source.name)
        result.failed.append(f"{type(bug).__name__}: {bug} (a bug; the log has its traceback)")
    for sentence in result.failed:
        log.warning("not written", source=source.name, because=sentence)
    result.seconds, result.requests = time.monotonic() - began, source.pace.requests.total() - sent
    world.watch(Wrote(source.name, result.edits, result.moves, len(result.failed), result.seconds))
    log.info("applied", source=source.name, run=run, edits=result.edits, moves=result.moves, failed=len(result.failed))
    return result
