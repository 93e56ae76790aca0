"""Values that stand elsewhere: `{env: NAME}`, `{env: NAME, default: X}`, `{file: PATH}`; and secrets, which must.

A secret in the text would end in a repository sooner or later, so a literal one is refused and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

from syncd.config.reading.document import Data, Entries, Items, Path, Place
from syncd.config.reading.faults import Fault
from syncd.config.reading.shape import Shape
from syncd.config.reading.yaml import scalar

MAX_BYTES: Final = 65_536
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN: Final = "https://unknown.invalid/"
"""Takes the place of a secret that nobody needs; long enough, and an address, for fields that check their form."""


class _Unusable(Exception):
    def __init__(self, at: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.fault = at.fault(message, hint)


@dataclass(slots=True)
class Resolver:
    """Replaces references in data, and gathers what is wrong with them."""

    environ: Mapping[str, str]
    folder: FilePath
    faults: list[Fault]
    open_values: dict[str, str] = field(default_factory=dict)
    """What references that are not secret stood for, by their place; part of the rules' digest."""
    failed: list[Path] = field(default_factory=list)
    """Full paths where nothing could be put; validators' complaints about these mean nothing."""
    files: set[FilePath] = field(default_factory=set)
    """Those that references name, there or not."""
    offline: bool = False
    """Nothing will be asked of any source, so that secrets need not be there."""

    def resolve(self, data: Data, place: Place, shape: Shape) -> Data:
        if isinstance(data, dict):
            if _is_reference(data, shape):
                return self._reference(data, place, shape)
            return {key: self.resolve(value, place / key, shape.child(key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.resolve(value, place / i, shape.child(i)) for i, value in enumerate(data)]
        if shape.secret and data is not None:
            self._literal(place)
            return _STAND_IN
        return data

    def _literal(self, place: Place) -> None:
        name = "_".join(re.sub(r"\W+", "_", str(step)).upper() for step in place.path if isinstance(step, str))
        name = name.removeprefix("SOURCES_")
        hint = f"write `{place.label}: {{env: {name}}}` and, in the shell, export {name}=…; then change the secret"
        self._fail(place, place.fault(f"'{place.label}' is a secret and must not stand in this file", hint))

    def _reference(self, data: dict[str, Data], place: Place, shape: Shape) -> Data:
        if self.offline and shape.secret:
            return _STAND_IN
        try:
            value = self._from_file(data, place) if "file" in data else self._from_environment(data, place, shape)
        except _Unusable as unusable:
            self._fail(place, unusable.fault)
            return _STAND_IN
        if not shape.secret:
            self.open_values["/".join(map(str, place.path))] = str(value)
        return _typed(value, shape) if isinstance(value, str) else value

    def _from_environment(self, data: dict[str, Data], place: Place, shape: Shape) -> Data:
        name, at = data["env"], place / "env"
        if not isinstance(name, str) or not _ENV_NAME.fullmatch(name):
            raise _Unusable(at, "'env' must be the name of an environment variable")
        if "default" in data and shape.secret:
            raise _Unusable(place / "default", f"'{place.label}' is a secret and cannot have a default", "delete it")
        text = self.environ.get(name, "")
        if text:
            if not _utf8(text):
                raise _Unusable(at, f"the environment variable {name} holds bytes that are not UTF-8")
            return text
        if data.get("default") is not None:
            return data["default"]
        state = "empty" if name in self.environ else "not set"
        raise _Unusable(at, f"the environment variable {name} is {state}", f"type: export {name}=…")

    def _from_file(self, data: dict[str, Data], place: Place) -> Data:
        written, at = data["file"], place / "file"
        if not isinstance(written, str) or not written:
            raise _Unusable(at, "'file' must be the path of a file")
        path = self.folder / FilePath(written).expanduser()
        self.files.add(path)
        put = f"put the value there: install -m 600 /dev/stdin {path}"
        try:
            if path.exists() and not (path.is_file() and path.stat().st_size <= MAX_BYTES):
                raise _Unusable(at, f"{path} is not a small file with one value in it")
            text = path.read_bytes().decode("utf-8").rstrip("\r\n")
        except FileNotFoundError:
            raise _Unusable(at, f"the file {path} does not exist", put) from None
        except UnicodeDecodeError:
            raise _Unusable(at, f"the file {path} is not text in UTF-8") from None
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "unreadable"
            raise _Unusable(at, f"the file {path} cannot be read: {reason.lower()}", f"type: ls -l {path}") from None
        if not text.strip():
            raise _Unusable(at, f"the file {path} is empty", put)
        return text

    def _fail(self, place: Place, fault: Fault) -> None:
        self.failed.append(place.path)
        self.faults.append(fault)


def without_references(data: Data) -> Data:
    """The data with something harmless, which is a text and an address, in place of every reference."""
    if isinstance(data, dict):
        if ("env" in data and data.keys() <= {"env", "default"}) or data.keys() == {"file"}:
            return "https://unknown.invalid"
        return {key: without_references(value) for key, value in data.items()}
    return [without_references(one) for one in data] if isinstance(data, list) else data


def hide(place: Place, shape: Shape) -> None:
    """Keeps literal secrets out of every excerpt, before any mistake near them is told."""
    node = place.document.node(place.path)
    if isinstance(node, Entries) and _is_reference({key.text: None for key, _ in node.entries}, shape):
        if shape.secret and (default := node.get("default")):
            place.document.hidden.append((default[1].start, default[1].end))
    elif shape.secret:
        place.document.hidden.append((node.start, node.end))
    elif isinstance(node, Entries):
        for key, _ in node.entries:
            hide(place / key.text, shape.child(key.text))
    elif isinstance(node, Items):
        for i in range(len(node.items)):
            hide(place / i, shape.child(i))


def _is_reference(data: Mapping[str, Data], shape: Shape) -> bool:
    keys = set(data)
    named = ("env" in keys and keys <= {"env", "default"}) or keys == {"file"}
    return named and not keys & set(shape.keys)


def _typed(text: str, shape: Shape) -> Data:
    """Environment variables and files hold text; a number or list that the model wants is read from it."""
    if "string" in shape.types or not shape.types:
        return text
    if "array" in shape.types:
        return [part.strip() for part in text.split(",") if part.strip()]
    return scalar(text)


def _utf8(text: str) -> bool:
    """Bytes of the environment that are not UTF-8 come to Python as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
