"""The repository's own configuration: what the demo runs with and what people copy from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from syncd.config.load import Loaded, load
from syncd.connector.registry import connectors
from syncd.core.rules import Slot
from syncd.core.standing import standings

CONFIG = Path(__file__).resolve().parents[2] / "config"
ENVIRON = {
    "DEMO_JIRA_URL": "http://127.0.0.1:40001",
    "DEMO_JIRA_TOKEN": "jira-token",
    "DEMO_GITHUB_URL": "http://127.0.0.1:40002",
    "DEMO_GITHUB_TOKEN": "github-token",
}


@pytest.fixture(scope="module")
def lumen() -> Loaded:
    return load(CONFIG, ENVIRON, connectors())


def test_it_speaks_to_the_local_simulators(lumen: Loaded) -> None:
    addresses = {source.name: getattr(source.settings, "url", None) for source in lumen.sources}
    assert addresses == {"jira": "http://127.0.0.1:40001", "github": "http://127.0.0.1:40002"}
    assert {source.rules.modes_text for source in lumen.sources} == {"auto"}


def test_it_needs_nothing_but_the_two_tokens() -> None:
    tokens = {name: value for name, value in ENVIRON.items() if name.endswith("TOKEN")}
    assert getattr(load(CONFIG, tokens, connectors()).sources[1].settings, "url", None) == "https://api.github.com"


def test_it_reads_and_writes_the_fields_that_the_demo_has(lumen: Loaded) -> None:
    jira, github = lumen.sources
    assert jira.read_fields == {"Customers affected", "Impact", "Confidence", "Story Points"}
    assert jira.write_fields == {"Priority Score", "Backlog Rank", "Objective"}
    assert github.read_fields == {"Reach", "Status"}
    assert github.write_fields == {"Score", "Rank", "Roadmap"}
    assert jira.rules.order
    assert github.rules.order
    labels = {target.slot: target.label for target in github.rules.targets if target.label}
    assert labels == {Slot.HORIZON: "roadmap/", Slot.KEY_RESULT: "okr/"}


def test_no_rule_reads_what_syncd_writes(lumen: Loaded) -> None:
    expressions = [a.when for a in lumen.rules.adjustments] + [o.match for o in lumen.rules.okrs.objectives]
    assert not [one for one in expressions if one is not None and "roadmap/" in one.text]


def test_some_key_results_are_behind_and_some_are_not(lumen: Loaded) -> None:
    assert len(lumen.rules.okrs.objectives) == 3
    of_results = {
        ids[1]: standing.behind
        for ids, standing in standings(lumen.rules.okrs, date(2026, 11, 23)).items()
        if ids[1] is not None
    }
    late = {name for name, behind in of_results.items() if behind is not None and behind > 0.2}
    assert late
    assert late != set(of_results)


def test_tokens_appear_nowhere(lumen: Loaded) -> None:
    assert "jira-token" not in repr(lumen)
    assert "github-token" not in repr(lumen)


def test_each_file_names_its_schema() -> None:
    for name in ("syncd", "okrs", "scoring"):
        first = (CONFIG / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=schema/{name}.schema.json"
        assert (CONFIG / "schema" / f"{name}.schema.json").is_file()
