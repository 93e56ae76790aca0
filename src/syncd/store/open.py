"""Opening a store: where it is, who may write to it, and bringing its schema forward."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from syncd.store.approvals import Approvals
from syncd.store.authors import Authors
from syncd.store.changes import Changes
from syncd.store.database import Database, Guard
from syncd.store.errors import StoreError, StoreMissing
from syncd.store.hints import Hints
from syncd.store.journal import Journal
from syncd.store.leases import Leases
from syncd.store.ledger import Ledger
from syncd.store.letters import Letters
from syncd.store.lock import FileLock
from syncd.store.measures import Measures
from syncd.store.memory import Memory
from syncd.store.mirror import Mirror
from syncd.store.move import move
from syncd.store.orders import Orders
from syncd.store.owner import hand_over
from syncd.store.past import Past
from syncd.store.plans import Plans
from syncd.store.postgres import PATIENCE, PostgresDatabase
from syncd.store.problems import Problems
from syncd.store.rankings import Rankings
from syncd.store.retention import Pruned, prune
from syncd.store.runs import Runs
from syncd.store.schema import bring_forward, require_head, require_store
from syncd.store.sources import Sources
from syncd.store.sqlite import SqliteDatabase
from syncd.store.telling import Telling

QUIET_SECONDS = 120
"""A replica that was not seen for so long is not at work."""


class Store:
    """All themes over one database. Any thread may use any of them."""

    def __init__(self, database: Database, lock: FileLock | None) -> None:
        self._database = database
        self._lock = lock
        self.mirror = Mirror(database)
        self.ledger = Ledger(database)
        self.authors = Authors(database)
        self.journal = Journal(database)
        self.orders = Orders(database)
        self.plans = Plans(database)
        self.approvals = Approvals(database)
        self.rankings = Rankings(database)
        self.memory = Memory(database)
        self.past = Past(database)
        self.runs = Runs(database)
        self.sources = Sources(database)
        self.problems = Problems(database)
        self.hints = Hints(database)
        self.letters = Letters(database)
        self.changes = Changes(database)
        self.measures = Measures(database)
        self.telling = Telling(database)
        self.leases = Leases(database)

    @property
    def name(self) -> str:
        """For people: the file, or the address without its password."""
        return self._database.name

    @property
    def path(self) -> Path | None:
        """The file of an embedded store; None: the store is on a server, and other processes may share it."""
        return self._database.path if isinstance(self._database, SqliteDatabase) else None

    @property
    def software(self) -> str:
        """For people: what keeps it, with its version."""
        return self._database.software

    @property
    def writable(self) -> bool:
        return self._database.writable

    def guard(self, guard: Guard) -> None:
        """Asked from now on in every transaction that does a source's work."""
        self._database.guard = guard

    def prune(self, before: datetime, *, journal: datetime | None = None, most: int | None = None) -> Pruned:
        return prune(self._database, before, journal=journal, most=most)

    def require_sound(self, seconds: float = 2.0) -> None:
        """Raises StoreError when a file is found to be damaged within this time. A server looks after itself."""
        if isinstance(self._database, SqliteDatabase):
            self._database.require_sound(seconds)

    def move_to(self, target: Store, watch: Callable[[int, int], None]) -> dict[str, int]:
        """Everything into an empty store, or nothing. Both must be nobody's work meanwhile. Returns the rows by table."""
        for store in (self, target):
            if store.path is None and (at_work := store.leases.alive(QUIET_SECONDS)):
                raise StoreError(
                    f"The store {store.name} is in use by {', '.join(at_work)}: stop every `syncd run` on it first, and "
                    f"wait {QUIET_SECONDS} seconds after one that was killed."
                )
        return move(self._database, target._database, watch)

    def backup(self, path: str | Path) -> None:
        """A copy as of now, taken while others go on; an existing file is never overwritten."""
        target = Path(path)
        if not isinstance(self._database, SqliteDatabase):
            address = self.name.replace("postgresql+psycopg://", "postgresql://", 1)
            raise StoreError(
                f"A store on a server is backed up by the server's own means, also while syncd runs. "
                f"Type: pg_dump --format=custom --file={target} {address}"
            )
        if target.exists():
            raise StoreError(f"The backup {target} exists already: choose another name, or move it away first.")
        _make_folder(target)
        self._database.copy_to(target)

    def close(self) -> None:
        self._database.close()
        if self._lock is not None:
            self._lock.release()


