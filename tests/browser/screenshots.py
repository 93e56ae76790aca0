"""`make screenshots`: the pages of the demo as pictures, for the README and to look at: docs/images/NAME.png.

With ALL=FOLDER every page goes there in both widths and both schemes.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from browser.chromium import CHROMIUM, NARROW, WIDE, Eyes, browser, context, installed
from syncd.cli.demo import environment
from syncd.cli.session import opened
from syncd.core.plan import Plan
from syncd.demo import past
from syncd.demo import site as sites
from syncd.engine.cycle import Cycle
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold
from syncd.telemetry import silence_logging
from syncd.web.server import serving

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / "docs" / "images"
WHATIF = "/whatif?turned=yes&on.0=yes&value.0=10&on.1=yes&value.1=2&on.2=yes&on.3=yes&on.4=yes&on.5=yes&top=20"
PAGES = {
    "backlog": "/backlog", "why": "/work/PAY-128?above=lumen/api%2379", "roadmap": "/roadmap", "releases": "/releases",
    "okrs": "/okrs", "whatif": WHATIF, "plans": "/plans", "plan": "/plans/github", "runs": "/runs", "sources": "/sources",
}  # fmt: skip


def main() -> int:
    if not installed():
        sys.stderr.write(f"there is no Chromium at {CHROMIUM}; install it or set SYNCD_CHROMIUM\n")
        return 1
    silence_logging()
    everything = os.environ.get("ALL")
    with demo() as url, browser() as chromium:
        for size, wide in ((WIDE, "wide"), (NARROW, "narrow")):
            with context(chromium, size) as tabs:
                eyes = Eyes(tabs.new_page(), url)
                eyes.go("/backlog").click("[data-seen]")
                for name, path in PAGES.items():
                    page = eyes.go(path)
                    for scheme in ("light", "dark") if everything else ("light",):
                        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                        if everything:
                            _take(page, Path(everything) / f"{name}-{wide}-{scheme}.png")
                        elif wide == "wide" or name == "backlog":
                            _take(page, TARGET / (f"{name}.png" if wide == "wide" else f"{name}-phone.png"))
                for fault in eyes.faults:
                    sys.stderr.write(fault + "\n")
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """The demo after its first writes, with a person who disagrees and a plan that waits."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sites.start(Path(folder), fresh=True, today=datetime.now(UTC).date()) as site,
    ):
        environ = environment(site.environment, site.state, "1 hour") | {"SYNCD_LISTEN": "127.0.0.1:0"}
        with opened(site.overlay(ROOT / "config"), write=True, environ=environ) as world:
            cycle = Cycle(world)
            cycle.pull()
            past.remember(world)
            for _ in range(2):
                cycle.run(write=True, approved=_anybody)
            person = site.person()
            for deed in ("re-estimate", "set-horizon", "re-estimate"):
                person.deed(deed, None)
            holds.keep(world.store, "github", Hold("Anna", "release day, nothing moves before noon", world.clock()))
            cycle.run(write=True)
            with serving(world, open_to_all=True) as url:
                assert url is not None
                yield url
                world.stop.set()


def _anybody(plan: Plan) -> str:
    return "Anna"


def _take(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(smaller(page.screenshot()))


def smaller(png: bytes) -> bytes:
    """The same picture with its colors in a table of 256, which pages hardly exceed: less than half the bytes."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    sys.exit(main())
