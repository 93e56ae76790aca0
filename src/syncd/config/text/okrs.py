"""okrs.yaml as people write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from syncd.config.text.measures import MeasureText
from syncd.config.text.quantities import Condition, Day, Name, Number, Text

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60, examples=["O1", "KR2"])]


class PeriodText(Text):
    """The time that the objectives are for, first and last day."""

    starts: Day
    ends: Day


class KeyResultText(Text):
    """A number that shows whether the objective is reached."""

    id: Id
    """Short and stable: it becomes part of labels."""
    title: Name
    start: Number = 0.0
    """Where the number stood when the period began."""
    target: Number = 1.0
    """Where it is to be when the period ends; below `start` when less is better."""
    current: Number | None = None
    """Where it stands today, where nothing measures it."""
    measure: MeasureText | None = None
    """Reads where it stands today, on a schedule, in place of `current`."""
    unit: Annotated[str, Field(max_length=20)] = ""
    """For people: %, s, orders …"""
    due: Day | None = None
    match: Condition | None = None
    """Work for which this holds serves this key result."""
    owner: Name | None = None


class ObjectiveText(Text):
    """Something worth reaching in this period."""

    id: Id
    title: Name
    weight: Annotated[Number, Field(ge=0)] = 1.0
    """How much it counts against the other objectives."""
    starts: Day | None = None
    ends: Day | None = None
    match: Condition | None = None
    """Work for which this holds serves this objective."""
    owner: Name | None = None
    key_results: tuple[KeyResultText, ...] = ()


class PullText(Text):
    """How far outcomes may pull at the order of work."""

    at_most: Annotated[Number, Field(ge=0)]
    """Points by which all adjustments that read okr.* may move a score together, up or down."""


class OkrsText(Text):
    """Objectives and key results, and how work is tied to them."""

    period: PeriodText | None = None
    label: Annotated[str, Field(min_length=1, max_length=60)] = "okr/"
    """A label of this family that a person sets ties an issue by hand: okr/KR1."""
    fields: dict[Name, Name] = Field(default_factory=dict)
    """By source name or kind: a field that holds an objective's or key result's id and ties by hand."""
    pull: PullText | None = None
    """20 points where scores run from 0 to 100, when left out; raw scores are only held where this is written."""
    objectives: tuple[ObjectiveText, ...] = ()
