"""One browser and one served syncd for all tests of a file (Playwright runs a loop in its thread, which other tests must not meet); without Chromium they skip with a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.chromium import CHROMIUM, browser, installed, served
from web.page_house import Stage


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not installed():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; install it (apt-get install chromium) or set SYNCD_CHROMIUM")
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    with served(tmp_path_factory.mktemp("site"), size=120) as running:
        yield running
