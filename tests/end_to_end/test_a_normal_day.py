"""What people do on a normal day trips no brake: the limits are for days that are none."""

from __future__ import annotations

import time
from pathlib import Path

from cli.running_demo import Shop
from syncd.cli.session import opened
from syncd.demo import site as sites
from syncd.demo.person import DEEDS
from syncd.engine.cycle import Cycle


def test_a_day_of_many_edits_is_written_without_a_brake(tmp_path: Path) -> None:
    with sites.start(tmp_path / "demo") as site:
        shop = Shop(site, tmp_path)
        assert shop.syncd("apply", "--yes").code == 0
        person = site.addresses.person()
        with opened(shop.config, write=True, environ=shop.environment) as world:
            cycle = Cycle(world)
            cycle.run(write=True)
            written = 0
            for _ in range(4):
                for deed in DEEDS:
                    person.deed(deed)
                time.sleep(1.1)  # GitHub tells moments in seconds: within the second of a change another could come
                for outcome in cycle.run(write=True).sources.values():
                    assert outcome.brakes == ()
                    assert outcome.waits_for is None
                    written += outcome.applied.edits if outcome.applied is not None else 0
            assert written > 20
