"""Values that stand elsewhere: `{env: NAME}`, `{env: NAME, default: X}`, `{file: PATH}`; and secrets, which must.

A secret in the text would end in a repository sooner or later, so a literal one is refused and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

from syncd.config.document import Data, Path, Place, Scalar
from syncd.config.faults import Fault
from syncd.config.shape import Shape
from syncd.config.yaml import scalar

MAX_SECRET_BYTES: Final = 65_536
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN: Final = "unknown"


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

    def resolve(self, data: Data, place: Place, shape: Shape) -> Data:
        if isinstance(data, dict):
            if _is_reference(data, shape):
                return self._reference(data, place, shape)
            return {key: self.resolve(value, place / key, shape.child(key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.resolve(value, place / i, shape.child(i)) for i, value in enumerate(data)]
        if shape.secret and data is not None:
            return self._literal(place)
        return data

    def _literal(self, place: Place) -> Data:
        node = place.document.node(place.path)
        place.document.hidden.append((node.start, node.end))
        name = "_".join(re.sub(r"\W+", "_", str(step)).upper() for step in place.path if isinstance(step, str))
        name = name.removeprefix("SOURCES_")
        hint = f"write `{place.label}: {{env: {name}}}` and, in the shell, export {name}=…; then change the secret"
        return self._fail(place, f"'{place.label}' is a secret and must not stand in this file", hint)

    def _reference(self, data: dict[str, Data], place: Place, shape: Shape) -> Data:
        if "file" in data:
            return self._file(data, place, shape)
        name, default = data["env"], data.get("default")
        if not isinstance(name, str) or not _ENV_NAME.fullmatch(name):
            return self._fail(place / "env", "'env' must be the name of an environment variable")
        if "default" in data and shape.secret:
            node = place.document.node((*place.path, "default"))
            place.document.hidden.append((node.start, node.end))
            return self._fail(place / "default", f"'{place.label}' is a secret and cannot have a default", "delete it")
        text = self.environ.get(name, "")
        if text:
            value = _typed(text, shape)
        elif "default" in data:
            value = default
        else:
            state = "empty" if name in self.environ else "not set"
            return self._fail(place / "env", f"the environment variable {name} is {state}", f"type: export {name}=…")
        if not shape.secret:
            self.open_values["/".join(map(str, place.path))] = str(value)
        return value

    def _file(self, data: dict[str, Data], place: Place, shape: Shape) -> Data:
        written = data["file"]
        if not isinstance(written, str) or not written or len(data) != 1:
            return self._fail(place / "file", "'file' must be the path of a file, and stand alone")
        path = self.folder / FilePath(written).expanduser()
        where = f"the file {path}"
        try:
            content = path.read_bytes() if path.is_file() or not path.exists() else None
        except FileNotFoundError:
            hint = f"put the value there: install -m 600 /dev/stdin {path}"
            return self._fail(place / "file", f"{where} does not exist", hint)
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            return self._fail(place / "file", f"{where} cannot be read: {reason}", f"type: ls -l {path}")
        if content is None or len(content) > MAX_SECRET_BYTES:
            return self._fail(place / "file", f"{where} is not a small file with one value in it")
        try:
            text = content.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            return self._fail(place / "file", f"{where} is not text in UTF-8")
        if not text.strip():
            return self._fail(
                place / "file", f"{where} is empty", f"put the value there: install -m 600 /dev/stdin {path}"
            )
        if not shape.secret:
            self.open_values["/".join(map(str, place.path))] = text
        return _typed(text, shape)

    def _fail(self, place: Place, message: str, hint: str = "") -> Data:
        node = place.document.node(place.path)
        own = place.path if isinstance(node, Scalar) and place.path[-1] not in ("env", "file") else place.path[:-1]
        self.failed.append(own)
        self.faults.append(place.fault(message, hint))
        return _STAND_IN


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
