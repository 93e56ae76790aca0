"""What can be wrong with a store as a whole; every message is one sentence with the next step, for people."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used as asked. `str(error)` is written for people."""


class StoreLocked(StoreError):
    """Another process writes to this store. `pid` is None when it had not yet said who it is."""

    def __init__(self, message: str, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid


class StoreUnreachable(StoreError):
    """The server does not answer yet, or any more; a try later may go well."""


class LeaseLost(StoreError):
    """Another replica does this source's work now; what this one wanted to store is not stored."""


class StoreMissing(StoreError):
    """Opened for reading only, and there is no store yet."""


class StoreOutdated(StoreError):
    """Opened for reading only, and the schema is older than this program; only a writer may bring it forward."""


class StoreTooNew(StoreError):
    """A newer syncd wrote this store; this one does not know what its tables mean."""
