"""A letter box beside the store: commands drop small files, the process that holds the store takes them out.

The store belongs to one process; a letter needs no access to it and survives both sides' restarts. A letter's file is
`KIND.NAME.json`, an approval's `DIGEST.json`. Of two letters with one name the later one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

import structlog

log = structlog.get_logger()


class Kind(StrEnum):
    """In the order in which letters are followed: stopping comes first."""

    WRITING = "writing"
    """A hold, or its end; one name for both, so that the later word counts."""
    APPROVAL = "approval"
    RELEASE = "release"
    UNDO = "undo"
    EJECT = "eject"


Body = Mapping[str, str | None]


def box_of(store: Path | None) -> Path | None:
    """Where the letters to the process that holds this file are left; a store on a server needs none."""
    return None if store is None else store.parent / "approvals"


def drop(box: Path, kind: Kind, name: str, body: Body) -> None:
    """Leaves the letter whole or not at all; one that is already there under this name is replaced."""
    box.mkdir(parents=True, exist_ok=True)
    target = file_of(box, kind, name)
    draft = box / f".{target.name}.{os.getpid()}"
    draft.write_text(json.dumps(body), encoding="utf-8")
    draft.replace(target)


def waiting(box: Path | None) -> bool:
    """True when there is a letter."""
    return box is not None and box.is_dir() and any(not path.name.startswith(".") for path in box.glob("*.json"))


def read(path: Path) -> Body | None:
    """What a letter says; None when there is none, or it cannot be read."""
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or not all(isinstance(value, str | None) for value in said.values()):
        return None
    return said


def opened(box: Path | None, kind: Kind) -> Iterator[Body]:
    """The letters of a kind, in order of their names. Each is destroyed when the next is asked for, so that one whose
    reader dies is read again."""
    for path in sorted(box.glob("*.json")) if box is not None and box.is_dir() else ():
        if path.name.startswith(".") or _kind(path) is not kind:
            continue
        body = read(path)
        before = path.stat().st_mtime_ns if path.exists() else 0
        if body is None:
            log.warning("unreadable letter dropped", file=str(path))
        else:
            yield body
        if path.exists() and path.stat().st_mtime_ns == before:  # a newer one under the same name is read next time
            path.unlink(missing_ok=True)


def file_of(box: Path, kind: Kind, name: str) -> Path:
    if kind is Kind.APPROVAL:
        return box / f"{quote(name, safe='')}.json"
    return box / f"{kind.value}.{quote(name, safe='')}.json"


def _kind(path: Path) -> Kind | None:
    word, dot, _ = path.stem.partition(".")
    if not dot:
        return Kind.APPROVAL
    return Kind(word) if word in Kind.__members__.values() else None
