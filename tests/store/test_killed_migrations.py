"""An upgrade is killed in the middle of its migration: nothing is half applied, and the next start goes on.

And while replicas are replaced one after another, those of the version before work on the new schema.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from store_samples import JIRA, NOW, an_issue
from test_migrations import EARLIER, written_by

from syncd.store import open_store
from syncd.store.schema import HEAD, MIGRATIONS

UPGRADE = """
import signal, sys, time
from datetime import UTC, datetime
import alembic.op
from syncd.cli.main import _end
from syncd.store import open_store

made = alembic.op.add_column
def halfway(*given, **named):
    made(*given, **named)
    print("halfway", flush=True)
    time.sleep(60)
alembic.op.add_column = halfway
signal.signal(signal.SIGTERM, _end)
open_store(sys.argv[1], write=True, now=datetime.now(UTC))
"""
OLD = "0003"
"""The next one adds columns and tables."""


def shape(url: str) -> tuple[str | None, dict[str, dict[str, bool]]]:
    """The schema's version, and by table and column whether an insert may leave it out."""
    engine = create_engine(url)
    with engine.connect() as connection:
        looked = inspect(connection)
        tables = {
            table: {
                column["name"]: column["nullable"] or column["default"] is not None
                for column in looked.get_columns(table)
            }
            for table in looked.get_table_names()
        }
        version = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return version, tables


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_migration_that_is_killed_leaves_no_trace_and_the_next_start_does_it(
    empty_url: str, how: signal.Signals
) -> None:
    written_by(OLD, empty_url)
    before = shape(empty_url)
    process = subprocess.Popen([sys.executable, "-c", UPGRADE, empty_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "halfway\n"
    process.send_signal(how)
    assert process.wait(10) == (0 if how is signal.SIGTERM else -how)
    assert shape(empty_url) == before
    store = open_store(empty_url, write=True, now=NOW)
    assert [one.title for one in store.mirror.issues(JIRA)] == [an_issue("1").title]
    store.close()
    assert shape(empty_url)[0] == HEAD


@pytest.mark.parametrize("revision", EARLIER[EARLIER.index("0004") :])
def test_what_a_replica_of_the_version_before_writes_fits_the_new_schema(revision: str, tmp_path: Path) -> None:
    """Since 0004 there are replicas. A step of the schema adds, and whoever does not know of it may leave it out."""
    url = f"sqlite:///{tmp_path}/syncd.db"
    written_by(revision, url)
    _, before = shape(url)
    engine, config = create_engine(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "+1")
    engine.dispose()
    _, after = shape(url)
    for table, columns in before.items():
        assert columns.items() <= after[table].items(), f"{table} lost something that the version before knows"
        must = {name for name in after[table].keys() - columns.keys() if not after[table][name]}
        assert not must, f"{table}: the version before writes no {must}"
