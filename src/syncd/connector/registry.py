"""Finds installed connectors by their entry points, a stranger's just as ours."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from syncd.connector.protocol import Spec


def connectors() -> Mapping[str, Spec]:
    """All installed connectors by kind. Imports each of them; a broken one raises its own ImportError."""
    found: dict[str, Spec] = {}
    for point in sorted(entry_points(group="syncd.connectors"), key=lambda p: p.name):
        spec = point.load()
        if not isinstance(spec, Spec):
            raise TypeError(f"the entry point {point.name} = {point.value} is not a syncd.connector.protocol.Spec")
        found[spec.kind] = spec
    return found
