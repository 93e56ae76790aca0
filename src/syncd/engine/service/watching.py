"""Watches the configuration's files while the daemon runs, and asks for a reload when what stands in them changed."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import watchfiles

log = structlog.get_logger()

GATHER_MS = 300
"""Editors write a file in several steps, and a checkout many files: one reload serves all."""


@contextmanager
def watching(files: Callable[[], Iterable[Path]], changed: Callable[[str], None]) -> Iterator[None]:
    """Calls `changed` from a thread of its own, with a reason, while the block runs.

    Folders are watched and contents compared: an editor replaces a file, and Kubernetes a link to a folder.
    """
    end = threading.Event()
    thread = threading.Thread(target=_watch, args=(files, changed, end), name="files", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(5)


def _watch(files: Callable[[], Iterable[Path]], changed: Callable[[str], None], end: threading.Event) -> None:
    while not end.is_set():
        watched = frozenset(files())
        folders = sorted({path.parent for path in watched if path.parent.is_dir()})
        before = _contents(watched)
        try:
            for _ in watchfiles.watch(
                *folders, watch_filter=None, debounce=GATHER_MS, step=100, stop_event=end, recursive=False,
                rust_timeout=1000, yield_on_timeout=True, raise_interrupt=False,
            ):  # fmt: skip
                now = _contents(watched)
                differ = sorted(path.name for path in watched if now[path] != before[path])
                before = now
                if differ:
                    changed(f"changed: {', '.join(differ)}")
                if frozenset(files()) != watched:
                    break
        except OSError as error:
            log.warning("files cannot be watched; send SIGHUP after a change", because=str(error))
            return


def _contents(paths: Iterable[Path]) -> dict[Path, bytes | None]:
    return {path: _content(path) for path in paths}


def _content(path: Path) -> bytes | None:
    """Its digest: a secret is not kept a second time."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None
