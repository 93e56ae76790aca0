"""The names rules may read: their values for one and, as columns, for all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from scoring_makers import RICE_FACTS, TODAY, item, linked, ref, rice, rules, work

from syncd.core.backlog import BacklogItem, Fact, Kind, OkrLink, Work
from syncd.core.expressions.columns import column, item_columns, work_columns
from syncd.core.expressions.language import Type
from syncd.core.expressions.vocabulary import ITEM_NAMES, WORK_NAMES, item_row, why_not_a_fact, work_names, work_row
from syncd.core.issue import Ref, Sprint
from syncd.core.rules import FactRule, KeyResult, Objective, OkrRules
from syncd.core.voices import Heard

FULL: dict[str, object] = {
    "title": "Login fails",
    "body": "Steps …",
    "kind": Kind.BUG,
    "priority": 2,
    "priority_name": "High",
    "labels": ("Security",),
    "assignees": ("ada",),
    "reporter": "grace",
    "milestone": "v2",
    "sprint": Sprint("Sprint 7", "active"),
    "components": ("api", "web"),
    "votes": 5,
    "reactions": 6,
    "watchers": 7,
    "comments": 8,
    "due": date(2026, 11, 20),
    "effort": 3.0,
}


HEARD = Heard(7, 5, 3, 120_000.0, 2, date(2026, 11, 3))


def full_work() -> Work:
    twin = replace(item(9), ref=Ref("acme-github", ref(9).id))
    return work(
        1, {"effort": 3.0}, twins=(twin,), parent=ref(2), blocks=(3, 4), blocked_by=(ref(5),), okr=linked(), heard=HEARD, **FULL
    )  # fmt: skip


def row(one: Work, parent: Work | None = None) -> dict[str, object]:
    return dict(work_row(one, rules(), TODAY, parent))


def test_a_row_of_work_holds_every_name() -> None:
    found = row(full_work(), work(2, title="Payments", kind=Kind.EPIC))
    assert set(found) == {*WORK_NAMES}
    expected = {
        "key": "PAY-1",
        "kind": "bug",
        "status": "todo",
        "state": "To Do",
        "priority": 2.0,
        "priority_name": "High",
        "labels": ("Security",),
        "assignees": ("ada",),
        "assigned": True,
        "reporter": "grace",
        "source": "acme-jira",
        "tool": "jira",
        "scope": "PAY",
        "milestone": "v2",
        "sprint": "Sprint 7",
        "components": ("api", "web"),
        "votes": 5.0,
        "age_days": 76.0,
        "idle_days": 15.0,
        "due": date(2026, 11, 20),
        "due_in_days": 4.0,
        "effort": 3.0,
        "today": TODAY,
        "blocks": 2.0,
        "blocked": True,
        "twins": 1.0,
        "okr.linked": True,
        "okr.objective": "O1",
        "okr.key_result": "KR1",
        "okr.weight": 3.0,
        "voices": 7.0,
        "voices.people": 5.0,
        "voices.customers": 3.0,
        "voices.weight": 120_000.0,
        "voices.recent": 2.0,
        "voices.latest": date(2026, 11, 3),
        "parent.kind": "epic",
        "parent.title": "Payments",
        "parent.key": "PAY-2",
    }
    assert {name: found[name] for name in expected} == expected


def test_what_is_not_there_is_missing() -> None:
    found = row(work(1))
    missing = {name for name, value in found.items() if value is None}
    assert missing == {
        "priority_name", "reporter", "milestone", "milestone.due", "sprint", "sprint.state", "sprint.ends", "due", "due_in_days", "effort",
        "okr.objective", "okr.key_result", "okr.weight", "okr.progress", "okr.expected", "okr.behind",
        "parent.kind", "parent.title", "parent.key", "voices.latest",
    }  # fmt: skip
    assert (found["okr.linked"], found["blocked"], found["assigned"], found["labels"]) == (False, False, False, ())


def test_a_row_of_an_item_holds_built_in_names_and_facts() -> None:
    one = item(1, facts={"reach": Fact(7.0, "x")}, **FULL)
    found = item_row(one, "jira", TODAY)
    assert set(found) == {*ITEM_NAMES, "reach"}
    assert (found["tool"], found["reach"], found["effort"]) == ("jira", 7.0, 3.0)
    assert set(item_row(one, "jira", TODAY, ["votes"])) == {"votes"}


def test_ages_are_whole_days_of_utc_and_never_negative() -> None:
    late = datetime(2026, 11, 15, 23, 59, tzinfo=UTC)
    assert row(work(1, created=late, updated=datetime(2026, 11, 17, tzinfo=UTC)))["age_days"] == 1.0
    assert row(work(1, created=late, updated=datetime(2026, 11, 17, tzinfo=UTC)))["idle_days"] == 0.0


def test_an_okr_is_behind_by_what_the_calendar_has_over_its_progress() -> None:
    found = row(work(1, okr=linked()))
    assert found["okr.progress"] == pytest.approx(0.2)
    assert found["okr.expected"] == pytest.approx(46 / 91)
    assert found["okr.behind"] == pytest.approx(46 / 91 - 0.2)


def test_an_okr_that_is_ahead_is_behind_by_nothing() -> None:
    found = work_row(work(1, okr=linked()), rules(), date(2026, 10, 2), None)
    assert found["okr.behind"] == 0.0


def test_an_okr_that_nobody_measured_is_not_behind_but_missing() -> None:
    found = row(work(1, okr=linked("KR2")))
    assert found["okr.progress"] is None
    assert found["okr.behind"] is None
    assert found["okr.expected"] is not None


def test_an_objective_progresses_by_the_mean_of_its_measured_key_results() -> None:
    results = (KeyResult("A", "", current=3.0), KeyResult("B", "", current=0.5), KeyResult("C", ""))
    by = rules(okrs=OkrRules((Objective("O1", "", key_results=results),)))
    found = work_row(work(1, okr=linked(None)), by, TODAY, None)
    assert found["okr.progress"] == 0.75
    assert found["okr.expected"] is None


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 9, 1), 0.0), (date(2027, 2, 1), 1.0)])
def test_the_expected_share_stays_within_the_period(day: date, expected: float) -> None:
    assert work_row(work(1, okr=linked()), rules(), day, None)["okr.expected"] == expected


def test_a_link_to_an_objective_that_is_gone_has_no_figures() -> None:
    found = row(work(1, okr=OkrLink("O9", None, "label")))
    assert (found["okr.linked"], found["okr.weight"]) == (True, None)


def test_columns_hold_what_rows_hold() -> None:
    works = [full_work(), work(2, title="Payments", kind=Kind.EPIC), rice(3, None, labels=("A", "a"))]
    names = work_names(RICE_FACTS)
    parents = {one.ref: one for one in works}
    found = work_columns(works, rules(), TODAY, parents, names)
    for place, one in enumerate(works):
        values = work_row(one, rules(), TODAY, None if one.parent is None else parents[one.parent], names)
        for name, value in values.items():
            (expected,) = column(names[name], [value]).tolist()
            got = found[name].tolist()[place]
            assert got == expected or (np.isnan(got) and np.isnan(expected)), name


def test_columns_of_items_hold_what_their_rows_hold() -> None:
    items: list[BacklogItem] = [item(1, **FULL), item(2, facts={"reach": Fact(7.0, "x")})]
    found = item_columns(items, rules(), TODAY, ["votes", "reach", "labels", "tool"])
    assert found["votes"].tolist() == [5.0, 0.0]
    assert np.isnan(found["reach"][0]) and found["reach"][1] == 7.0
    assert found["labels"].tolist() == [frozenset({"security"}), frozenset()]
    assert found["tool"].tolist() == ["jira", "jira"]


def test_only_the_names_that_are_asked_for_become_columns() -> None:
    assert set(work_columns([work(1)], rules(), TODAY, {}, ["votes"])) == {"votes"}


def test_texts_and_words_are_folded_and_flags_stay_flags_where_none_is_missing() -> None:
    assert column(Type.TEXT, ["Ab", None]).tolist() == ["ab", None]
    assert column(Type.WORDS, [("Ab", "aB"), None]).tolist() == [frozenset({"ab"}), None]
    assert column(Type.FLAG, [True, False]).dtype == np.bool_
    assert column(Type.FLAG, [True, None]).dtype == np.float64


@pytest.mark.parametrize("name", ["votes", "okr", "parent", "min", "today", "a b", "class", "größe", "okr.x", ""])
def test_a_fact_cannot_take_a_name_that_means_something_else(name: str) -> None:
    why = why_not_a_fact(name)
    assert why is not None and f"'{name}'" in why


def test_a_fact_may_be_named_effort_or_anything_new() -> None:
    assert why_not_a_fact("effort") is None
    assert why_not_a_fact("customers_affected") is None


def test_a_configured_fact_is_a_name() -> None:
    facts = {"color": FactRule("color", Type.TEXT, {}), "effort": FactRule("effort", Type.NUMBER, {})}
    assert work_names(facts)["color"] is Type.TEXT
    assert {name.help for name in WORK_NAMES.values() if not name.help} == set()
