"""docs/operations.md names every setting, every metric and every log event that the program has, and none that it has not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import operations_page
from syncd.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def rows(heading: str) -> set[str]:
    """What stands in the first column of the table under a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_the_tables_of_settings_and_metrics_are_those_of_the_program() -> None:
    assert operations_page.page(PAGE) == PAGE, "type: make docs"
    assert rows("Every setting") >= {"poll", "heartbeat.url", "access.tokens"}
    assert rows("Every metric") >= {"syncd_source_up", "syncd_cycles_total", "syncd_phase_seconds"}


def test_every_log_event_stands_in_the_page() -> None:
    events = set(logged())
    told = rows("Every log event")
    assert not events - told, f"add a row to `Every log event` of docs/operations.md: {sorted(events - told)}"
    assert not told - events, f"nothing logs these any more: {sorted(told - events)}"


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/threat-model.md", "SECURITY.md"])
def test_every_command_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`syncd ([a-z]+)", text))
    assert named <= COMMANDS.keys(), named - COMMANDS.keys()


def logged() -> Iterator[str]:
    for path in sorted((ROOT / "src" / "syncd").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _logs(node.func):
                yield from _texts(node.args[0])


def _logs(called: ast.expr) -> bool:
    """log.info(…), (log.warning if … else log.exception)(…), and `tell_log(…)`, which stands for either of two."""
    if isinstance(called, ast.IfExp):
        return _logs(called.body)
    if isinstance(called, ast.Attribute):
        return called.attr in LEVELS and isinstance(called.value, ast.Name) and called.value.id == "log"
    return isinstance(called, ast.Name) and called.id == "tell_log"


def _texts(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.IfExp):
        yield from _texts(said.body)
        yield from _texts(said.orelse)
    elif isinstance(said, ast.Constant):
        yield str(said.value)
    else:
        raise AssertionError(f"an event is a fixed text, so that it can be searched for: {ast.unparse(said)}")
