"""Every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_samples import NOW

import postgres
from syncd.store import Store, open_store


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store could be: no file yet, or a database whose tables are empty."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'var' / 'syncd.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.database(migrated=True) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url, write=True, now=NOW)
    yield opened
    opened.close()


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where an embedded store could be."""
    return tmp_path / "var" / "syncd.db"


@pytest.fixture
def file_store(store_path: Path) -> Iterator[Store]:
    """For what only a file can do."""
    opened = open_store(f"sqlite:///{store_path}", write=True, now=NOW)
    yield opened
    opened.close()
