"""One cycle: settle, pull, decide, and write what may be written. Level-triggered: it decides again from what is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

import structlog

from syncd.core.decide import Decision, Snapshot, decide
from syncd.engine.items import Items
from syncd.engine.look import Look
from syncd.engine.measuring.known import as_measured
from syncd.engine.measuring.schedule import measure_due
from syncd.engine.memory.remember import Remember
from syncd.engine.news import Decided
from syncd.engine.permits import approvals
from syncd.engine.permits.permit import Approve, Leave
from syncd.engine.report import CycleResult, summarize
from syncd.engine.world import World
from syncd.engine.write import write
from syncd.engine.writing import order
from syncd.store.changes import DECISION
from syncd.store.errors import LeaseLost

log = structlog.get_logger()

T = TypeVar("T")


class Cycle:
    """Runs cycles over one world; keeps the items and the last decision in between."""

    def __init__(self, world: World, *, patience: float | None = None) -> None:
        """With `patience` a cycle reads only the sources that are due, and waits so many seconds for slow ones; without,
        it reads all of them, for as long as it takes."""
        self._world = world
        self._items: Items | None = None
        self._last: tuple[object, Decision] | None = None
        self._remember = Remember(world.store)
        self._look = Look(world, lambda: self.items, patience)
        self.readers = self._look.readers

    def run(
        self,
        *,
        write: bool,
        approved: Approve | None = None,
        only: Sequence[str] | None = None,
        census: bool = False,
    ) -> CycleResult:
        """One whole cycle. `write` False decides and stores the plans, and opens no gate.

        `approved` is asked about what would wait for a person (the demo approves its own plans this way).
        `only` limits the writing to what was approved by these digests.
        Only Stopped escapes; what goes wrong with a source is in its outcome.
        """
        run = self._world.new_run()
        with (
            structlog.contextvars.bound_contextvars(run=run),
            self._world.traces.span("cycle", run=run),
            self._world.work.turn(self._world.sources),
        ):
            return self._run(run, Leave(write, approved, only), census)

    def _run(self, run: str, leave: Leave, census: bool) -> CycleResult:
        world, began = self._world, time.monotonic()
        world.store.runs.start(run, now=world.clock(), owner=world.work.owner)
        with world.traces.span("measure"):
            measure_due(world)
        with world.traces.span("pull"):
            self._look.whole(census)
        pulled = time.monotonic()
        with world.traces.span("decide"):
            decision = self.decision() if not self._unread() else None
        decided = time.monotonic()
        with world.traces.span("apply"):
            outcomes = write(world, self.items, run, decision, leave)
        seconds = time.monotonic() - began
        phases = {"pull": pulled - began, "decide": decided - pulled, "write": time.monotonic() - decided}
        result = CycleResult(run, decision, outcomes, seconds, phases)
        self._record(result)
        self.items.catch_up(world.sources, world.watch)
        world.stop.check()
        return result

    @property
    def behind(self) -> bool:
        """Whether somebody else changed what decisions are made from, since the last cycle."""
        return self._items is not None and self._items.seen != self._world.store.changes.all()

    def _unread(self) -> list[str]:
        """Sources that were never read completely: without them no ranking would be true."""
        get = self._world.store.sources.get
        return [name for name in self._world.sources if get(name).last_success is None]

    @property
    def items(self) -> Items:
        """The items as of now; built from the store on first use, without any request."""
        rules, today = self._world.rules, self._world.today()
        if self._items is None or not self._items.fits(rules, today):
            self._items = Items(self._world.store, rules, today)
            self._items.catch_up(self._world.sources, self._world.watch)
        return self._items

    def forget(self) -> None:
        """Lets the next look build the items anew: somebody else changed the store."""
        self._items = self._last = None

    def pull(self, *, census: bool = False) -> dict[str, str]:
        """Only reads. Returns what failed, by source."""
        with self._world.work.turn(self._world.sources):
            self._look.read(census)
        self._items = self._last = None
        return {name: source.broken for name, source in self._world.sources.items() if source.broken is not None}

    def decision(self, *, remember: bool = True) -> Decision:
        """What the stored mirror says, without any request. `remember` keeps it as the previous decision of the next."""
        world = self._world
        world.rules = as_measured(world.rules, world.store, world.loaded.measures, world.clock())
        items = self.items
        dragged = order.chosen_by_people(world.store, world.sources)
        agreed = approvals.agreed(world)
        rules = (world.rules.digest, world.rules.okrs, world.rules.voices)
        key = (items.version, rules, world.today(), items.seen, agreed)
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        began = time.monotonic()
        snapshot = Snapshot(
            items=items.items,
            problems=items.problems,
            ledger=world.store.ledger.load(None),
            memory=world.store.memory.load(),
            orders={name: world.store.mirror.orders(name) for name in world.sources},
            excluded=items.excluded,
            dragged=dragged,
            authors=world.store.authors.load(),
            agreed=agreed,
        )
        decision = decide(snapshot, world.rules, world.today())
        if remember:
            now = world.clock()
            if world.store.memory.save(decision.placed, now=now):
                # Our own word changes nothing; that of another replica in between does.
                key = (*key[:3], {**items.seen, DECISION: items.seen.get(DECISION, 0) + 1}, agreed)
            self._remember.keep(decision, world.loaded, world.rules, items.take_changed(), now)
        world.watch(Decided(len(items.items), len(decision.ranked), time.monotonic() - began))
        self._last = (key, decision)
        world.outlook.publish(decision, world.rules, items.items)
        return decision

    def _record(self, result: CycleResult) -> None:
        world, now = self._world, self._world.clock()
        if result.decision is not None:
            for name in result.sources:
                problems = [problem for problem in result.decision.problems if problem.source == name]
                with suppress(LeaseLost):
                    world.store.problems.replace(name, problems, now=now)
        summary = {name: summarize(outcome) | approvals.under(world, name) for name, outcome in result.sources.items()}
        failed = any(outcome.error for outcome in result.sources.values())
        world.store.runs.finish(result.run, "failed" if failed else "done", summary, now=now)
        world.outlook.cycled()
        world.pulse.tell(result)
