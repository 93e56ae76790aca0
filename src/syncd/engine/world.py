"""The running program's parts, built once and handed down: rules, store, connectors, pace, clock, stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import structlog

from syncd.config.load import ConfiguredSource, Loaded
from syncd.connector.protocol import Connector, Wiring
from syncd.core.rules import Rules
from syncd.engine.buckets import Account
from syncd.engine.holds import in_force
from syncd.engine.inbox import Inbox
from syncd.engine.limits import Pause
from syncd.engine.news import Waiting, Watch, nobody
from syncd.engine.outlook import Outlook
from syncd.engine.pace import IN_FLIGHT, Pace
from syncd.engine.stop import Stop
from syncd.store.open import Store

log = structlog.get_logger()

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Source:
    """One configured source at work."""

    configured: ConfiguredSource
    connector: Connector
    pace: Pace
    broken: str | None = None
    """Why its last cycle failed; None while it works. Told once, and once on recovery."""

    @property
    def name(self) -> str:
        return self.configured.name


@dataclass(slots=True)
class World:
    loaded: Loaded
    store: Store
    sources: Mapping[str, Source]
    stop: Stop
    clock: Clock
    new_run: Callable[[], str]
    """Gives the id of the next run."""
    watch: Watch = nobody
    rules: Rules = field(init=False)
    inbox: Inbox = field(init=False)
    """What webhooks hint at."""
    outlook: Outlook = field(default_factory=Outlook, init=False)
    """The last decision, for the page."""

    def __post_init__(self) -> None:
        self.rules = self.loaded.rules
        self.inbox = Inbox(self.store.hints, self.stop.wake, self.clock)

    def today(self) -> date:
        """Decisions are made as of a UTC day, so that a quiet world stays quiet within it."""
        return self.clock().date()

    def paused(self, name: str, pause: Pause) -> None:
        """A source met a limit: told to people, logged once, and kept for the next process."""
        self.watch(Waiting(name, pause.until, pause.because))
        log.warning("paused", source=name, until=pause.until.isoformat(timespec="seconds"), because=pause.because)
        if self.store.writable:
            self.store.sources.set(name, paused_until=pause.until, paused_because=pause.because)

    def close(self) -> None:
        self.inbox.close()
        for source in self.sources.values():
            source.connector.close()
        self.store.close()


def assemble(loaded: Loaded, store: Store, stop: Stop, clock: Clock, new_run: Callable[[], str]) -> World:
    """Builds the connectors; makes no request. Raises ConnectorError when one cannot be built."""
    world = World(loaded, store, connect(loaded, stop, clock), stop, clock, new_run)
    for source in world.sources.values():
        keep_pause(store, source)
        source.pace.on_pause = partial(world.paused, source.name)
        source.pace.hold = partial(in_force, store, source.name)
    return world


def keep_pause(store: Store, source: Source) -> None:
    """A pause that an earlier process met still holds."""
    state = store.sources.get(source.name)
    if state.paused_until is not None:
        source.pace.keep(Pause(state.paused_until, state.paused_because or "a limit"))


def connect(loaded: Loaded, stop: Stop, clock: Clock) -> dict[str, Source]:
    """A connector and a pace for each configured source; those of one account share its limits."""
    sources: dict[str, Source] = {}
    accounts: dict[tuple[str, str], Account] = {}
    for configured in loaded.sources:
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
        )
        sources[configured.name] = Source(configured, configured.spec.build(configured.settings, wiring), pace)
    return sources
