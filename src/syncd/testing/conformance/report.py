"""Prints the level that each connector reached at the end of a pytest session.

`Conformance` registers it by itself. With pytest-xdist the checks run in other processes: add `-p syncd.testing.conformance.report`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncd.testing.conformance.levels import Level

if TYPE_CHECKING:
    import pytest

PROPERTY = "syncd-conformance"
NAME = "syncd-conformance-report"


class Report:
    """Collects the outcome of each check by connector and level."""

    def __init__(self) -> None:
        self.passed: dict[str, dict[Level, int]] = defaultdict(lambda: defaultdict(int))
        self.failed: dict[str, dict[Level, list[str]]] = defaultdict(lambda: defaultdict(list))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for key, value in report.user_properties:
            if key != PROPERTY:
                continue
            name, _, number = str(value).rpartition(":")
            level = Level(int(number))
            check = report.nodeid.rpartition("::")[2]
            if report.failed and check not in self.failed[name][level]:
                self.failed[name][level].append(check)
            elif report.passed and report.when == "call":
                self.passed[name][level] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        names = sorted(self.passed.keys() | self.failed.keys())
        if not names:
            return
        terminalreporter.section("conformance")
        for name in names:
            for line in self.verdict(name):
                terminalreporter.write_line(line)

    def verdict(self, name: str) -> list[str]:
        """The lines about one connector: the level it reached, and what is missing for the next."""
        reached, missing = level_of(self.passed[name], self.failed[name])
        title = f"{name}: {reached.label if reached else 'no level yet'}"
        if missing is None:
            return [f"{title}; {reached.promise}" if reached else title]
        failing = self.failed[name][missing]
        if not failing:
            return [f"{title}; for {missing.label}: no check of it ran"]
        count = "1 check fails" if len(failing) == 1 else f"{len(failing)} checks fail"
        return [f"{title}; for {missing.label}: {count}", *(f"  {readable(check)}" for check in failing)]


def level_of(passed: dict[Level, int], failed: dict[Level, list[str]]) -> tuple[Level | None, Level | None]:
    """The level reached and the one that is missing next, None when there is none."""
    reached: Level | None = None
    for level in Level:
        if failed.get(level) or not passed.get(level):
            return reached, level
        reached = level
    return reached, None


def readable(check: str) -> str:
    """The sentence in a check's name."""
    return check.removeprefix("test_").replace("_", " ")


def pytest_configure(config: pytest.Config) -> None:
    """Installs the report in this session, once."""
    if not config.pluginmanager.has_plugin(NAME):
        config.pluginmanager.register(Report(), NAME)
