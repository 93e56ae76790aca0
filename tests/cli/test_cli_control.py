"""The commands that give people control: see what was written, stop it, take it back, hand over, leave."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo import site as sites


@pytest.fixture
def fresh(tmp_path: Path):
    """Trackers that nobody wrote to yet."""
    with sites.start(tmp_path / "demo") as site:
        yield Shop(site, tmp_path)


def test_hold_history_undo_resume_release_and_eject(fresh: Shop) -> None:
    shop = fresh
    assert shop.syncd("plan").code == 0
    held = shop.syncd("hold", "jira", "--by", "anna", "--because", "release freeze")
    assert held.code == 0 and "syncd resume jira" in held.out
    digest = next(plan["digest"] for plan in shop.syncd("plan", "--json").json if plan["source"] == "jira")
    before = shop.changes()
    refused = shop.syncd("apply", "--plan", digest)
    assert refused.code == 3 and "held by anna: release freeze" in refused.err and shop.changes() == before
    status = shop.syncd("status", "--json").json
    assert status["jira"]["state"] == "held" and status["jira"]["held"] == "held by anna: release freeze"
    assert "held by anna: release freeze" in shop.syncd("plan", "--stored").out

    assert shop.syncd("resume", "jira").code == 0
    assert shop.syncd("apply", "--yes", "--by", "anna").code == 0
    history = shop.syncd("history", "--limit", "0", "--json").json
    assert {line["verdict"] for line in history} == {"done"}
    assert all(line["because"] for line in history)
    run = history[0]["run"]
    key = next(line["key"] for line in history if line["source"] == "jira")
    assert key in shop.syncd("history", key).out
    assert {line["run"] for line in shop.syncd("history", "--run", run, "--json").json} == {run}

    written = shop.changes()
    dry = shop.syncd("undo", run, "--dry-run")
    assert dry.code == 0 and "nothing was written" in dry.out and shop.changes() == written
    undone = shop.syncd("undo", run, "--by", "ben")
    assert undone.code == 0, undone.err
    assert "syncd resume" in undone.out and shop.changes() > written
    plan = next(plan for plan in shop.syncd("plan", "--json").json if plan["source"] == "jira")
    assert plan["digest"] == digest, "after an undo the same is wanted again"
    assert "held by ben" in plan["waits_for"]

    assert shop.syncd("resume").code == 0
    quiet = shop.changes()
    assert shop.syncd("run", "--once").code == 3
    assert shop.changes() == quiet, "what was undone was written again before a person saw it"
    assert shop.syncd("apply", "--yes").code == 0

    left = shop.syncd("eject", "jira", "--by", "anna")
    assert left.code == 0, left.err
    rest = shop.syncd("eject", "jira", "--dry-run")
    assert "would restore 0 issues" in rest.out


def test_what_people_decided_is_shown_and_can_be_handed_back(fresh: Shop) -> None:
    shop = fresh
    assert shop.syncd("apply", "--yes").code == 0
    assert shop.syncd("pins").code == 0
    pins = shop.syncd("pins", "--json").json
    assert pins, "the demo's people set labels of their own"
    pin = pins[0]
    said = shop.syncd("release", pin["key"], pin["slot"])
    assert said.code == 0 and pin["key"] in said.out
    assert pin["place"] not in {one["place"] for one in shop.syncd("pins", "--json").json if one["key"] == pin["key"]}
    nobody = shop.syncd("release", "PAY-99999")
    assert nobody.code == 1 and "syncd pins" in nobody.err


def test_names_that_do_not_exist_are_told_with_the_next_step(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    undone = shop.syncd("undo", "20200101-000000-abcd")
    assert undone.code == 1 and "syncd history" in undone.err
    for command in ("hold", "resume", "eject"):
        said = shop.syncd(command, "gitlab")
        assert said.code == 2 and "jira" in said.err


def test_a_hold_is_possible_while_the_configuration_is_wrong(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    shop.edit("scoring.yaml", "score:", "nonsense: true\nscore:")
    said = shop.syncd("hold", "jira", "--by", "anna")
    assert said.code == 0 and "syncd check" in said.err
    assert shop.syncd("resume", "jira").code == 2
    shop.edit("syncd.yaml", "store: sqlite:///var/syncd.db", "store: {env: NOWHERE}")
    elsewhere = shop.syncd("hold", "github", "--by", "anna", SYNCD_STORE="")
    assert elsewhere.code == 2 and "NOWHERE" in elsewhere.err, "another store would have been told"
    shop.edit("syncd.yaml", "store: {env: NOWHERE}", "store: sqlite:///var/syncd.db")
    shop.edit("scoring.yaml", "nonsense: true\nscore:", "score:")
    held = {name: one["held"] for name, one in shop.syncd("status", "--json").json.items()}
    assert held == {"jira": "held by anna", "github": None}


def test_a_hold_reaches_the_process_that_has_the_store(shop: Shop) -> None:
    from syncd.cli.session import clock
    from syncd.store.open import open_store

    assert shop.syncd("pull").code == 0
    store = open_store(shop.environment["SYNCD_STORE"], write=True, now=clock())
    try:
        said = shop.syncd("hold", "--by", "anna")
        assert said.code == 0 and "within one request" in said.out
        assert {one["held"] for one in shop.syncd("status", "--json").json.values()} == {"held by anna"}
        assert "No source was looked at" not in shop.syncd("status").out
        for name in ("jira", "github"):
            store.sources.set(name, last_attempt=clock() - timedelta(hours=2))
        assert "No source was looked at since 2 h" in shop.syncd("status").out
    finally:
        store.close()
    assert shop.syncd("resume").code == 0
    assert {one["held"] for one in shop.syncd("status", "--json").json.values()} == {None}
