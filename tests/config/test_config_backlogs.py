"""`backlogs:` and capacities by team, as people write them and get them wrong."""

from __future__ import annotations

import pytest
from config_folder import Folder

from syncd.core.rules import Scale, TeamCapacity

FACTS = "facts: {effort: {paper: Story Points}, squad: {property: scope, values: {PAY: payments}, type: text}}\n"
SCORING = (
    FACTS
    + """score: {framework: expression, formula: votes, scale: percentile}
horizons: {now: {capacity: 3 items}, later: {}}
backlogs:
  - name: platform
    filter: "'infra' in labels"
    score: {formula: age_days}
    horizons: {soon: {capacity: 5 effort}, never: {}}
  - {name: web, filter: "scope == 'WEB'", adjust: []}
"""
)
TEAMS = "horizons:\n  team: squad\n  now: {capacity: {payments: 40 effort, web: 25 items}}\n  later: {}\n"


def test_a_backlog_takes_from_the_top_of_the_file_what_it_does_not_say(folder: Folder) -> None:
    rules = folder.write(scoring=SCORING).load().rules
    platform, web = rules.backlogs
    assert rules.backlog_names == ("platform", "web", "rest")
    assert (platform.framework.formula.text, platform.scale) == ("age_days", Scale.RAW)
    assert (web.framework, web.scale, web.horizons) == (rules.framework, Scale.PERCENTILE, rules.horizons)
    assert rules.horizon_names == ("soon", "never", "now", "later")


def test_the_rest_may_have_a_name_or_no_place(folder: Folder) -> None:
    assert folder.write(scoring=SCORING + "rest: product\n").load().rules.backlog_names[-1] == "product"
    assert folder.write(scoring=SCORING + "rest: none\n").load().rules.backlog_names == ("platform", "web")


def test_capacities_by_team_have_a_sum_only_in_one_unit(folder: Folder) -> None:
    horizons = folder.write(scoring=FACTS + TEAMS).load().rules.horizons
    assert horizons.team is not None and horizons.team.text == "squad"
    assert horizons.names[0].teams == (TeamCapacity("payments", 40.0), TeamCapacity("web", 25.0, "items"))
    assert horizons.names[0].capacity is None
    same = folder.write(scoring=FACTS + TEAMS.replace("25 items", "25 effort")).load().rules.horizons
    assert (same.names[0].capacity, same.names[0].unit) == (65.0, "effort")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: web, ", "name: Platform, ", "'Platform' is the name of another backlog already"),
        ("name: web, ", "name: rest, ", "'rest' is the name of the rest already"),
        ("    filter: \"'infra' in labels\"\n", "", "nothing would ever reach the ones below it"),
        ("'infra' in labels", "'infra' in lables", "did you mean 'labels'"),
        ("'infra' in labels", "percentile_of(votes) > 3", "percentile_of"),
        ("soon: {capacity: 5 effort}", "soon: {capacity: five}", "must be a number and a unit"),
        ("horizons: {soon", "horizons: {hysterese: 3, soon", "hysteresis"),
        ("score: {formula: age_days}", "score: {framework: rise}", "did you mean 'rice'"),
    ],
)
def test_a_mistake_in_a_backlog_points_at_its_place(folder: Folder, old: str, new: str, words: str) -> None:
    assert old in SCORING
    faults = folder.write(scoring=SCORING.replace(old, new)).faults()
    assert len(faults) == 1 and faults[0].line > 1
    assert words in faults[0].message + faults[0].hint


def test_capacities_by_team_need_to_know_the_team(folder: Folder) -> None:
    (fault,) = folder.write(scoring=FACTS + TEAMS.replace("  team: squad\n", "")).faults()
    assert "nothing says whose work is whose" in fault.message and "team: scope" in fault.hint
    (fault,) = folder.write(scoring=FACTS + TEAMS.replace("team: squad", "team: votes")).faults()
    assert "text" in fault.message
    (fault,) = folder.write(scoring=FACTS + TEAMS.replace("25 items", "25")).faults()
    assert "must say of what there are 25" in fault.message
