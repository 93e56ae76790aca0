"""One cycle: settle, pull, decide, and write what may be written. Level-triggered: it decides again from what is."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import structlog

from syncd.connector.errors import ConnectorError, Locked, Transient
from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.permission.leave import Mode, WriteKind
from syncd.core.plan import Plan
from syncd.core.safety.brakes import Brake, check
from syncd.engine.items import Items
from syncd.engine.measuring.known import as_measured
from syncd.engine.measuring.schedule import measure_due
from syncd.engine.memory.measures import measures, remember
from syncd.engine.memory.remember import Remember
from syncd.engine.news import Decided, Recovered, Trouble
from syncd.engine.permits import approvals
from syncd.engine.permits.authors import Authors
from syncd.engine.permits.claim import heed
from syncd.engine.permits.permit import Approve, Case, Leave, rule
from syncd.engine.reading.hinted import follow
from syncd.engine.reading.pull import Found, pull
from syncd.engine.reading.readers import Readers
from syncd.engine.report import CycleResult, SourceOutcome, summarize
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.engine.writing import order
from syncd.engine.writing.apply import Applied, apply
from syncd.engine.writing.noise import cost_of, heard_by
from syncd.engine.writing.settle import settle_open
from syncd.store.changes import DECISION
from syncd.store.errors import LeaseLost, StoreError
from syncd.store.sources import SourceChanges
from syncd.telemetry import carried

log = structlog.get_logger()

T = TypeVar("T")


class Cycle:
    """Runs cycles over one world; keeps the items and the last decision in between."""

    def __init__(self, world: World, *, patience: float | None = None) -> None:
        """With `patience` a cycle reads only the sources that are due, and waits so many seconds for slow ones; without,
        it reads all of them, for as long as it takes."""
        self._world = world
        self.readers = Readers(world.stop.wake, patience=patience)
        self._items: Items | None = None
        self._last: tuple[object, Decision] | None = None
        self._remember = Remember(world.store)
        self._authors = Authors(world)

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
            self._pull(census)
        pulled = time.monotonic()
        with world.traces.span("decide"):
            decision = self.decision() if not self._unread() else None
        decided = time.monotonic()
        with world.traces.span("apply"):
            outcomes = self._write(run, decision, leave)
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
            self._read(census)
        self._items = self._last = None
        return {name: source.broken for name, source in self._world.sources.items() if source.broken is not None}

    def decision(self, *, remember: bool = True) -> Decision:
        """What the stored mirror says, without any request. `remember` keeps it as the previous decision of the next."""
        world = self._world
        world.rules = as_measured(world.rules, world.store, world.loaded.measures, world.clock())
        items = self.items
        dragged = order.chosen_by_people(world.store, world.sources)
        agreed = approvals.agreed(world)
        key = (items.version, world.rules.digest, world.rules.okrs, world.today(), items.seen, agreed)
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
                key = (*key[:4], {**items.seen, DECISION: items.seen.get(DECISION, 0) + 1}, agreed)
            self._remember.keep(decision, world.loaded, world.rules, items.take_changed(), now)
        world.watch(Decided(len(items.items), len(decision.ranked), time.monotonic() - began))
        self._last = (key, decision)
        world.outlook.publish(decision, world.rules, items.items)
        return decision

    # pull

    def _pull(self, census: bool) -> None:
        """Reads, and brings the items up to date with what changed."""
        self._read(census)
        self.items.catch_up(self._world.sources, self._world.watch)
        order.look(self._world, self._ours(), self.items.items, self.items.excluded)
        self._ask_authors()

    def _ask_authors(self) -> None:
        """Where accounts are listed that count as nobody: who changed what we wrote."""
        about = self._authors.questions(self._ours(), self.items)
        if about and any(
            self._each(lambda source: source.name in about and self._authors.ask(source, about[source.name]))
        ):
            self.items.catch_up(self._world.sources, self._world.watch)

    def _ours(self) -> list[Source]:
        return [source for source in self._world.sources.values() if self._world.work.mine(source.name)]

    def _read(self, census: bool) -> None:
        """Settles and pulls the sources whose turn it is. What failed is in `Source.broken`."""
        now, sources = time.monotonic(), self._ours()
        for source in sources:
            source.fresh = False
        due = [source for source in sources if self.readers.patience is None or source.schedule.due(now)]
        read = self.readers.read(due, lambda source, found: self._pull_one(source, found, census))
        for name, found in read.items():
            with suppress(LeaseLost):
                self._note(self._world.sources[name], found.error)

    def _pull_one(self, source: Source, found: Found, census: bool) -> None:
        try:
            settled = settle_open(self._world, source)
            found.changed |= settled.changed
            found.gone |= settled.gone
            follow(self._world, source, found)
            pull(self._world, source, found, census=census)
        except Stopped:
            raise
        except ConnectorError as error:
            found.error = error
        except LeaseLost as error:
            log.warning("not stored", source=source.name, because=str(error))
        except StoreError:
            raise  # no fault of the source: the cycle fails, and the next one reads it again
        except Exception as bug:
            log.exception("this is a bug in syncd or in its connector", source=source.name)
            found.error = Locked(f"{type(bug).__name__}: {bug} (a bug; the log has its traceback)")

    def _note(self, source: Source, error: ConnectorError | None) -> None:
        """Tells once when a source breaks and once when it recovers, and remembers its state."""
        world, message = self._world, str(error) if error is not None else None
        now = world.clock()
        source.pace.heed(error)
        pause = source.pace.pause
        waits = pause is not None and isinstance(error, Transient)  # a limit is no fault: nobody has to act
        changes: SourceChanges = {
            "last_attempt": now,
            "problem": None if waits else message,
            "requests": dict(source.pace.requests),
            "paused_until": pause.until if pause else None,
            "paused_because": pause.because if pause else None,
        }
        if error is None:
            changes["last_success"] = now
        world.store.sources.set(source.name, **changes)
        if message is not None and source.broken is None and not waits:
            log.error("source failed", source=source.name, error=message, kind=type(error).__name__)
            world.watch(Trouble(source.name, message))
        elif message is None and source.broken is not None:
            log.info("source recovered", source=source.name)
            world.watch(Recovered(source.name))
        if message is None or waits:
            source.schedule.worked(time.monotonic(), world.loaded.settings.poll)
        else:
            source.schedule.failed(time.monotonic(), world.loaded.settings.poll)
        source.broken, source.fresh = message, message is None

    def _each(self, work: Callable[[Source], T]) -> list[T]:
        """Runs `work` for every source at once; Stopped and bugs escape when all have ended."""
        sources = self._ours()
        with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="source") as pool:
            futures = [pool.submit(carried(work, source=source.name), source) for source in sources]
        return [future.result() for future in futures]

    # write

    def _write(self, run: str, decision: Decision | None, leave: Leave) -> dict[str, SourceOutcome]:
        """Writes every plan that may be written, each source in a thread of its own."""
        outcomes = self._each(lambda source: self._write_unless_lost(run, source, decision, leave))
        return {outcome.plan.source: outcome for outcome in outcomes if outcome is not None}

    def _write_unless_lost(
        self, run: str, source: Source, decision: Decision | None, leave: Leave
    ) -> SourceOutcome | None:
        """None when another replica took the source over meanwhile: what became of it is for that one to say."""
        try:
            return self._write_one(run, source, decision, leave)
        except LeaseLost as error:
            log.warning("not stored", source=source.name, because=str(error))
            return None

    def _write_one(self, run: str, source: Source, decision: Decision | None, leave: Leave) -> SourceOutcome:
        world = self._world
        plan = decision.plans[source.name] if decision is not None else Plan(source.name)
        case = Case(plan, partial(self._brakes, source, decision), self._outside(source, plan))
        ruling = rule(world, source, case, leave)
        if leave.write:
            ruling = heed(world, source, ruling)
        world.store.plans.save(
            run,
            plan,
            waiting=ruling.waits,
            because=ruling.because,
            tripped=[brake.message for brake in ruling.brakes],
            cost=(price := cost_of(world, source, self.items, plan) if not plan.empty else None),
            now=world.clock(),
        )
        applied: Applied | None = None
        if leave.write and self._order_is_ours(source, plan, ruling.runs):
            order.remember(world, source)
        if leave.write and not ruling.runs.empty:
            applied = apply(world, source, ruling.runs, run)
        remember(world, source, decision, ruling, applied)
        return SourceOutcome(
            issues=world.store.mirror.count(source.name),
            items=sum(1 for ref in self.items.items if ref.source == source.name),
            problems=sum(1 for ref in self.items.excluded if ref.source == source.name),
            plan=plan,
            brakes=ruling.brakes,
            waits_for=ruling.waits_for,
            applied=applied,
            error=source.broken,
            waiting=ruling.waits,
            unasked=ruling.unasked if applied is not None else 0,
            notified=heard_by(source, self.items, ruling.runs) if applied and ruling.unasked else 0,
            cost=price,
            order=order.verify(world, source, decision, self.items.items) if decision is not None else {},
        )

    def _order_is_ours(self, source: Source, plan: Plan, runs: Plan) -> bool:
        """Whether its native order is now as we leave it: a person let us write, and no move of this plan waits."""
        if source.broken is not None or source.configured.rules.mode_of(WriteKind.ORDER) is Mode.OBSERVE:
            return False
        return self._world.store.approvals.ever(source.name) and runs.moves.keys() == plan.moves.keys()

    def _brakes(self, source: Source, decision: Decision | None, goes: Plan, command: str) -> tuple[Brake, ...]:
        if decision is None:
            return ()
        found = measures(self._world, source, decision)
        found = dataclasses.replace(found, notifications=heard_by(source, self.items, goes))
        return check(goes, self._world.rules.policy.limits, found, command)

    def _outside(self, source: Source, plan: Plan) -> dict[str, frozenset[str]]:
        """By order scope, what the plan moves there and what is not in it yet."""
        if not plan.moves:
            return {}
        orders = self._world.store.mirror.orders(source.name)
        return {
            scope: frozenset(move.ref.id for move in moves).difference(orders.get(scope, ()))
            for scope, moves in plan.moves.items()
        }

    # record

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
