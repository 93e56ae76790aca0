"""`--json`: valid, and with just the keys that docs/json.md promises, so that a script of today works tomorrow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

import pytest

from cli.every_command import ROOT, Trackers, every_command

PAGE: Final = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| `syncd ([^`]+)` \| (a list of|one by source:|an object:) (.*) \|$", re.MULTILINE)
PROMISED: Final = {command: (shape, set(re.findall(r"`(\w+)`", keys))) for command, shape, keys in ROW.findall(PAGE)}
"""By command as it is typed: its shape, and its keys."""


@pytest.fixture(scope="module")
def trackers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trackers]:
    there = Trackers(tmp_path_factory.mktemp("json"))
    there.edit("scoring.yaml", "    required: true ", "    expires: 30 days\n    required: true ")
    assert there.syncd("apply", "--yes").exit_code == 0
    yield there
    there.close()


def test_the_page_names_every_command_that_speaks_json() -> None:
    speaking = {name for name, command in every_command() if any("--json" in one.opts for one in command.params)}
    speaking -= {"demo"}  # one object at its end, for those who measure
    named = {" ".join(takewhile(str.isalpha, command.split())) for command in PROMISED}
    assert named == speaking, "docs/json.md"


@pytest.mark.parametrize("command", PROMISED)
def test_the_keys_are_those_of_the_page(trackers: Trackers, command: str) -> None:
    said = trackers.syncd(*command.split(), "--json")
    assert isinstance(said.exception, SystemExit | None), said.exception
    told = json.loads(said.stdout)
    shape, keys = PROMISED[command]
    if shape == "a list of":
        assert isinstance(told, list)
        found = [set(one) for one in told]
    else:
        assert isinstance(told, dict)
        found = [set(one) for one in told.values()] if shape == "one by source:" else [set(told)]
    assert found or command == "tell", "an empty list shows no keys"
    wrong = sorted(set().union(*(one ^ keys for one in found)))
    assert not wrong, f"docs/json.md and `syncd {command} --json` do not agree about {wrong}"


def test_its_times_are_iso_8601_with_a_zone(trackers: Trackers) -> None:
    for command in ("status", "history --limit 3", "pins"):
        told = trackers.syncd(*command.split(), "--json").stdout
        times = re.findall(r'"(\d{4}-\d\d-\d\d.\d\d:\d\d[^"]*)"', told)
        assert times and all(re.fullmatch(r"\S+T\S+(?:\+00:00|Z)", one) for one in times), (command, times[:3])
