"""`syncd explain --above` and `--since` over the demo's backlog."""

from __future__ import annotations

import pytest

from cli.running_demo import Shop


def test_explain_above_tells_why_in_one_sentence_with_both_receipts(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    first, second, *_ = (row["key"] for row in shop.syncd("backlog", "--json").json)
    told = shop.syncd("explain", first, "--above", second, "--json").json
    assert (told["upper"]["rank"], told["lower"]["rank"]) == (1, 2)
    assert told["because"].startswith(f"{first} stands above {second} because ")
    assert any(one["what"] == "rank" for one in told["differences"])
    said = shop.syncd("explain", first, "--above", second).out
    assert " ".join(said.split()).endswith(told["because"])
    rows = [
        line for line in shop.syncd("explain", first, "--above", second, "--markdown").out.splitlines() if "|" in line
    ]
    assert rows and all(line.replace("\\|", "").count("|") == 7 for line in rows)

    wrong = shop.syncd("explain", second, "--above", first)
    assert wrong.code == 1 and f"syncd explain {first} --above {second}" in wrong.err
    same = shop.syncd("explain", first, "--above", first)
    assert same.code == 1 and "are the same work" in same.err


def test_explain_since_tells_what_rules_inputs_and_others_did(shop: Shop) -> None:
    none = shop.syncd("explain", "PAY-81", "--since", "today")
    assert none.code == 1
    assert shop.syncd("plan", "--json").code == 0
    shop.edit("scoring.yaml", "add: 25", "add: 60")
    shop.site.person().deed("re-estimate", "PAY-81")
    assert shop.syncd("plan", "--json").code == 0
    told = shop.syncd("explain", "PAY-81", "--since", "7d", "--json").json
    score, rank = told["score"], told["rank"]
    assert score["change"] == pytest.approx(score["rules"] + score["own_inputs"] + score["others"])
    assert rank["before"] - rank["after"] == rank["rules"] + rank["own_inputs"] + rank["others"]
    assert told["rules"]["files"] == [{"name": "scoring.yaml", "lines": ["− add: 25", "+ add: 60"]}]
    assert told["inputs"][0]["name"] == "effort" and told["inputs"][0]["origin"] == "Jira field Story Points"
    said = shop.syncd("explain", "PAY-81", "--since", "7d").out
    assert "its own inputs" in said and "Jira field Story Points, seen " in said and "+ add: 60" in said
    page = shop.syncd("explain", "PAY-81", "--since", "7d", "--markdown").out
    assert page.startswith("**PAY-81**") and "```diff" in page
    receipt = shop.syncd("explain", "PAY-81", "--markdown").out
    assert receipt.startswith("**PAY-81**") and "**Score " in receipt and "horizon `" in receipt.splitlines()[0]
    both = shop.syncd("explain", "PAY-81", "--since", "7d", "--above", "PAY-1")
    assert both.code == 2 and "two questions" in both.err
