"""The demo's past: decided day by day from what was there, and never told twice."""

from __future__ import annotations

from pathlib import Path

from engine.paper_world import PaperWorld, backlog
from syncd.demo import past
from syncd.engine.cycle import Cycle
from syncd.testing.paper import PaperTracker


def test_an_empty_memory_gets_days_and_a_full_one_stays_as_it_is(tmp_path: Path) -> None:
    with PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}).opened() as world:
        cycle = Cycle(world)
        cycle.pull()
        past.remember(world)
        first = world.store.memory.first_day()
        # The paper tracker's first issue was opened three weeks before the clock of these tests.
        assert first is not None and 0 < (world.today() - first).days <= 21
        known = world.store.memory.ranks_on(world.today())
        assert sorted(known.values()) == list(range(1, 13))
        cycle.run(write=False)
        before = [world.store.memory.history(ref) for ref in known]
        past.remember(world)
        assert [world.store.memory.history(ref) for ref in known] == before
