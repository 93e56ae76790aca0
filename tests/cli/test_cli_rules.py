"""`syncd test`, `syncd whatif` and `syncd rules` as processes over the demo's trackers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo.site import Site


@pytest.fixture(scope="module")
def pulled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One pulled mirror for all that only look."""
    shop = Shop(site, tmp_path_factory.mktemp("pulled"))
    assert shop.syncd("pull").code == 0
    yield shop


def test_the_projects_own_promises_hold_without_secrets_and_without_a_store(shop: Shop) -> None:
    for name in [name for name in shop.environment if name.startswith("DEMO_")]:
        del shop.environment[name]
    said = shop.syncd("test", "--json")
    assert said.code == 0, said.err + said.out
    assert said.json["failed"] == 0 and said.json["passed"] >= 10
    assert not (shop.folder / "syncd.db").exists()


def test_a_broken_promise_is_shown_with_what_came_instead_and_ends_with_1(shop: Shop) -> None:
    shop.edit("scoring.yaml", "add: 25", "add: 0")
    said = shop.syncd("test")
    assert said.code == 1
    assert "✗" in said.out and "old finding above fresh finding" in said.out and "1 failed" in said.out
    told = shop.syncd("test", "--json")
    assert told.code == 1
    assert [case["expected"] for case in told.json["cases"] if not case["passed"]] == [
        "old finding above fresh finding"
    ]


def test_a_mistake_in_the_tests_points_at_line_and_column(shop: Shop) -> None:
    shop.edit("scoring.tests.yaml", "ranks: old finding above", "ranks: old findin above")
    said = shop.syncd("test")
    assert said.code == 2
    assert "scoring.tests.yaml:" in said.err and "did you mean 'old finding'?" in said.err


def test_whatif_compares_and_leaves_trackers_and_store_as_they_are(pulled: Shop) -> None:
    before = pulled.changes(), (pulled.folder / "syncd.db").read_bytes()
    said = pulled.syncd("whatif", "--set", "adjust.security first.add=60", "--set", "score.scale=minmax", "--json")
    assert said.code == 0, said.err
    assert 0 < said.json["churn"] < 0.5 and said.json["churn"] == pytest.approx((1 - said.json["kendall_tau"]) / 2)
    assert len(said.json["entering"]) == len(said.json["leaving"]) > 0
    assert set(said.json["writes"]) == {"jira", "github"}
    assert (pulled.changes(), (pulled.folder / "syncd.db").read_bytes()) == before


def test_the_same_rules_change_nothing(pulled: Shop) -> None:
    said = pulled.syncd("whatif", "--rules", str(pulled.config), "--json", "--max-churn", "0%")
    assert said.code == 0, said.err
    assert said.json["churn"] == 0 and said.json["entering"] == []
    assert all(one["before"] == one["after"] for one in said.json["writes"].values())


def test_limits_end_with_3_and_name_the_number(pulled: Shop) -> None:
    said = pulled.syncd("whatif", "--set", "score.formula=age_days", "--set", "score.framework=expression",
                        "--max-churn", "1%", "--max-writes", "3", "--markdown")  # fmt: skip
    assert said.code == 3
    assert "--max-churn is 1.0%" in said.err and "--max-writes is 3" in said.err
    assert "**Stop:**" in said.out and "| issue | title | rank | score | horizon |" in said.out


def test_a_folder_may_hold_only_what_differs(pulled: Shop, tmp_path: Path) -> None:
    text = (pulled.config / "scoring.yaml").read_text(encoding="utf-8")
    (tmp_path / "scoring.yaml").write_text(text.replace("capacity: 80 effort", "capacity: 8 effort"), encoding="utf-8")
    said = pulled.syncd("whatif", "--rules", str(tmp_path))
    assert said.code == 0, said.err
    assert "0.0% of all pairs change places" in said.out and "change their horizon" in said.out


def test_wrong_usage_of_whatif_gets_a_sentence(pulled: Shop, tmp_path: Path) -> None:
    for arguments, words in {
        (): "say what would be different",
        ("--rules", str(tmp_path)): "none of syncd.yaml, okrs.yaml, scoring.yaml",
        ("--set", "score.framework=wsfj"): "did you mean 'wsjf'?",
        ("--set", "score.scale=percent"): "score.scale: percent",
        ("--set", "score.scale=raw", "--max-churn", "many"): "write 10%",
    }.items():
        said = pulled.syncd("whatif", *arguments)
        assert said.code == 2 and words in said.err, (arguments, said.err)


def test_whatif_before_the_first_pull_names_the_command(shop: Shop) -> None:
    said = shop.syncd("whatif", "--set", "score.scale=raw")
    assert said.code == 1 and "syncd" in said.err and "Traceback" not in said.err


def test_the_quadrant_is_in_the_receipt_and_in_the_backlog(pulled: Shop) -> None:
    text = (pulled.config / "scoring.yaml").read_text(encoding="utf-8")
    pulled.edit("scoring.yaml", "framework: rice", "framework: value_effort\n  inputs: {value: reach * impact}")
    try:
        rows = [row for row in pulled.syncd("backlog", "--top", "0", "--json").json if row["quadrant"]]
        assert {row["quadrant"] for row in rows} == {"quick win", "big bet", "fill-in", "money pit"}
        lines = pulled.syncd("explain", rows[0]["key"], "--json").json["lines"]
        assert any(line["text"].startswith(f"a {rows[0]['quadrant']}: ") for line in lines)
    finally:
        (pulled.config / "scoring.yaml").write_text(text, encoding="utf-8")
