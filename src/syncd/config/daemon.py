"""The daemon's settings out of syncd.yaml and the environment, and where each of them came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from syncd.config.reading import sentences
from syncd.config.reading.document import Data, Document, Place, Scalar
from syncd.config.reading.faults import Fault
from syncd.config.reading.references import Resolver, hide
from syncd.config.reading.shape import Shape
from syncd.config.settings import Settings, from_environment, leaves, settings, variable
from syncd.config.text.syncd import DaemonText

KEYS: Final = tuple(DaemonText.model_fields)
_LISTS: Final = (("access", "tokens"), ("access", "proxy"), ("tell",))
"""What stands in files alone."""
_PASSWORD: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def hide_daemon_secrets(document: Document) -> None:
    """As `sources.hide_secrets`."""
    shape = Shape.of(DaemonText)
    for key in KEYS:
        if document.has((key,)):
            hide(Place(document, (key,)), shape.child(key))


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
    origins = {".".join(path): _origin(path, path in given, document, file) for path in (*leaves(), *_LISTS)}
    try:
        return settings(file, environ), origins
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = tuple(str(step) for step in detail["loc"])
            place = Place(document, path)
            about = (
                f"the environment variable {variable(*path)}"
                if path in given
                else f"{place.label} with the environment"
            )
            if Shape.of(DaemonText).at(path).secret:
                detail["input"] = "•••"
            faults.append(Fault(about, 0, 0, sentences.sentence(detail), sentences.hint(detail)))
        return None, origins


def _origin(path: tuple[str, ...], in_environment: bool, document: Document, file: Mapping[str, Any]) -> str:
    if in_environment:
        return f"environment {variable(*path)}"
    if path[0] not in file or not document.has(path):
        return "default"
    line, _ = document.line_and_column(document.key(path).start)
    return f"{document.file}:{line}"


def _no_password(document: Document, resolver: Resolver) -> None:
    node = document.node(("store",))
    if document.has(("store",)) and isinstance(node, Scalar) and _PASSWORD.search(node.text):
        document.hidden.append((node.start, node.end))
        hint = f"delete the line and type: export {variable('store')}=…; then change the password"
        resolver.faults.append(
            Place(document, ("store",)).fault("'store' holds a password, which must not stand here", hint)
        )
