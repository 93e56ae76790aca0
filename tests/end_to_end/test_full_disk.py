"""A disk that takes nothing any more: no write leaves without its line in the journal, and all heals when there is room."""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.replica_house import Replicas, replicas, undisturbed

from engine.running import eventually
from syncd.store.entries import Verdict
from syncd.store.open import open_store


def written(house: Replicas) -> int:
    """Writes of syncd that reached the tracker."""
    calls = [exchange.request for exchange in list(house.jira.http.calls)]
    return sum(call.method == "PUT" and b'"fields"' in (call.body or b"") for call in calls)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="another process's limits can only be set on Linux")
def test_nothing_is_written_to_a_tracker_while_the_disk_takes_no_journal(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/syncd.db"
    with replicas(tmp_path / "house", url, sources=1, lease=90) as house:
        daemon = house.start()
        house.all_worked_on(datetime.now(UTC), 60)
        before = written(house)
        # No file may grow, the log neither: what a full disk looks like from within.
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for key in house.keys:
            house.estimate(key, 7)
        time.sleep(4)
        assert daemon.poll() is None
        assert written(house) == before
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wanted = undisturbed(tmp_path / "alone", house.values, sources=1)
        assert house.quiet(wanted, 40) == wanted
        eventually(lambda: '"cycles work again"' in house.log(1).read_text())
        daemon.terminate()
        assert daemon.wait(20) == 0
        store = open_store(url, write=False, now=datetime.now(UTC))
        journal = store.journal.entries()
        store.close()
        assert len(journal) == written(house) and {entry.verdict for entry in journal} == {Verdict.DONE}
