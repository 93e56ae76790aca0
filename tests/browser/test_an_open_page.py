"""A page that stays open: it shows what is new, keeps what was begun, and says when syncd does not answer any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browser.chromium import WIDE, context
from engine.paper_world import PaperWorld, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.world import Refused
from syncd.testing.paper import PaperTracker
from syncd.web.server import serving
from web.page_house import Stage

ROWS = ".works tbody tr"


@pytest.fixture
def page(chromium: Browser, site: tuple[Stage, str]) -> Iterator[Page]:
    with context(chromium, WIDE) as tabs:
        yield tabs.new_page()


def turn_with(stage: Stage, title: str) -> None:
    stage.tracker.add(title, priority="High", fields={"Size": 1.0})
    stage.turn()


def test_a_page_says_that_syncd_is_away_and_goes_on_by_itself_when_it_is_back(
    page: Page, site: tuple[Stage, str]
) -> None:
    stage = site[0]
    page.clock.install()
    with serving(stage.world, open_to_all=True) as url:
        assert url is not None
        page.goto(f"{url}/backlog?q=came+back")
        expect(page.locator(".empty h2")).to_be_visible()
    page.wait_for_timeout(300)
    page.clock.fast_forward(5000)
    told = page.locator("#connection")
    expect(told).to_contain_text("syncd has not answered since")
    object.__setattr__(stage.world.loaded.settings, "listen", url.removeprefix("http://"))
    with serving(stage.world, open_to_all=True):
        turn_with(stage, "came back")
        expect(told).to_be_empty(timeout=8000)
        expect(page.locator(ROWS)).to_have_count(1)
    object.__setattr__(stage.world.loaded.settings, "listen", "127.0.0.1:0")


def test_a_proxy_whose_syncd_is_away_takes_nothing_from_the_page(page: Page, site: tuple[Stage, str]) -> None:
    stage, url = site
    page.clock.install()

    def bad_gateway(route: Route) -> None:
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")

    page.route("**/events", bad_gateway)
    page.goto(f"{url}/backlog?q=behind+a+proxy")
    page.route("**/backlog?*", bad_gateway)
    page.wait_for_timeout(300)
    page.clock.fast_forward(5000)
    expect(page.locator("#connection")).to_contain_text("What stands here may be old")
    expect(page.locator("#list .empty h2")).to_have_text("Nothing fits")
    page.fill("input[name=q]", "x")
    page.clock.fast_forward(200)
    expect(page.locator("#toast")).to_contain_text("syncd does not answer (502)")
    assert page.locator("#list .empty").is_visible() and "Bad Gateway" not in page.locator("body").inner_text()
    page.unroute("**/backlog?*")
    page.unroute("**/events")
    page.locator("h1").click()
    turn_with(stage, "behind a proxy")
    page.clock.fast_forward(11_000)
    expect(page.locator("#connection")).to_be_empty()
    expect(page.locator(ROWS)).to_have_count(1)


def test_a_tab_that_nobody_looks_at_listens_to_nothing_and_is_true_when_it_is_looked_at(
    page: Page, site: tuple[Stage, str]
) -> None:
    stage, url = site
    page.add_init_script(
        """Object.defineProperty(document, "hidden", { get: () => window.unseen === true });
        window.listening = 0;
        const Real = EventSource;
        window.EventSource = class extends Real {
          constructor(address) { super(address); window.listening += 1; }
          close() { super.close(); window.listening -= 1; }
        };
        window.EventSource.CLOSED = Real.CLOSED;"""
    )
    page.goto(f"{url}/backlog?q=unseen+one")
    look = "unseen => { window.unseen = unseen; document.dispatchEvent(new Event('visibilitychange')) }"
    assert page.evaluate("window.listening") == 1
    page.evaluate(look, True)
    assert page.evaluate("window.listening") == 0
    turn_with(stage, "unseen one")
    page.wait_for_timeout(700)
    assert page.locator(ROWS).count() == 0
    page.evaluate(look, False)
    expect(page.locator(ROWS)).to_have_count(1)
    assert page.evaluate("window.listening") == 1


def test_what_is_new_waits_for_whoever_types_and_what_was_begun_stays(page: Page, site: tuple[Stage, str]) -> None:
    stage, url = site
    page.goto(f"{url}/plans")
    page.locator("summary:has-text('Hold writing')").click()
    page.fill("#hold-by-paper", "Ada")
    page.focus("#because-paper")
    page.keyboard.type("half a sen")
    digest = page.locator(".digest").inner_text()
    page.wait_for_timeout(700)
    turn_with(stage, "while somebody types")
    page.wait_for_timeout(700)
    assert page.locator(".digest").inner_text() == digest
    page.locator("h1").click()
    expect(page.locator(".digest")).not_to_have_text(digest)
    assert page.input_value("#because-paper") == "half a sen" and page.input_value("#hold-by-paper") == "Ada"
    expect(page.locator("button:has-text('Hold paper')")).to_be_visible()


def test_whoever_walks_through_the_rows_by_keys_stays_at_the_row_when_something_new_comes(
    page: Page, site: tuple[Stage, str]
) -> None:
    stage, url = site
    page.goto(f"{url}/backlog")
    for _ in range(3):
        page.keyboard.press("j")
    third = page.locator(".works tr:focus-within .title").inner_text()
    page.wait_for_timeout(700)
    turn_with(stage, "while somebody walks")
    expect(page.locator("text=while somebody walks")).to_be_visible()
    row = page.locator(".works tr:focus-within")
    assert row.locator(".title").inner_text() == third
    assert row.evaluate("row => getComputedStyle(row).boxShadow") != "none", "it is still marked"
    page.keyboard.press("k")
    assert page.locator(".works tr:focus-within").count() == 1


def test_what_waits_for_people_is_told_also_when_the_list_came_before_the_plan(
    page: Page, site: tuple[Stage, str]
) -> None:
    stage, url = site
    stage.cycle.run(write=True, approved=lambda plan: "Ada")
    page.goto(f"{url}/backlog")
    page.wait_for_timeout(700)
    stage.tracker.add("decided and not planned yet", priority="High", fields={"Size": 1.0})
    stage.cycle.pull()
    stage.cycle.decision()
    expect(page.locator("text=decided and not planned yet")).to_be_visible()
    expect(page.locator("#menu .count")).to_have_count(0)
    stage.turn()
    expect(page.locator("#menu .count")).to_have_text("1")


def test_the_menu_and_the_head_of_an_open_page_are_true_as_well(page: Page, site: tuple[Stage, str]) -> None:
    stage, url = site
    stage.cycle.run(write=True, approved=lambda plan: "Ada")
    page.goto(f"{url}/backlog")
    before = page.locator(".sub").inner_text()
    badge = page.locator("#menu .count")
    expect(badge).to_have_count(0)
    page.wait_for_timeout(700)
    turn_with(stage, "one more piece of work")
    expect(badge).to_have_text("1")
    expect(page.locator(".sub")).not_to_have_text(before)
    assert page.locator("#menu").count() == page.locator("#top").count() == page.locator("#filters").count() == 1
    stage.world.refused = Refused(stage.world.clock(), "scoring.yaml:3:1: this is no framework")
    turn_with(stage, "and another one")
    expect(page.locator("#refusal")).to_contain_text("is refused")
    stage.world.refused = None


def test_work_that_is_gone_meanwhile_is_told_and_opens_nothing(page: Page, site: tuple[Stage, str]) -> None:
    stage, url = site
    gone = stage.tracker.add("gone in a moment", priority="High", fields={"Size": 1.0})
    stage.turn()
    page.route("**/events", lambda route: route.abort())
    page.goto(f"{url}/backlog?q=gone+in+a+moment")
    stage.tracker.remove(gone.id)
    stage.cycle.run(write=False, census=True)
    stage.cycle.run(write=False, census=True)
    page.click(".works .title")
    expect(page.locator("#toast")).to_contain_text(f"no issue {gone.key} in the backlog")
    assert page.locator("#sheet").is_hidden() and page.locator("h1").count() == 1


def test_times_go_on_while_a_page_is_open_and_name_their_moment(page: Page, site: tuple[Stage, str]) -> None:
    page.clock.install()
    page.goto(f"{site[1]}/sources")
    time = page.locator(".source time >> nth=0")
    expect(time).to_have_attribute("title", "2026-11-23 12:00:00 UTC")
    before = time.inner_text()
    page.clock.fast_forward(185_000)
    expect(time).to_have_text("3 min ago")
    assert before != "3 min ago"


def test_a_slow_answer_is_waited_for_in_sight(page: Page, site: tuple[Stage, str]) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/work/**", hold)
    page.goto(f"{site[1]}/backlog")
    shown = "getComputedStyle(document.body, '::before').content !== 'none'"
    assert not page.evaluate(shown)
    page.click(".works .title >> nth=0")
    page.wait_for_function(shown)
    held[0].continue_()
    expect(page.locator("#sheet h1")).to_be_visible()
    assert not page.evaluate(shown)
    page.route("**/backlog", hold)
    page.wait_for_timeout(700)
    turn_with(site[0], "looked at again")
    page.wait_for_timeout(700)
    assert len(held) == 2 and not page.evaluate(shown), "nobody waits for what is looked at again"
    held[1].continue_()


def test_the_page_of_the_first_reading_counts_and_becomes_the_backlog_by_itself(page: Page, tmp_path: Path) -> None:
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker(), 7)})
    with paper.opened() as world:
        object.__setattr__(world.loaded.settings, "listen", "127.0.0.1:0")
        with serving(world, open_to_all=True) as url:
            page.goto(f"{url}/okrs")
            expect(page.locator("h1")).to_have_text("Reading your trackers")
            cycle = Cycle(world)
            cycle.pull()
            cycle.run(write=False)
            expect(page.locator("h1")).to_have_text("Objectives and key results")
