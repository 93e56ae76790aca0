"""Every button and key, pressed: what the person sees, and what it did in the store and the tracker."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import NARROW, WIDE, Eyes, context
from web.page_house import PAGES, Stage

PRESSED = {
    "Light or dark", "Close", "Got it, hide this", "Compare", "Hold writing", "Hold paper", "Resume writing",
    "Approve", "Find", "Undo", "Release", "Copy as YAML", "Print", "Filter", "Try", "Sign in", "Sign out",
}  # fmt: skip
"""What the tests below and the tests over HTTP press; a new button has to come here, with its test."""


@pytest.fixture
def eyes(chromium: Browser, site: tuple[Stage, str]) -> Iterator[Eyes]:
    with context(chromium, WIDE) as tabs:
        found = Eyes(tabs.new_page(), site[1])
        yield found
        assert found.faults == []


def rows(page: Page) -> list[str]:
    return page.locator(".works tbody .title").all_inner_texts()


def test_the_backlog_is_searched_as_one_types_and_the_address_keeps_it(eyes: Eyes) -> None:
    page = eyes.go("/backlog")
    assert len(rows(page)) == 100
    page.keyboard.press("/")
    page.keyboard.type("work 77", delay=10)
    expect(page.locator(".works tbody tr")).to_have_count(2)  # work 77, and PAPER-77
    expect(page).to_have_url(re.compile(r"/backlog\?q=work\+77$"))
    page.keyboard.press("Escape")
    page.select_option("select[name=label]", "team/b")
    expect(page.locator(".empty h2, .works")).to_be_visible()
    page.fill("input[name=q]", "")
    page.check("input[name=orphans]")
    expect(page).to_have_url(re.compile(r"label=team%2Fb&orphans=true$"))
    page.reload()
    assert page.locator("select[name=label]").input_value() == "team/b"
    assert page.locator("input[name=orphans]").is_checked()
    page.click("text=show all")
    page.click("text=Next →")
    expect(page).to_have_url(re.compile(r"page=2$"))
    assert len(rows(page)) == 21
    page.click("text=← Previous")
    assert len(rows(page)) == 100


def test_a_click_on_a_title_opens_the_receipt_at_the_side_and_escape_closes_it(eyes: Eyes) -> None:
    page = eyes.go("/backlog")
    first = rows(page)[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".works tr:focus-within .title")).to_have_text(first)
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    expect(sheet.locator("h1")).to_have_text(first)
    expect(sheet.locator("text=Why it has this score")).to_be_visible()
    assert eyes.barriers() == []
    sheet.locator("input[name=above]").fill("PAPER-9")
    sheet.locator("button:has-text('Compare')").click()
    expect(sheet.locator(".verdict")).to_contain_text("stands above PAPER-9 because")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator(".works .title >> nth=0")).to_be_focused()
    page.click(".works .title >> nth=1")
    page.click("[aria-label=Close]")
    expect(sheet).to_be_hidden()


def test_the_welcome_is_shown_until_somebody_hides_it(eyes: Eyes) -> None:
    page = eyes.go("/backlog")
    page.click("[aria-label='Got it, hide this']")
    expect(page.locator("#welcome")).to_have_count(0)
    page.reload()
    expect(page.locator("#welcome")).to_have_count(0)


def test_light_and_dark_can_be_switched_and_stay(eyes: Eyes) -> None:
    page = eyes.go("/okrs")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("[data-theme-switch]")
    dark = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == dark and page.locator("html").get_attribute("data-theme") == "dark"


def test_the_ranking_changes_as_one_drags_and_can_be_copied(eyes: Eyes) -> None:
    page = eyes.go("/whatif")
    before = rows(page)
    slider = page.locator("input[name='value.0']")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#as-yaml")).to_contain_text("add: 2.5\n")
    expect(page).to_have_url(re.compile(r"value.0=2.5"))
    assert rows(page) != before
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("text=Copy as YAML >> visible=true")
    expect(page.locator("#toast")).to_have_text("Copied.")
    assert "add: 2.5" in page.evaluate("navigator.clipboard.readText()")
    page.click("text=As it is today")
    assert rows(page) == before
    page.uncheck("input[name='on.1']")
    expect(page.locator("#as-yaml")).not_to_contain_text("heavy")


def test_the_roadmap_is_printed_grouped_and_taken_away(eyes: Eyes) -> None:
    page = eyes.go("/roadmap")
    page.click("text=By team")
    expect(page.locator(".stripe >> nth=0")).to_contain_text("PAPER")
    for name in ("Markdown", "CSV", "SVG"):
        with page.expect_download() as download:
            page.click(f"a.button:has-text('{name}')")
        assert download.value.suggested_filename.startswith("roadmap.")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.click("text=Print")
    assert page.title() == "printed"
    page.emulate_media(media="print")
    assert page.locator(".side").is_hidden() and page.locator(".board").is_visible()
    page.set_viewport_size({"width": 794, "height": 1123})  # a sheet of A4
    assert eyes.hangs_over == 0
    for path in ("/plans", "/sources", "/work/PAPER-1"):
        page = eyes.go(path)
        assert page.locator("button >> visible=true").count() == 0, path
        assert page.locator("a.button >> visible=true").count() == 0, path
    assert page.locator("h2:has-text('Why above')").is_hidden()


def test_a_plan_is_approved_held_written_undone_and_released(eyes: Eyes, site: tuple[Stage, str]) -> None:
    stage = site[0]
    page = eyes.go("/plans")
    page.locator("summary:has-text('Hold writing')").click()
    page.fill("#hold-by-paper", "Ada")
    page.fill("#because-paper", "not before noon")
    page.click("button:has-text('Hold paper')")
    expect(page.locator(".note.warn")).to_contain_text("held by Ada: not before noon")
    stage.turn()
    assert stage.tracker.edits_by_syncd == 0
    page = eyes.go("/sources")
    assert page.input_value("#resume-by-paper") == "Ada", "the name is remembered"
    page.click("button:has-text('Resume writing')")
    expect(page.locator(".note.calm")).to_contain_text("paper goes on")
    stage.turn()
    page = eyes.go("/plans")
    page.click("text=Look at every change")
    page.fill("input[name=q]", "PAPER-9")
    page.click("button:has-text('Find')")
    expect(page.locator(".changes tbody tr")).to_have_count(11)  # 9, and 90 to 99
    page.click("nav.tabs >> text=Score")
    expect(page.locator(".changes tbody tr >> nth=0")).to_contain_text("Score")
    page = eyes.go("/plans")
    page.click("button:has-text('Approve')")
    expect(page.locator(".note.calm >> nth=0")).to_contain_text("Ada approved")
    stage.turn()
    assert stage.tracker.edits_by_syncd == 121
    page = eyes.go("/runs")
    page.click("table a.key >> nth=0")
    page.click("text=Undo this run …")
    expect(page.locator("h2 >> nth=0")).to_contain_text("to restore")
    page.click("button:has-text('Undo')")
    expect(page.locator(".note.calm")).to_contain_text("is being undone")
    stage.turn()
    assert all(issue.fields.get("Score") is None for issue in stage.tracker.issues.values())
    page = eyes.go("/sources")
    page.click("button:has-text('Resume writing')")
    issue = stage.tracker.issues["1001"]
    issue.fields["Rank"] = 77.0
    stage.tracker.touch(issue)
    stage.turn()
    page = eyes.go("/sources")
    page.click("button:has-text('Release')")
    expect(page.locator(".note.calm")).to_contain_text("handed back to syncd")
    stage.turn()
    stage.turn()
    expect(eyes.go("/sources").locator("text=Nothing at the moment.")).to_be_visible()


def test_a_page_that_is_open_shows_a_new_decision_by_itself(eyes: Eyes, site: tuple[Stage, str]) -> None:
    stage = site[0]
    page = eyes.go("/backlog?q=just+now")
    expect(page.locator(".empty")).to_be_visible()
    page.wait_for_timeout(700)
    stage.tracker.add("came in just now", priority="High", fields={"Size": 1.0})
    stage.turn()
    expect(page.locator(".works tbody tr")).to_have_count(1)


def test_no_button_is_left_unpressed(eyes: Eyes) -> None:
    names: set[str] = set()
    for path in PAGES:
        page = eyes.go(path)
        for button in page.locator("button, summary").all():
            label = button.get_attribute("aria-label") or button.text_content() or ""
            names.add(" ".join(label.split()))
    assert {name for name in names if not any(name.startswith(known) for known in PRESSED)} == {
        "Switch between light and dark"
    }


def test_on_a_telephone_the_menu_and_the_sheet_work_by_touch(chromium: Browser, site: tuple[Stage, str]) -> None:
    with context(chromium, NARROW) as tabs:
        eyes = Eyes(tabs.new_page(), site[1])
        page = eyes.go("/sources")
        assert page.locator("nav a[aria-current]").bounding_box()["x"] < NARROW[0] - 40  # type: ignore[index]
        page.click("nav >> text=Backlog")
        page.click(".works .title >> nth=2")
        expect(page.locator("#sheet h1")).to_be_visible()
        assert page.locator("#sheet").bounding_box()["width"] == NARROW[0]  # type: ignore[index]
        page.click("text=Open as a page")
        expect(page).to_have_url(re.compile(r"/work/"))
        assert eyes.faults == []
