"""Several backlogs over the demo's trackers: every command that shows ranked work tells them apart, and `--of` shows one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner

from cli.running_demo import Said, Shop
from syncd.cli.main import cli
from syncd.demo.site import Site

BACKLOGS = """
backlogs:
  - name: bugs
    filter: kind == 'bug'
    score: {formula: 10 * (5 - priority) + votes}
    horizons: {now: {capacity: 5 items}, later: {}}
  - name: features
    filter: kind != 'bug'
"""


@dataclass(frozen=True)
class Several:
    """The shop with two backlogs. Commands run inside of this process: there are many, and each only looks."""

    shop: Shop

    def syncd(self, *arguments: str, width: str = "140") -> Said:
        made = CliRunner().invoke(
            cli, ["--config", str(self.shop.config), *arguments], env={**self.shop.environment, "COLUMNS": width}
        )
        return Said(made.exit_code, made.stdout, made.stderr)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.syncd(*arguments, "--json").out)


@pytest.fixture(scope="module")
def several(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    shop = Shop(site, tmp_path_factory.mktemp("several"))
    shop.edit("scoring.yaml", "    jira: Customers affected ", "    expires: 90 days\n    jira: Customers affected ")
    with (shop.config / "scoring.yaml").open("a", encoding="utf-8") as file:
        file.write(BACKLOGS)
    assert shop.syncd("pull").code == 0
    yield Several(shop)


def test_each_backlog_has_ranks_of_its_own_and_of_shows_one(several: Several) -> None:
    rows = several.json("backlog", "--top", "0")
    for name in ("bugs", "features"):
        own = [row for row in rows if row["backlog"] == name]
        assert [row["rank"] for row in own] == list(range(1, len(own) + 1)) and len(own) > 50
        alone = several.json("backlog", "--top", "0", "--of", name)
        assert alone == own
    assert [row["rank"] for row in rows[:4]] == [1, 1, 2, 2]
    assert sum(row["horizon"] == "now" for row in rows if row["backlog"] == "bugs") == 5
    shown = several.syncd("backlog", "--top", "2").out.splitlines()
    assert shown[0].split()[0] == "backlog" and [line.split()[:2] for line in shown[1:3]] == [
        ["bugs", "1"],
        ["features", "1"],
    ]
    assert "| backlog |" in several.syncd("backlog", "--markdown").out
    assert "backlog" not in several.syncd("backlog", "--of", "bugs").out.splitlines()[0]


@pytest.mark.parametrize("command", ["backlog", "okrs", "stale"])
def test_a_backlog_that_there_is_not_gets_a_suggestion(several: Several, command: str) -> None:
    wrong = several.syncd(command, "--of", "bug")
    assert wrong.code == 2 and "there is no backlog 'bug' (did you mean 'bugs'?)" in wrong.err


def test_explain_keeps_to_the_backlog_of_its_work(several: Several) -> None:
    bugs, features = (several.json("backlog", "--of", name) for name in ("bugs", "features"))
    told = several.json("explain", bugs[1]["key"])
    assert (told["backlog"], told["rank"], told["score"]) == ("bugs", 2, bugs[1]["score"])
    assert any(line["step"] == "formula" and "priority" in line["text"] for line in told["lines"])
    assert "in the backlog bugs" in several.syncd("explain", bugs[1]["key"]).out
    above = several.json("explain", bugs[0]["key"], "--above", bugs[1]["key"])
    assert (above["upper"]["rank"], above["lower"]["rank"]) == (1, 2)
    across = several.syncd("explain", bugs[0]["key"], "--above", features[0]["key"])
    assert across.code == 1 and "no common order" in across.err


def test_whatif_compares_backlog_by_backlog(several: Several) -> None:
    changed = ("whatif", "--set", "backlogs.bugs.score.formula=-votes", "--top", "3")
    told = several.json(*changed)
    assert told["backlogs"]["bugs"]["churn"] > 0 and told["backlogs"]["features"]["churn"] == 0
    said = several.syncd(*changed).out
    assert "Enters the first 3 of bugs" in said and "nobody enters or leaves the first 3 of features" in said
    page = several.syncd(*changed, "--markdown").out
    assert "#### Enters the first 3 of bugs" in page and "In bugs: " in page


def test_outcomes_are_those_of_all_backlogs_or_of_one(several: Several) -> None:
    whole = several.json("okrs")
    parts = [several.json("okrs", "--of", name) for name in ("bugs", "features", "rest")]
    assert whole["coverage"]["open"] == sum(part["coverage"]["open"] for part in parts)
    assert whole["coverage"]["tied"] == sum(part["coverage"]["tied"] for part in parts)
    for place, objective in enumerate(whole["objectives"]):
        assert objective["open"] == sum(part["objectives"][place]["open"] for part in parts)
        assert objective["progress"] == parts[0]["objectives"][place]["progress"]
    listed = several.json("okrs", "--orphans")["orphans"]["works"]
    assert {row["backlog"] for row in listed} == {"bugs", "features"} and whole["orphans"]["works"] == listed[:5]
    assert {row["backlog"] for row in parts[0]["orphans"]["works"]} == {"bugs"}
    first = whole["orphans"]["works"][0]
    assert f"{first['backlog']} #{first['rank']} " in several.syncd("okrs", "--markdown").out
    shown = [line.split() for line in several.syncd("okrs", width="120").out.splitlines()]
    assert [first["backlog"], f"#{first['rank']}", first["key"]] in [words[:3] for words in shown]


def test_expired_answers_say_in_which_backlog_they_are_missing(several: Several) -> None:
    listed = several.json("stale", "--top", "0")
    assert {one["backlog"] for one in listed} == {"bugs", "features"}
    bugs = several.json("stale", "--top", "0", "--of", "bugs")
    assert bugs == [one for one in listed if one["backlog"] == "bugs"]
    first = several.syncd("stale", "--top", "1").out.splitlines()[1].split()
    assert first[:3] == [listed[0]["backlog"], str(listed[0]["rank"]), listed[0]["key"]]


def test_the_release_plan_names_the_backlog_beside_the_rank(several: Several) -> None:
    plan = several.json("releases")
    mixed = next(one for one in plan["releases"] if {row["backlog"] for row in one["work"]} == {"bugs", "features"})
    row = mixed["work"][0]
    shown = [line.split()[:3] for line in several.syncd("releases", mixed["name"]).out.splitlines()]
    assert [row["backlog"], f"#{row['rank']}", row["key"]] in shown


def test_a_move_is_explained_within_its_backlog(shop: Shop) -> None:
    with (shop.config / "scoring.yaml").open("a", encoding="utf-8") as file:
        file.write(BACKLOGS)
    assert shop.syncd("plan", "--json").code == 0
    looking = Several(shop)
    bugs = looking.json("backlog", "--of", "bugs")
    shop.edit("scoring.yaml", "10 * (5 - priority) + votes", "votes")
    told = looking.json("explain", bugs[0]["key"], "--since", "1d")
    rank, score = told["rank"], told["score"]
    assert told["backlog"] == "bugs" and (rank["before"], score["before"]) == (1, bugs[0]["score"])
    assert rank["before"] - rank["after"] == rank["rules"] + rank["own_inputs"] + rank["others"]
    assert score["rules"] == pytest.approx(score["change"]) and score["change"] < 0
    others = {row["key"] for row in looking.json("backlog", "--of", "bugs", "--top", "0")}
    assert {one["key"] for one in told["overtook"]} <= others
    assert "in the backlog bugs" in looking.syncd("explain", bugs[0]["key"], "--since", "1d").out
