"""What belongs to a source, as its settings say it: after a change of it a person looks at the next plan."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.engine.world import Source
from syncd.store.sources import SourceState


def scope_of(source: Source) -> Mapping[str, str]:
    """By setting: projects, repositories, filters."""
    configured = source.configured
    found = dict(configured.spec.scope(configured.settings))
    ignore = configured.rules.normalize.ignore
    if ignore is not None:
        found["ignore"] = ignore.text
    return found


def changed_scope(source: Source, state: SourceState) -> str | None:
    """One sentence when the scope is not what it was when a person approved last; None before and while it is."""
    if state.scope is None:
        return None
    was, now = state.scope, scope_of(source)
    changed = [key for key in sorted({*was, *now}) if was.get(key) != now.get(key)]
    if not changed:
        return None
    said = ", ".join(f"{key}: {was.get(key) or 'none'} → {now.get(key) or 'none'}" for key in changed)
    return f"the scope of {source.name} changed since a person approved last ({said})"
