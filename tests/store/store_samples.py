"""Small values to store, and the moments at which it happens."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.core.issue import Ref, SourceIssue, StateGroup
from syncd.core.plan import Edit, Move, Relabel, SetField
from syncd.store import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
JIRA = "acme-jira"


def an_issue(id: str = "1", version: int = 1, source: str = JIRA, **changes: Any) -> SourceIssue:
    """Version n was updated n seconds after the issue was created."""
    created = NOW - timedelta(days=30)
    plain = SourceIssue(
        ref=Ref(source, id),
        key=f"PAY-{id}",
        url=f"https://acme.example/browse/PAY-{id}",
        scope="PAY",
        revision=f"r{version}",
        title=f"Issue {id}, version {version}",
        state="Open",
        state_group=StateGroup.NEW,
        created=created,
        updated=created + timedelta(seconds=version),
    )
    return dataclasses.replace(plain, **changes)


def an_edit(id: str = "1", score: float | None = 5.0, label: str | None = "roadmap/now") -> Edit:
    return Edit(
        ref=Ref(JIRA, id),
        key=f"PAY-{id}",
        title=f"Issue {id}",
        expect="r1",
        changes=(
            SetField("Score", None, score, "score", "rice = 5"),
            Relabel((label,) if label else (), ("roadmap/later",), "horizon", "roadmap/", "won by 4 points"),
        ),
        handles={"node": f"N{id}"},
    )


def a_move(id: str = "1", below: str | None = "2") -> Move:
    return Move(
        ref=Ref(JIRA, id),
        key=f"PAY-{id}",
        below=None if below is None else Ref(JIRA, below),
        below_key=None if below is None else f"PAY-{below}",
        because="rank 2",
    )


def titles(store: Store, source: str = JIRA) -> dict[str, str]:
    return {one.ref.id: one.title for one in store.mirror.issues(source)}
