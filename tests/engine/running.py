"""The daemon's loop in a thread, over paper trackers, with a configuration that may change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.paper_world import PaperWorld, anybody
from syncd.config.load import load
from syncd.engine.permits.letters import box_of
from syncd.engine.report import CycleResult
from syncd.engine.service import daemon
from syncd.engine.service.reload import Reload
from syncd.engine.world import World
from syncd.testing.paper import PaperTracker, paper_spec


@dataclass
class Running:
    world: World
    reload: Reload
    config: Path
    cycles: list[CycleResult] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """The last cycle wrote all there was to write."""
        last = self.cycles[-1].sources.values() if self.cycles else []
        return bool(last) and all(o.error is None and (o.applied is not None or o.plan.empty) for o in last)

    def rewrite(self, old: str, new: str, file: str = "syncd.yaml") -> None:
        path = self.config / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@contextmanager
def running(folder: Path, trackers: dict[str, PaperTracker], *, poll: str = "1 second") -> Iterator[Running]:
    paper = PaperWorld(folder, trackers)
    config = folder / "config"
    syncd = config / "syncd.yaml"
    syncd.write_text(f"poll: {poll}\n" + syncd.read_text(encoding="utf-8"), encoding="utf-8")
    specs = {name: paper_spec(name, tracker) for name, tracker in trackers.items()}
    with paper.opened() as world:
        world.loaded = load(config, {}, specs)
        for source, configured in zip(world.sources.values(), world.loaded.sources, strict=True):
            source.configured = configured
        world.rules = world.loaded.rules
        it = Running(world, Reload(world, lambda: load(config, {}, specs)), config)
        thread = threading.Thread(
            target=daemon.run, args=(world, box_of(world.store)),
            kwargs={"approve": anybody, "told": it.cycles.append, "reload": it.reload},
        )  # fmt: skip
        thread.start()
        try:
            yield it
        finally:
            world.stop.set()
            thread.join(20)
            assert not thread.is_alive()


def eventually(holds: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def scored(tracker: PaperTracker) -> bool:
    return all(issue.fields.get("Score") is not None for issue in tracker.issues.values())
