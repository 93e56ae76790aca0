"""Examines what stands on this machine: SQLite, the store, and who may read the secrets and change the configuration."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from syncd.config.load import Loaded
from syncd.config.reading import yaml
from syncd.config.reading.document import Data
from syncd.config.reading.faults import ConfigError
from syncd.config.reading.files import SYNCD
from syncd.engine.checkup.doctor import Finding, Grade
from syncd.store.errors import StoreError, StoreMissing, StoreOutdated
from syncd.store.open import Store, on_server, sqlite_path
from syncd.store.telling import Arrival

OLDEST_SQLITE: Final = (3, 35, 0)
"""`RETURNING` and upserts."""
LITTLE_SPACE: Final = 200_000_000


def examine_store(loaded: Loaded, store: Store | None, trouble: StoreError | None) -> Iterator[Finding]:
    """`store` opened for reading, or why it could not be."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("store", "sqlite", Grade.PROBLEM, f"SQLite {version} is too old", "use SQLite 3.35 or newer")
    else:
        yield Finding("store", "sqlite", Grade.OK, f"SQLite {version}")
    yield from _room(loaded)
    if store is None:
        soon = trouble is None or isinstance(
            trouble, StoreMissing | StoreOutdated
        )  # the next command that writes mends it
        grade = Grade.WARNING if soon else Grade.PROBLEM
        yield Finding("store", "health", grade, str(trouble or "there is no store yet"))
        return
    if store.path is None:
        yield Finding("store", "health", Grade.OK, f"{store.name}, {store.software}")
    else:
        yield health(store.path)
    for source in loaded.sources:
        if unknown := len(store.journal.open_entries(source.name)):
            writes = "one earlier write" if unknown == 1 else f"{unknown} earlier writes"
            says = f"what became of {writes} to {source.name} is not known"
            yield Finding(
                "store", "journal", Grade.WARNING, says, "the next cycle looks at these issues and settles it"
            )


def _room(loaded: Loaded) -> Iterator[Finding]:
    """Whether a store in a file can be written here, as `syncd run` needs it."""
    if on_server(loaded.settings.store):
        return
    try:
        path = sqlite_path(loaded.settings.store)
    except StoreError:
        return  # told as the store's health
    place = next(folder for folder in path.parents if folder.exists())
    shut = [there for there in (place, path) if there.exists() and not os.access(there, os.W_OK)]
    if shut:
        says = f"this user ({os.getuid()}) may not write to {shut[0]}, so that `syncd run` ends at once"
        remedy = (
            f"let it: chown -R {os.getuid()} {place}, mount it writable, or run this as the user that syncd runs as"
        )
        yield Finding("store", "permission", Grade.PROBLEM, says, remedy)
    free = shutil.disk_usage(place).free
    if free < LITTLE_SPACE:
        says = f"only {free / 1e6:,.0f} MB are free beside {path}"
        yield Finding("store", "space", Grade.PROBLEM, says, "free some space: syncd stops where it cannot write")


def health(path: Path) -> Finding:
    """Whether SQLite finds its own file in order."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            said = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        said = [str(error)]
    if said == ["ok"]:
        return Finding("store", "health", Grade.OK, f"{path}, {path.stat().st_size / 1e6:,.1f} MB, sound")
    remedy = f"stop syncd, move {path} away and restore a backup; without one, `syncd pull` makes a new store"
    return Finding("store", "health", Grade.PROBLEM, f"{path} is damaged: {'; '.join(said)}", remedy)


def examine_files(folder: Path, loaded: Loaded) -> Iterator[Finding]:
    """Who may change the rules, and who may read the secrets that stand in files."""
    open_to_all = [path for path in (folder, *(folder / name for name in loaded.texts)) if _mode(path) & stat.S_IWOTH]
    for path in open_to_all:
        says = f"everybody on this machine can change {path}"
        yield Finding("files", "configuration", Grade.PROBLEM, says, f"type: chmod o-w {path}")
    if not open_to_all:
        yield Finding("files", "configuration", Grade.OK, f"{folder}: only its owners can change it")
    for path in secret_files(folder, loaded):
        mode = _mode(path)
        remedy = f"type: chmod 600 {path}"
        if mode & stat.S_IRWXO:
            says = f"everybody on this machine can read the secret in {path}"
            yield Finding("files", "secrets", Grade.PROBLEM, says, remedy)
        elif mode & stat.S_IRWXG:
            yield Finding("files", "secrets", Grade.WARNING, f"a group can read the secret in {path}", remedy)
        else:
            yield Finding("files", "secrets", Grade.OK, f"{path}: only its owner can read it")


def examine_receivers(loaded: Loaded, store: Store | None) -> Iterator[Finding]:
    """Whether messages arrive. Sends none."""
    arrivals = store.telling.arrivals() if store is not None else {}
    for one in loaded.receivers:
        remedy = f"try it: syncd tell {one.name} --try"
        found = arrivals.get(one.name, Arrival())
        if found.problem is not None:
            yield Finding("tell", one.name, Grade.PROBLEM, found.problem, remedy)
        elif found.arrived is None:
            yield Finding("tell", one.name, Grade.OK, f"{one.text.form.value}; nothing was to be told so far", remedy)
        else:
            says = f"{one.text.form.value}; the last message arrived on {found.arrived:%d %b, %H:%M} UTC"
            yield Finding("tell", one.name, Grade.OK, says)
        if not one.text.url.get_secret_value().startswith("https://") and not one.text.inside:
            says = "its address is not encrypted: anybody on the way can read what is told, and the key"
            yield Finding("tell", one.name, Grade.PROBLEM, says, "use an address that begins with https://")
    if loaded.receivers and loaded.settings.public_url is None:
        says = "messages have no link: nobody said where people find the page"
        yield Finding("tell", "page", Grade.OK, says, "set `public_url`")


def secret_files(folder: Path, loaded: Loaded) -> list[Path]:
    """The files that the settings of sources and of receivers name with `{file: PATH}`."""
    try:
        data = yaml.read(loaded.texts[SYNCD], SYNCD).data()
    except (ConfigError, KeyError):
        return []
    named = [data.get(key) for key in ("sources", "tell")] if isinstance(data, dict) else []
    return sorted({folder / Path(name).expanduser() for name in _named(named)})


def _named(data: Data) -> Iterator[str]:
    if isinstance(data, dict):
        if data.keys() == {"file"} and isinstance(name := data["file"], str):
            yield name
        else:
            for value in data.values():
                yield from _named(value)
    elif isinstance(data, list):
        for value in data:
            yield from _named(value)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
