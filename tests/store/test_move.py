"""A store moves between a file and a server whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from store_samples import JIRA, LATER, NOW, an_edit, an_issue

import postgres
from syncd.connector.hint import Hint
from syncd.connector.protocol import Page
from syncd.core.backlog import Problem
from syncd.core.issue import FieldPatch, Ref
from syncd.core.plan import Plan
from syncd.core.ranking.rank import Placed
from syncd.store import Store, StoreError, Verdict, open_store
from syncd.store.move import LEFT
from syncd.store.tables import metadata


@pytest.fixture
def server_url(postgresql: postgres.Server) -> Iterator[str]:
    with postgresql.database() as url:
        yield url


def silent(done: int, total: int) -> None:
    """Nobody looks."""


def filled(store: Store) -> None:
    issues = [an_issue(str(n), fields={"n": float(n), "text": 'ü\0"€'}) for n in range(1200)]
    store.mirror.save(JIRA, Page(issues, [FieldPatch("1", {"x": True})], "c1", {"PAY": ("1", "2")}), now=NOW)
    store.mirror.mark_gone(JIRA, ["7"], now=LATER)
    ids = store.journal.start("run", JIRA, [an_edit(str(n)) for n in range(3)], now=NOW)
    store.journal.finish([(ids[0], Verdict.DONE, "")], now=LATER)
    store.plans.save("run", Plan(JIRA, (an_edit("1"),)), now=NOW)
    store.approvals.give(Plan(JIRA, (an_edit("1"),)), "anna", now=NOW)
    store.memory.save({Ref(JIRA, "1"): Placed(1, "now", 1.5)}, now=NOW)
    store.runs.start("run", now=NOW)
    store.sources.set(JIRA, last_success=NOW, held_by="anna", requests={"search": 3})
    store.problems.replace(JIRA, [Problem(JIRA, "PAY-1", "code", "message", "remedy", True)], now=NOW)
    store.hints.put([(JIRA, Hint("d", ("1",)))], now=NOW)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store._database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in LEFT
        }


def test_there_and_back_again_nothing_differs_and_no_number_is_given_twice(tmp_path: Path, server_url: str) -> None:
    first = open_store(str(tmp_path / "first.db"), write=True, now=NOW)
    filled(first)
    server = open_store(server_url, write=True, now=NOW)
    seen: list[tuple[int, int]] = []
    moved = first.move_to(server, lambda done, total: seen.append((done, total)))
    assert moved["issue"] == 1200 and seen[-1] == (sum(moved.values()), sum(moved.values()))
    assert everything(server) == everything(first)
    (after,) = server.journal.start("run-2", JIRA, [an_edit("9")], now=NOW)
    assert after == 4
    last = open_store(str(tmp_path / "last.db"), write=True, now=NOW)
    server.move_to(last, silent)
    assert everything(last) == everything(server)
    assert last.journal.start("run-3", JIRA, [an_edit("9")], now=NOW) == [5]
    for store in (first, server, last):
        store.close()


def test_a_store_that_is_not_empty_takes_nothing(tmp_path: Path, server_url: str) -> None:
    first = open_store(str(tmp_path / "first.db"), write=True, now=NOW)
    filled(first)
    server = open_store(server_url, write=True, now=NOW)
    server.sources.set("other", held_by="anna")
    before = everything(server)
    with pytest.raises(StoreError, match=r"is not empty \(it has rows in source_state\)"):
        first.move_to(server, silent)
    assert everything(server) == before
    first.close()
    server.close()


def test_what_breaks_off_leaves_the_target_empty(tmp_path: Path, server_url: str) -> None:
    first = open_store(str(tmp_path / "first.db"), write=True, now=NOW)
    filled(first)
    server = open_store(server_url, write=True, now=NOW)

    def full_disk(done: int, total: int) -> None:
        if done > total / 2:
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        first.move_to(server, full_disk)
    assert not any(everything(server).values())
    first.move_to(server, silent)
    first.close()
    server.close()


def test_a_store_that_replicas_work_on_does_not_move(tmp_path: Path, server_url: str) -> None:
    server = open_store(server_url, write=True, now=NOW)
    server.leases.beat("replica-1", 60, (), member=True)
    target = open_store(str(tmp_path / "target.db"), write=True, now=NOW)
    with pytest.raises(StoreError, match="is in use by replica-1: stop every `syncd run`"):
        server.move_to(target, silent)
    server.close()
    target.close()


def test_a_server_is_backed_up_by_its_own_means(server_url: str, tmp_path: Path) -> None:
    server = open_store(server_url, write=True, now=NOW)
    with pytest.raises(StoreError, match="Type: pg_dump --format=custom --file="):
        server.backup(tmp_path / "backup")
    server.close()
