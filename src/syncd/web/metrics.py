"""GET /metrics: what operators watch, for Prometheus. Gathered from the world when it is asked for; nothing at import.

Labels are names that somebody configured, resources that connectors name, and words of ours: their number is bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

import syncd
from syncd.engine.permits import holds
from syncd.engine.telling.pulse import SourcePulse
from syncd.engine.world import Source, World
from syncd.store.errors import StoreError
from syncd.store.sources import SourceState

Family = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily

GAUGES: Final = {
    "syncd_build_info": ("The version that runs; always 1.", ("version",)),
    "syncd_configuration_info": ("The rules in force; always 1.", ("rules",)),
    "syncd_configuration_refused": ("1 while the files hold a configuration that cannot be used.", ()),
    "syncd_loop_idle_seconds": ("Seconds since the daemon's loop or a request last came by.", ()),
    "syncd_ranked_items": ("Open pieces of work in the one backlog.", ()),
    "syncd_source_up": ("1 when the last look at the source worked.", ("source",)),
    "syncd_source_failures": ("Looks that failed in a row.", ("source",)),
    "syncd_source_last_success_timestamp_seconds": ("When the source was last read without a fault.", ("source",)),
    "syncd_source_lag_seconds": ("Seconds since then.", ("source",)),
    "syncd_source_reading": ("1 while the source is being read.", ("source",)),
    "syncd_source_leased": ("1 when this process works on the source.", ("source",)),
    "syncd_source_issues": ("Issues in the mirror.", ("source",)),
    "syncd_source_items": ("Issues that became items of the backlog.", ("source",)),
    "syncd_source_problems": ("Issues that are left out because of a problem.", ("source",)),
    "syncd_source_planned_edits": ("Edits of the last plan.", ("source",)),
    "syncd_source_planned_moves": ("Moves of the last plan.", ("source",)),
    "syncd_source_waiting_issues": ("Issues of the part of the plan that waits for a person.", ("source",)),
    "syncd_source_pinned": ("Pieces of work on which a person decided something.", ("source",)),
    "syncd_source_yielded": ("Wanted writes that are not made, since a person's value stands there.", ("source",)),
    "syncd_source_held": ("1 while a person holds all writing.", ("source",)),
    "syncd_source_store_older": (
        "1 while nothing is written, since the store is older than what syncd wrote.",
        ("source",),
    ),
    "syncd_source_paused": ("1 while a limit of the tracker is waited for.", ("source",)),
    "syncd_source_quota_remaining": ("What is left of a quota, as the tracker last said.", ("source", "host", "quota")),
    "syncd_source_quota_limit": ("The whole of that quota.", ("source", "host", "quota")),
    "syncd_receiver_up": ("1 unless the last message to the receiver of `tell:` did not arrive.", ("receiver",)),
    "syncd_source_hint_waiting": ("1 while a webhook's hint waits to be followed.", ("source",)),
}
COUNTERS: Final = {
    "syncd_cycles": ("Cycles, by outcome: done, failed (a source could not be read), crashed.", ("outcome",)),
    "syncd_configuration_refusals": ("Changed configurations that were refused.", ()),
    "syncd_messages": ("Messages to receivers of `tell:`, by outcome: arrived, failed.", ("receiver", "outcome")),
    "syncd_source_edits": ("Issues that syncd edited.", ("source",)),
    "syncd_source_moves": ("Issues that syncd moved.", ("source",)),
    "syncd_source_not_written": ("Writes that did not happen.", ("source",)),
    "syncd_source_verdicts": ("What became of journaled writes.", ("source", "verdict")),
    "syncd_source_brakes": ("Plans that a brake stopped.", ("source", "brake")),
    "syncd_source_requests": ("Answers to requests, by resource and outcome.", ("source", "resource", "outcome")),
    "syncd_source_answer_seconds": ("Seconds that answers took together.", ("source",)),
}
"""Prometheus puts `_total` behind each."""
HISTOGRAMS: Final = {"syncd_phase_seconds": ("How long the phases of cycles took.", ("phase",))}


class Gathered:
    """A collector over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Family] = {
            **{name: GaugeMetricFamily(name, said, labels=labels) for name, (said, labels) in GAUGES.items()},
            **{name: CounterMetricFamily(name, said, labels=labels) for name, (said, labels) in COUNTERS.items()},
        }
        phases = HistogramMetricFamily("syncd_phase_seconds", *HISTOGRAMS["syncd_phase_seconds"][:1], labels=["phase"])
        self._process(families, phases)
        now, seen = self._world.clock(), self._world.outlook.seen
        stored = self._stored()
        pinned = Counter(ref.source for ref in (seen.decision.pins if seen is not None else ()))
        for source in list(self._world.sources.values()):
            self._source(families, source)
            if source.name in stored:
                self._kept(families, source.name, stored[source.name], now)
            _put(families, "syncd_source_pinned", pinned[source.name], source.name)
        yield from families.values()
        yield phases

    def _process(self, families: dict[str, Family], phases: HistogramMetricFamily) -> None:
        world, pulse = self._world, self._world.pulse
        seen = world.outlook.seen
        _put(families, "syncd_build_info", 1, syncd.__version__)
        _put(families, "syncd_configuration_info", 1, world.rules.digest)
        _put(families, "syncd_configuration_refused", world.refused is not None)
        _put(families, "syncd_configuration_refusals", pulse.refusals)
        _put(families, "syncd_loop_idle_seconds", world.idle_seconds)
        _put(families, "syncd_ranked_items", len(seen.decision.ranked) if seen is not None else 0)
        for outcome in ("done", "failed", "crashed"):
            _put(families, "syncd_cycles", pulse.cycles[outcome], outcome)
        for receiver in [one.name for one in world.loaded.receivers]:
            _put(families, "syncd_receiver_up", not pulse.deaf.get(receiver, False), receiver)
            for outcome in ("arrived", "failed"):
                _put(families, "syncd_messages", pulse.messages[receiver, outcome], receiver, outcome)
        for phase, durations in list(pulse.phases.items()):
            phases.add_metric([phase], durations.cumulative, durations.total)

    def _stored(self) -> dict[str, tuple[SourceState, bool, bool]]:
        """By source, its state, whether it is held, and whether a hint waits. Nothing while the store does not answer: all else is served all the
        same, or the alert that tells of it would never come."""
        world = self._world
        if world.work.cut_off:
            return {}
        try:
            news = world.inbox.news
            return {
                name: (world.store.sources.get(name), holds.in_force(world.store, name) is not None, name in news)
                for name in list(world.sources)
            }
        except StoreError:
            return {}

    def _kept(
        self, families: dict[str, Family], name: str, stored: tuple[SourceState, bool, bool], now: datetime
    ) -> None:
        state, held, hinted = stored
        if state.last_success is not None:
            _put(families, "syncd_source_last_success_timestamp_seconds", state.last_success.timestamp(), name)
            _put(families, "syncd_source_lag_seconds", (now - state.last_success).total_seconds(), name)
        _put(families, "syncd_source_held", held, name)
        _put(families, "syncd_source_hint_waiting", hinted, name)

    def _source(self, families: dict[str, Family], source: Source) -> None:
        name, world, pace = source.name, self._world, source.pace
        pulse = world.pulse.sources.get(name, SourcePulse())
        _put(families, "syncd_source_leased", world.leased(name), name)
        _put(families, "syncd_source_paused", pace.pause is not None, name)
        _put(families, "syncd_source_edits", pulse.edits, name)
        _put(families, "syncd_source_moves", pulse.moves, name)
        _put(families, "syncd_source_not_written", pulse.not_written, name)
        _put(families, "syncd_source_answer_seconds", pace.seconds, name)
        for verdict, count in dict(source.verdicts).items():
            _put(families, "syncd_source_verdicts", count, name, verdict)
        for brake, count in dict(pulse.brakes).items():
            _put(families, "syncd_source_brakes", count, name, brake)
        for (resource, outcome), count in dict(pace.outcomes).items():
            _put(families, "syncd_source_requests", count, name, resource, outcome)
        for (host, quota), left in pace.quotas.items():
            _put(families, "syncd_source_quota_remaining", left.remaining, name, host, quota)
            _put(families, "syncd_source_quota_limit", left.limit, name, host, quota)
        if not world.leased(name):
            return  # only the process that works on it knows
        _put(families, "syncd_source_up", source.broken is None, name)
        _put(families, "syncd_source_store_older", source.older is not None, name)
        _put(families, "syncd_source_failures", source.schedule.failures, name)
        _put(families, "syncd_source_reading", source.reading, name)
        if (last := pulse.last) is not None:
            _put(families, "syncd_source_issues", last.issues, name)
            _put(families, "syncd_source_items", last.items, name)
            _put(families, "syncd_source_problems", last.problems, name)
            _put(families, "syncd_source_planned_edits", len(last.plan.edits), name)
            _put(families, "syncd_source_planned_moves", sum(map(len, last.plan.moves.values())), name)
            _put(families, "syncd_source_waiting_issues", last.waiting.size if last.waiting is not None else 0, name)
            _put(families, "syncd_source_yielded", len(last.plan.skips), name)


def _put(families: dict[str, Family], name: str, value: float, *labels: str) -> None:
    family = families[name]
    assert not isinstance(family, HistogramMetricFamily), "histograms take buckets"
    family.add_metric(labels, float(value))


def text(world: World) -> bytes:
    """All metrics as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Gathered(world))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def router(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(text(world), media_type=CONTENT_TYPE_LATEST)

    return routes
