from __future__ import annotations

from pathlib import Path

import pytest
from demo_files import World, read

from syncd.demo.world import Files, write_world


@pytest.fixture(scope="session")
def world_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_world(tmp_path_factory.mktemp("lumen"))


@pytest.fixture(scope="session")
def world(world_files: Files) -> World:
    return read(world_files)


@pytest.fixture
def small_config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "syncd.yaml").write_text(
        "# what we sync\n"
        "sources:\n"
        "  ours:\n"
        "    kind: jira\n"
        "    projects:\n"
        "      - PAY   # payments\n"
        "      - SHOP  # the shop\n"
        "    # careful with this one\n"
        "    mode: review\n"
        "  theirs:\n"
        "    kind: github\n"
        "    repositories: [lumen/web, lumen/api]  # all of them\n"
        "    project: lumen/1\n"
        "    mode: auto\n",
        encoding="utf-8",
    )
    (folder / "okrs.yaml").write_text("objectives: []\n", encoding="utf-8")
    return folder
