"""The running program's parts, built once and handed down: rules, store, connectors, pace, clock, stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from syncd.config.load import ConfiguredSource, Loaded
from syncd.connector.protocol import Connector, Wiring
from syncd.core.rules import Rules
from syncd.engine.inbox import Inbox
from syncd.engine.news import Watch, nobody
from syncd.engine.pace import Pace
from syncd.engine.stop import Stop
from syncd.store.open import Store

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

    def __post_init__(self) -> None:
        self.rules = self.loaded.rules
        self.inbox = Inbox(self.stop.wake)

    def today(self) -> date:
        """Decisions are made as of a UTC day, so that a quiet world stays quiet within it."""
        return self.clock().date()

    def close(self) -> None:
        for source in self.sources.values():
            source.connector.close()
        self.store.close()


def assemble(loaded: Loaded, store: Store, stop: Stop, clock: Clock, new_run: Callable[[], str]) -> World:
    """Builds the connectors; makes no request. Raises ConnectorError when one cannot be built."""
    return World(loaded, store, connect(loaded, stop, clock), stop, clock, new_run)


def connect(loaded: Loaded, stop: Stop, clock: Clock) -> dict[str, Source]:
    """A connector and a pace for each configured source."""
    sources: dict[str, Source] = {}
    for configured in loaded.sources:
        pace = Pace(configured.name, stop, clock)
        wiring = Wiring(
            source=configured.name,
            transport=pace,
            read_fields=configured.read_fields,
            write_fields=configured.write_fields,
            order=configured.rules.order,
            clock=clock,
        )
        sources[configured.name] = Source(configured, configured.spec.build(configured.settings, wiring), pace)
    return sources
