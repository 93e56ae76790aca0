"""What facts are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.core.backlog import Fact, Kind
from syncd.core.issue import SourceIssue


@dataclass(frozen=True, slots=True)
class IssueView:
    """What facts may be read from: the issue and what was already made of its words."""

    issue: SourceIssue
    labels: Mapping[str, str]
    """Casefolded name → the label as written."""
    kind: Kind
    priority: int
    priority_name: str | None
    facts: Mapping[str, Fact]
    """Those that were read already."""
