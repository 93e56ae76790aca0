"""Stages that clean up after themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from github_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(rows: Any, **settings: Any) -> Stage:
        folder = tmp_path / f"site{len(made)}"
        folder.mkdir()
        made.append(Stage(folder, rows, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
