from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running_demo import Shop
from syncd.demo import site as sites
from syncd.demo.site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sites.start(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def shop(site: Site, tmp_path: Path) -> Shop:
    return Shop(site, tmp_path)
