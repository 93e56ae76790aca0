"""What the open work does for the objectives, and what is tied to none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scoring_makers import OKRS, TODAY, linked, ref, work

from syncd.core.backlog import OkrLink, Ranked, Work
from syncd.core.reports.outcomes import Load, outcomes
from syncd.core.rules import KeyResult, Objective, OkrRules

EMPTY = Objective("O2", "Nobody works on it", weight=1.0, key_results=(KeyResult("KR9", "Unmeasured"),))
TWO = OkrRules((*OKRS.objectives, EMPTY))


def ranked(*works: Work) -> list[Ranked]:
    return [Ranked(one, 100.0 - place, place, None) for place, one in enumerate(works, 1)]


def sized(number: int, effort: float | None, **changes: object) -> Work:
    return work(number, {"effort": effort}, **changes)


def test_open_work_and_its_effort_are_counted_where_they_serve() -> None:
    rows = ranked(
        sized(1, 3.0, okr=linked("KR1")),
        sized(2, 5.0),
        sized(3, 2.0, okr=linked("KR1")),
        sized(4, None, okr=linked(None)),
    )
    found = outcomes(rows, TWO, TODAY)
    first, second = found.objectives
    assert [row.work.ref for row in first.key_results[0].served_by] == [ref(1), ref(3)]
    assert (first.key_results[0].load, first.loose, first.load) == (Load(2, 5.0), Load(1, 0.0, 1), Load(3, 5.0, 1))
    assert (first.effort_share, first.weight_share) == (0.5, 0.75)
    assert second.load == Load() and found.without_work == (second,)
    assert (found.coverage, found.effort_coverage) == (0.75, 0.5)
    assert [row.work.ref for row in found.orphans] == [ref(2)]


def test_the_effort_of_work_with_open_children_is_left_to_them() -> None:
    rows = ranked(sized(1, 20.0), sized(2, 3.0, parent=ref(1), okr=linked()), sized(3, None, parent=ref(1)))
    assert outcomes(rows, OKRS, TODAY).total == Load(3, 3.0, 1)


def test_key_results_behind_come_by_weighted_gap_and_unmeasured_ones_not_at_all() -> None:
    heavy = OKRS.objectives[0]
    light = replace(
        heavy, id="O3", weight=1.0, key_results=(KeyResult("KR7", "Far", start=0.0, target=1.0, current=0.0),)
    )
    found = outcomes(ranked(), OkrRules((light, heavy)), TODAY)
    assert [late.key_result.id for late in found.behind] == ["KR1", "KR7"], "the smaller gap weighs three times as much"
    assert found.behind[0].behind == pytest.approx(46 / 91 - 0.2)


def test_an_outcome_that_is_no_longer_in_the_rules_ties_nothing() -> None:
    found = outcomes(ranked(sized(1, 1.0, okr=OkrLink("O9", None, "label okr/O9"))), OKRS, TODAY)
    assert len(found.orphans) == 1 and found.tied == Load()


def test_an_empty_backlog_has_no_coverage() -> None:
    found = outcomes([], OkrRules(), TODAY)
    assert (found.coverage, found.effort_coverage, found.objectives, found.behind) == (None, None, (), ())
