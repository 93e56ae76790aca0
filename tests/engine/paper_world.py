"""A whole syncd over paper trackers, in one temporary folder: what the engine's tests run."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.config.load import load
from syncd.connector.protocol import Wiring
from syncd.core.plan import Plan
from syncd.engine.cycle import Cycle
from syncd.engine.report import CycleResult
from syncd.engine.stop import Stop
from syncd.engine.world import World, assemble
from syncd.store.open import open_store
from syncd.testing.paper import PaperConnector, PaperTracker, paper_spec

SYNCD = """
store: {store}
sources:
{sources}
policy:
  deadband: 0
"""
SOURCE = """  {name}:
    kind: {name}
    mode: {mode}
    bots: [{bots}]
    write:
      score: {{field: Score}}
      rank: {{field: Rank}}
      horizon: {{label: roadmap/}}
      order: true
      note: {note}
"""
SCORING = """
facts:
  value: {property: priority, values: {High: 9, Medium: 5, Low: 1}, default: 3}
  size: {SIZES, default: 2}
score:
  framework: value_effort
  inputs: {effort: size}
horizons:
  now: {capacity: 3 items}
  later: {}
"""


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class PaperWorld:
    """One folder, some trackers; `opened()` is one process's life."""

    def __init__(
        self,
        folder: Path,
        trackers: Mapping[str, PaperTracker],
        *,
        mode: str = "auto",
        scoring: str = SCORING,
        note: bool = False,
        bots: str = "",
        first_run: int = 1,
        store: str | None = None,
        build: Callable[[PaperTracker, Wiring], PaperConnector] = PaperConnector,
        moves_at_once: int = 1,
    ) -> None:
        """`store` is the address of a database instead of a file in the folder; `moves_at_once` as of a connector's spec."""
        self.folder = folder
        self.trackers = dict(trackers)
        self.clock = Clock()
        self.build = build
        self._moves_at_once = moves_at_once
        self._runs = itertools.count(first_run)
        config = folder / "config"
        config.mkdir(parents=True)
        noted = "true" if note else "false"
        sources = "".join(SOURCE.format(name=name, mode=mode, note=noted, bots=bots) for name in trackers)
        (config / "syncd.yaml").write_text(SYNCD.format(store=store or f"sqlite:///{folder}/syncd.db", sources=sources))
        sizes = ", ".join(f"{name}: {{field: Size}}" for name in trackers)
        (config / "scoring.yaml").write_text(scoring.replace("SIZES", sizes))

    @contextmanager
    def opened(self, awake: Callable[[], float] = time.monotonic, *, write: bool = True) -> Iterator[World]:
        """`awake` is the clock of a replica's leases; without `write` it only reads the store."""
        specs = {
            name: replace(paper_spec(name, tracker, self.build), moves_at_once=self._moves_at_once)
            for name, tracker in self.trackers.items()
        }
        loaded = load(self.folder / "config", {}, specs)
        store = open_store(loaded.settings.store, write=write, now=self.clock())
        world = assemble(loaded, store, Stop(), self.clock, lambda: f"run{next(self._runs)}", awake)
        try:
            yield world
        finally:
            world.close()

    def cycle(
        self, *, write: bool = True, approve: Callable[[Plan], str | None] | None = None, census: bool = False
    ) -> CycleResult:
        """One process that runs one cycle."""
        with self.opened() as world:
            return Cycle(world).run(write=write, approved=approve, census=census)

    def settle(self) -> CycleResult:
        """A process that approves everything and cycles until nothing is left to write."""
        with self.opened() as world:
            cycle = Cycle(world)
            for _ in range(6):
                result = cycle.run(write=True, approved=anybody)
                if result.quiet:
                    return result
        raise AssertionError(f"never quiet: {[o.plan for o in result.sources.values()]}")


def anybody(plan: Plan) -> str:
    return "test"


def backlog(tracker: PaperTracker, size: int = 12) -> PaperTracker:
    """A small backlog with distinct scores."""
    for number in range(size):
        tracker.add(
            f"work {number}",
            priority=("High", "Medium", "Low")[number % 3],
            fields={"Size": float(1 + number % 5)},
            labels={"team/a"} if number % 2 else {"team/b"},
        )
    return tracker
