"""`syncd explain --above` and `--since` over the demo's backlog."""

from __future__ import annotations

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
