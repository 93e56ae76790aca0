"""Sends messages: after each cycle, what each receiver is to be told is computed anew from what stands and what was told.

Nothing is queued. What a receiver that is down did not get is still to be told in a later cycle, as far as it still stands.
It runs in a thread of its own, so that no receiver delays a cycle.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from syncd.config.sources.receivers import Receiver
from syncd.core.decide import Decision
from syncd.core.telling.notices import Notice
from syncd.core.telling.shift import NAME
from syncd.core.telling.subjects import Stands, subjects
from syncd.core.telling.told import KEPT, Told, due
from syncd.engine.report import CycleResult
from syncd.engine.schedule import FIRST, LONGEST
from syncd.engine.telling import stands
from syncd.engine.telling.horizons import report, teller_of
from syncd.engine.telling.message import Message, fitting
from syncd.engine.telling.sending import SECONDS, Outcome, send
from syncd.engine.world import World
from syncd.store.errors import StoreError

log = structlog.get_logger()

AT_ONCE: Final = 8


@dataclass(slots=True)
class _Line:
    """To one receiver. What is here may be lost: then it is tried sooner."""

    receiver: Receiver
    failures: int = 0
    """In a row."""
    rests_until: float = 0.0
    """By a monotonic clock."""
    arrived: dict[str, Told | None] = field(default_factory=dict)
    """What arrived and could not be stored yet: nothing else is sent until it is."""


class Teller:
    """Of one process. `told` may be called by any one thread; the messages leave from others."""

    def __init__(self, world: World, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._world = world
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._known: Collection[str] | None = None
        self._news = threading.Condition()
        self._latest: CycleResult | None = None
        self._ended = False
        self._thread: threading.Thread | None = None

    def told(self, result: CycleResult) -> None:
        """Takes note of what a cycle found. A cycle that nobody came to look at before the next one is passed over."""
        if self._thread is None:
            if not self._world.loaded.receivers:
                return
            self._thread = threading.Thread(target=self._live, name="teller", daemon=True)
            self._thread.start()
        with self._news:
            self._latest = result
            self._news.notify()

    def close(self) -> None:
        """Waits for the message that is on its way, so that what arrived is remembered."""
        with self._news:
            self._ended = True
            self._latest = None
            self._news.notify()
        if self._thread is not None:
            self._thread.join(SECONDS + 1)

    def _live(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._latest is not None or self._ended)
                result, self._latest = self._latest, None
                if result is None:
                    return
            try:
                self.tell(result)
            except StoreError as error:  # the next cycle tells it
                log.warning("messages wait for the store", because=str(error))
            except Exception:
                log.exception("this is a bug in syncd or in its connector", deed="tell")

    def tell(self, result: CycleResult) -> None:
        """Sends what is to be told after this cycle, and waits for it. Raises StoreError; then nothing was sent that is not
        known to this process."""
        receivers = self._world.loaded.receivers
        self._lines = {one.name: self._line(one) for one in receivers}
        if self._known != self._lines.keys():
            self._world.store.telling.forget_others(self._lines, before=self._world.clock() - KEPT)
            self._known = set(self._lines)
        if not receivers:
            return
        found = tuple(stands.after(self._world, result))
        with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(receivers)), thread_name_prefix="tell") as pool:
            served = [pool.submit(self._serve, line, found, result.decision) for line in self._lines.values()]
        for one in served:
            one.result()

    def _line(self, receiver: Receiver) -> _Line:
        """One whose settings changed is tried at once."""
        before = self._lines.get(receiver.name)
        if before is None:
            return _Line(receiver)
        return before if before.receiver == receiver else _Line(receiver, arrived=before.arrived)

    def _serve(self, line: _Line, found: Collection[Stands], decision: Decision | None) -> None:
        world, name, terms = self._world, line.receiver.name, line.receiver.terms
        self._keep_arrived(line)
        now, rows = world.clock(), world.store.telling.rows(name)
        every = [one for each in found for one in subjects(each, titles=terms.titles, now=now)]
        if world.work.mine(teller_of(world)):
            every += report(world, line.receiver, decision, rows.get(NAME), now)
        what = due(every, rows, terms, now)
        world.store.telling.keep(name, what.keep)
        if not what.notices or self._clock() < line.rests_until:
            return
        notices = tuple(one for one in what.notices if self._may_tell(one))
        if not notices:
            return
        message = fitting(Message(now, notices, world.loaded.settings.public_url), line.receiver.text)
        outcome = send(line.receiver, message, now)
        self._note(line, outcome, {one.subject: what.sent[one.subject] for one in message.notices})

    def _may_tell(self, notice: Notice) -> bool:
        """Of several replicas the one that works on the source tells of it, as long as that outlives the message."""
        return self._world.work.may_write(notice.source or teller_of(self._world)) is None

    def _note(self, line: _Line, outcome: Outcome, sent: Mapping[str, Told | None]) -> None:
        world, name, failing = self._world, line.receiver.name, line.failures > 0
        world.pulse.messaged(name, arrived=outcome.problem is None)
        if outcome.problem is None:
            line.arrived.update(sent)
            line.failures, line.rests_until = 0, 0.0
            log.info("told", receiver=name, subjects=sorted(sent))
            if failing:
                log.info("messages arrive again", receiver=name)
            self._keep_arrived(line)
        else:
            line.failures += 1
            pause = min(FIRST * 2 ** min(line.failures - 1, 20), LONGEST)
            line.rests_until = self._clock() + max(pause, outcome.wait or pause).total_seconds()
            if not failing:
                log.error("messages do not arrive", receiver=name, because=outcome.problem)
        world.store.telling.note(name, outcome.problem, now=world.clock())

    def _keep_arrived(self, line: _Line) -> None:
        if line.arrived:
            self._world.store.telling.keep(line.receiver.name, line.arrived, durable=True)
            line.arrived = {}


@contextmanager
def telling(world: World) -> Iterator[Callable[[CycleResult], None]]:
    """What is to be called after each cycle of a daemon; at the end it waits for the message that is on its way."""
    teller = Teller(world)
    try:
        yield teller.told
    finally:
        teller.close()
