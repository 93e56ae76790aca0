"""Every page in a real Chromium: wide and narrow, light and dark, without an error, an overflow or a barrier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Browser

from browser.chromium import BETWEEN, NARROW, TINY, WIDE, Eyes, context, served
from syncd.web import plots
from syncd.web.front import STATIC
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


SCOPE = "an-organization-with-a-name/and-its-repository-of-everything"


@pytest.fixture(scope="module")
def strange(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    with served(tmp_path_factory.mktemp("strange"), size=8, titles=TITLES, scope=SCOPE) as running:
        running[0].tracker.add("in a status that nobody knows", state="In Limbo, which means nothing to syncd")
        running[0].turn()
        yield running


@pytest.mark.parametrize("size", [WIDE, BETWEEN, NARROW, TINY], ids=["wide", "between", "narrow", "tiny"])
def test_no_key_and_no_title_is_too_long_or_too_strange_for_a_page(
    chromium: Browser, strange: tuple[Stage, str], size: tuple[int, int]
) -> None:
    with context(chromium, size) as tabs:
        eyes = Eyes(tabs.new_page(), strange[1])
        work = f"/work/{SCOPE}-1?above={SCOPE}-9"
        for path in ("/backlog", "/roadmap", "/okrs", "/whatif", "/plans", "/plans/paper", "/sources", work):
            page = eyes.go(path)
            assert eyes.hangs_over == 0, f"{path} is wider than {size[0]} pixels"
            assert (
                eyes.barriers("link-name", "empty-heading", "list", "color-contrast", "scrollable-region-focusable")
                == []
            ), path
            assert page.evaluate(COVERED) == [], path
        assert eyes.faults == []


COVERED = """() => [...document.querySelectorAll(".works tr, .changes tr, .tickets li")].filter(row => {
  const box = what => row.querySelector(what)?.getBoundingClientRect();
  const key = box(".key"), title = box(".title");
  return key && title && key.left < title.right - 1 && title.left < key.right - 1
    && key.top < title.bottom - 1 && title.top < key.bottom - 1;
}).map(row => row.textContent)"""
"""The rows whose key and title lie over each other."""


def test_the_last_column_of_key_results_can_be_read_on_a_small_laptop(
    chromium: Browser, site: tuple[Stage, str]
) -> None:
    with context(chromium, BETWEEN) as tabs:
        page = Eyes(tabs.new_page(), site[1]).go("/okrs")
        box = page.locator(".results tbody td:last-child >> nth=0").bounding_box()
        assert box is not None and box["width"] >= 150


def test_the_names_of_months_do_not_touch_each_other_on_any_screen(chromium: Browser) -> None:
    """Drawn by hand, since only a tracker with milestones has a calendar."""
    start = date(2026, 11, 23)
    for days in (60, 200, 330, 700, 1500):
        axis = plots.months(plots.Weeks(start, start + timedelta(days=days)))
        for size in (WIDE, BETWEEN, NARROW):
            with context(chromium, size) as tabs:
                page = tabs.new_page()
                sheet = (STATIC / "charts.css").read_text()
                page.set_content(f"<style>{sheet}</style><div class=fans>{axis}</div>")
                width = {WIDE: 480, BETWEEN: 300, NARROW: 340}[size]
                page.evaluate(f"document.querySelector('.fans').style.width = '{width}px'")
                ends = page.evaluate(
                    """() => [...document.querySelectorAll("text")].map(one => one.getBoundingClientRect())
                    .filter(box => box.width).map(box => [box.left, box.right])"""
                )
                assert ends and all(one[1] < other[0] for one, other in pairwise(ends)), (days, size)
