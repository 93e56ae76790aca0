"""The list of GitHub's traps names all of them, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "tests" / "connectors" / "TRAPS.md"
COUNT = 52


def lines() -> list[tuple[int, str]]:
    """Number and last column of each line of the GitHub part."""
    part = LIST.read_text(encoding="utf-8").partition("\n## GitHub\n")[2].partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if re.match(r"\| *\d", line)]
    return [(int(number), covered) for number, _, covered in cells]


@cache
def functions_of(file: Path) -> frozenset[str]:
    return frozenset(
        node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    )


def test_every_trap_has_one_line():
    assert [number for number, _ in lines()] == list(range(1, COUNT + 1))


@pytest.mark.parametrize(("number", "covered"), lines(), ids=[f"trap {number}" for number, _ in lines()])
def test_the_named_tests_exist(number, covered):
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", covered)
    assert named, f"trap {number} names no test"
    missing = [f"{file}::{name}" for file, name in named if name not in functions_of(ROOT / file)]
    assert missing == []
