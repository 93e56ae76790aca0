"""A second process that finds nothing changed writes nothing and asks each place once."""

from __future__ import annotations

import time
from pathlib import Path

from cli.running_demo import Shop
from syncd.cli.session import opened
from syncd.demo import site as sites
from syncd.engine.cycle import Cycle


def test_a_second_run_with_nothing_changed_costs_one_request_a_place_and_no_write(tmp_path: Path) -> None:
    with sites.start(tmp_path / "demo") as site:
        shop = Shop(site, tmp_path)
        assert shop.syncd("apply", "--yes").code == 0
        time.sleep(1.1)  # GitHub tells moments in seconds: within the second of a change another could come
        assert shop.syncd("run", "--once").code == 0
        written = shop.changes()
        with opened(shop.config, write=True, environ=shop.environment) as world:
            result = Cycle(world).run(write=True)
            requests = {name: dict(source.pace.requests) for name, source in world.sources.items()}
        assert result.quiet
        assert shop.changes() == written
        assert sum(requests["jira"].values()) <= len(site.addresses.places.projects) + 1, requests
        assert sum(requests["github"].values()) <= len(site.addresses.places.repositories) + 1, requests
