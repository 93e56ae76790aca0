"""Opening a store: where it is, who may write to it, and bringing its schema forward."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreMissing
from syncd.store.journal import Journal
from syncd.store.ledger import Ledger
from syncd.store.lock import FileLock
from syncd.store.memory import Memory
from syncd.store.mirror import Mirror
from syncd.store.plans import Plans
from syncd.store.problems import Problems
from syncd.store.retention import Pruned, prune
from syncd.store.runs import Runs
from syncd.store.schema import bring_forward, require_head
from syncd.store.sources import Sources


class Store:
    """All themes over one database. Any thread may use any of them; writes take turns."""

    def __init__(self, database: Database, lock: FileLock | None) -> None:
        self._database = database
        self._lock = lock
        self.mirror = Mirror(database)
        self.ledger = Ledger(database)
        self.journal = Journal(database)
        self.plans = Plans(database)
        self.memory = Memory(database)
        self.runs = Runs(database)
        self.sources = Sources(database)
        self.problems = Problems(database)

    @property
    def path(self) -> Path:
        return self._database.path

    @property
    def writable(self) -> bool:
        return self._database.writable

    def prune(self, before: datetime) -> Pruned:
        return prune(self._database, before)

    def backup(self, path: str | Path) -> None:
        """A copy as of now, taken while others go on; an existing file is never overwritten."""
        target = Path(path)
        if target.exists():
            raise StoreError(f"The backup {target} exists already: choose another name, or move it away first.")
        _make_folder(target)
        self._database.copy_to(target)

    def close(self) -> None:
        self._database.close()
        if self._lock is not None:
            self._lock.release()


def open_store(url: str, *, write: bool, now: datetime) -> Store:
    """Open `sqlite:///path` or a plain path.

    For writing, the store is made when it is missing, brought forward when it is older, and locked against other
    processes until `close`. Raises a StoreError whose text is for people.
    """
    path = _path(url)
    if not write:
        return _open_for_reading(path)
    _make_folder(path)
    lock = FileLock.take(path, now=now)
    database = Database(path, writable=True)
    try:
        bring_forward(database)
        store = Store(database, lock)
        store.runs.close_interrupted(now=now)
    except BaseException:
        database.close()
        lock.release()
        raise
    return store


def _open_for_reading(path: Path) -> Store:
    if not path.exists():
        raise StoreMissing(f"There is no store at {path} yet: the first command that may write makes it.")
    database = Database(path, writable=False)
    try:
        require_head(database)
    except BaseException:
        database.close()
        raise
    return Store(database, None)


def _path(url: str) -> Path:
    scheme, separator, rest = url.partition("://")
    if not separator:
        rest = url
    elif scheme != "sqlite" or not rest.startswith("/"):
        # Never the URL itself: it may hold a password.
        raise StoreError(f"syncd keeps its store in SQLite, not {scheme}: write `store: sqlite:///var/syncd.db`.")
    else:
        rest = rest.removeprefix("/")
    if not rest or rest == ":memory:":
        raise StoreError("The store must outlive the process: write `store: sqlite:///var/syncd.db` in syncd.yaml.")
    path = Path(rest).expanduser().absolute()
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name a file in it, such as `store: sqlite:///{rest}/syncd.db`.")
    return path


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} cannot be made ({error.strerror}): make it, or choose another place."
        ) from error
