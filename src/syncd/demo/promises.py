"""Which release each piece of the demo backlog is promised in: what people believe in soon, the next best later, and a few
things that somebody promised without asking."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.demo.dates import Calendar
from syncd.demo.draft import Draft, Sort, Stage, TieKind, Version

SOON = 14
"""So many of the most valuable open issues are promised in the coming release of their team."""
THEN = 60
"""And most of the next ones, up to this place, in the one after it."""
LATELY = 60
"""Days back that the last release took up."""
_IMPACT = {"massive": 3.0, "high": 2.0, "medium": 1.0, "low": 0.5}
_ESTIMATED = (Sort.STORY, Sort.BUG, Sort.TASK)


def promise(drafts: Sequence[Draft], calendar: Calendar) -> None:
    """Changes the versions of these drafts, of all scopes; what was promised by chance before stays where it is."""
    for draft in drafts:
        if draft.closed is not None:
            draft.version = _shipped(draft, calendar.days_ago(draft.closed))
    best = sorted(
        (draft for draft in drafts if draft.stage.open and draft.effort and draft.sort in _ESTIMATED),
        key=lambda draft: (-_worth(draft), draft.title),
    )
    for place, draft in enumerate(best[:THEN]):
        if any(twin.version for twin in draft.twins):
            continue  # the same work, promised by the other team
        _, coming, later = draft.scope.versions
        if place < SOON:
            draft.version = coming
            for blocker in _needed(draft):
                blocker.version = blocker.scope.versions[1]
        elif place % 3:
            draft.version = draft.version or later


def _needed(draft: Draft) -> list[Draft]:
    return [tie.source for tie in draft.ties if tie.kind is TieKind.BLOCKS and tie.target is draft]


def _shipped(draft: Draft, days_ago: int) -> Version | None:
    """Done before the last release: shipped with it. Done since: waits in the coming one."""
    released, coming, _ = draft.scope.versions
    if draft.stage is not Stage.DONE or draft.sort not in _ESTIMATED or any(twin.stage.open for twin in draft.twins):
        return None
    if days_ago < -released.due:
        return coming
    return released if days_ago <= LATELY else None


def _worth(draft: Draft) -> float:
    """What people go by when they promise; the ranking asks more questions and answers somewhat differently."""
    impact = _IMPACT.get(draft.impact or "", 1.0)
    urgent = 3.0 if draft.hero else 1.0  # what everybody talks about
    return urgent * (draft.reach or 500) * impact * (draft.confidence or 0.8) / (draft.effort or 1)
