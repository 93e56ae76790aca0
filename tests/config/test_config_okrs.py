from __future__ import annotations

from datetime import date

import pytest
from config_folder import Folder

from syncd.core.rules import OkrRules


def test_without_the_file_there_are_no_objectives(folder: Folder) -> None:
    assert folder.write().load().rules.okrs == OkrRules()


def test_objectives_take_the_period_unless_they_have_their_own(folder: Folder) -> None:
    okrs = """\
    period: {starts: 2026-10-01, ends: 2026-12-31}
    label: goal/
    objectives:
      - id: O1
        title: Sell
        weight: 3
        match: "'checkout' in labels"
        key_results:
          - {id: KR1, title: Faster, start: 2.4, target: 1.0, current: 1.7, unit: "%", due: 2026-11-30}
      - {id: O2, title: Later, starts: 2026-11-01}
    """
    rules = folder.write(okrs=okrs).load().rules.okrs
    first, second = rules.objectives
    assert rules.label_prefix == "goal/"
    assert (first.starts, first.ends, first.weight) == (date(2026, 10, 1), date(2026, 12, 31), 3.0)
    assert (second.starts, second.ends, second.weight) == (date(2026, 11, 1), date(2026, 12, 31), 1.0)
    assert first.match is not None
    assert first.match.evaluate({"labels": ("checkout",)}) is True
    (result,) = first.key_results
    assert result.progress == pytest.approx(0.5)
    assert result.due == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("okrs", "place", "said"),
    [
        (
            "objectives: [{id: O1, title: a}, {id: o1, title: b}]",
            "1:39",
            "the id 'o1' stands twice; the first is in line 1",
        ),
        (
            "objectives: [{id: X, title: a, key_results: [{id: x, title: b}]}]",
            "1:51",
            "the id 'x' stands twice; the first is in line 1",
        ),
        ("objectives: [{id: O1, title: a, weight: -1}]", "1:41", "'weight' must be at least 0, not -1"),
        (
            "objectives: [{id: O 1, title: a}]",
            "1:19",
            "'id' must be made of letters, digits, dots, dashes and underscores",
        ),
        ("objectives: [{id: O1}]", "1:14", "'title' is missing under 'O1'"),
        (
            "objectives: [{id: O1, title: a, key_result: []}]",
            "1:33",
            "unknown key 'key_result' (did you mean 'key_results'?)",
        ),
        ("period: {starts: 2026-12-31, ends: 2026-10-01}", "1:36", "the period ends before it starts"),
        ("period: {starts: 2026-13-01, ends: 2026-12-01}", "1:18", "'starts' must be a day of the calendar"),
        ("period: {starts: 2026, ends: 2026-12-01}", "1:18", "'starts' must be a date, not the number 2026"),
        (
            "objectives: [{id: O, title: a, starts: 2026-12-31, ends: 2026-10-01}]",
            "1:58",
            "the objective 'O' ends before",
        ),
        ("fields: {acne: Goal}", "1:10", "unknown key 'acne' (did you mean 'acme'?)"),
        ("label: 'o kr/'", "1:8", "'label' must not hold spaces"),
        (
            "objectives: [{id: O, title: a, key_results: [{id: K, title: b, start: 3, target: 3}]}]",
            "1:82",
            "the key result 'K' starts at its target, 3: there is nothing to reach",
        ),
        (
            "objectives: [{id: O, title: a, match: \"'x' in lables\"}]",
            "1:47",
            "unknown name 'lables' (did you mean 'labels'?)",
        ),
        ("objectives: [{id: O, title: a, match: okr.linked}]", "1:39", "unknown name 'okr"),
    ],
)
def test_a_mistake_in_the_objectives_is_pointed_at(folder: Folder, okrs: str, place: str, said: str) -> None:
    (fault,) = folder.write(okrs=okrs + "\n").faults()
    assert f"{fault.line}:{fault.column}" == place
    assert fault.message.startswith(said)


def test_a_match_may_read_facts(folder: Folder) -> None:
    okrs = "objectives: [{id: O, title: a, match: reach > 3}]\n"
    folder.write(okrs=okrs, scoring="facts: {reach: {acme: Reach}}\n")
    assert folder.load().rules.okrs.objectives[0].match is not None
