"""scoring.tests.yaml as people write it: a small backlog, and what is expected of it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from syncd.config.text.quantities import Day, Name, Number, Text, Whole, must, shown

_ABOVE = re.compile(r"(?P<upper>\S.*?)\s+above\s+(?P<lower>.*\S)")


def _above(value: object) -> object:
    if isinstance(value, tuple):
        return value
    match = _ABOVE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise must(
            f"must be two items and which stands above, not {shown(value)}", "write `login fails above dark mode`"
        )
    return match["upper"], match["lower"]


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _fact(value: object) -> object:
    if value is None or isinstance(value, dict):
        raise must(f"must be a number, a text, true or false, or a list of words, not {shown(value)}")
    return value


Above = Annotated[tuple[str, str], BeforeValidator(_above, json_schema_input_type=str)]
Ranks = Annotated[tuple[Above, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])]
FactValueText = Annotated[
    str | float | bool | tuple[str, ...],
    BeforeValidator(_fact, json_schema_input_type=str | float | bool | list[str]),
]
Words = tuple[Name, ...]
Days = Annotated[Whole, Field(ge=0)]
Count = Annotated[Whole, Field(ge=0)]


class State(StrEnum):
    TODO = "todo"
    ACTIVE = "active"
    DONE = "done"


class VoiceText(Text):
    """Something that a user said about an item."""

    customer: Name | None = None
    """A customer of its own, when left out."""
    person: Name | None = None
    days_ago: Days = 0
    weight: Annotated[Number, Field(ge=0)] | None = None


def _voices(value: object) -> object:
    """A number alone are so many customers, who all spoke on the day."""
    return [{}] * value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10_000 else value


class ItemText(Text):
    """An issue, given by what rules read of it. What is left out is as if nobody had set it."""

    facts: dict[Name, FactValueText] = Field(default_factory=dict)
    """Name: value, as scoring.yaml declares them; labels and defaults give the others."""
    source: Name | None = None
    """The source it lives in; the first one, when left out."""
    title: Annotated[str, Field(max_length=300)] = ""
    body: str = ""
    kind: Name | None = None
    """As the tool names it: Bug, Story, Epic"""
    status: State = State.TODO
    priority: Name | None = None
    """As the tool names it: High"""
    labels: Words = ()
    assignees: Words = ()
    components: Words = ()
    scope: str = ""
    """The Jira project or owner/repository."""
    milestone: Name | None = None
    sprint: Name | None = None
    votes: Count = 0
    reactions: Count = 0
    watchers: Count = 0
    comments: Count = 0
    age_days: Days = 0
    """How long ago it was opened."""
    idle_days: Days = 0
    """How long ago anybody touched it."""
    due_in_days: Whole | None = None
    okr: Name | None = None
    """The objective or key result that a person tied it to."""
    voices: Annotated[
        tuple[VoiceText, ...],
        BeforeValidator(_voices, json_schema_input_type=Annotated[int, Field(ge=0, le=10_000)] | tuple[VoiceText, ...]),
    ] = ()
    """What users say about it: how many customers do, or each voice: [{customer: Acme, weight: 1200, days_ago: 40}]"""
    blocks: Words = ()
    """The names of items that wait for it."""
    linked: Words = ()
    """The names of items that it is linked to: tickets of support."""
    parent: Name | None = None


Items = dict[Name, ItemText]


class CaseText(Text):
    """One expectation, or several about the same item."""

    name: Name
    """What the rules promise, as a sentence."""
    item: Name | None = None
    """The item that score, horizon and unscored are about."""
    score: Number | None = None
    within: Annotated[Number, Field(ge=0)] | None = None
    """How far the score may be off; by less than is shown, when left out."""
    horizon: Name | None = None
    unscored: Name | None = None
    """It has no score, and the reason says this."""
    ranks: Ranks = ()
    """`login fails above dark mode`"""
    items: Items | None = None
    """A backlog of its own, in place of the one above."""

    @model_validator(mode="after")
    def _expects_something(self) -> CaseText:
        about = [self.score, self.horizon, self.unscored]
        if all(each is None for each in about) and not self.ranks:
            raise must("expects nothing", "give it score, horizon, unscored or ranks")
        if any(each is not None for each in about) != (self.item is not None):
            raise must("needs an item together with score, horizon or unscored", "add `item: its name`")
        if self.score is not None and self.unscored is not None:
            raise must("cannot expect a score and none", "delete one of the two")
        return self


class GoldenText(Text):
    """The file scoring.tests.yaml: what the rules must make of a small backlog. Run it with `syncd test`."""

    today: Day | None = None
    """The day of the decision, for key results and dates; the day it is, when left out."""
    measured: dict[Name, Number] = Field(default_factory=dict)
    """The values of key results with a `measure:`, which nobody is asked for here; those left out are unknown."""
    items: Items = Field(default_factory=dict)
    """The backlog that all cases are about, by names of your choice."""
    cases: Annotated[tuple[CaseText, ...], Field(min_length=1)]
