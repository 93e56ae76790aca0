"""Whether what a plan was made for still stands: a long plan is written for minutes or hours, and people go on working.

Before each piece of a plan that was not looked at just now, fresh copies tell what people changed meanwhile. What is not any more as it
was compared is left to the next cycle, which decides again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from syncd.core.issue import SourceIssue
from syncd.core.permission.values import labels_under, same_value
from syncd.core.plan import Change, Edit, Relabel, SetField
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import Applied
from syncd.engine.writing.settle import fresh

FRESH_SECONDS: Final = 10.0
"""So long a look is good for the writes after it."""


def still(world: World, source: Source, edits: Sequence[Edit], looked: float, result: Applied) -> Sequence[Edit]:
    """Those of the edits that may be made; the others are told in `result`. Raises ConnectorError when looking fails.

    `looked` is when the look began that the whole plan was made from, by the clock that nobody sets.
    """
    if time.monotonic() - looked <= FRESH_SECONDS:
        return edits
    found = fresh(world, source, {edit.ref.id: edit.handles for edit in edits})
    result.changed |= found.changed
    stay: list[Edit] = []
    for edit in edits:
        issue = found.live.get(edit.ref.id)
        if issue is None:
            result.failed.append(f"{edit.key}: it is gone, so nothing was written")
        elif all(_as_compared(change, issue) for change in edit.changes):
            stay.append(edit)
        else:
            result.failed.append(
                f"{edit.key}: it was changed while the plan was written, so it is decided again and nothing was written"
            )
    return stay


def _as_compared(change: Change, issue: SourceIssue) -> bool:
    """A note is compared by the connector, which has to look for it anyway."""
    if isinstance(change, SetField):
        return same_value(issue.fields.get(change.field), change.before)
    if isinstance(change, Relabel):
        there, gone, came = (
            {label.casefold() for label in labels}
            for labels in (labels_under(change.prefix, issue.labels), change.remove, change.add)
        )
        return there in (gone, gone | came)
    return True
