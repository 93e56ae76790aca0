"""The daemon's settings out of syncd.yaml and the environment, and where each of them came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from syncd.config import sentences
from syncd.config.document import Data, Document, Place, Scalar
from syncd.config.faults import Fault
from syncd.config.references import Resolver
from syncd.config.settings import Settings, from_environment, settings, variable
from syncd.config.shape import Shape
from syncd.config.text.syncd import DaemonText

KEYS: Final = tuple(DaemonText.model_fields)
_PASSWORD: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def resolved(document: Document, resolver: Resolver) -> dict[str, Data]:
    """The daemon's keys in the file, references replaced."""
    shape, data = Shape.of(DaemonText), document.data()
    if not isinstance(data, dict):
        return {}
    found: dict[str, Data] = {}
    for key in KEYS:
        if key in data:
            found[key] = resolver.resolve(data[key], Place(document, (key,)), shape.child(key))
    _no_password(document, resolver)
    return found


def daemon_settings(
    file: Mapping[str, Any], document: Document, environ: Mapping[str, str], faults: list[Fault]
) -> tuple[Settings | None, dict[str, str]]:
    """The settings, and for each where it came from: a variable, a line of the file, or `default`."""
    given = from_environment(environ)
    origins = {key: _origin(key, key in given, document if key in file else None) for key in KEYS}
    try:
        return settings(file, environ), origins
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            name = variable(str(detail["loc"][0]))
            faults.append(
                Fault(f"the environment variable {name}", 0, 0, sentences.sentence(detail), sentences.hint(detail))
            )
        return None, origins


def _origin(key: str, in_environment: bool, document: Document | None) -> str:
    if in_environment:
        return f"environment {variable(key)}"
    if document is None:
        return "default"
    line, _ = document.line_and_column(document.key((key,)).start)
    return f"{document.file}:{line}"


def _no_password(document: Document, resolver: Resolver) -> None:
    node = document.node(("store",))
    if document.has(("store",)) and isinstance(node, Scalar) and _PASSWORD.search(node.text):
        document.hidden.append((node.start, node.end))
        hint = f"delete the line and type: export {variable('store')}=…; then change the password"
        resolver.faults.append(
            Place(document, ("store",)).fault("'store' holds a password, which must not stand here", hint)
        )
