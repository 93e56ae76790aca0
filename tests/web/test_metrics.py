"""What /metrics, /livez and /readyz tell, and the heartbeat."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked
from syncd.connector.protocol import Answer, Call
from syncd.engine.cycle import Cycle
from syncd.engine.pacing.limits import Pause
from syncd.engine.telling.heartbeat import Heartbeat
from syncd.engine.world import Refused, World
from syncd.testing.paper import PaperTracker
from syncd.web.app import create_app
from syncd.web.metrics import COUNTERS, GAUGES, HISTOGRAMS


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def world(tmp_path: Path, tracker: PaperTracker) -> Iterator[World]:
    with PaperWorld(tmp_path, {"paper": tracker}).opened() as opened:
        yield opened


def get(world: World, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(world))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return asyncio.run(ask())


def metrics(world: World) -> dict[tuple[str, ...], float]:
    """(name, label values by their labels' names …) → value"""
    answer = get(world, "/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_store_that_cannot_be_asked_hides_only_what_it_knows(world: World) -> None:
    Cycle(world).run(write=True, approved=anybody)
    world.pulse.crashed()
    assert "failed as a whole" in get(world, "/readyz").json()["cycles"]
    world.store.close()
    told = {name for name, *_ in metrics(world)}
    assert {"syncd_source_up", "syncd_cycles_total", "syncd_source_leased"} <= told
    assert not told & {"syncd_source_lag_seconds", "syncd_source_held"}
    assert get(world, "/readyz").status_code == 503
    assert get(world, "/livez").status_code == 200


def test_a_cycle_shows_in_the_metrics(world: World, tracker: PaperTracker) -> None:
    world.sources["paper"].pace.after(
        Call(host="h", method="GET", resource="search", mutates=False), Answer(200, 0.5, {})
    )
    cycle = Cycle(world)
    cycle.run(write=True)
    waiting = metrics(world)
    assert waiting["syncd_source_planned_edits", "paper"] == 12
    assert waiting["syncd_source_waiting_issues", "paper"] == 12
    cycle.run(write=True, approved=anybody)
    issue = next(iter(tracker.issues.values()))
    issue.fields["Score"] = 99.0
    tracker.touch(issue)
    cycle.run(write=True, approved=anybody)
    seen = metrics(world)
    assert seen["syncd_source_edits_total", "paper"] >= 12
    assert seen["syncd_source_verdicts_total", "paper", "done"] >= 12
    assert seen["syncd_cycles_total", "done"] == 3
    assert seen["syncd_phase_seconds_count", "pull"] == 3
    assert seen["syncd_source_up", "paper"] == 1
    assert seen["syncd_source_issues", "paper"] == 12
    assert seen["syncd_source_pinned", "paper"] == 1
    assert seen["syncd_source_requests_total", "ok", "search", "paper"] >= 1
    assert seen[("syncd_ranked_items",)] == 12


def test_trouble_shows_in_the_metrics_and_in_readyz(world: World, tracker: PaperTracker) -> None:
    def broken(step: int) -> None:
        raise Locked("the token s3cret was revoked")

    tracker.weather = broken
    Cycle(world).run(write=True)
    world.refused = Refused(world.clock(), "scoring.yaml:3: s3cret")
    seen, ready = metrics(world), get(world, "/readyz")
    assert seen["syncd_source_up", "paper"] == 0 and seen["syncd_cycles_total", "failed"] == 1
    assert seen[("syncd_configuration_refused",)] == 1
    assert ready.status_code == 200, "one broken tracker takes nobody's pages and webhooks away"
    assert ready.json()["sources"] == {"paper": "broken"} and "refused since" in ready.json()["configuration"]
    assert "s3cret" not in ready.text


def test_a_pause_is_shown_as_one(world: World) -> None:
    Cycle(world).run(write=True)
    world.sources["paper"].pace.keep(Pause(world.clock().replace(hour=23), "the hourly limit"))
    assert metrics(world)["syncd_source_paused", "paper"] == 1
    assert get(world, "/readyz").json()["sources"] == {"paper": "paused"}


def test_every_metric_is_described_and_served(world: World) -> None:
    served = {family.name for family in text_string_to_metric_families(get(world, "/metrics").text)}
    assert set(GAUGES) | set(COUNTERS) | set(HISTOGRAMS) <= served
    assert {name for name in served if not name.startswith("syncd_")} >= {"process_resident_memory_bytes"}


def test_a_loop_that_hangs_is_not_live_and_one_that_stops_is_not_ready(world: World) -> None:
    assert get(world, "/livez").status_code == 200
    assert get(world, "/readyz").status_code == 200
    world.pulse.beat_at -= 1000
    world.sources["paper"].pace.moved_at -= 1000
    assert get(world, "/livez").status_code == 503
    world.sources["paper"].pace.moved_at += 1000
    assert get(world, "/livez").status_code == 200, "a long write is a sign of life"
    world.stop.set()
    assert get(world, "/readyz").json()["not_ready"] == ["it is stopping"]


def test_the_heart_beats_after_good_cycles_only(world: World, tracker: PaperTracker) -> None:
    beats: list[str] = []
    came = threading.Event()

    class Monitor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats.append(self.path)
            self.send_response(200)
            self.end_headers()
            came.set()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Monitor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = SecretStr(f"http://127.0.0.1:{server.server_port}/ping/s3cret")
    settings = world.loaded.settings
    settings.__dict__["heartbeat"] = settings.heartbeat.model_copy(update={"url": url})
    heart, cycle = Heartbeat(world), Cycle(world)
    try:
        heart.told(cycle.run(write=True))
        assert came.wait(10) and beats == ["/ping/s3cret"]
        heart.told(cycle.run(write=True))
        time.sleep(0.2)
        assert len(beats) == 1, "hints must not make it hammer"

        def broken(step: int) -> None:
            raise Locked("no")

        tracker.weather = broken
        heart._last = float("-inf")
        heart.told(cycle.run(write=True))
        time.sleep(0.2)
        assert len(beats) == 1
    finally:
        server.shutdown()
        server.server_close()
