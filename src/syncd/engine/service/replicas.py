"""Which sources are this process's work. Alone it has all of them; several on one PostgreSQL share them by leases.

A replica prolongs its leases from a thread of its own. Where it cannot, since it was stopped, cut off or its machine
slept, it starts no write from the moment when one could outlive the lease, and what it stores is refused by the fence.
Fair shares: with n sources and r replicas nobody keeps more than n / r, rounded up, while another has less than n / r,
rounded down. A command borrows: it asks, and the holder gives up between two cycles.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection

from syncd.connector.errors import Transient
from syncd.engine.stop import Stop, Stopped
from syncd.store.errors import LeaseLost, StoreError
from syncd.store.leases import Lease, check
from syncd.store.open import Store

log = structlog.get_logger()

BEATS: Final = 9
"""How often a lease is prolonged within its time."""
LAST_CALL: Final = 2 / 3
"""Share of a lease that must be left when a write starts: the longest that it may take. The default lease of 90 seconds
leaves 60, after which the connectors give an answer up."""
BORROW_SECONDS: Final = 60.0
"""How long a command waits for a replica to give a source up: the longest that a cycle should take."""


def patience(lease: float) -> float:
    """How many seconds the store may be silent: so few that a lease outlives one dead connection."""
    return max(2.0, lease / 3)


class LeaseOver(Stopped):
    """A mutating request wanted to leave although it could outlive the lease. Nothing was sent."""

    def __init__(self, source: str) -> None:
        Transient.__init__(self, f"another replica may take {source} over: nothing more is sent from here")


class Work(Protocol):
    """Who does which source's work."""

    owner: str | None
    """This replica's name; None: there are no others."""
    cut_off: bool
    """Whether the store did not answer lately."""

    def mine(self, source: str) -> bool: ...

    def may_write(self, source: str) -> Stopped | None:
        """Asked as the last thing before a mutating request leaves: why it must not."""

    def share(self, busy: Collection[str] = ()) -> frozenset[str]:
        """Between two cycles: gives up what others should have, but nothing `busy`, and takes what nobody has.

        Returns what is newly ours.
        """

    def having(self, sources: Collection[str]) -> AbstractContextManager[None]:
        """Within the block these are ours. Raises StoreError when another process does not give one up in time."""

    def turn(self, sources: Collection[str]) -> AbstractContextManager[None]:
        """Around a cycle. A command has all sources within it, a member what is its own."""

    def join(self) -> None:
        """From now on this process counts, and gets its share."""

    def close(self) -> None: ...


