"""`syncd releases` over the demo's milestones and fix versions."""

from __future__ import annotations

from cli.running_demo import Shop


def test_the_release_plan_has_both_tools_days_and_risks(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    plan = shop.syncd("releases", "--json").json
    days = [one["due"] for one in plan["releases"] if one["due"]]
    assert days == sorted(days) and len(days) > 3
    assert {"PAY", "lumen/web"} <= {scope for one in plan["releases"] for scope in one["scopes"]}
    assert plan["without_release"] and all(one["horizon"] == "now" for one in plan["without_release"])
    assert len(plan["pace"][""]["weeks"]) == 12
    name = next(one["name"] for one in plan["releases"] if one["open"])
    said = shop.syncd("releases", name)
    assert said.code == 0 and name in said.out and "recent pace: " in said.out
    assert "in the queue: " in shop.syncd("releases", name, "--risks", "--markdown").out
    wrong = shop.syncd("releases", "9.9.9")
    assert wrong.code == 1 and "there is no coming release 9.9.9" in wrong.err
