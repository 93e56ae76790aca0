"""One SQLite file: a single writing connection behind a lock, and as many reading ones as there are readers.

SQLite allows one writer at a time and, before 3.51.3, may corrupt a WAL when two connections write or checkpoint at
once. So within the process all writes go through one connection and one lock, and readers open the file read-only.
Readers see a snapshot: what is written while they read does not disturb them, nor do they hold up the writer.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from syncd.store.database import Database
from syncd.store.errors import StoreError

BUSY_SECONDS = 10.0
# NORMAL may lose the last transactions at a power cut, never at a crash, and never tears one apart. What a source can
# tell us again need not be safer than that; what a person decided, and that a write is about to leave, must be.
QUICK = "PRAGMA synchronous=NORMAL"
DURABLE = "PRAGMA synchronous=FULL"
WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-32768",
)
READER = ("PRAGMA query_only=ON",)


class SqliteDatabase(Database):
    """The embedded store."""

    remedy = "check the free space and the permissions there, or put a backup in its place"
    elsewhere = "a file of syncd's own"

    def __init__(self, path: Path, *, writable: bool, sync_every_write: bool = False) -> None:
        super().__init__()
        self.path = path
        self.name = str(path)
        self.software = f"SQLite {sqlite3.sqlite_version}"
        self.writable = writable
        self._lock = threading.Lock()
        self._quick = DURABLE if sync_every_write else QUICK
        pragmas = (*WRITER, self._quick)
        self._writer = _engine(path, "rwc", "BEGIN IMMEDIATE", pragmas, size=1, overflow=0) if writable else None
        self._reader = _engine(path, "ro", "BEGIN", READER, size=5, overflow=-1)

    @contextmanager
    def _writing(self, durable: bool) -> Iterator[Connection]:
        assert self._writer is not None
        with self._lock:
            self._refuse_when_closed()
            with self._writer.connect() as connection:
                if durable:
                    # Not possible within a transaction, hence past SQLAlchemy, which would begin one.
                    _driver(connection).execute(DURABLE)
                try:
                    with connection.begin():
                        yield connection
                finally:
                    if durable:
                        _driver(connection).execute(self._quick)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            with super()._explained(verb):
                yield
        except sqlite3.Error as error:  # past SQLAlchemy
            raise self._sentence(verb, error) from error

    def _remedy(self, cause: object) -> str:
        folder, said = self.path.parent, str(cause)
        if "disk is full" in said:
            return f"make room on the disk of {folder} (df -h {folder}), then try again"
        if "unable to open" in said or "readonly" in said:
            # SQLite shares a WAL's index among processes in a file, so that looking writes, too.
            return (
                f"run this as the user that syncd runs as, or let this user ({os.getuid()}) write to {folder}, where SQLite "
                "keeps files of its own, also for those who only read"
            )
        return self.remedy

    def take_turn(self, connection: Connection, what: str) -> None:
        """A file has one writer anyway."""

    def require_sound(self, seconds: float) -> None:
        """Has SQLite look through its file, as far as it gets in this time. Raises StoreError when it is damaged."""
        end = time.monotonic() + seconds
        with closing(sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as there:
            there.set_progress_handler(lambda: time.monotonic() > end, 10_000)
            try:
                (found,) = there.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.OperationalError as error:
                if "interrupted" in str(error):
                    return  # `syncd doctor` looks through all of it
                found = str(error)
            except sqlite3.DatabaseError as error:
                found = str(error)
        if found != "ok":
            because = " ".join(str(found).split())
            raise StoreError(
                f"The store {self.path} is damaged ({because}): move it away and put a backup in its place; without one, "
                "`syncd pull` makes a new store, which then knows nothing of what was written."
            )

    def copy_to(self, path: Path) -> None:
        """A consistent copy, taken while others read and write; `path` appears only when it is complete."""
        part = path.with_name(path.name + ".part")
        with self.read() as connection:
            try:  # in here, so that a fault of the copy is not told as one of the store
                with closing(sqlite3.connect(part)) as target:
                    _driver(connection).backup(target)
                    # What comes back knows by this that more may have been written since (`engine.permits.claim`).
                    if any(row[1] == "marked" for row in target.execute("PRAGMA table_info(source_state)")):
                        target.execute("UPDATE source_state SET marked = marked - 1")
                    target.commit()
                    target.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it
                part.replace(path)
            except (OSError, sqlite3.Error) as error:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
                raise StoreError(f"The backup {path} could not be written ({error}): choose another place.") from error

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._reader.dispose()
            if self._writer is not None:
                # Last, so that it is the one that folds the WAL into the file.
                self._writer.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _engine(path: Path, mode: str, begin: str, pragmas: tuple[str, ...], *, size: int, overflow: int) -> Engine:
    address = f"file:{quote(str(path))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # isolation_level None: the driver begins nothing by itself; the event below does.
        return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=overflow)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
