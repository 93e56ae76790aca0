"""Opening: one writer, clear refusals, and a schema that is brought forward or left alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import alembic.op
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from store_samples import JIRA, LATER, NOW, an_edit, an_issue

from syncd.connector.protocol import Page
from syncd.store import Store, StoreError, StoreLocked, StoreMissing, StoreOutdated, StoreTooNew, open_store
from syncd.store.database import Database
from syncd.store.schema import HEAD, MIGRATIONS
from syncd.store.tables import metadata


def run_sql(path: Path, statement: str) -> None:
    file = sqlite3.connect(path)
    with file:
        file.execute(statement)
    file.close()


def test_a_second_writer_learns_who_holds_the_store(store: Store, store_path: Path) -> None:
    script = (
        "import sys; from datetime import UTC, datetime; from syncd.store import open_store, StoreLocked\n"
        "try: open_store(sys.argv[1], write=True, now=datetime.now(UTC))\n"
        "except StoreLocked as error: sys.stdout.write(f'{error.pid}|{error}')"
    )
    answer = subprocess.run([sys.executable, "-c", script, store_path], capture_output=True, text=True, check=True)
    pid, sentence = answer.stdout.split("|")
    assert int(pid) == os.getpid()
    assert f"is in use by process {os.getpid()} on " in sentence
    assert f"Stop it (kill {os.getpid()}) or wait" in sentence


def test_the_same_process_cannot_open_it_twice_for_writing(store: Store, store_path: Path) -> None:
    with pytest.raises(StoreLocked):
        open_store(str(store_path), write=True, now=NOW)
    store.close()
    open_store(str(store_path), write=True, now=NOW).close()


def test_readers_need_no_lock_and_cannot_write(store: Store, store_path: Path) -> None:
    store.mirror.save(JIRA, Page([an_issue()], cursor="c1"), now=NOW)
    reader = open_store(f"sqlite:///{store_path}", write=False, now=NOW)
    assert not reader.writable
    assert reader.mirror.cursor(JIRA) == "c1"
    store.mirror.save(JIRA, Page(cursor="c2"), now=NOW)
    assert reader.mirror.cursor(JIRA) == "c2"
    with pytest.raises(StoreError, match="opened for reading only"):
        reader.mirror.forget_cursor(JIRA)
    with pytest.raises(StoreError, match="attempt to write a readonly database"), reader._database.read() as connection:
        connection.execute(text("DELETE FROM cursor"))
    reader.close()
    assert store.mirror.cursor(JIRA) == "c2"


def test_reading_a_missing_store_makes_nothing(store_path: Path) -> None:
    with pytest.raises(StoreMissing, match="There is no store at"):
        open_store(str(store_path), write=False, now=NOW)
    assert not store_path.parent.exists()


@pytest.mark.parametrize("form", ["sqlite:///{}", "{}"])
def test_urls_and_plain_paths_name_the_same_store(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store(form.format("deep/in a % ? # folder/syncd.db"), write=True, now=NOW).close()
    store = open_store(form.format(tmp_path / "deep/in a % ? # folder/syncd.db"), write=False, now=NOW)
    assert store.path == tmp_path / "deep/in a % ? # folder/syncd.db"
    store.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://syncd:geheim@db/syncd", "keeps its store in SQLite, not postgresql"),
        ("sqlite://syncd.db", "keeps its store in SQLite"),
        ("sqlite:///:memory:", "must outlive the process"),
        ("", "must outlive the process"),
        (".", "is a folder"),
    ],
)
def test_what_is_no_store_is_refused_with_what_to_write(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence) as caught:
        open_store(url, write=True, now=NOW)
    assert "geheim" not in str(caught.value)


def test_a_file_of_something_else_is_refused_and_unharmed(store_path: Path) -> None:
    store_path.parent.mkdir()
    store_path.write_text("sources:\n" * 1000)
    for write in (True, False):
        with pytest.raises(StoreError, match="file is not a database"):
            open_store(str(store_path), write=write, now=NOW)
    assert store_path.read_text() == "sources:\n" * 1000


def test_a_database_of_another_program_is_refused(store_path: Path) -> None:
    store_path.parent.mkdir()
    run_sql(store_path, "CREATE TABLE invoices (n)")
    with pytest.raises(StoreError, match="is a database of another program"):
        open_store(str(store_path), write=True, now=NOW)


def test_a_store_of_a_newer_syncd_is_refused_and_unlocked(store: Store, store_path: Path) -> None:
    store.close()
    run_sql(store_path, "UPDATE alembic_version SET version_num = '0999'")
    for write in (True, False):
        with pytest.raises(StoreTooNew, match="written by a newer syncd \\(schema 0999"):
            open_store(str(store_path), write=write, now=NOW)
    run_sql(store_path, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    open_store(str(store_path), write=True, now=NOW).close()


def test_a_reader_leaves_bringing_forward_to_a_writer(store: Store, store_path: Path) -> None:
    store.close()
    run_sql(store_path, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreOutdated, match="schema 0000, needed"):
        open_store(str(store_path), write=False, now=NOW)


def test_the_migrations_make_the_tables_that_the_code_expects(store: Store, store_path: Path) -> None:
    engine = create_engine(f"sqlite:///{store_path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_revisions_are_numbers_in_order_and_the_last_is_the_head() -> None:
    steps = sorted(path.name for path in (MIGRATIONS / "versions").glob("v*.py"))
    assert [name[1:5] for name in steps] == [f"{n:04}" for n in range(1, len(steps) + 1)]
    assert steps[-1][1:5] == HEAD


def test_a_migration_that_fails_halfway_leaves_no_trace(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_index = alembic.op.create_index

    def failing(name: str, *arguments: Any, **options: Any) -> None:
        if name == "plan_source":
            raise RuntimeError("power cut")
        create_index(name, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(alembic.op, "create_index", failing)
        with pytest.raises(RuntimeError, match="power cut"):
            open_store(str(store_path), write=True, now=NOW)
    file = sqlite3.connect(store_path)
    assert file.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    file.close()
    open_store(str(store_path), write=True, now=LATER).close()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed already"):
        store.mirror.cursor(JIRA)
    with pytest.raises(StoreError, match="was closed already"):
        store.journal.start("a", JIRA, [an_edit()], now=NOW)


def test_only_what_must_outlive_a_power_cut_waits_for_the_disk(store_path: Path) -> None:
    store_path.parent.mkdir()
    database = Database(store_path, writable=True)
    levels = []
    for durable in (False, True, False):
        with database.write(durable=durable) as connection:
            levels.append(connection.execute(text("PRAGMA synchronous")).scalar())
    database.close()
    assert levels == [1, 2, 1]
