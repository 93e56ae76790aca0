"""The running program's parts, built once and handed down: rules, store, connectors, pace, clock, stop."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import structlog

from syncd.config.load import ConfiguredSource, Loaded
from syncd.connector.protocol import Connector, Wiring
from syncd.core.rules import Rules, Slot
from syncd.engine.measuring.known import as_measured
from syncd.engine.news import Waiting, Watch, nobody
from syncd.engine.pacing.buckets import Account
from syncd.engine.pacing.limits import Pause
from syncd.engine.pacing.pace import IN_FLIGHT, Pace
from syncd.engine.permits.holds import in_force
from syncd.engine.permits.windows import ward
from syncd.engine.reading.inbox import Inbox
from syncd.engine.schedule import Schedule
from syncd.engine.service.replicas import Alone, Replica, Work
from syncd.engine.stop import Stop, Stopped
from syncd.engine.telling.outlook import Outlook
from syncd.engine.telling.pulse import Pulse
from syncd.engine.telling.traces import NoTraces, Traces
from syncd.store.open import Store

log = structlog.get_logger()

Clock = Callable[[], datetime]
Accounts = dict[tuple[str, str], Account]
"""By kind and the connector's name for the account."""


@dataclass(slots=True)
class Source:
    """One configured source at work."""

    configured: ConfiguredSource
    make: Callable[[], Connector]
    """Makes its connector. Raises ConnectorError when that cannot be."""
    pace: Pace
    schedule: Schedule
    broken: str | None = None
    """Why its last cycle failed; None while it works. Told once, and once on recovery."""
    reading: bool = False
    """Whether a thread reads it just now. Nothing is written to it meanwhile: the mirror is on its way."""
    fresh: bool = False
    """Whether this cycle read it. Nothing is written to one that it did not: people may have been there since."""
    looked_from: float = 0.0
    """When the last whole look at it began, by the monotonic clock: what people did since is not known."""
    looked: datetime | None = None
    """When this process last looked whether another syncd writes there, too."""
    marked: datetime | None = None
    """When this process last counted its mark there on."""
    older: str | None = None
    """Why nothing is written: the store knows less than syncd wrote there. A sentence."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """What became of the writes of this process."""
    learned: bool = False
    """Whether this process read anything there that the store did not know."""
    counted: int | None = None
    """How many issues its mirror holds, as of the last pull that changed anything."""

    _connector: Connector | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.configured.name

    @property
    def connector(self) -> Connector:
        """Made when it is first asked for: with it loads the vendor's library, which no command waits for that asks no source."""
        if self._connector is None:
            self._connector = self.make()
        return self._connector

    def close(self) -> None:
        if self._connector is not None:
            self._connector.close()


@dataclass(frozen=True, slots=True)
class Refused:
    """A configuration that was read and not taken."""

    since: datetime
    because: str
    """All faults, for people: several lines."""


@dataclass(slots=True)
class World:
    loaded: Loaded
    store: Store
    sources: Mapping[str, Source]
    stop: Stop
    clock: Clock
    new_run: Callable[[], str]
    """Gives the id of the next run."""
    accounts: Accounts = field(default_factory=dict)
    watch: Watch = nobody
    refused: Refused | None = None
    """The configuration that the files hold now, when it cannot be used: the one before it stays in force."""
    rules: Rules = field(init=False)
    inbox: Inbox = field(init=False)
    """What webhooks hint at."""
    work: Work = field(default_factory=Alone, init=False)
    """Which sources are this process's."""
    outlook: Outlook = field(default_factory=Outlook, init=False)
    """The last decision, for the page."""
    traces: Traces = field(default_factory=NoTraces)
    pulse: Pulse = field(default_factory=Pulse, init=False)
    """What this process did so far, for metrics and health."""

    def __post_init__(self) -> None:
        self.rules = self.loaded.rules
        self.inbox = Inbox(self.store.hints, self.stop.wake, self.clock)

    def today(self) -> date:
        """Decisions are made as of a UTC day, so that a quiet world stays quiet within it."""
        return self.clock().date()

    @property
    def idle_seconds(self) -> float:
        """Since the daemon's loop or a request of any source last came by."""
        last = max([self.pulse.beat_at, *(source.pace.moved_at for source in list(self.sources.values()))])
        return max(0.0, time.monotonic() - last)

    def leased(self, name: str) -> bool:
        """Whether this process is the one that works on the source."""
        return name in self.sources and self.store.writable and self.work.mine(name)

    def ours(self) -> list[Source]:
        """The sources that this process works on."""
        return [source for source in self.sources.values() if self.work.mine(source.name)]

    def paused(self, name: str, pause: Pause) -> None:
        """A source met a limit: told to people, logged once, and kept for the next process."""
        self.watch(Waiting(name, pause.until, pause.because))
        log.warning("paused", source=name, until=pause.until.isoformat(timespec="seconds"), because=pause.because)
        if self.store.writable:
            self.store.sources.set(name, paused_until=pause.until, paused_because=pause.because)

    def close(self) -> None:
        self.inbox.close()
        self.work.close()
        for source in self.sources.values():
            source.close()
        self.store.close()


