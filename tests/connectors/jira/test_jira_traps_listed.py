"""The list of Jira's traps names all of them, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TRAPS = ROOT / "tests" / "connectors" / "TRAPS.md"
_ROW = re.compile(r"^\| (?P<number>\d+) \| (?P<what>[^|]+) \| (?P<covered>[^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>test_\w+)`")


def jira_part() -> str:
    return TRAPS.read_text(encoding="utf-8").partition("\n## Jira\n")[2].partition("\n## ")[0]


def rows() -> list[tuple[int, str]]:
    return [(int(row["number"]), row["covered"]) for row in _ROW.finditer(jira_part())]


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_all_are_listed_once_and_in_order() -> None:
    assert [number for number, _ in rows()] == list(range(1, 48))


@pytest.mark.parametrize(("number", "covered"), rows(), ids=[str(number) for number, _ in rows()])
def test_every_trap_names_tests_that_exist(number: int, covered: str) -> None:
    named = list(_TEST.finditer(covered))
    assert named, f"trap {number} names no test"
    for each in named:
        file = ROOT / each["file"]
        assert file.exists(), f"trap {number}: there is no {each['file']}"
        assert each["name"] in names_in(file), f"trap {number}: {each['file']} has no {each['name']}"
