"""A real process is killed in the middle of saving; what it leaves must be whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from store_samples import JIRA, NOW

import postgres
from syncd.core.issue import Ref
from syncd.store import Verdict, open_store

PAGE = 300
WRITER = """
import sys
from store_samples import JIRA, NOW, an_edit, an_issue
from syncd.connector.protocol import Page
from syncd.core.issue import FieldPatch
from syncd.store import Verdict, open_store

store = open_store(sys.argv[1], write=True, now=NOW)
n = int(store.mirror.cursor(JIRA) or 0)
sys.stdout.write("ready\\n"); sys.stdout.flush()
while True:
    ids = [str(id) for id in range(n * 300, (n + 1) * 300)]
    n += 1
    order = {"PAY": tuple(ids)}
    store.mirror.save(JIRA, Page([an_issue(id) for id in ids], [FieldPatch(id, {"n": n}) for id in ids], str(n), order), now=NOW)
    (entry,) = store.journal.start(f"run-{n}", JIRA, [an_edit(str(n), float(n))], now=NOW)
    store.journal.finish([(entry, Verdict.DONE, "")], now=NOW)
    sys.stdout.write("page\\n"); sys.stdout.flush()
"""


def killed_within(url: str, share: float) -> None:
    """Kills the writer when it has saved two pages and this share of the time that a page takes it is over."""
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, env=here)
    assert child.stdout is not None
    assert [child.stdout.readline() for _ in range(2)] == [b"ready\n", b"page\n"]
    began = time.monotonic()
    assert child.stdout.readline() == b"page\n"
    time.sleep((time.monotonic() - began) * share)
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    if url.startswith("postgresql"):
        postgres.wait_until_alone(url)  # the server still ends what the dead process had sent


@pytest.mark.slow
def test_killed_anywhere_the_store_is_whole(store_url: str) -> None:
    reached = 0
    for round, share in enumerate((0.1, 0.4, 0.7, 0.95)):
        killed_within(store_url, share)
        # A reader comes first: it must cope with what the dead writer left, without repairing it.
        for write in (False, True):
            store = open_store(store_url, write=write, now=NOW)
            pages = int(store.mirror.cursor(JIRA) or 0)
            assert pages >= reached + 2
            assert store.mirror.ids(JIRA) == {str(id) for id in range(pages * PAGE)}
            last = [str(id) for id in range((pages - 1) * PAGE, pages * PAGE)]
            assert store.mirror.orders(JIRA) == ({"PAY": tuple(last)} if pages else {})
            assert all(one.fields == {"n": pages} for one in store.mirror.issues(JIRA, last))

            entries = store.journal.entries()
            done = {one.ref.id for one in entries if one.verdict is Verdict.DONE}
            assert {ref.id for ref, _ in store.ledger.load(JIRA)} == done
            assert store.ledger.load(JIRA).keys() == {
                (Ref(JIRA, id), target) for id in done for target in ("field:Score", "label:roadmap/")
            }
            # At most the write under way is open, and only those of earlier crashes are beside it.
            assert len(store.journal.open_entries(JIRA)) <= round + 1
            assert len(entries) <= pages
            store.close()
        reached = pages
