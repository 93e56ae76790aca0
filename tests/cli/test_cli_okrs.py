"""`syncd okrs` and `syncd stale` over the demo's backlog."""

from __future__ import annotations

from cli.running_demo import Shop


def test_objectives_are_shown_with_their_work_and_what_is_tied_to_none(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    told = shop.syncd("okrs", "--json").json
    backlog = shop.syncd("backlog", "--top", "0", "--json").json
    assert [one["id"] for one in told["objectives"]] == ["O1", "O2", "O3"]
    for one in told["objectives"]:
        assert one["open"] == sum(row["objective"] == one["id"] for row in backlog)
        assert one["open"] == one["without_key_result"] + sum(kr["open"] for kr in one["key_results"])
    orphans = [row["key"] for row in backlog if row["objective"] is None]
    assert told["coverage"]["open"] == len(backlog) == told["coverage"]["tied"] + len(orphans)
    assert told["orphans"]["count"] == len(orphans)
    assert [one["key"] for one in told["orphans"]["works"]] == orphans[:5]
    everything = shop.syncd("okrs", "--json", "--orphans").json
    assert [one["key"] for one in everything["orphans"]["works"]] == orphans
    worst = told["behind"][0]
    of_it = [row["key"] for row in backlog if row["key_result"] == worst["key_result"]]
    assert [one["key"] for one in worst["moved_by"]] == of_it[:3]

    text = shop.syncd("okrs").out
    assert "KR1" in text and "│" in text and f"{told['coverage']['tied']} of {len(backlog)}" in text
    rows = [line for line in shop.syncd("okrs", "--markdown").out.splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + 3 + 7 and all(line.replace("\\|", "").count("|") == 8 for line in rows)


def test_answers_that_expired_are_listed_by_rank_with_who_could_answer(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    assert "No fact expires" in shop.syncd("stale").out
    shop.edit("scoring.yaml", "    jira: Customers affected ", "    expires: 90 days\n    jira: Customers affected ")
    listed = shop.syncd("stale", "--json").json
    assert listed and [one["rank"] for one in listed] == sorted(one["rank"] for one in listed)
    assert all(one["untouched_days"] > 90 and one["expired"][0]["fact"] == "reach" for one in listed)
    assert all(one["assignees"] or one["reporter"] for one in listed)
    assert listed[0]["key"] in shop.syncd("stale", "--top", "1").out


def test_without_objectives_a_sentence_says_where_to_write_them(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    (shop.config / "okrs.yaml").write_text("objectives: []\n", encoding="utf-8")
    assert "okrs.yaml" in shop.syncd("okrs").out
