"""The pages over HTTP: what they show, what they escape, what they refuse."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, backlog
from syncd.connector.errors import Locked
from syncd.engine.cycle import Cycle
from syncd.engine.world import Refused
from syncd.testing.paper import PaperTracker
from syncd.web.desk import Desk, keep_ready
from syncd.web.front import STATIC
from web.page_house import HOSTILE, PAGES, Visitor, house

HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_the_vendored_script_is_the_published_one() -> None:
    """htmx.org 4.0.1, dist/htmx.min.js."""
    assert hashlib.sha256((STATIC / "vendor" / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (STATIC / "vendor" / "htmx.LICENSE.txt").read_text(encoding="utf-8")


def test_what_people_write_into_a_tracker_never_becomes_markup(tmp_path: Path) -> None:
    with house(tmp_path, hostile=True) as stage:
        visitor = Visitor(stage.world)
        for page in (*PAGES, "/work/PAPER-1?above=" + "%3Cscript%3Ealert(3)%3C/script%3E", "/backlog?q=%3Cscript%3E"):
            answer = visitor.get(page)
            assert answer.status_code == 200, page
            assert "<script>alert" not in answer.text, page
            assert "<img src=x" not in answer.text, page
            assert "53743561" not in answer.text, page
        assert "&lt;script&gt;alert(1)" in visitor.get("/backlog").text
        found = json.loads(visitor.get("/api/v1/work/PAPER-1").text)
        assert found["issue"]["title"] == HOSTILE


def test_no_page_has_a_script_or_a_style_of_its_own_and_all_say_so_to_the_browser(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        for page in (*PAGES, "/login", "/work/NOPE"):
            answer = visitor.get(page)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), page


def test_the_backlog_shows_every_piece_of_work_in_order_of_rank(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        found = json.loads(visitor.get("/api/v1/backlog").text)
        decided = stage.world.outlook.seen
        assert decided is not None
        assert [work["issue"]["key"] for work in found["works"]] == [
            ranked.work.primary.key for ranked in decided.decision.ranked
        ]
        text = visitor.get("/backlog").text
        places = [text.index(f">{work['issue']['title']}<") for work in found["works"]]
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("q=work+3", lambda work: "3" in work["issue"]["key"] + work["issue"]["title"]),
        ("q=TEAM/A", lambda work: "team/a" in work["labels"]),
        ("label=team/b", lambda work: "team/b" in work["labels"]),
        ("horizon=now", lambda work: work["horizon"] == "now"),
        ("scope=PAPER&orphans=true", lambda work: work["objective"] is None),
        ("source=nowhere", lambda work: False),
        ("objective=O9", lambda work: False),
    ],
)
def test_filters_leave_what_fits_and_nothing_else(tmp_path: Path, wanted: str, fits: object) -> None:
    assert callable(fits)
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        everything = json.loads(visitor.get("/api/v1/backlog").text)["works"]
        found = json.loads(visitor.get(f"/api/v1/backlog?{wanted}").text)
        assert found["works"] == [work for work in everything if fits(work)]
        assert found["found"] == len(found["works"]) and found["total"] == len(everything)


def test_a_part_for_htmx_has_no_frame_and_tells_the_address_to_keep(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        answer = Visitor(stage.world).get("/backlog?q=work&source=&label=", **{"HX-Request": "true"})
        assert "<html" not in answer.text and 'id="list"' in answer.text
        assert answer.headers["hx-replace-url"] == "/backlog?q=work"


def test_before_the_first_reading_is_complete_the_page_says_so(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        stage.world.outlook.__init__()  # type: ignore[misc]
        stage.world.store.sources.set("paper", last_success=None)
        answer = Visitor(stage.world).get("/backlog")
        assert answer.status_code == 200 and "Reading your trackers" in answer.text
        assert Visitor(stage.world).get("/api/v1/backlog").status_code == 503


def test_another_process_reads_the_same_backlog_from_the_store(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        shown = json.loads(Visitor(stage.world).get("/api/v1/backlog").text)
        stage.world.outlook.__init__()  # type: ignore[misc]
        again = json.loads(Visitor(stage.world).get("/api/v1/backlog").text)
        assert [one["issue"]["key"] for one in again["works"]] == [one["issue"]["key"] for one in shown["works"]]


def test_why_above_is_answered_in_a_sentence_whichever_way_it_is_asked(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        keys = [one["issue"]["key"] for one in json.loads(visitor.get("/api/v1/backlog").text)["works"]]
        sentences = {
            json.loads(visitor.get(f"/api/v1/above?upper={one}&lower={two}").text)["sentence"]
            for one, two in ((keys[0], keys[-1]), (keys[-1], keys[0]))
        }
        (sentence,) = sentences
        assert sentence.startswith(f"{keys[0]} stands above {keys[-1]} because")
        assert sentence.split(" because")[0] in visitor.get(f"/work/{keys[-1]}?above={keys[0]}").text
        assert visitor.get(f"/api/v1/above?upper={keys[0]}&lower={keys[0]}").status_code == 400


def test_the_picture_of_a_decision_is_made_before_somebody_asks_for_it(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        desk, ended = Desk(stage.world), threading.Event()
        thread = threading.Thread(target=keep_ready, args=(desk, ended.is_set))
        thread.start()
        try:
            for title in ("first", "second"):
                stage.tracker.add(title, priority="High", fields={"Size": 1.0})
                stage.turn()
                seen, until = stage.world.outlook.seen, time.monotonic() + 10
                while time.monotonic() < until:
                    picture = desk.picture()
                    assert picture is not None and seen is not None
                    if picture.decision.ranked is seen.decision.ranked and "releases" in vars(picture):
                        break
                    time.sleep(0.005)
                assert {"rows", "outcomes", "_texts"} <= vars(picture).keys()
        finally:
            ended.set()
            stage.world.outlook.wake()
            thread.join(5)
        assert not thread.is_alive()


def test_a_store_that_cannot_be_asked_is_told_in_a_sentence_and_to_strangers_without_details(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        known, stranger = Visitor(stage.world), Visitor(stage.world, open_to_all=False)
        stage.world.store.close()
        for path in ("/sources", "/api/v1/sources"):
            told = known.get(path)
            assert told.status_code == 503 and "syncd.db" in told.text and "Traceback" not in told.text
        assert "syncd.db" not in stranger.get("/login").text


def test_a_refused_configuration_is_told_on_every_page_with_what_is_wrong(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        assert "refused" not in visitor.get("/backlog").text
        stage.world.refused = Refused(stage.world.clock(), "scoring.yaml:5:3: 'framwork' is unknown <b>")
        for page in ("/backlog", "/okrs", "/sources", "/plans"):
            assert "the one before stays in force" in visitor.get(page).text, page
        assert "framwork&#39; is unknown &lt;b&gt;" in visitor.get("/sources").text
        stage.world.refused = None
        assert "stays in force" not in visitor.get("/sources").text


def test_while_the_first_reading_goes_on_every_page_of_the_ranking_shows_it(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        stage.world.outlook.__init__()  # type: ignore[misc]
        stage.world.store.sources.set("paper", last_success=None)
        for page in ("/roadmap", "/okrs", "/releases", "/whatif", "/work/PAPER-1"):
            answer = Visitor(stage.world).get(page)
            assert answer.status_code == 503 and "Reading your trackers" in answer.text and "12" in answer.text, page
        assert "there is no such page" in Visitor(stage.world).get("/nowhere").text


def test_what_users_say_stands_with_the_work_escaped_and_bounded(tmp_path: Path) -> None:
    rows = [f"PAPER-1,Customer {n},,{'very long ' * 300 if n else HOSTILE!r},2026-10-{n + 1:02}" for n in range(20)]
    (tmp_path / "voices.csv").write_text(
        "issue;customer;person;said;date\n" + "\n".join(row.replace(",", ";") for row in rows)
        + f'\nPAPER-1;{HOSTILE.replace(";", "")!r};;"{HOSTILE.replace(chr(34), chr(34) * 2)}";2026-10-30\n',
        encoding="utf-8",
    )  # fmt: skip
    with house(tmp_path, backlogs=f"voices: {tmp_path / 'voices.csv'}\n") as stage:
        visitor = Visitor(stage.world)
        page = visitor.get("/work/PAPER-1").text
        assert "What users say" in page and "21 voices of 21 customers" in page and "9 more" in page
        assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "<img src=x" not in page
        assert "53743561" not in page and "syncd voices PAPER-1" in page
        told = json.loads(visitor.get("/api/v1/work/PAPER-1").text)["heard"]
        assert (told["voices"], len(told["said"]), told["said"][0]["said"]) == (21, 12, HOSTILE)
        assert max(len(one["said"]) for one in told["said"]) <= 1_000
        assert "What users say" not in visitor.get("/work/PAPER-2").text
        assert json.loads(visitor.get("/api/v1/work/PAPER-2").text)["heard"] is None


def test_while_a_source_was_never_read_the_pages_say_so_and_why(tmp_path: Path) -> None:
    silent = PaperTracker("SILENT")

    def away(step: int) -> None:
        raise Locked("the token of silent is refused")

    silent.weather = away
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker(), 5), "silent": silent}, mode="review")
    with paper.opened() as world:
        Cycle(world).run(write=True)
        visitor = Visitor(world)
        reading = visitor.get("/backlog").text
        assert "the token of silent is refused" in reading and "being read" not in reading
        shown = visitor.get("/plans").text
        assert "as soon as every source was read once. Not yet: silent." in shown
        assert "Every place shows what it should" not in shown and "nothing to write" not in shown
        assert "not read" in shown and "silent could not be read" in shown


def test_a_paused_source_says_by_what_and_until_when(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        world = stage.world
        until = world.clock() + timedelta(hours=13)
        world.store.sources.set("paper", paused_until=until, paused_because="the daily limit of requests")
        shown = Visitor(world).get("/sources").text
        assert "Paused by the daily limit of requests; it goes on <time" in shown
        assert 'title="2026-11-24 01:00:00 UTC" data-ago>in 13 h</time>, at 2026-11-24 01:00:00 UTC' in shown
