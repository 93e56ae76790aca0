"""The file itself: locked while it is used, read whole, replaced whole."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from syncd.connector.errors import Locked, Transient
from syncd_csv.settings import FIXED

Row = dict[str, str]


@dataclass(slots=True)
class Sheet:
    columns: list[str]
    rows: list[Row] = field(default_factory=list)

    def find(self, id_: str) -> Row | None:
        return next((row for row in self.rows if row["id"] == id_), None)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else reads or writes meanwhile. Transient when somebody does: waiting is the engine's work."""
    try:
        with path.with_name(path.name + ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError as error:
        raise Transient(f"{path} is in use by somebody else.", retry_after=1, scope="this file") from error
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise Locked(f"{path.parent} cannot be written to; create it, or give syncd the right to: {error}") from error


def read(path: Path) -> Sheet:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Locked(f"There is no file {path}; create it with the columns {', '.join(FIXED)}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Locked(f"{path} cannot be read as text: {error}") from error
    return parsed(text, path)


def parsed(text: str, path: Path) -> Sheet:
    """Raises rather than believe half a file: a missing row would look like a deleted issue."""
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise Transient(f"{path} is not a whole CSV file: {error}. Is somebody writing it?") from error
    header = lines[0] if lines else []
    missing = [name for name in FIXED if name not in header]
    if missing:
        raise Locked(f"{path} lacks the columns {', '.join(missing)}; add them to its first line.")
    if not text.endswith("\n") or any(len(line) != len(header) for line in lines):
        raise Transient(f"{path} ends in the middle of a row or has rows of different lengths. Is somebody writing it?")
    return Sheet(header, [dict(zip(header, line, strict=True)) for line in lines[1:]])


def write(path: Path, sheet: Sheet) -> None:
    """All or nothing: a new file takes the place of the old one."""
    text = io.StringIO()
    table = csv.DictWriter(text, sheet.columns, lineterminator="\n")
    table.writeheader()
    table.writerows(sheet.rows)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
