"""Takes a changed configuration into the running daemon, between two cycles and without a restart.

All or nothing: a configuration with a fault, or with a source that cannot be built, changes nothing and is told loudly,
and the rules that were in force stay. Sources that did not change keep their connector, their pace and what they know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from syncd.config.load import ConfiguredSource, Loaded
from syncd.config.reading.faults import ConfigError
from syncd.connector.errors import ConnectorError
from syncd.engine.cycle import Cycle
from syncd.engine.world import Refused, Source, World, connect_one, settle_in

log = structlog.get_logger()

RESTART = ("listen", "store", "lease", "sync_every_write", "traces")
"""Settings that are read once, at the start."""


@dataclass(frozen=True, slots=True)
class _Built:
    sources: dict[str, Source]
    new: list[str]
    changed: list[str]
    removed: list[str]


class Reload:
    """`read` loads the configuration anew. `ask` may be called by any thread and by a signal's handler."""

    def __init__(self, world: World, read: Callable[[], Loaded]) -> None:
        self._world = world
        self._read = read
        self._because: str | None = None
        self.failures = 0
        """How often a configuration was refused."""
        self.taken: Callable[[Loaded], None] = lambda loaded: None
        """Told of each configuration that was taken."""
        self.refused: Callable[[str], None] = lambda faults: None
        """Told of each that was not, with everything that is wrong with it."""

    def ask(self, because: str) -> None:
        self._because = because
        self._world.stop.wake()

    @property
    def asked(self) -> bool:
        return self._because is not None

    def follow(self, cycle: Cycle) -> None:
        """Does what was asked for, if anything was. Raises nothing: what is wrong is in the log and in `World.refused`."""
        because, self._because = self._because, None
        if because is None:
            return
        world = self._world
        try:
            loaded = self._read()
            built = self._build(loaded, cycle)
        except (ConfigError, ConnectorError) as error:
            self._refuse(str(error), because)
            return
        before, world.loaded, world.rules, world.sources = world.loaded, loaded, loaded.rules, built.sources
        was_refused, world.refused = world.refused is not None, None
        cycle.forget()
        for source in world.sources.values():
            source.schedule.at_once()
        self.taken(loaded)
        late = [key for key in RESTART if getattr(before.settings, key) != getattr(loaded.settings, key)]
        if late:
            log.warning("a setting changes with the next start only", settings=late)
        log.info(
            "configuration taken",
            because=because,
            rules=loaded.rules.digest,
            rules_changed=before.rules.digest != loaded.rules.digest,
            new=built.new,
            changed=built.changed,
            removed=built.removed,
            recovered=was_refused,
        )

    def _refuse(self, faults: str, because: str) -> None:
        world = self._world
        self.failures += 1
        world.pulse.refusals += 1
        if world.refused is None or world.refused.because != faults:
            since = world.refused.since if world.refused is not None else world.clock()
            world.refused = Refused(since, faults)
        self.refused(faults)
        log.error("configuration refused, the one before stays in force", because=because, faults=faults)

    def _build(self, loaded: Loaded, cycle: Cycle) -> _Built:
        """The sources as they are to be. Nothing of the running ones is touched before all can be built."""
        world, old = self._world, self._world.sources
        kept = {one.name for one in loaded.sources if one.name in old and _same(old[one.name].configured, one)}
        fresh: dict[str, Source] = {}
        try:
            for configured in loaded.sources:
                if configured.name not in kept:
                    fresh[configured.name] = connect_one(configured, world.stop, world.clock, world.accounts)
        except ConnectorError:
            for source in fresh.values():
                source.connector.close()
            raise
        for name in old.keys() - kept:
            old[name].pace.retire()
        cycle.readers.end(old.keys() - kept)
        for name in old.keys() - kept:
            old[name].connector.close()
        for source in fresh.values():
            settle_in(world, source)
        for configured in loaded.sources:
            if configured.name in kept:
                old[configured.name].configured = configured
        sources = {one.name: fresh.get(one.name) or old[one.name] for one in loaded.sources}
        names = sources.keys()
        return _Built(
            sources, sorted(names - old.keys()), sorted(fresh.keys() & old.keys()), sorted(old.keys() - names)
        )


def _same(old: ConfiguredSource, new: ConfiguredSource) -> bool:
    """Whether the connector would be built with the same."""
    return (
        old.spec is new.spec
        and old.settings == new.settings
        and (old.read_fields, old.write_fields) == (new.read_fields, new.write_fields)
        and (old.rules.order, old.rules.note) == (new.rules.order, new.rules.note)
    )
