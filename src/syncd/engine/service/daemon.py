"""The long-running loop: a cycle, a nap until the next source's turn, until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import structlog

from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import Box
from syncd.engine.permits.permit import Approve
from syncd.engine.report import CycleResult
from syncd.engine.service import post
from syncd.engine.service.reload import Reload
from syncd.engine.service.tidying import Tidying
from syncd.engine.stop import Stop, Stopped
from syncd.engine.world import Source, World, keep_pause
from syncd.store.errors import StoreError

log = structlog.get_logger()

GATHER = 0.25
"""Seconds to wait after a hint: deliveries come in bursts, our own writes' echoes among them, and one cycle serves all."""
REST = 0.75
"""Seconds between a cycle and one that a hint asks for."""
FAILED = 30.0
"""Seconds until the next try after a cycle that failed as a whole: a full disk is rarely over within a second."""
LOOK = 0.5
"""Seconds between two looks at what other replicas did, and what they took in for us."""
PATIENCE = 5.0
"""Seconds that a cycle waits for a source that is slow; it is read on beside the next cycles."""


def run(
    world: World,
    box: Box,
    *,
    approve: Approve | None = None,
    told: Callable[[CycleResult], None] = lambda result: None,
    reload: Reload | None = None,
) -> None:
    """Cycles until `world.stop` is set; returns after the request in flight. `told` gets each cycle's result.

    A cycle serves the sources whose turn it is. Between two cycles it sleeps until the next turn; a webhook's hint, a
    letter, a slow source that is done or a changed configuration ends the sleep.
    """
    cycle = Cycle(world, patience=PATIENCE)
    tidying = Tidying()
    world.work.join()
    log.info("started", sources=sorted(world.sources), poll=world.loaded.settings.poll.total_seconds())
    while not world.stop.is_set:
        try:
            if reload is not None:
                reload.follow(cycle)
            if box.waiting():
                for source in world.sources.values():
                    source.schedule.wake()
            _share(world)
            post.follow(world, cycle, box)
            told(cycle.run(write=True, approved=approve))
            tidying.follow(world)
            if failed := world.pulse.worked():
                log.info("cycles work again", failed=failed)
        except Stopped:
            break
        except Exception as error:  # a full disk, a bug in a rule's evaluation: the next cycle decides again
            bug = not isinstance(error, StoreError)
            again = world.pulse.failing > 0
            (log.warning if again else log.exception if bug else log.error)("the cycle failed", error=str(error))
            world.pulse.crashed()
            cycle.forget()
        try:
            _nap(world, box, cycle, reload, after_failure=world.pulse.failing > 0)
        except Stopped:
            break
        except (StoreError, OSError) as error:  # the cycle that follows tells whether it lasts
            log.warning("the store could not be looked at", error=str(error))
            world.stop.nap(LOOK)
    cycle.readers.close()
    log.info("stopped")


def _nap(world: World, box: Box, cycle: Cycle, reload: Reload | None, *, after_failure: bool) -> None:
    """Sleeps until a source's turn has come, somebody has news, or stopping is asked for."""
    began = time.monotonic()
    if after_failure:
        world.stop.sleep(min(FAILED, world.loaded.settings.poll.total_seconds()))
    while not box.waiting() and not (reload is not None and reload.asked) and not cycle.readers.has_news:
        if world.work.owner is not None:
            world.inbox.look()
            if _share(world) or cycle.behind:
                world.stop.sleep(GATHER)
                return
        news = _news(world)
        if news:
            world.stop.sleep(max(GATHER, began + REST - time.monotonic()))
            for source in news:
                source.schedule.wake()
            return
        world.pulse.beat()
        ours = world.ours()
        left = min((_until_due(world, source) for source in ours), default=FAILED)
        if left <= 0 or not world.stop.nap(min(left, 1.0 if world.work.owner is None else LOOK)):
            return


def _news(world: World) -> list[Source]:
    """The sources with a hint that can be followed now."""
    named = (world.sources.get(name) for name in world.inbox.news)
    return [
        source
        for source in named
        if source and world.work.mine(source.name) and not source.schedule.failures and not source.reading
    ]


def _share(world: World) -> bool:
    """Gives to other replicas what is theirs, and begins with what is newly ours. True when there is any."""
    gained = world.work.share([source.name for source in world.sources.values() if source.reading])
    for name in gained:
        source = world.sources[name]
        keep_pause(world.store, source)
        source.broken = None
        source.schedule.at_once()
    return bool(gained)


def _until_due(world: World, source: Source) -> float:
    if source.reading:
        return FAILED  # it wakes us when it is done
    return source.schedule.due_at - time.monotonic()


@contextmanager
def stopping_on_signals(stop: Stop, reload: Callable[[str], None] | None = None) -> Iterator[None]:
    """SIGTERM and SIGINT stop within one request; a second SIGINT interrupts at once. SIGHUP calls `reload`."""

    def ask(signum: int, frame: FrameType | None) -> None:
        if stop.is_set and signum == signal.SIGINT:
            raise KeyboardInterrupt
        _aside(stop.set)

    def again(signum: int, frame: FrameType | None) -> None:
        if reload is not None:
            _aside(partial(reload, "SIGHUP"))

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    if reload is not None:
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, again)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _aside(work: Callable[[], None]) -> None:
    """In a thread of its own: a signal may come while this one holds the very lock that the work needs."""
    threading.Thread(target=work, name="signal", daemon=True).start()
