"""The last lines of a session say which level was reached and what is missing for the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from syncd.testing.conformance import Conformance
from syncd.testing.conformance.kit import level_of_check
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.report import Report, level_of

HERE = Path(__file__).parent
MODULE = """
from paper_sandbox import PaperSandbox
from syncd.connector.errors import ConnectorError, Transient
from syncd.testing.conformance import Conformance
from syncd.testing.paper import PaperConnector


class Forgetful(PaperSandbox):
    def connector(self, wiring):
        made = super().connector(wiring)
        made.census = lambda: iter(())
        return made


class TestGood(Conformance):
    sandbox = PaperSandbox


class TestForgetful(Conformance):
    sandbox = Forgetful

    def test_something_of_its_own(self):
        assert False
"""


def session(folder: Path, *options: str) -> str:
    (folder / "test_mine.py").write_text(MODULE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "deletion or own or census",
        *options,
    ]
    env = {"PYTHONPATH": str(HERE), "PATH": ""}
    ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    return ended.stdout


def test_the_report_names_each_connector_and_the_checks_that_fail(tmp_path: Path) -> None:
    told = session(tmp_path)
    assert "TestForgetful: no level yet; for Bronze: 1 check fails" in told
    assert "  a deletion is told by the census" in told
    assert "TestGood: Bronze; for Silver: no check of it ran" in told


def test_the_report_also_comes_when_the_checks_run_in_other_processes(tmp_path: Path) -> None:
    told = session(tmp_path, "-n", "1", "-p", "syncd.testing.conformance.report")
    assert "TestForgetful: no level yet; for Bronze: 1 check fails" in told


def test_a_level_needs_all_the_levels_before_it() -> None:
    some = dict.fromkeys(Level, 3)
    assert level_of(some, {}) == (Level.PLATINUM, None)
    assert level_of(some, {Level.GOLD: ["test_x"]}) == (Level.SILVER, Level.GOLD)
    assert level_of(some, {Level.BRONZE: ["test_x"]}) == (None, Level.BRONZE)
    assert level_of({Level.BRONZE: 2}, {}) == (Level.BRONZE, Level.SILVER)


def test_the_verdict_counts_what_is_missing() -> None:
    report = Report()
    report.passed["TestMine"] = dict.fromkeys(Level, 1)  # type: ignore[assignment]
    report.failed["TestMine"][Level.GOLD] = ["test_a_b[lost-0]", "test_c"]
    assert report.verdict("TestMine") == ["TestMine: Silver; for Gold: 2 checks fail", "  a b[lost-0]", "  c"]


def test_every_check_has_its_level() -> None:
    checks = [name for name in dir(Conformance) if name.startswith("test_")]
    levels = [level_of_check(Conformance, name) for name in checks]
    assert None not in levels
    assert set(levels) == set(Level)
