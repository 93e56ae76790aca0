"""What the words of an untouched Jira or GitHub mean, so that a source needs a mapping only for words of its own.

All keys are casefolded. What people configure (`NormalizeRules`) is looked up before these tables. Only words that
mean the same nearly everywhere stand here: a wrong guess is worse than the question that a missing word leads to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from syncd.core.backlog import Kind, Status
from syncd.core.issue import StateGroup

NEUTRAL_PRIORITY = 3

STATUSES: Mapping[str, Status] = {
    "open": Status.TODO,
    "reopened": Status.TODO,
    "new": Status.TODO,
    "to do": Status.TODO,
    "todo": Status.TODO,
    "backlog": Status.TODO,
    "selected for development": Status.TODO,
    "ready": Status.TODO,
    "ready for development": Status.TODO,
    "triage": Status.TODO,
    "needs triage": Status.TODO,
    "on hold": Status.TODO,
    "in progress": Status.ACTIVE,
    "in development": Status.ACTIVE,
    "in review": Status.ACTIVE,
    "code review": Status.ACTIVE,
    "under review": Status.ACTIVE,
    "in testing": Status.ACTIVE,
    "in test": Status.ACTIVE,
    "in qa": Status.ACTIVE,
    "testing": Status.ACTIVE,
    "doing": Status.ACTIVE,
    "started": Status.ACTIVE,
    "blocked": Status.ACTIVE,
    "done": Status.DONE,
    "closed": Status.DONE,
    "resolved": Status.DONE,
    "completed": Status.DONE,
    "released": Status.DONE,
    "shipped": Status.DONE,
    "verified": Status.DONE,
    "won't do": Status.DROPPED,
    "won't fix": Status.DROPPED,
    "wontfix": Status.DROPPED,
    "cancelled": Status.DROPPED,
    "canceled": Status.DROPPED,
    "rejected": Status.DROPPED,
    "declined": Status.DROPPED,
    "abandoned": Status.DROPPED,
    "obsolete": Status.DROPPED,
    "duplicate": Status.DROPPED,
    "invalid": Status.DROPPED,
    "not planned": Status.DROPPED,
}

GROUPS: Mapping[StateGroup, Status] = {
    StateGroup.NEW: Status.TODO,
    StateGroup.ACTIVE: Status.ACTIVE,
    StateGroup.DONE: Status.DONE,
}

DROPPED_RESOLUTIONS: frozenset[str] = frozenset(
    {
        "won't do",
        "won't fix",
        "wont do",
        "wont fix",
        "wontfix",
        "duplicate",
        "duplicated",
        "cannot reproduce",
        "can't reproduce",
        "works for me",
        "worksforme",
        "invalid",
        "incomplete",
        "not a bug",
        "not a problem",
        "not our bug",
        "declined",
        "rejected",
        "cancelled",
        "canceled",
        "abandoned",
        "obsolete",
        "auto closed",
        "needs more info",
        "not planned",
        "not_planned",
    }
)

KINDS: Mapping[str, Kind] = {
    "initiative": Kind.INITIATIVE,
    "theme": Kind.INITIATIVE,
    "epic": Kind.EPIC,
    "story": Kind.STORY,
    "user story": Kind.STORY,
    "new feature": Kind.STORY,
    "feature": Kind.STORY,
    "feature request": Kind.STORY,
    "improvement": Kind.STORY,
    "enhancement": Kind.STORY,
    "wish": Kind.STORY,
    "task": Kind.TASK,
    "technical task": Kind.TASK,
    "technical debt": Kind.TASK,
    "tech debt": Kind.TASK,
    "chore": Kind.TASK,
    "spike": Kind.TASK,
    "research": Kind.TASK,
    "documentation": Kind.TASK,
    "docs": Kind.TASK,
    "refactoring": Kind.TASK,
    "maintenance": Kind.TASK,
    "test": Kind.TASK,
    "bug": Kind.BUG,
    "defect": Kind.BUG,
    "regression": Kind.BUG,
    "incident": Kind.BUG,
    "sub-task": Kind.SUBTASK,
    "subtask": Kind.SUBTASK,
    "sub task": Kind.SUBTASK,
}

KIND_STRENGTH = (Kind.INITIATIVE, Kind.EPIC, Kind.BUG, Kind.STORY, Kind.SUBTASK, Kind.TASK)
"""Which kind wins when labels say several; the order of labels in a tool means nothing."""

PRIORITIES: Mapping[str, int] = {
    "highest": 1,
    "high": 2,
    "medium": 3,
    "low": 4,
    "lowest": 5,
    "blocker": 1,
    "critical": 2,
    "major": 3,
    "minor": 4,
    "trivial": 5,
    "p0": 1,
    "p1": 2,
    "p2": 3,
    "p3": 4,
    "p4": 5,
    "p5": 5,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "5": 5,
    "urgent": 1,
    "immediate": 1,
    "show stopper": 1,
    "showstopper": 1,
    "normal": 3,
    "moderate": 3,
}

NO_PRIORITY: frozenset[str] = frozenset(
    {"", "none", "no priority", "not set", "unset", "unprioritized", "undefined", "-"}
)
"""Names that say nothing: a real priority called None counts like no priority at all."""

LABEL_PRIORITIES: Mapping[str, int] = {
    **PRIORITIES,
    "critical": 1,  # labels say critical, high, medium, low; only Jira's names put a blocker above it
    "critical-urgent": 1,
    "important-soon": 2,
    "important-longterm": 3,
    "backlog": 4,
    "awaiting-more-evidence": 5,
}

_KIND_LABEL = re.compile(r"(?:kind|type|issue[ _-]?type|category|t|c)\s*[/:=-]+\s*(?P<word>.+)")
_PRIORITY_LABEL = re.compile(
    r"(?:priority|prio|pri|p)\s*[/:=_-]+\s*(?P<after>.+)|(?P<before>.+?)[ _-]+priority|(?P<bare>p[0-5])"
)
_DECORATION = re.compile(r"^[^\w]+|[^\w]+$")


@lru_cache(maxsize=8192)
def kind_of_label(label: str) -> Kind | None:
    """The kind that a label such as `bug`, `kind/bug` or `type: bug` means."""
    word = _DECORATION.sub("", label.casefold())
    if found := _KIND_LABEL.fullmatch(word):
        word = found["word"]
    return KINDS.get(word) or KINDS.get(word.replace("-", " ").replace("_", " "))


@lru_cache(maxsize=8192)
def priority_of_label(label: str) -> int | None:
    """The priority that a label such as `p1`, `priority/high`, `priority: high` or `high priority` means."""
    word = _DECORATION.sub("", label.casefold())
    found = _PRIORITY_LABEL.fullmatch(word)
    if found is None:
        return None
    return LABEL_PRIORITIES.get(found["after"] or found["before"] or found["bare"])
