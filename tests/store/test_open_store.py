"""Opening: one writer, clear refusals, and a schema that is brought forward or left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import alembic.op
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Text, create_engine, inspect, make_url, text
from store_samples import JIRA, LATER, NOW, an_edit, an_issue

import postgres
from syncd.connector.protocol import Page
from syncd.store import Store, StoreError, StoreLocked, StoreMissing, StoreOutdated, StoreTooNew, open_store
from syncd.store.rows import Words
from syncd.store.schema import HEAD, MIGRATIONS
from syncd.store.sqlite import SqliteDatabase
from syncd.store.tables import metadata


def run_sql(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_second_writer_learns_who_holds_the_store(file_store: Store, store_path: Path) -> None:
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


def test_the_same_process_cannot_open_it_twice_for_writing(file_store: Store, store_path: Path) -> None:
    with pytest.raises(StoreLocked):
        open_store(str(store_path), write=True, now=NOW)
    file_store.close()
    open_store(str(store_path), write=True, now=NOW).close()


def test_readers_need_no_lock_and_cannot_write(file_store: Store, store_path: Path) -> None:
    file_store.mirror.save(JIRA, Page([an_issue()], cursor="c1"), now=NOW)
    reader = open_store(f"sqlite:///{store_path}", write=False, now=NOW)
    assert not reader.writable
    assert reader.mirror.cursor(JIRA) == "c1"
    file_store.mirror.save(JIRA, Page(cursor="c2"), now=NOW)
    assert reader.mirror.cursor(JIRA) == "c2"
    with pytest.raises(StoreError, match="opened for reading only"):
        reader.mirror.forget_cursor(JIRA)
    with pytest.raises(StoreError, match="attempt to write a readonly database"), reader._database.read() as connection:
        connection.execute(text("DELETE FROM cursor"))
    reader.close()
    assert file_store.mirror.cursor(JIRA) == "c2"


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
        ("mysql://syncd:geheim@db/syncd", "keeps its store in SQLite or PostgreSQL, not mysql"),
        ("sqlite://syncd.db", "keeps its store in SQLite"),
        ("postgresql://syncd:geheim@localhost:1/syncd", "could not be read .* check that the server runs"),
        ("postgresql://syncd:geheim@localhost", "names no database"),
        ("postgresql://syncd:geheim@localhost:port/syncd", "cannot be read: write postgresql"),
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


def test_a_database_of_another_program_is_refused(empty_url: str) -> None:
    run_sql(empty_url, "CREATE TABLE invoices (n INTEGER)")
    with pytest.raises(StoreError, match="is a database of another program"):
        open_store(empty_url, write=True, now=NOW)


def test_a_store_of_a_newer_syncd_is_refused_and_unlocked(store: Store, store_url: str) -> None:
    store.close()
    run_sql(store_url, "UPDATE alembic_version SET version_num = '0999'")
    for write in (True, False):
        with pytest.raises(StoreTooNew, match="written by a newer syncd \\(schema 0999"):
            open_store(store_url, write=write, now=NOW)
    run_sql(store_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    open_store(store_url, write=True, now=NOW).close()


def test_a_reader_leaves_bringing_forward_to_a_writer(store: Store, store_url: str) -> None:
    store.close()
    run_sql(store_url, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreOutdated, match="schema 0000, needed"):
        open_store(store_url, write=False, now=NOW)


def test_a_reader_of_an_empty_database_makes_nothing(empty_url: str) -> None:
    with pytest.raises(StoreMissing, match="There is no store"):
        open_store(empty_url, write=False, now=NOW)
    open_store(empty_url, write=True, now=NOW).close()
    open_store(empty_url, write=False, now=NOW).close()


def other_type(context: object, column: object, wanted: object, there: Any, meant: Any) -> bool | None:
    """Alembic does not see that two columns sort alike."""
    if isinstance(meant, Words) and isinstance(there, Text):
        return there.collation not in (None, "C")
    return None


def test_the_migrations_make_the_tables_that_the_code_expects(store: Store, store_url: str) -> None:
    engine = create_engine(store_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": other_type})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_revisions_are_numbers_in_order_and_the_last_is_the_head() -> None:
    steps = sorted(path.name for path in (MIGRATIONS / "versions").glob("v*.py"))
    assert [name[1:5] for name in steps] == [f"{n:04}" for n in range(1, len(steps) + 1)]
    assert steps[-1][1:5] == HEAD


def test_a_migration_that_fails_halfway_leaves_no_trace(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_index = alembic.op.create_index

    def failing(name: str, *arguments: Any, **options: Any) -> None:
        if name == "plan_source":
            raise RuntimeError("power cut")
        create_index(name, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(alembic.op, "create_index", failing)
        with pytest.raises(RuntimeError, match="power cut"):
            open_store(empty_url, write=True, now=NOW)
    engine = create_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    open_store(empty_url, write=True, now=LATER).close()


def test_of_many_processes_that_start_at_once_one_brings_the_schema_forward(postgresql: postgres.Server) -> None:
    def start(url: str) -> None:
        open_store(url, write=True, now=NOW).close()

    with postgresql.database() as url, ThreadPoolExecutor(4) as processes:
        list(processes.map(start, [url] * 4))
        open_store(url, write=False, now=NOW).close()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed already"):
        store.mirror.cursor(JIRA)
    with pytest.raises(StoreError, match="was closed already"):
        store.journal.start("a", JIRA, [an_edit()], now=NOW)


def test_only_what_must_outlive_a_power_cut_waits_for_the_disk(store_path: Path) -> None:
    store_path.parent.mkdir()
    database = SqliteDatabase(store_path, writable=True)
    levels = []
    for durable in (False, True, False):
        with database.write(durable=durable) as connection:
            levels.append(connection.execute(text("PRAGMA synchronous")).scalar())
    database.close()
    assert levels == [1, 2, 1]
    store = open_store(str(store_path), write=True, now=NOW, sync_every_write=True)
    with store._database.write() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    store.close()


def test_a_damaged_file_is_found_with_the_way_out(file_store: Store, store_path: Path) -> None:
    file_store.mirror.save(JIRA, Page([an_issue(str(n)) for n in range(2000)], cursor="c1"), now=NOW)
    file_store.require_sound()
    file_store.close()
    whole = store_path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    store_path.write_bytes(whole[:middle] + os.urandom(4096) + whole[middle + 4096 :])
    damaged = open_store(str(store_path), write=False, now=NOW)
    with pytest.raises(StoreError, match=r"is damaged .* put a backup in its place"):
        damaged.require_sound()
    damaged.close()


def test_looking_for_damage_ends_in_time(file_store: Store) -> None:
    file_store.mirror.save(JIRA, Page([an_issue(str(n)) for n in range(5000)], cursor="c1"), now=NOW)
    file_store.require_sound(0.0)


def test_without_psycopg_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.store.postgres.find_spec", lambda name: None)
    with pytest.raises(StoreError, match=r"pip install 'syncd\[postgres\]'"):
        open_store("postgresql://syncd@localhost/syncd", write=True, now=NOW)


def test_a_server_closes_a_connection_and_the_store_goes_on(postgresql: postgres.Server) -> None:
    with postgresql.database(migrated=True) as url:
        store = open_store(url, write=True, now=NOW)
        store.mirror.save(JIRA, Page([an_issue()], cursor="c1"), now=NOW)
        postgresql.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncd'")
        assert store.mirror.cursor(JIRA) == "c1"
        store.mirror.save(JIRA, Page(cursor="c2"), now=NOW)
        assert store.mirror.cursor(JIRA) == "c2"
        store.close()


def test_who_may_make_no_tables_gets_a_sentence_without_a_password(postgresql: postgres.Server) -> None:
    with postgresql.database() as url:
        run_sql(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # nobody has it since PostgreSQL 15
        run_sql(url, "DROP ROLE IF EXISTS guest")
        run_sql(url, "CREATE ROLE guest LOGIN PASSWORD 'geheim'")
        guest = make_url(url).set(username="guest", password="geheim").render_as_string(hide_password=False)
        with pytest.raises(StoreError, match=r"permission denied for schema public.* what this user may do") as caught:
            open_store(guest, write=True, now=NOW)
        assert "geheim" not in str(caught.value)
        run_sql(url, "DROP ROLE guest")


def test_a_schema_of_its_own_keeps_syncd_apart_from_other_programs(postgresql: postgres.Server) -> None:
    with postgresql.database() as url:
        run_sql(url, "CREATE TABLE invoices (n INTEGER)")
        run_sql(url, "CREATE SCHEMA backlog")
        apart = make_url(url).update_query_dict({"options": "-csearch_path=backlog"})
        store = open_store(apart.render_as_string(hide_password=False), write=True, now=NOW)
        store.mirror.save(JIRA, Page([an_issue()], cursor="c1"), now=NOW)
        assert store.mirror.cursor(JIRA) == "c1"
        store.close()
        run_sql(url, "SELECT cursor FROM backlog.cursor")
