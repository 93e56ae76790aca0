"""Every page in a real Chromium: wide and narrow, light and dark, without an error, an overflow or a barrier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.chromium import NARROW, WIDE, Eyes, context, served
from web.page_house import PAGES, Stage

TITLES = (
    "x" * 250,
    "Ein sehr langer Titel " * 11,
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung" * 3,
    "العربية: السعر يظهر في المكان الخطأ عندما تكون اللغة من اليمين إلى اليسار",
    "🎁❤️👨‍👩‍👧 " * 30,
    "",
)
ALL = [page for page in PAGES if page != "/whatif?turned=yes&scale=minmax"] + ["/login", "/work/PAPER-1?above=PAPER-3"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_whole(chromium: Browser, site: tuple[Stage, str], size: tuple[int, int]) -> None:
    with context(chromium, size) as tabs:
        eyes = Eyes(tabs.new_page(), site[1])
        for path in ALL:
            page = eyes.go(path)
            assert page.locator("h1").count() == 1, path
            assert eyes.hangs_over == 0, f"{path} is wider than {size[0]} pixels"
            assert eyes.barriers() == [], path
            page.emulate_media(color_scheme="dark")
            assert eyes.barriers("color-contrast") == [], f"{path}, dark"
            page.emulate_media(color_scheme="light")
        assert eyes.faults == []


def test_every_page_can_be_read_without_javascript(chromium: Browser, site: tuple[Stage, str]) -> None:
    with context(chromium, WIDE, script=False) as tabs:
        page = tabs.new_page()
        for path in ALL:
            page.goto(site[1] + path)
            assert page.locator("main").inner_text().strip(), path
        page.goto(site[1] + "/backlog")
        page.fill("input[name=q]", "work 7")
        page.click("noscript button, button:has-text('Filter')")
        assert "q=work+7" in page.url
        assert all("7" in text for text in page.locator(".works tbody .work").all_inner_texts())
        page.click(".works .title >> nth=0")
        assert page.locator("h2:has-text('Why it has this score')").is_visible()


@pytest.fixture(scope="module")
def strange(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    with served(tmp_path_factory.mktemp("strange"), size=8, titles=TITLES) as running:
        yield running


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_title_is_too_long_or_too_strange_for_a_page(
    chromium: Browser, strange: tuple[Stage, str], size: tuple[int, int]
) -> None:
    with context(chromium, size) as tabs:
        eyes = Eyes(tabs.new_page(), strange[1])
        for path in ("/backlog", "/roadmap", "/whatif", "/plans/paper", "/work/PAPER-1"):
            eyes.go(path)
            assert eyes.hangs_over == 0, f"{path} is wider than {size[0]} pixels"
            assert eyes.barriers("link-name", "empty-heading", "list", "color-contrast") == [], path
        assert eyes.faults == []
