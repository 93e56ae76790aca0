"""The simulator's memory: one line a change, in the file before the answer leaves; a torn last line is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from syncd_jira.simulator.state import Event


def files_of(folder: Path, given: Sequence[Path]) -> Sequence[Path]:
    """The files to load: the given ones, kept for the next start, else those of the last start."""
    kept = folder / "files.json"
    if given:
        kept.write_text(json.dumps([str(path.resolve()) for path in given]))
        return given
    return [Path(name) for name in json.loads(kept.read_text())] if kept.exists() else []


class Journal:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.jsonl"
        self._drop_torn_line()
        self._file = self._path.open("ab", buffering=0)

    def _drop_torn_line(self) -> None:
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        if content and not content.endswith(b"\n"):
            self._path.write_bytes(content[: content.rfind(b"\n") + 1])

    def events(self) -> Iterator[dict[str, Any]]:
        with self._path.open("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def append(self, event: Event) -> None:
        self._file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        self._file.close()
