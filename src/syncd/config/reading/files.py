"""Finds and reads the files of a configuration folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from syncd.config.reading import yaml
from syncd.config.reading.document import Document
from syncd.config.reading.faults import ConfigError, Fault

SYNCD: Final = "syncd.yaml"
OKRS: Final = "okrs.yaml"
SCORING: Final = "scoring.yaml"
FOLDER: Final = Path("config")
"""Where they are looked for when nobody names a folder."""
NAMES: Final = (SYNCD, OKRS, SCORING)
TESTS: Final = "scoring.tests.yaml"
"""Only read by `syncd test`."""


def documents(folder: Path, faults: list[Fault]) -> dict[str, Document | None]:
    """The files that are there, by name; None for one that cannot be read, which is then in `faults`."""
    if not folder.is_dir():
        message = "this is not a folder" if folder.exists() else "there is no such folder"
        raise ConfigError([Fault(str(folder), 0, 0, message, f"type: {_init(folder)}")])
    try:
        found = present(folder, faults)
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        message = f"this folder cannot be read: {reason}"
        raise ConfigError([Fault(str(folder), 0, 0, message, f"type: ls -ld {folder}")]) from None
    if SYNCD not in found:
        hint = f"type: {_init(folder)}"
        raise ConfigError([*faults, Fault(str(folder / SYNCD), 0, 0, "this file is missing", hint)])
    return found


def _init(folder: Path) -> str:
    return "syncd init" if folder == FOLDER else f"syncd --config {folder} init"


def present(folder: Path, faults: list[Fault], names: Sequence[str] = NAMES) -> dict[str, Document | None]:
    """Those of the files that are there; none of them has to be."""
    found: dict[str, Document | None] = {}
    for name in names:
        path = folder / name
        if path.exists() or path.is_symlink():
            found[name] = _document(path, faults)
        elif (other := path.with_suffix(".yml")).exists():
            faults.append(Fault(str(other), 0, 0, "this file would not be read", f"type: mv {other} {path}"))
            found[name] = None
    return found


def _document(path: Path, faults: list[Fault]) -> Document | None:
    try:
        if path.exists() and not path.is_file():
            faults.append(Fault(str(path), 0, 0, "this is not a file", f"type: ls -l {path}"))
            return None
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        faults.append(Fault(str(path), 0, 0, f"this file cannot be read: {reason}", f"type: ls -lL {path}"))
        return None
    try:
        return yaml.read(content, str(path))
    except ConfigError as error:
        faults.extend(error.faults)
        return None
