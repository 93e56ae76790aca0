"""One Chromium for all tests of the browser, and a served syncd that it looks at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from syncd.web.server import serving
from web.page_house import Stage, house

CHROMIUM = os.environ.get("SYNCD_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = (1280, 900), (390, 844)
BETWEEN, TINY = (1024, 768), (320, 568)
"""A small laptop; and what WCAG wants read without scrolling sideways, a wide screen at 400 %."""


def installed() -> bool:
    return Path(CHROMIUM).exists()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def served(
    folder: Path, *, size: int = 30, titles: Sequence[str] = (), scope: str = "PAPER"
) -> Iterator[tuple[Stage, str]]:
    """A syncd whose first plan waits, on an address of its own."""
    with house(folder, size=size, hostile=not titles, titles=titles, scope=scope) as stage:
        object.__setattr__(stage.world.loaded.settings, "listen", "127.0.0.1:0")
        with serving(stage.world, open_to_all=True) as url:
            assert url is not None
            yield stage, url
            stage.world.stop.set()


@dataclass
class Eyes:
    """A tab, with everything that went wrong in it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.url + path, wait_until="load")
        return self.page

    @property
    def hangs_over(self) -> int:
        """By how many pixels the page is wider than the screen."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return max(0, wide)

    def barriers(self, *rules: str) -> list[str]:
        """What axe-core calls serious or critical on the page that is open, by all rules or by these."""
        options: dict[str, object] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = list(rules)
        found = Axe().run(self.page, options=options)
        return [
            f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]


def context(chromium: Browser, size: tuple[int, int], *, script: bool = True) -> BrowserContext:
    made = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    made.set_default_timeout(8000)
    return made
