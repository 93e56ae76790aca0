"""When key results are measured, what is kept of it, and what is told: at the beginning of a cycle, each when it is due."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from syncd.config.rules.measures import CountOf, Measure
from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Counter
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.asking import Asking
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import Fetcher
from syncd.engine.schedule import over
from syncd.engine.stop import Stopped
from syncd.engine.world import World
from syncd.store.measures import MeasureState
from syncd.store.open import Store

log = structlog.get_logger()

AT_ONCE: Final = 8
AGAIN: Final = timedelta(minutes=5)
"""How long a measure that failed is left alone at most."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One attempt."""

    measure: Measure
    value: float | None
    problem: str | None
    seconds: float


def due(measures: Iterable[Measure], states: Mapping[str, MeasureState], now: datetime) -> tuple[Measure, ...]:
    """Those that were not tried for as long as their schedule says (sooner after a failure), or are asked otherwise now."""

    def is_due(measure: Measure) -> bool:
        state = states.get(measure.key_result)
        if state is None or state.definition != measure.definition:
            return True
        pause = measure.every if state.problem is None else min(measure.every, AGAIN)
        return over(state.attempted, pause, now)

    return tuple(measure for measure in measures if is_due(measure))


def measure_due(world: World) -> tuple[Taken, ...]:
    """Measures what is due and keeps it; only Stopped escapes. What fails is told once, and once when it works again."""
    if not world.loaded.measures:
        return ()
    states = world.store.measures.states()
    return keep(world.store, take(world, due(world.loaded.measures, states, world.clock())), states, world.clock())


def measure_now(world: World, key_results: Collection[str]) -> tuple[Taken, ...]:
    """The same for those that somebody asked for; a name that is measured no more is passed over."""
    wanted = tuple(measure for measure in world.loaded.measures if measure.key_result in key_results)
    return keep(world.store, take(world, wanted), world.store.measures.states(), world.clock())


def take(world: World, measures: Collection[Measure]) -> tuple[Taken, ...]:
    """Asks, several at once; the counts of one source one after another, because a connector serves one thread."""
    if not measures:
        return ()
    asking = asking_of(world)
    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        name = f"source {measure.what.source}" if isinstance(measure.what, CountOf) else measure.key_result
        groups.setdefault(name, []).append(measure)

    def all_of(group: list[Measure]) -> list[Taken]:
        return [_take(asking, measure) for measure in group]

    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(groups)), thread_name_prefix="measure") as pool:
        found = {one.measure.key_result: one for group in pool.map(all_of, groups.values()) for one in group}
    world.stop.check()
    return tuple(found[measure.key_result] for measure in measures)


def keep(store: Store, taken: Iterable[Taken], before: Mapping[str, MeasureState], now: datetime) -> tuple[Taken, ...]:
    """Stores values and problems; logs what broke and what works again."""
    kept = tuple(taken)
    for one in kept:
        name, definition = one.measure.key_result, one.measure.definition
        if one.value is not None:
            store.measures.save(name, definition, one.value, now=now)
            state = before.get(name)
            if state is not None and state.problem is not None:
                log.info("key result is measured again", key_result=name)
        elif store.measures.fail(name, definition, one.problem or "it gave nothing", now=now):
            log.error("key result cannot be measured", key_result=name, origin=one.measure.origin, error=one.problem)
    return kept


def asking_of(world: World) -> Asking:
    text = world.loaded.measuring
    allowed = Allowed(text.allow)

    def count(source: str, query: str) -> int:
        connector = world.sources[source].connector
        if not isinstance(connector, Counter):
            kind = world.sources[source].configured.spec.kind
            raise Failed(f"the connector {kind} cannot count; measure it in another way")
        try:
            return connector.count(query)
        except ConnectorError as error:
            raise Failed(str(error)) from None

    return Asking(allowed, Fetcher(allowed, ca=text.ca), count)


def _take(asking: Asking, measure: Measure) -> Taken:
    began = time.monotonic()
    try:
        value: float | None = asking.value(measure)
        problem = None
    except Failed as failed:
        value, problem = None, str(failed)
    except Stopped:
        raise
    except Exception as bug:
        log.exception("this is a bug in syncd or in its connector", key_result=measure.key_result)
        value, problem = None, f"{type(bug).__name__} (a bug; the log has its traceback)"
    return Taken(measure, value, problem, time.monotonic() - began)
