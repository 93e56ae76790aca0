"""Horizons split among teams: each fills its own room, in its own unit, and closes it by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from work_makers import ROADMAP, START, item, rules

from syncd.core.backlog import BacklogItem
from syncd.core.decide import Snapshot, decide
from syncd.core.expressions.language import Type, parse
from syncd.core.plan import Relabel
from syncd.core.ranking.horizons import loads, team_loads
from syncd.core.ranking.rank import Placed
from syncd.core.rules import Horizon, Horizons, Rules, TeamCapacity

TEAM = parse("scope", {"scope": Type.TEXT})


def book(*teams: TeamCapacity, hysteresis: float = 0.0, total: float | None = None) -> Rules:
    horizons = Horizons((Horizon("now", total, teams=teams), Horizon("later")), hysteresis, team=TEAM)
    return replace(rules(ROADMAP), horizons=horizons)


def work(number: int, team: str, effort: float, priority: int = 3, **changes: object) -> BacklogItem:
    return item(number, scope=team, effort=effort, priority=priority, **changes)


def now(by: Rules, *items: BacklogItem, stood: dict[int, str] | None = None) -> list[str]:
    memory = (
        {one.ref: Placed(at, (stood or {}).get(at, "later"), None) for at, one in enumerate(items, 1)} if stood else {}
    )
    decision = decide(Snapshot({one.ref: one for one in items}, (), {}, memory, {}), by, START.date())
    return [row.work.primary.key for row in decision.ranked if row.horizon == "now"]


def test_each_team_has_a_room_of_its_own_and_nobody_overtakes_within_it() -> None:
    by = book(TeamCapacity("Pay", 5.0), TeamCapacity("web", 1.0, "items"))
    items = [
        work(1, "PAY", 4, 1),
        work(2, "pay", 9, 2),
        work(3, "pay", 1, 3),
        work(4, "web", 50, 4),
        work(5, "web", 1, 5),
    ]
    assert now(by, *items) == ["PAY-1", "PAY-4"]


def test_teams_without_a_room_share_that_of_the_others_or_wait() -> None:
    items = [work(1, "api", 3, 1), work(2, "mobile", 3, 2), work(3, "pay", 3, 3)]
    assert now(book(TeamCapacity("pay", 5.0)), *items) == ["PAY-3"]
    assert now(book(TeamCapacity("pay", 5.0), TeamCapacity("others", 4.0)), *items) == ["PAY-1", "PAY-3"]


def test_the_reason_on_the_issue_names_the_team_and_its_room() -> None:
    by = book(TeamCapacity("pay", 40.0), TeamCapacity("web", 25.0, "items"))
    items = [work(1, "pay", 30, 1), work(2, "pay", 4, 2), work(3, "web", 3, 3)]
    decision = decide(Snapshot({one.ref: one for one in items}, (), {}, {}, {}), by, START.date())
    said = {
        edit.key: [c.because for c in edit.changes if isinstance(c, Relabel)] for edit in decision.plans["jira"].edits
    }
    assert said["PAY-1"] == ["now: 34 of 40 effort of pay filled"]
    assert said["PAY-3"] == ["now: 1 of 25 items of web filled"]
    assert [row.team for row in decision.ranked] == ["pay", "pay", "web"]
    assert team_loads(decision.ranked, by.horizons) == {("now", "pay"): 34.0, ("now", "web"): 1.0}


def test_a_horizon_in_one_unit_still_has_a_whole() -> None:
    by = book(TeamCapacity("pay", 4.0), TeamCapacity("web", 3.0), total=7.0)
    items = [work(1, "pay", 2, 1), work(2, "web", 3, 2)]
    decision = decide(Snapshot({one.ref: one for one in items}, (), {}, {}, {}), by, START.date())
    assert loads(decision.ranked, by.horizons) == {"now": 5.0}


@pytest.mark.parametrize(("hysteresis", "expected"), [(0.0, ["PAY-1"]), (2.0, ["PAY-2"])])
def test_hysteresis_holds_within_a_team(hysteresis: float, expected: list[str]) -> None:
    by = book(TeamCapacity("pay", 1.0, "items"), hysteresis=hysteresis)
    assert now(by, work(1, "pay", 1, 2), work(2, "pay", 1, 3), stood={2: "now"}) == expected


def test_a_pin_takes_room_from_its_own_team_only() -> None:
    by = book(TeamCapacity("pay", 1.0, "items"), TeamCapacity("web", 1.0, "items"))
    items = [work(1, "pay", 1, 1), work(2, "pay", 1, 5, labels=("roadmap/now",)), work(3, "web", 1, 3)]
    assert sorted(now(by, *items)) == ["PAY-2", "PAY-3"]
