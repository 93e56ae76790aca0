"""The page in a real Chromium over a large backlog: first paint, weight, and from a turned knob to the painted answer.

Yields nothing where there is no Chromium.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.core import CONFIG, DAY, issues, normalized
from benchmarks.result import Result
from syncd.config.load import load
from syncd.connector.registry import connectors
from syncd.core.decide import Snapshot, decide
from syncd.engine.stop import Stop
from syncd.engine.world import assemble
from syncd.store.open import open_store
from syncd.web.server import serving

CHROMIUM = os.environ.get("SYNCD_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
NOW = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
TURNS = 60
AFTER_DECISION = 2.0
"""Seconds from a decision to its first visitor: by then the picture was made beside the cycle."""

PAINT = """() => new Promise((done) => new PerformanceObserver((seen) => {
    const first = seen.getEntriesByName("first-contentful-paint")[0];
    if (first) done(first.startTime);
}).observe({ type: "paint", buffered: true }))"""
WEIGHT = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, one) => sum + one.transferSize, 0)"""
TURN = """(value) => new Promise((done) => {
    const slider = document.querySelector("input[name='value.0']");
    const began = performance.now();
    new MutationObserver((_, watching) => {
        watching.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    }).observe(document.querySelector(".try"), { childList: true });
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def page() -> Iterator[Result]:
    if not Path(CHROMIUM).exists():
        return
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        with _serving(50_000) as url:
            yield from _backlog(chromium, url)
        with _serving(100_000) as url:
            yield from _whatif(chromium, url)
        chromium.close()


@contextmanager
def _serving(count: int) -> Iterator[str]:
    """A syncd that has just decided over so many open issues, on an address of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "DEMO_JIRA_TOKEN": "x", "DEMO_GITHUB_TOKEN": "x", "SYNCD_STORE": f"sqlite:///{folder}/syncd.db",
            "SYNCD_LISTEN": "127.0.0.1:0",
        }  # fmt: skip
        loaded = load(CONFIG, environ, connectors())
        store = open_store(loaded.settings.store, write=True, now=NOW)
        runs = itertools.count()
        world = assemble(loaded, store, Stop(), lambda: NOW, lambda: f"run{next(runs)}")
        decision = decide(Snapshot(normalized(issues(count), world.rules), (), {}, {}, {}), world.rules, DAY)
        world.outlook.publish(decision, world.rules, {})
        with serving(world, open_to_all=True) as url:
            assert url is not None
            yield url
            world.stop.set()
        world.close()


def _backlog(chromium: Browser, url: str) -> Iterator[Result]:
    paints: list[float] = []
    time.sleep(AFTER_DECISION)
    for visit in range(6):
        with chromium.new_context(viewport={"width": 1280, "height": 900}) as tabs:
            tab = tabs.new_page()
            paints.append(_painted(tab, f"{url}/backlog"))
            if visit == 0:
                yield Result("page.backlog_50k_first_visit_ms", paints.pop(), "ms")
                yield Result("page.backlog_kb", tab.evaluate(WEIGHT) / 1000, "kB", 300)
    yield Result("page.backlog_50k_first_paint_ms", max(paints), "ms", 1000)
    with chromium.new_context() as tabs:
        tab = tabs.new_page()
        yield Result("page.backlog_50k_search_ms", _painted(tab, f"{url}/backlog?q=4711"), "ms")


def _painted(tab: Page, address: str) -> float:
    tab.goto(address, wait_until="load")
    found: float = tab.evaluate(PAINT)
    return found


def _whatif(chromium: Browser, url: str) -> Iterator[Result]:
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as tabs:
        tab = tabs.new_page()
        tab.goto(f"{url}/whatif", wait_until="load")
        tab.evaluate(TURN, "24")
        took = sorted(float(tab.evaluate(TURN, str(5 + turn % 40))) for turn in range(TURNS))
    yield Result("page.whatif_100k_median_ms", took[len(took) // 2], "ms")
    yield Result("page.whatif_100k_p95_ms", took[int(len(took) * 0.95)], "ms", 150)