def open_store(
    url: str,
    *,
    write: bool,
    now: datetime,
    sync_every_write: bool = False,
    patience: float = PATIENCE,
    any_schema: bool = False,
) -> Store:
    """Open `sqlite:///path`, a plain path, or `postgresql+psycopg://…`, which may be silent for `patience` seconds.

    For writing, the store is made when it is missing and brought forward when it is older; a file is locked against
    other processes until `close`. `any_schema`: for `Store.backup` alone, also of a store that another version wrote.
    Raises a StoreError whose text is for people.
    """
    if on_server(url):
        return _open_on_server(url, write, patience)
    return _open_file(sqlite_path(url), write, now, sync_every_write, any_schema)


def on_server(url: str) -> bool:
    """Whether a `store:` names a PostgreSQL, which several processes may use at once."""
    return url.startswith(("postgresql://", "postgresql+psycopg://"))


def _open_on_server(url: str, write: bool, patience: float) -> Store:
    database = PostgresDatabase(url, writable=write, patience=patience)
    try:
        database.require_supported()
        (bring_forward if write else require_head)(database)
    except BaseException:
        database.close()
        raise
    return Store(database, None)


def _open_file(path: Path, write: bool, now: datetime, sync_every_write: bool, any_schema: bool) -> Store:
    if not write:
        if not path.exists():
            raise StoreMissing(f"There is no store at {path} yet: the first command that may write makes it.")
        database = SqliteDatabase(path, writable=False)
        try:
            (require_store if any_schema else require_head)(database)
        except BaseException:
            database.close()
            raise
        return Store(database, None)
    _make_folder(path)
    lock = FileLock.take(path, now=now)
    database = SqliteDatabase(path, writable=True, sync_every_write=sync_every_write)
    try:
        bring_forward(database)
        hand_over(path)
        store = Store(database, lock)
        store.runs.close_interrupted(now=now)
    except BaseException:
        database.close()
        lock.release()
        raise
    return store


def sqlite_path(url: str) -> Path:
    """The file that a `store:` names. Raises StoreError when it names none."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        rest = url
    elif scheme != "sqlite" or not rest.startswith("/"):
        # Never the URL itself: it may hold a password.
        raise StoreError(
            f"syncd keeps its store in SQLite or PostgreSQL, not {scheme}: write `store: sqlite:///var/syncd.db` or "
            "`store: postgresql+psycopg://USER@HOST/DATABASE`."
        )
    else:
        rest = rest.removeprefix("/")
    if not rest or rest == ":memory:":
        raise StoreError("The store must outlive the process: write `store: sqlite:///var/syncd.db` in syncd.yaml.")
    try:
        path = Path(rest).expanduser().absolute()
        if path.is_dir():
            raise StoreError(f"{path} is a folder: name a file in it, such as `store: sqlite:///{rest}/syncd.db`.")
    except OSError as error:
        raise StoreError(
            f"The store {rest} cannot be reached ({error.strerror}): let this user ({os.getuid()}) enter its folder, or run this as "
            "the user that syncd runs as."
        ) from error
    except RuntimeError as error:  # `~` without a home, or somebody's whom nobody knows
        raise StoreError(f"The store {rest} names no file ({error}): write its whole path, from / on.") from error
    return path


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} cannot be made ({error.strerror}): make it for this user "
            f"(install -d -o {os.getuid()} {path.parent}), mount it writable, or choose another place."
        ) from error
