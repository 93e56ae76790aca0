"""From nothing to a written plan, command by command."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo import site as sites


@pytest.fixture
def fresh(tmp_path: Path):
    """Trackers that nobody wrote to yet."""
    with sites.start(tmp_path / "demo") as site:
        yield Shop(site, tmp_path)


def test_plan_review_apply_and_then_nothing_is_left(fresh: Shop) -> None:
    shop = fresh
    untouched = shop.changes()
    assert shop.syncd("check").code == 0
    plans = shop.syncd("plan", "--json").json
    digests = {plan["source"]: plan["digest"] for plan in plans}
    assert set(digests) == {"jira", "github"}
    assert all(change["because"] for plan in plans for edit in plan["edits"] for change in edit["changes"])
    assert shop.changes() == untouched, "a plan wrote"

    wrong = shop.syncd("apply", "--plan", "000000000000")
    assert wrong.code == 3 and digests["jira"] in wrong.err
    assert shop.changes() == untouched

    one = shop.syncd("apply", "--plan", digests["jira"])
    assert one.code == 0, one.err
    assert shop.syncd("plan", "--exit-code").code == 3, "the other source still waits"
    rest = shop.syncd("plan", "--json").json
    other = next(plan["digest"] for plan in rest if plan["source"] == "github")
    assert shop.syncd("apply", "--plan", other).code == 0
    written = shop.changes()
    assert shop.syncd("plan", "--exit-code").code == 0
    assert shop.syncd("run", "--once").code == 0
    assert shop.changes() == written, "a second run wrote"

    backlog = shop.syncd("backlog", "--top", "0", "--json").json
    assert [row["rank"] for row in backlog] == list(range(1, len(backlog) + 1))
    scores = [row["score"] for row in backlog if row["score"] is not None]
    assert scores == sorted(scores, reverse=True)
    key = backlog[0]["key"]
    receipt = shop.syncd("explain", key, "--json").json
    assert receipt["score"] == backlog[0]["score"] and receipt["rank"] == 1
    assert receipt["lines"][-1]["total"] == pytest.approx(receipt["score"], abs=0.06)
    assert key in shop.syncd("explain", key).out
    status = shop.syncd("status", "--json").json
    assert {one["state"] for one in status.values()} == {"works"}
    assert "In Limbo" in shop.syncd("status", "--problems").out


def test_a_plan_as_markdown_cannot_be_broken_by_titles(shop: Shop) -> None:
    text = shop.syncd("plan", "--markdown", "--limit", "0").out
    rows = [line for line in text.splitlines() if line.startswith("| ") and " place " not in line]
    assert rows and all(line.replace("\\|", "").count("|") == 6 for line in rows)


def test_an_unknown_key_gets_a_suggestion(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    said = shop.syncd("explain", "PAY-9999")
    assert said.code == 1 and "did you mean PAY-" in said.err


def test_commands_that_only_look_need_a_store_first(shop: Shop) -> None:
    said = shop.syncd("backlog")
    assert said.code == 1 and "no store" in said.err


def test_a_second_writer_is_refused_and_readers_are_not(shop: Shop) -> None:
    from syncd.cli.session import clock
    from syncd.store.open import open_store

    assert shop.syncd("pull").code == 0
    store = open_store(shop.environment["SYNCD_STORE"], write=True, now=clock())
    try:
        busy = shop.syncd("pull")
        assert busy.code == 4 and f"kill {os.getpid()}" in busy.err
        assert shop.syncd("backlog").code == 0
    finally:
        store.close()


def test_once_and_json_ends_with_one_object(tmp_path: Path, shop: Shop) -> None:
    said = shop.syncd("demo", "--once", "--json", "--folder", str(tmp_path / "own"))
    assert said.code == 0, said.err
    told = json.loads(said.out.splitlines()[-1])
    assert told["quiet"] is True
    for source in told["sources"].values():
        assert source["items"] + source["problems"] == source["issues"]
        assert source["applied"] == source["planned"] > 0
    assert len(said.out.splitlines()) == 1


def test_version_and_module_agree(shop: Shop) -> None:
    assert shop.syncd("--version").out.startswith("syncd 0.")
