"""The exclusive lock beside an SQLite store: at most one process writes, and a second one learns who does.

The kernel drops the lock when its process ends, however it ends, so nobody ever has to clean up after a crash. The file
itself stays: removing it would let two processes hold locks on two files of the same name.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from syncd.store.errors import StoreError, StoreLocked
from syncd.store.owner import hand_over


class FileLock:
    """Held from `take` until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path, *, now: datetime) -> FileLock:
        path = database.with_name(database.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(
                f"The lock file {path} cannot be opened ({error.strerror}): let this user write to its folder, "
                "or point `store:` in syncd.yaml elsewhere."
            ) from error
        hand_over(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").split()
            os.close(descriptor)
            raise _locked(database, holder) from error
        except OSError as error:
            os.close(descriptor)
            raise StoreError(
                f"The file system of {path} knows no locks ({error.strerror}): "
                "point `store:` in syncd.yaml at a local disk."
            ) from error
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {os.uname().nodename} {now:%Y-%m-%dT%H:%M:%SZ}\n".encode(), 0)
        except OSError as error:
            os.close(descriptor)
            raise StoreError(
                f"The lock file {path} cannot be written ({error.strerror}): make room there, or let this user write."
            ) from error
        return cls(descriptor)

    def release(self) -> None:
        if self._descriptor is not None:
            with suppress(OSError):  # the name in it counts for nothing without the lock
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def _locked(database: Path, holder: list[str]) -> StoreLocked:
    pid = int(holder[0]) if holder and holder[0].isdigit() else None
    who = "another process" if pid is None else f"process {pid}"
    if len(holder) == 3:
        who += f" on {holder[1]} since {holder[2]}"
    step = "Stop it" if pid is None else f"Stop it (kill {pid})"
    return StoreLocked(
        f"The store {database} is in use by {who}. {step} or wait until it is done, then try again; "
        "commands that only read work meanwhile.",
        pid,
    )
