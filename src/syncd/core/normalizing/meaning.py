"""Status, kind and priority of an issue: what people configured comes first, then the words that tools ship with."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.core.backlog import Kind, Status
from syncd.core.issue import SourceIssue
from syncd.core.normalizing.words import (
    DROPPED_RESOLUTIONS,
    GROUPS,
    KIND_STRENGTH,
    KINDS,
    NEUTRAL_PRIORITY,
    NO_PRIORITY,
    PRIORITIES,
    STATUSES,
    kind_of_label,
    priority_of_label,
)
from syncd.core.rules import NormalizeRules


def status_of(
    issue: SourceIssue, words: NormalizeRules, labels: Mapping[str, str]
) -> tuple[Status | None, tuple[str, ...]]:
    """The status, None when the tool's word means nothing to us; and the words that nobody knows.

    A field or label only refines an open issue: what the tool closed is closed.
    """
    status = _status_named(issue.state, words) or GROUPS.get(issue.state_group)
    unknown: tuple[str, ...] = ()
    if status is None or status.open:
        refined: Status | None = None
        if words.status_field is not None:
            shown = issue.fields.get(words.status_field)
            if isinstance(shown, str) and shown.strip():
                refined = _status_named(shown, words)
                unknown = () if refined is not None else (shown,)
        if refined is None and words.status_labels and labels:
            refined = next((meant for label, meant in words.status_labels.items() if label in labels), None)
        status = refined or status
    if status is None:
        return None, (issue.state,)
    if status is Status.DONE and issue.resolution and issue.resolution.strip().casefold() in DROPPED_RESOLUTIONS:
        status = Status.DROPPED
    return status, unknown


def _status_named(name: str, words: NormalizeRules) -> Status | None:
    word = name.strip().casefold().replace("’", "'")
    return words.statuses.get(word) or STATUSES.get(word)


def kind_of(issue: SourceIssue, words: NormalizeRules, labels: Mapping[str, str]) -> Kind:
    name = issue.kind.strip().casefold() if issue.kind else ""
    if name and (kind := words.kinds.get(name)) is not None:
        return kind
    if labels and words.kind_labels:
        for label, kind in words.kind_labels.items():
            if label in labels:
                return kind
    if name and (kind := KINDS.get(name)) is not None:
        return kind
    if labels:
        meant = {kind_of_label(label) for label in labels.values()}
        return next((kind for kind in KIND_STRENGTH if kind in meant), Kind.OTHER)
    return Kind.OTHER


def priority_of(issue: SourceIssue, words: NormalizeRules, labels: Mapping[str, str]) -> tuple[int, str | None, bool]:
    """The priority, the word it was taken from, and whether that word is known; unknown counts as the middle."""
    name = issue.priority.strip() if issue.priority else ""
    word = name.casefold()
    if name and (value := words.priorities.get(word)) is not None:
        return value, name, True
    if labels and words.priority_labels:
        for label, value in words.priority_labels.items():
            if label in labels:
                return value, labels[label], True
    if word not in NO_PRIORITY:
        value = PRIORITIES.get(word)
        return (NEUTRAL_PRIORITY, name, False) if value is None else (value, name, True)
    meant = [(value, label) for label in labels.values() if (value := priority_of_label(label)) is not None]
    if meant:
        value, label = min(meant)
        return value, label, True
    return NEUTRAL_PRIORITY, name or None, True
