"""`syncd voices`, and what users say in `syncd explain`: shown to whoever asks on this machine, and to nobody else."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.every_command import KINDS, ROOT, Trackers

QUOTE = "Double charges cost us a whole afternoon a week in refunds."


def rows() -> list[dict[str, str]]:
    with (ROOT / "config" / "voices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def trackers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trackers]:
    found = Trackers(tmp_path_factory.mktemp("heard"))
    assert found.syncd("pull").exit_code == 0
    yield found
    found.close()


@pytest.fixture
def shop(trackers: Trackers) -> Iterator[Shop]:
    """The configuration is as it was afterwards."""
    before = {path: path.read_bytes() for path in trackers.config.iterdir() if path.is_file()}
    yield Shop(trackers)
    for path, content in before.items():
        path.write_bytes(content)


class Shop:
    def __init__(self, trackers: Trackers) -> None:
        self.trackers = trackers
        self.edit = trackers.edit
        self.voices = trackers.config / "voices.csv"

    def json(self, *arguments: str) -> Any:
        return json.loads(self.said(*arguments, "--json"))

    def said(self, *arguments: str, code: int = 0) -> str:
        found = self.trackers.syncd(*arguments)
        assert found.exit_code == code, found.output
        return found.output


def test_voices_shows_what_is_loud_what_is_low_and_who_is_not_heard(shop: Shop) -> None:
    told = shop.json("voices")
    assert told["voices"] == len(rows())
    unheard = {(place["file"], place["line"]) for one in told["about_no_open_work"] for place in one["voices"]}
    assert told["heard"] + len(unheard) == told["voices"]
    most = {one["key"]: one for one in told["most_heard"]}
    own = [row for row in rows() if {"PAY-128", "lumen/web#113"} & set(re.split(r"[; ]+", row["issue"]))]
    assert most["PAY-128"]["voices"] == len(own) and "lumen/web#113" not in most
    assert most["PAY-128"]["customers"] == len({row["customer"] for row in own})
    assert most["PAY-128"]["weight"] == sum({row["customer"]: float(row["revenue"]) for row in own}.values())
    assert [one["key"] for one in told["loud_but_low"]] == ["lumen/web#64"]
    customers = [one["customers"] for one in told["most_heard"]]
    assert customers == sorted(customers, reverse=True)
    said = shop.said("voices")
    assert "Most heard" in said and "Loud but low" in said and "PAY-96 is done since 2026-11-04" in said
    assert not any(row["said"] in said for row in rows())
    assert shop.said("voices", "--limit", "2").count("more with --limit 0") == 2
    assert "there is no backlog" in shop.said("voices", "--of", "nothing", code=2)


def test_a_piece_of_work_is_shown_with_its_voices_latest_first_and_markdown_has_counts_alone(shop: Shop) -> None:
    told = shop.json("voices", "lumen/web#113")
    days = [one["day"] for one in told["said"]]
    assert told["key"] == "PAY-128" and days == sorted(days, reverse=True) and len(days) == told["voices"]
    assert QUOTE in shop.said("voices", "PAY-128")
    receipt = shop.said("explain", "PAY-128")
    assert "What users say" in receipt and "Jana Petersen, Nordlicht Fahrräder" in receipt
    assert receipt.count("Nordlicht") == 1 and "5 more: syncd voices PAY-128" in receipt
    assert len(shop.json("explain", "PAY-128")["voices"]["said"]) == 3
    for command in (["voices"], ["voices", "PAY-128"], ["explain", "PAY-128"]):
        markdown = shop.said(*command, "--markdown")
        assert "PAY-128" in markdown and not any(row["said"] in markdown for row in rows())
    assert "PAY-96 hears no voices: it is done" in shop.said("voices", "PAY-96", code=1)
    assert "nobody said anything about it" in shop.said("voices", "SHOP-96")


def test_check_counts_the_rows_that_cannot_be_used(shop: Shop) -> None:
    assert f"{len(rows())} voices of voices.csv" in shop.said("check", "--offline")
    with shop.voices.open("a", encoding="utf-8") as file:
        file.write("PAY-128,Acme,,Please.,some day,1,,\n")
    assert "voices.csv; 1 row cannot be used: syncd voices" in shop.said("check", "--offline")
    assert f"voices.csv:{len(rows()) + 2}:23" in shop.said("voices", "--limit", "0")
    assert shop.json("voices")["unusable"][0]["why"].startswith("its day cannot be read")


def test_signs_that_steer_a_terminal_are_not_passed_on(shop: Shop) -> None:
    shop.voices.write_text('issue,who,said,date\nPAY-128,\x1b]0;x\x07Eve,"\x1b[31mred\rx\nline",2026-11-20\n')
    for arguments in (["voices", "PAY-128"], ["explain", "PAY-128"]):
        said = shop.said(*arguments)
        assert "[31mred x line" in said and "\x1b" not in said and "\r" not in said and "\x07" not in said


def test_without_voices_the_command_says_how_to_begin(shop: Shop) -> None:
    shop.edit("scoring.yaml", "voices: voices.csv", "# none")
    assert "add `voices: voices.csv` to scoring.yaml" in shop.said("voices", code=2)
    assert "What users say" not in shop.said("explain", "PAY-128")


def test_new_voices_are_own_inputs_of_a_move_and_no_change_of_rules(shop: Shop) -> None:
    shop.edit(
        "scoring.yaml", "framework: rice ", "framework: rice\n  inputs: {reach: reach + 100 * voices.customers} #"
    )
    assert shop.json("plan")
    with shop.voices.open("a", encoding="utf-8") as file:
        file.write("PAY-81,Brass Button,,Let me send the list to my partner.,2026-11-22,8800,survey,neutral\n")
    assert shop.json("plan")
    told = shop.json("explain", "PAY-81", "--since", "7d")
    assert told["rules"]["files"] == [] and told["score"]["rules"] == 0
    (only,) = told["inputs"]
    assert (only["name"], only["before"], only["after"]) == ("voices.customers", "0", "1")
    assert only["origin"] == "1 voice of 1 customer, latest 2026-11-22"
    assert told["score"]["own_inputs"] > 0
    # The rules of then are read again with the voices of now; what was heard then is as it was.
    shop.edit("scoring.yaml", "add: 25", "add: 60")
    shop.json("plan")
    again = shop.json("explain", "PAY-81", "--since", "7d")
    assert again["rules"]["readable"] and [one["name"] for one in again["inputs"]] == ["voices.customers"]
    assert again["score"]["own_inputs"] == told["score"]["own_inputs"]


def test_what_users_said_reaches_no_tracker_no_log_and_no_store(shop: Shop) -> None:
    trackers = shop.trackers
    trackers.edit("scoring.yaml", "framework: rice ", "framework: rice\n  inputs: {reach: 100 * voices.customers} #")
    trackers.edit("syncd.yaml", "      order: true", "      note: true\n      order: true")
    written = shop.said("apply", "--yes")
    bodies = [call.request.body for kind in KINDS for call in trackers.http(kind).calls]
    assert any(b"8 voices of 7 customers" in body for body in bodies), "the note has the count"
    told = [written, shop.said("run", "--once"), shop.said("history", "PAY-128")]
    kept = [path.read_bytes() for path in tmp_files(trackers)]
    assert any(b"8 voices of 7 customers" in content for content in kept), "the count is kept for later"
    everything = [*bodies, *kept, *(text.encode() for text in told)]
    for row in rows():
        for private in (row["said"], row["customer"], row["person"]):
            assert len(private) < 8 or not any(private.encode() in content for content in everything), private
    # A mistake in the file is told without the line it stands in, since a daemon logs it.
    shop.voices.write_text(shop.voices.read_text(encoding="utf-8").replace("2026-", "in "), encoding="utf-8")
    refused = shop.said("run", "--once", code=2)
    assert "its day cannot be read" in refused and "voices.csv:2:" in refused
    assert not any(row["said"] in refused or row["customer"] in refused for row in rows())


def tmp_files(trackers: Trackers) -> list[Path]:
    return [path for path in trackers.folder.glob("syncd.db*") if path.is_file()]
