from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.jira.jira_world import JiraWorld, issues

Build = Callable[..., JiraWorld]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Builds worlds and takes them down again."""
    built: list[JiraWorld] = []

    def make(lines: Any = None, **site: Any) -> JiraWorld:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        world = JiraWorld(folder, issues(5) if lines is None else lines, **site)
        built.append(world)
        return world

    yield make
    for world in built:
        world.close()


@pytest.fixture
def world(build: Build) -> JiraWorld:
    """Five issues of the project PAY on Jira Cloud."""
    return build()
