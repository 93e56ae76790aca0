"""`syncd measure` over the demo's trackers: counts in both, a file, and how `syncd okrs` and `syncd status` show it."""

from __future__ import annotations

from cli.running_demo import Shop

COUNTS = {
    "current: 29": 'measure: {source: jira, count: "project = PAY AND statusCategory != Done"}',
    "current: 66": 'measure: {source: github, count: "repo:lumen/web is:issue is:open"}',
    "measure: {csv: numbers.csv}": "measure: {csv: audit.csv}",
}


def measuring(shop: Shop) -> None:
    for current, measure in COUNTS.items():
        shop.edit("okrs.yaml", current, measure)
    (shop.config / "audit.csv").write_text("week,pages\n2026-W46,80\n2026-W47,84\n", encoding="utf-8")


def test_measures_are_taken_now_kept_and_shown(shop: Shop) -> None:
    measuring(shop)
    assert shop.syncd("pull").code == 0
    tried = shop.syncd("measure", "KR7", "--dry-run", "--json").json
    assert (tried[0]["value"], tried[0]["before"], tried[0]["origin"]) == (84.0, None, "audit.csv")
    taken = {one["key_result"]: one for one in shop.syncd("measure", "--json").json}
    backlog = shop.syncd("backlog", "--top", "0", "--json").json
    assert set(taken) == {"KR5", "KR6", "KR7"} and all(one["before"] is None for one in taken.values())
    assert taken["KR5"]["value"] >= sum(row["key"].startswith("PAY-") for row in backlog) > 0
    assert taken["KR6"]["value"] > 0

    (shop.config / "audit.csv").write_text("week,pages\n2026-W48,91\n", encoding="utf-8")
    assert shop.syncd("measure", "--once").out == "nothing is due\n"
    again = shop.syncd("measure", "kr7", "--json").json[0]
    assert (again["key_result"], again["value"], again["before"], again["problem"]) == ("KR7", 91.0, 84.0, None)
    told = shop.syncd("okrs", "--json").json
    audit = next(kr for one in told["objectives"] for kr in one["key_results"] if kr["id"] == "KR7")
    assert audit["current"] == 91.0
    assert [one["value"] for one in audit["measured"]["history"]] == [84.0, 91.0]
    shown = shop.syncd("okrs").out
    assert "Measured" in shown and "audit.csv, just now" in shown and "a count in jira" in shown
    assert "`▁" in shop.syncd("okrs", "--markdown").out


def test_a_measure_that_fails_says_why_and_where_to_look(shop: Shop) -> None:
    measuring(shop)
    shop.edit("okrs.yaml", "statusCategory != Done", "statusCategory != ")
    (shop.config / "audit.csv").unlink()
    assert shop.syncd("pull").code == 0
    ended = shop.syncd("measure")
    assert ended.code == 1
    assert "2 key results could not be measured" in ended.err
    status = shop.syncd("status").out
    assert "not measured KR7" in status and "there is no such file" in " ".join(status.split())
    unknown = shop.syncd("measure", "KR9")
    assert unknown.code == 2 and "KR9 is no measured key result (did you mean" in unknown.err
