"""The long-running loop: a cycle, a nap with jitter, until it is told to stop."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from syncd.engine import post
from syncd.engine.cycle import Cycle
from syncd.engine.letters import Box
from syncd.engine.permit import Approve
from syncd.engine.report import CycleResult
from syncd.engine.stop import Stop, Stopped
from syncd.engine.world import World

log = structlog.get_logger()

JITTER = 0.1
"""Share of the poll interval by which naps differ, so that many daemons do not ask at the same second."""
GATHER = 0.25
"""Seconds to wait after a hint: deliveries come in bursts, our own writes' echoes among them, and one cycle serves all."""
REST = 0.75
"""Seconds between a cycle and one that a hint asks for."""


def run(
    world: World,
    box: Box,
    *,
    approve: Approve | None = None,
    told: Callable[[CycleResult], None] = lambda result: None,
) -> None:
    """Cycles until `world.stop` is set; returns after the request in flight. `told` gets each cycle's result.

    Between two cycles it sleeps for the poll interval; a webhook's hint or a letter ends the sleep.
    """
    cycle = Cycle(world)
    failing = False
    poll = world.loaded.settings.poll.total_seconds()
    log.info("started", sources=sorted(world.sources), poll=poll)
    while not world.stop.is_set:
        began = time.monotonic()
        try:
            post.follow(world, cycle, box)
            told(cycle.run(write=True, approved=approve))
            failing = False
        except Stopped:
            break
        except Exception as error:  # a full disk, a bug in a rule's evaluation: the next cycle decides again
            (log.warning if failing else log.exception)("the cycle failed", error=str(error))
            failing, cycle = True, Cycle(world)
        try:
            nap = poll * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
            _nap(world, box, until=began + nap)
        except Stopped:
            break
    log.info("stopped")


def _nap(world: World, box: Box, until: float) -> None:
    """Sleeps until the time has come, a hint or a letter arrives, or stopping is asked for."""
    rested = time.monotonic() + REST
    while (left := until - time.monotonic()) > 0 and not box.waiting():
        if world.inbox.has_news:
            world.stop.sleep(max(GATHER, rested - time.monotonic()))
            return
        if not world.stop.nap(min(left, 1.0)):
            return


@contextmanager
def stopping_on_signals(stop: Stop) -> Iterator[None]:
    """SIGTERM and SIGINT stop within one request; a second SIGINT interrupts at once."""

    def ask(signum: int, frame: FrameType | None) -> None:
        if stop.is_set and signum == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
