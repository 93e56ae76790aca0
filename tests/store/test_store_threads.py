"""Every source has a thread, and all of them share one store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from store_samples import NOW, an_issue

from syncd.connector.protocol import Page
from syncd.core.issue import Ref
from syncd.core.plan import Edit, SetField
from syncd.store import Store, Verdict


def test_threads_write_and_read_at_once_without_losing_anything(store: Store) -> None:
    def work(source: str) -> int:
        for n in range(20):
            issues = [an_issue(str(id), source=source) for id in range(n * 10, n * 10 + 10)]
            assert len(store.mirror.save(source, Page(issues, cursor=str(n)), now=NOW).changed) == 10
            edit = Edit(Ref(source, str(n)), f"K-{n}", "t", "r1", (SetField("Score", None, float(n), "score"),))
            (id,) = store.journal.start(f"{source}-{n}", source, [edit], now=NOW)
            store.journal.finish([(id, Verdict.DONE, "")], now=NOW)
            assert sum(1 for _ in store.mirror.issues(source)) == (n + 1) * 10
        return store.mirror.count(source)

    sources = [f"source-{n}" for n in range(6)]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, sources)) == [200] * 6
    assert len(store.ledger.load()) == 120
    assert {store.mirror.cursor(source) for source in sources} == {"19"}


def test_a_failing_write_leaves_nothing_and_frees_the_way(store: Store) -> None:
    good, foreign = an_issue("1", source="a"), an_issue("2", source="b")
    for _ in range(3):
        try:
            store.mirror.save("a", Page([good, foreign], cursor="c"), now=NOW)
        except ValueError:
            continue
        raise AssertionError("a foreign issue was taken")
    assert store.mirror.count("a") == 0
    assert store.mirror.cursor("a") is None
    assert store.mirror.save("a", Page([good], cursor="c"), now=NOW).new == 1
