"""A folder that a user may not enter or write to, and a disk that is full: one sentence with what to do, and no traceback."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_samples import NOW

from syncd.engine.permits.letters import Kind, beside
from syncd.store import StoreError, open_store
from syncd.store.errors import StoreUnreachable
from syncd.store.open import sqlite_path

NOBODY = 65534


@contextmanager
def nobody() -> Iterator[None]:
    """Root may do everything: tests that run as root give that up for a moment."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where everybody may come, unlike to the folders that pytest makes."""
    there = Path(tempfile.mkdtemp(prefix="syncd-places-"))
    there.chmod(0o755)
    yield there
    there.chmod(0o755)
    shutil.rmtree(there)


@pytest.mark.parametrize("write", [True, False])
def test_a_folder_that_may_not_be_entered(folder: Path, write: bool) -> None:
    folder.chmod(0o000)
    with nobody(), pytest.raises(StoreError, match=r"cannot be (reached|opened) \(Permission denied\): let this user"):
        open_store(f"sqlite:///{folder}/syncd.db", write=write, now=NOW)


def test_a_folder_that_may_not_be_written_to(folder: Path) -> None:
    open_store(f"sqlite:///{folder}/syncd.db", write=True, now=NOW).close()
    folder.chmod(0o555)
    with nobody():
        with pytest.raises(StoreError, match="let this user write to its folder"):
            open_store(f"sqlite:///{folder}/syncd.db", write=True, now=NOW)
        with pytest.raises(StoreError, match=f"run this as the user that syncd runs as, or let this user .* {folder}"):
            open_store(f"sqlite:///{folder}/syncd.db", write=False, now=NOW)
        with pytest.raises(StoreError, match=r"cannot be made \(Permission denied\): .*install -d -o"):
            open_store(f"sqlite:///{folder}/new/syncd.db", write=True, now=NOW)


@pytest.mark.parametrize("write", [True, False])
def test_a_name_that_no_file_can_have(tmp_path: Path, write: bool) -> None:
    with pytest.raises(StoreError, match=os.strerror(errno.ENAMETOOLONG)):
        open_store(f"sqlite:///{tmp_path}/{'x' * 300}/syncd.db", write=write, now=NOW)
    with pytest.raises(StoreError, match="write its whole path"):
        sqlite_path("sqlite:///~nobody-of-this-name/syncd.db")


def test_a_disk_that_is_full_at_the_start_says_where_to_make_room(tmp_path: Path) -> None:
    """Within the file system's words: no file of this process may grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StoreError, match=rf"(df -h {tmp_path}|free space)"):
            open_store(f"sqlite:///{tmp_path}/syncd.db", write=True, now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    open_store(f"sqlite:///{tmp_path}/syncd.db", write=True, now=NOW).close()


def test_a_server_that_is_not_there_yet_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnreachable, match="check that the server runs"):
        open_store("postgresql://syncd@127.0.0.1:9/syncd", write=True, now=NOW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file for somebody else")
def test_what_root_makes_beside_a_store_belongs_to_its_folder_s_owner(folder: Path) -> None:
    """`syncd hold` as root, and the daemon as somebody else, who has to read the letter and to throw it away."""
    os.chown(folder, NOBODY, NOBODY)
    store = open_store(f"sqlite:///{folder}/syncd.db", write=True, now=NOW)
    box = beside(folder / "syncd.db")
    box.drop(Kind.TAKEOVER, "jira", {"source": "jira", "by": "root"})
    store.close()
    assert {path.stat().st_uid for path in folder.rglob("*")} == {NOBODY}
    with nobody():
        open_store(f"sqlite:///{folder}/syncd.db", write=True, now=NOW).close()
        assert list(box.opened(Kind.TAKEOVER)) and not box.waiting()
