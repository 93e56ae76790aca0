"""The demo's trackers, for one test, and a configuration and a store over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo import site as sites
from syncd.demo.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with sites.start(tmp_path / "demo") as running:
        yield running


@pytest.fixture
def shop(site: Site, tmp_path: Path) -> Shop:
    return Shop(site, tmp_path)
