"""`syncd doctor` and a paused `syncd status`, as processes over the demo's trackers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.running_demo import Shop
from syncd.store.open import open_store


def said(shop: Shop, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    answer = shop.syncd("doctor", "--json", *arguments)
    assert answer.out, answer.err
    return answer.code, answer.json["findings"]


def bad(findings: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(f["about"], f["check"], f["grade"]) for f in findings if f["grade"] != "ok"]


def test_the_demo_is_in_good_health_and_nothing_is_written(shop: Shop) -> None:
    shop.syncd("pull")
    before = shop.changes()
    code, found = said(shop)
    assert bad(found) == []
    assert code == 0
    checks = {(f["about"], f["check"]) for f in found}
    for source in ("jira", "github"):
        for check in ("address", "reachable", "account", "permissions", "fields", "labels", "clock"):
            assert (source, check) in checks
    assert ("github", "quota") in checks and ("store", "health") in checks and ("files", "configuration") in checks
    assert shop.changes() == before


def test_it_reads_well_and_counts_at_the_end(shop: Shop) -> None:
    answer = shop.syncd("doctor", "--source", "github")
    assert answer.code == 0
    assert "✓ account: we are" in answer.out
    assert answer.out.rstrip().endswith("0 problems, 0 warnings")
    assert "jira" not in answer.out.splitlines()[0]


def test_an_unknown_source_is_refused_with_the_names(shop: Shop) -> None:
    answer = shop.syncd("doctor", "--source", "jiro")
    assert answer.code == 2 and "jira" in answer.err


def test_a_source_that_is_down_hides_no_other(shop: Shop) -> None:
    shop.environment["DEMO_JIRA_URL"] = "http://127.0.0.1:9"
    code, found = said(shop)
    assert code == 1
    assert ("jira", "reachable", "problem") in bad(found)
    assert any(f["about"] == "github" and f["check"] == "account" for f in found)
    assert all(f["remedy"] for f in found if f["grade"] == "problem")


def test_a_pause_shows_in_status_and_doctor_as_a_pause(shop: Shop) -> None:
    shop.syncd("pull")
    now = datetime.now(UTC)
    store = open_store(f"sqlite:///{shop.folder / 'syncd.db'}", write=True, now=now)
    store.sources.set("github", paused_until=now + timedelta(hours=2), paused_because="GitHub's hourly limit (core)")
    store.close()
    status = shop.syncd("status", "--json").json["github"]
    assert status["state"] == "paused"
    assert status["paused"].endswith("UTC by GitHub's hourly limit (core)")
    assert shop.syncd("status", "--json").json["jira"]["state"] == "works"
    code, found = said(shop, "--source", "github")
    assert code == 0
    assert bad(found) == [("github", "reachable", "warning")]
