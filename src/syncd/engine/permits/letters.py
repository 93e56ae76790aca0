"""A letter box beside the store: people's words go in, the process that does the work takes them out.

A letter survives both sides' restarts. Beside a file, which belongs to one process, it is a small file: a command needs no
access to the store. A store on a server keeps its letters itself, for whichever replica comes first. Of two letters with
one name the later one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import structlog

from syncd.store.errors import StoreError
from syncd.store.letters import Body
from syncd.store.open import Store
from syncd.store.owner import hand_over

log = structlog.get_logger()


class Kind(StrEnum):
    """In the order in which letters are followed: stopping comes first."""

    WRITING = "writing"
    """A hold, or its end; one name for both, so that the later word counts."""
    APPROVAL = "approval"
    RELEASE = "release"
    UNDO = "undo"
    EJECT = "eject"
    TAKEOVER = "takeover"
    RECLAIM = "reclaim"
    MEASURE = "measure"


class Box(Protocol):
    def drop(self, kind: Kind, name: str, body: Body) -> None:
        """Leaves the letter whole or not at all; one that is already there under this name is replaced. Raises StoreError."""

    def waiting(self) -> bool:
        """True when there is a letter."""

    def peek(self, kind: Kind, name: str) -> Body | None:
        """What a letter says; None when there is none, or it cannot be read. It stays."""

    def opened(self, kind: Kind) -> Iterator[Body]:
        """The letters of a kind, in order of their names. Each is destroyed when the next is asked for, so that one whose
        reader dies is read again."""


class Folder:
    """Beside a file. A letter's file is `KIND.NAME.json`, an approval's `DIGEST.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def drop(self, kind: Kind, name: str, body: Body) -> None:
        target = self._file(kind, name)
        draft = self.path / f".{target.name}.{os.getpid()}"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            hand_over(self.path)
            draft.write_text(json.dumps(body), encoding="utf-8")
            hand_over(draft)
            draft.replace(target)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise StoreError(
                f"Nothing can be left for the running syncd in {self.path} ({error.strerror}): make room there, or let "
                "this user write."
            ) from error

    def waiting(self) -> bool:
        return any(self._letters())

    def peek(self, kind: Kind, name: str) -> Body | None:
        return _read(self._file(kind, name))

    def opened(self, kind: Kind) -> Iterator[Body]:
        for path in sorted(self._letters()):
            if _kind(path) is not kind:
                continue
            before = _stamp(path)
            body = _read(path)
            if body is None:
                log.warning("unreadable letter dropped", file=str(path))
            else:
                yield body
            if _stamp(path) == before:  # a newer one under the same name is read next time
                path.unlink(missing_ok=True)

    def _letters(self) -> Iterator[Path]:
        found = self.path.glob("*.json") if self.path.is_dir() else ()
        return (path for path in found if not path.name.startswith("."))

    def _file(self, kind: Kind, name: str) -> Path:
        if kind is Kind.APPROVAL:
            return self.path / f"{quote(name, safe='')}.json"
        return self.path / f"{kind.value}.{quote(name, safe='')}.json"


class Shelf:
    """In a store on a server."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._letters = store.letters
        self._clock = clock

    def drop(self, kind: Kind, name: str, body: Body) -> None:
        self._letters.drop(kind.value, name, body)

    def waiting(self) -> bool:
        return self._letters.waiting(now=self._clock())

    def peek(self, kind: Kind, name: str) -> Body | None:
        return self._letters.peek(kind.value, name)

    def opened(self, kind: Kind) -> Iterator[Body]:
        return self._letters.opened(kind.value, now=self._clock())


def box_of(store: Store) -> Box:
    """Where the letters to whoever does the work on this store are left."""
    return Shelf(store, _now) if store.path is None else beside(store.path)


def beside(path: Path) -> Folder:
    """The letter box of a file, also for those who may not open it."""
    return Folder(path.parent / "approvals")


def _now() -> datetime:
    return datetime.now(UTC)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Which letter it is: another one under its name is another file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _read(path: Path) -> Body | None:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or not all(isinstance(value, str | None) for value in said.values()):
        return None
    return said


def _kind(path: Path) -> Kind | None:
    word, dot, _ = path.stem.partition(".")
    if not dot:
        return Kind.APPROVAL
    return Kind(word) if word in Kind.__members__.values() else None