def _awake() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def assemble(
    loaded: Loaded,
    store: Store,
    stop: Stop,
    clock: Clock,
    new_run: Callable[[], str],
    awake: Callable[[], float] = _awake,
) -> World:
    """Makes no request. Raises ConnectorError when a connector cannot be made; where the store is only read, that is left to
    whoever asks a source."""
    accounts: Accounts = {}
    sources = connect(loaded, stop, clock, accounts, at_once=store.writable)
    world = World(loaded, store, sources, stop, clock, new_run, accounts)
    world.rules = as_measured(world.rules, store, loaded.measures, clock())
    if store.path is None and store.writable:
        world.work = Replica(
            store,
            lambda: world.sources,
            stop,
            owner=f"{os.uname().nodename}-{new_run()}",
            seconds=loaded.settings.lease.total_seconds(),
            clock=awake,
            now=clock,
        )
    for source in world.sources.values():
        settle_in(world, source)
    return world


def settle_in(world: World, source: Source) -> None:
    """Binds a source that was just built to this world: pauses are kept, holds and change windows are heeded."""
    keep_pause(world.store, source)
    source.pace.on_answer = lambda call, answer: world.traces.request(source.name, call, answer)
    source.pace.on_pause = partial(world.paused, source.name)
    source.pace.hold = partial(in_force, world.store, source.name)
    source.pace.wards.append(partial(_window, world, source))
    # Last, so that nothing delays the request after it.
    source.pace.wards.append(partial(world.work.may_write, source.name))


def _window(world: World, source: Source) -> Stopped | None:
    """What a person asks for under a hold, an undo or an eject, is done at any time."""
    if source.pace.under is not None:
        return None
    return ward(source.name, world.rules.windows, source.pace.kinds, world.clock())


def keep_pause(store: Store, source: Source) -> None:
    """A pause that an earlier process met still holds."""
    state = store.sources.get(source.name)
    if state.paused_until is not None:
        source.pace.keep(Pause(state.paused_until, state.paused_because or "a limit"))


def connect(
    loaded: Loaded, stop: Stop, clock: Clock, accounts: Accounts | None = None, *, at_once: bool = True
) -> dict[str, Source]:
    """A connector and a pace for each configured source; those of one account share its limits. `at_once` makes the connectors,
    and raises ConnectorError when one cannot be made."""
    known = accounts if accounts is not None else {}
    return {
        one.name: connect_one(one, stop, clock, known, bearer(loaded.rules, one), at_once=at_once)
        for one in loaded.sources
    }


def bearer(rules: Rules, configured: ConfiguredSource) -> str | None:
    """A label that is there sooner or later: the nearest horizon, or the first outcome."""
    outcomes = {Slot.OBJECTIVE: [one.id for one in rules.okrs.objectives]}
    outcomes[Slot.KEY_RESULT] = [result.id for one in rules.okrs.objectives for result in one.key_results]
    values = {Slot.HORIZON: [horizon.name for horizon in rules.horizons.names], **outcomes}
    families = [target for target in configured.rules.targets if target.label is not None]
    return next((f"{target.label}{value}" for target in families for value in values.get(target.slot, ())), None)


def connect_one(
    configured: ConfiguredSource,
    stop: Stop,
    clock: Clock,
    accounts: Accounts,
    label: str | None = None,
    *,
    at_once: bool = True,
) -> Source:
    """`label` bears marks; `at_once` as for `connect`."""
    apart = configured.spec.seconds_between_writes(configured.settings)
    named = configured.spec.account(configured.settings)
    key = (configured.spec.kind, named) if named is not None else ("", configured.name)
    account = accounts.setdefault(key, Account(IN_FLIGHT))
    pace = Pace(configured.name, stop, clock, seconds_between_writes=apart, account=account)
    wiring = Wiring(
        source=configured.name,
        transport=pace,
        read_fields=configured.read_fields,
        write_fields=configured.write_fields,
        order=configured.rules.order,
        clock=clock,
        note=configured.rules.note,
        label=label,
    )
    source = Source(
        configured, partial(configured.spec.build, configured.settings, wiring), pace, Schedule(configured.name)
    )
    if at_once:
        source.connector  # noqa: B018 - made now, so that what is wrong with it is told now
    return source
