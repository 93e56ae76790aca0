"""What-if: what is shown is what a cycle would decide under these rules, and nothing is written anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from syncd.config.load import load
from syncd.config.reading.yaml import read
from syncd.core.reports.whatif import whatif
from syncd.engine.memory.foresee import foresee
from syncd.testing.paper import paper_spec
from web.page_house import Stage, Visitor, house

ALL_ON = {"turned": "yes", "on.0": "yes", "on.1": "yes", "on.2": "yes"}
CHANGES = [
    {**ALL_ON, "scale": "percentile"},
    {**ALL_ON, "value.0": "3"},
    {"turned": "yes", "on.1": "yes", "on.2": "yes"},
    {**ALL_ON, "value.1": "2.5", "value.0": "0"},
    {**ALL_ON, "value.2": "3"},
    {**ALL_ON, "capacity.now": "5", "hysteresis": "1"},
]


def ask(visitor: Visitor, fields: dict[str, str], top: int = 5) -> dict[str, object]:
    token = {"x-syncd-form": visitor.token()}
    answer = visitor.ask("POST", "/api/v1/whatif", token, json={"fields": fields, "top": top})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = json.loads(answer.text)
    return found


def decided_by(stage: Stage, folder: Path, scoring: str, top: int) -> tuple[list[tuple[str, int, str | None]], object]:
    """The truth: the whole pipeline from the mirror, by the text that the page gives to copy."""
    config = folder / "config"
    document = read(scoring, "scoring.yaml")
    loaded = load(config, {}, {"paper": paper_spec("paper", stage.tracker)}, instead={"scoring.yaml": document})
    world = stage.world
    before, after = (foresee(world.store, rules, world.today()) for rules in (world.rules, loaded.rules))
    rows = [(row.work.primary.key, row.rank, row.horizon) for row in after.ranked[:top]]
    return rows, whatif(before, after, top)


@pytest.mark.parametrize("fields", CHANGES)
def test_a_trial_shows_what_the_copied_text_would_decide(tmp_path: Path, fields: dict[str, str]) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        found = ask(visitor, fields)
        changed = yaml.safe_load(str(found["yaml"]))
        text = yaml.safe_load((tmp_path / "config" / "scoring.yaml").read_text())
        rows, truth = decided_by(stage, tmp_path, yaml.safe_dump({**text, **changed}, sort_keys=False), 5)
        works = found["works"]
        assert isinstance(works, list)
        assert [(one["issue"]["key"], one["after"], one["horizon"]) for one in works] == rows
        assert found["churn"] == pytest.approx(truth.churn)  # type: ignore[attr-defined]
        assert found["rehorizoned"] == truth.rehorizoned  # type: ignore[attr-defined]
        assert found["entering"] == len(truth.entering)  # type: ignore[attr-defined]


def test_what_nobody_turned_changes_nothing(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        today = {**ALL_ON, "value.0": "0.5", "value.1": "0.8", "value.2": "1", "okr.O1": "1", "capacity.now": "3"}
        for fields in ({}, ALL_ON, {**today, "hysteresis": "0"}):
            found = ask(visitor, fields)
            assert (found["changed"], found["churn"], found["entering"], found["yaml"]) == (False, 0.0, 0, "")


def test_the_weight_of_an_objective_moves_its_work(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        found = ask(Visitor(stage.world), {**ALL_ON, "okr.O1": "100"}, 6)
        assert found["okrs"] == {"O1": 100.0}
        works = found["works"]
        assert isinstance(works, list)
        assert {one["objective"] for one in works} == {"O1"}
        (covered,) = found["coverage"]  # type: ignore[misc]
        assert covered["after"] == 6 > covered["before"]


def test_a_trial_writes_nothing_anywhere(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        before = stage.world.store.memory.load(), stage.world.store.runs.last(9), stage.world.outlook.seen
        config = {path.name: path.read_bytes() for path in (tmp_path / "config").iterdir()}
        assert ask(visitor, CHANGES[3])["changed"] is True
        assert visitor.get("/whatif?" + urlencode(CHANGES[3])).status_code == 200
        assert (stage.world.store.memory.load(), stage.world.store.runs.last(9), stage.world.outlook.seen) == before
        assert {path.name: path.read_bytes() for path in (tmp_path / "config").iterdir()} == config
        assert stage.tracker.edits_by_syncd == 0


def test_a_trial_can_be_sent_as_an_address(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        address = "/whatif?" + urlencode({**CHANGES[1], "top": "10"})
        page = visitor.get(address)
        assert 'value="3"' in page.text and "add: 3" in page.text
        part = visitor.get(address, **{"HX-Request": "true"})
        assert part.headers["hx-replace-url"] == address and "<form" not in part.text


@pytest.mark.parametrize(
    "fields",
    [
        {"scale": "logarithmic"},
        {**ALL_ON, "framework": "wsjf"},
        {**ALL_ON, "hysteresis": "-4"},
        {**ALL_ON, "value.0": "nan", "capacity.now": "<script>", "framework": "__class__", "okr.O1": "-1"},
    ],
)
def test_fields_that_make_no_rules_are_told_in_a_sentence(tmp_path: Path, fields: dict[str, str]) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        page = visitor.get("/whatif?" + urlencode(fields))
        assert page.status_code == 200 and "<script>" not in page.text.replace('<script src="', "")
        token = {"x-syncd-form": visitor.token()}
        answer = visitor.ask("POST", "/api/v1/whatif", token, json={"fields": fields})
        assert answer.status_code == (422 if "nan" not in fields.values() else 200)