class Alone:
    """The only process that writes to this store."""

    owner: str | None = None
    cut_off = False

    def mine(self, source: str) -> bool:
        return True

    def may_write(self, source: str) -> Stopped | None:
        return None

    def share(self, busy: Collection[str] = ()) -> frozenset[str]:
        return frozenset()

    def having(self, sources: Collection[str]) -> AbstractContextManager[None]:
        return nullcontext()

    def turn(self, sources: Collection[str]) -> AbstractContextManager[None]:
        return nullcontext()

    def join(self) -> None:
        """There is nobody else."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class _Held:
    fence: int
    until: float


class Replica:
    """One of several processes. `names` are the configured sources; `clock` is monotonic, in seconds.

    `join` makes it a member that gets its share; without, it only borrows.
    """

    def __init__(
        self,
        store: Store,
        names: Callable[[], Collection[str]],
        stop: Stop,
        *,
        owner: str,
        seconds: float,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self.owner: str | None = owner
        self._me = owner
        self._store = store
        self._names = names
        self._stop = stop
        self._seconds = seconds
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._ended = threading.Event()
        self._heart: threading.Thread | None = None
        self._member = False
        self.cut_off = False
        store.guard(self._check)

    # what is ours

    def mine(self, source: str) -> bool:
        with self._lock:
            held = self._held.get(source)
        return held is not None and held.until > self._clock()

    def may_write(self, source: str) -> Stopped | None:
        with self._lock:
            held = self._held.get(source)
        lasts = held is not None and held.until - self._clock() >= self._seconds * LAST_CALL
        return None if lasts else LeaseOver(source)

    def _check(self, connection: Connection, source: str) -> None:
        with self._lock:
            held = self._held.get(source)
        if held is None:
            raise LeaseLost(f"{source} is not this replica's work; what it wanted to store is not stored.")
        check(connection, source, self._me, held.fence)

    # the heart

    def join(self) -> None:
        self._member = True
        self._beat()
        self._start()
        log.info("replica", owner=self._me, lease=self._seconds)

    def close(self) -> None:
        """Gives everything up, so that nobody has to wait until its time is over."""
        self._ended.set()
        if self._heart is not None:
            self._heart.join()
        with self._lock:
            had, self._held = bool(self._held), {}
        if (had or self._member) and not self.cut_off:
            with suppress(StoreError):  # then the others wait
                self._store.leases.leave(self._me)

    def _start(self) -> None:
        if self._heart is None:
            self._heart = threading.Thread(target=self._live, name="heart", daemon=True)
            self._heart.start()

    def _live(self) -> None:
        while not self._ended.wait(self._seconds / BEATS):
            try:
                self._beat()
            except StoreError as error:
                if not self.cut_off:
                    log.warning("the leases cannot be prolonged: writing ends in time", because=str(error))
                self.cut_off = True

    def _beat(self) -> None:
        asked = self._clock()
        with self._lock:
            known = frozenset(self._held)
        still = self._store.leases.beat(self._me, self._seconds, known, member=self._member)
        lost = []
        with self._lock:
            for source in known & self._held.keys():
                held = self._held[source]
                if still.get(source) == held.fence:
                    self._held[source] = replace(held, until=asked + self._seconds)
                else:
                    lost.append(source)
                    del self._held[source]
        for source in lost:
            log.warning("another replica took over", source=source)
        if self.cut_off:
            log.info("the leases are prolonged again")
            self.cut_off = False

    # sharing

    def share(self, busy: Collection[str] = ()) -> frozenset[str]:
        if not self._member:
            return frozenset()
        names = set(self._names())
        leases = self._store.leases.all()
        alive = {*self._store.leases.alive(self._seconds), self._me}
        have = {name for name in names if self.mine(name)}
        most, least = -(-len(names) // len(alive)), len(names) // len(alive)
        counts = Counter(one.owner for one in leases.values() if one.source in names)
        poor = any(counts[other] < least for other in alive - {self._me})
        asked = {name for name in have if name in leases and leases[name].wanted not in (None, self._me)}
        left = have - asked
        spare = max(0, len(left) - (least if poor else most))
        drop = asked.union(sorted(left - set(busy))[:spare]) - set(busy)
        if drop:
            self._give_up(drop)
            log.info("given up", sources=sorted(drop))
        gained = self._take_free(names, leases, most - len(have - drop))
        if gained:
            log.info("taken", sources=sorted(gained))
        return gained

    def _take_free(self, names: Collection[str], leases: Mapping[str, Lease], most: int) -> frozenset[str]:
        gained: set[str] = set()
        free = [name for name in names if name not in leases or leases[name].owner is None]
        for name in sorted(free, key=lambda name: zlib.crc32(f"{self._me} {name}".encode())):
            if len(gained) >= most:
                break
            if self._take(name):
                gained.add(name)
        return frozenset(gained)

    def _take(self, source: str) -> bool:
        asked = self._clock()
        taken = self._store.leases.take(source, self._me, self._seconds)
        if taken is None:
            return False
        with self._lock:
            self._held[source] = _Held(taken.fence, asked + self._seconds)
        if taken.before not in (None, self._me):
            ended = self._store.runs.close_interrupted(now=self._now(), owner=taken.before)
            log.warning("took over from a replica that went silent", source=source, replica=taken.before, runs=ended)
        return True

    def _give_up(self, sources: Collection[str]) -> None:
        with self._lock:
            for source in sources:
                self._held.pop(source, None)
        self._store.leases.give_up(self._me, sources)

    def turn(self, sources: Collection[str]) -> AbstractContextManager[None]:
        return nullcontext() if self._member else self.having(sources)

    @contextmanager
    def having(self, sources: Collection[str]) -> Iterator[None]:
        borrowed: list[str] = []
        try:
            for source in sorted(sources):
                if not self.mine(source):
                    self._borrow(source)
                    borrowed.append(source)
            yield
        finally:
            if borrowed:
                with suppress(StoreError):  # then its time runs out
                    self._give_up(borrowed)

    def _borrow(self, source: str) -> None:
        self._start()
        deadline = self._clock() + BORROW_SECONDS
        while not self._take(source):
            self._store.leases.want(source, self._me, self._seconds)
            if self._clock() >= deadline:
                holder = self._store.leases.all()[source].owner
                self._store.leases.give_up(self._me, [source])
                raise StoreError(
                    f"{source} is the work of {holder or 'another process'}, which did not hand it over within "
                    f"{BORROW_SECONDS:.0f} seconds: try again."
                )
            self._stop.sleep(0.1)
