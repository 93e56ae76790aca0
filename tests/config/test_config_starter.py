from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from syncd.config.authoring.starter import KINDS, VARIABLES, starting_files, write_starting_files
from syncd.config.load import load
from syncd.config.reading.faults import ConfigError
from syncd.config.rules.golden import golden
from syncd.connector.registry import connectors
from syncd.core.reports.golden import results

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("kinds", [["jira"], ["github"], ["jira", "github"], ["github", "github"]])
def test_the_starting_files_load_once_their_variables_are_set(tmp_path: Path, kinds: Sequence[str]) -> None:
    written = write_starting_files(tmp_path / "config", kinds, TODAY)
    assert {path.name for path in written} >= {"syncd.yaml", "okrs.yaml", "scoring.yaml", "syncd.schema.json"}
    loaded = load(tmp_path / "config", {VARIABLES[kind]: "x" for kind in kinds}, connectors())
    assert [source.name for source in loaded.sources] == list(dict.fromkeys(kinds))
    assert {source.rules.modes_text for source in loaded.sources} == {"observe"}
    assert loaded.rules.framework.name == "rice"


@pytest.mark.parametrize("kinds", [["jira"], ["github"], ["jira", "github"]])
def test_the_promises_of_the_starting_files_hold(tmp_path: Path, kinds: Sequence[str]) -> None:
    write_starting_files(tmp_path, kinds, TODAY)
    book = golden(tmp_path, load(tmp_path, {}, connectors(), offline=True).rules)
    found = results(book.cases, book.rules, TODAY)
    assert len(found) == 3 and all(one.passed for one in found), found


@pytest.mark.parametrize("kind", KINDS)
def test_before_that_they_say_which_variable_is_missing(tmp_path: Path, kind: str) -> None:
    write_starting_files(tmp_path, [kind], TODAY)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {}, connectors())
    assert [fault.hint for fault in caught.value.faults] == [f"type: export {VARIABLES[kind]}=…"]


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "okrs.yaml").write_text("mine")
    with pytest.raises(ConfigError, match=r"okrs\.yaml: this file is there already"):
        write_starting_files(tmp_path, ["jira"], TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["okrs.yaml"]
    assert (tmp_path / "okrs.yaml").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_starting_files(tmp_path / "config" / "deeper", ["jira"], TODAY)


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (date(2026, 11, 23), "{starts: 2026-10-01, ends: 2026-12-31}"),
        (date(2027, 1, 1), "{starts: 2027-01-01, ends: 2027-03-31}"),
        (date(2028, 6, 30), "{starts: 2028-04-01, ends: 2028-06-30}"),
        (date(2026, 9, 30), "{starts: 2026-07-01, ends: 2026-09-30}"),
    ],
)
def test_the_objectives_start_with_the_present_quarter(today: date, period: str) -> None:
    assert period in starting_files(["jira"], today)["okrs.yaml"]


def test_a_kind_without_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="jira or github"):
        starting_files(["gitlab"], TODAY)
    with pytest.raises(ValueError, match="jira or github"):
        starting_files([], TODAY)
