"""The most heard work, loud work that ranks low, and the trend by month."""

from __future__ import annotations

import dataclasses
from datetime import date

from issue_makers import items, jira, rules

from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import Pointer
from syncd.core.reports.voices import Spoken, latest, spoken
from syncd.core.rules import Backlog, Rules
from syncd.core.voices import Voice, Voices

DAY = date(2026, 3, 5)
ISSUES = [jira(n, priority=("Highest", "High", "Medium", "Low", "Lowest")[n // 4]) for n in range(20)]


def said(about: str, customer: str, day: str = "2026-03-01") -> Voice:
    return Voice((about,), customer, "", f"{customer} about {about}", date.fromisoformat(day), file="v.csv")


def decided(*voices: Voice, issues: list[object] | None = None, by: Rules | None = None) -> Decision:
    numbered = tuple(dataclasses.replace(voice, line=line) for line, voice in enumerate(voices, 2))
    ruled = dataclasses.replace(by or rules(), voices=Voices("d", numbered))
    return decide(Snapshot(items(*(issues or ISSUES)), (), {}, {}, {}), ruled, DAY)  # type: ignore[arg-type]


def told(decision: Decision) -> Spoken:
    found = spoken(decision)
    assert found is not None
    return found


def test_work_is_listed_by_customers_then_by_how_often_and_what_is_low_is_named() -> None:
    voices = [said("PAY-19", name) for name in ("Acme", "Globex", "Initech")]
    voices += [said("PAY-1", "Acme"), said("PAY-1", "Acme", "2026-02-01"), said("PAY-2", "Acme"), said("PAY-0", "Acme")]
    found = told(decided(*voices))
    assert [(one.row.work.primary.key, one.heard.customers, one.heard.count) for one in found.most] == [
        ("PAY-19", 3, 3),
        ("PAY-1", 1, 2),
        ("PAY-0", 1, 1),
        ("PAY-2", 1, 1),
    ]
    assert [one.row.work.primary.key for one in found.low] == ["PAY-19"]


def test_what_a_single_customer_wants_is_not_loud_however_often_they_say_so() -> None:
    assert told(decided(*(said("PAY-19", "Acme", f"2026-02-{n:02}") for n in range(1, 20)))).low == ()


def test_an_epic_that_only_its_children_are_asked_for_is_not_listed_beside_them() -> None:
    issues: list[object] = [jira(1), jira(2, parent=Pointer(key="PAY-1"))]
    found = told(decided(said("PAY-2", "Acme"), issues=issues))
    assert [one.row.work.primary.key for one in found.most] == ["PAY-2"]
    both = told(decided(said("PAY-2", "Acme"), said("PAY-1", "Globex"), issues=issues))
    assert [one.row.work.primary.key for one in both.most] == ["PAY-1", "PAY-2"]


def test_the_trend_goes_by_month_over_a_year_and_counts_each_voice_once() -> None:
    days = ("2025-03-31", "2025-04-01", "2025-12-31", "2026-01-01", "2026-03-04", "2026-03-05", "2026-03-06")
    issues: list[object] = [jira(1), jira(2, parent=Pointer(key="PAY-1"))]
    found = told(decided(*(said("PAY-2", "Acme", day) for day in days), issues=issues))
    assert found.months == (1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2)
    assert found.most[0].months == found.months and found.most[0].heard.count == 6


def test_of_one_backlog_only_its_work_is_listed_and_the_rest_is_counted() -> None:
    plain = rules()
    one = Backlog("high", parse("priority <= 2", {"priority": Type.NUMBER}, Type.FLAG), plain.framework, plain.scale, (), plain.horizons)  # fmt: skip
    decision = decided(said("PAY-1", "Acme"), said("PAY-19", "Acme"), by=dataclasses.replace(plain, backlogs=(one,)))
    assert len(told(decision).most) == 2 and told(decision).unranked == 0
    high = told(decision.of("high"))
    assert [one.row.work.primary.key for one in high.most] == ["PAY-1"] and high.unranked == 1
    assert sum(high.months) == 1


def test_the_words_of_a_piece_of_work_come_latest_first() -> None:
    decision = decided(said("PAY-1", "A", "2026-01-01"), said("PAY-1", "B", "2026-02-01"), said("PAY-2", "C"))
    row = next(row for row in decision.ranked if row.work.primary.key == "PAY-1")
    assert [voice.customer for voice in latest(decision.hearing, row)] == ["B", "A"]
    assert latest(None, row) == latest(decision.hearing, None) == ()
    assert spoken(decide(Snapshot(items(*ISSUES), (), {}, {}, {}), rules(), DAY)) is None
