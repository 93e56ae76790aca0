"""scoring.yaml as people write it: facts, framework, adjustments, horizons."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from syncd.config.text.quantities import (
    Capacities,
    Condition,
    Duration,
    Flag,
    Formula,
    Name,
    Number,
    Text,
    must,
    shown,
)
from syncd.config.text.voices import Voices
from syncd.core.backlog import Kind
from syncd.core.expressions.language import Type
from syncd.core.issue import LinkKind
from syncd.core.rules import Builtin, Combine, Scale
from syncd.core.voices import Ask


def _value(value: object) -> object:
    if value is None or isinstance(value, list | dict):
        raise must(f"must be a number, a text, true or false, not {shown(value)}")
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Value = Annotated[str | float | bool, BeforeValidator(_value, json_schema_input_type=str | float | bool)]
Values = Annotated[dict[Name, Value], Field(min_length=1)]


class ReadText(Text):
    """One place where a fact may stand."""

    field: Name | None = None
    project_field: Name | None = None
    """The same as `field`, for a field of a GitHub project."""
    issue_field: Name | None = None
    """The same as `field`, for an issue field of a GitHub organization."""
    labels: Values | None = None
    """Label: value. The first label in this list that is present counts."""
    builtin: Annotated[Builtin | None, Field(alias="property")] = None
    """Something that every issue has."""
    values: Values | None = None
    """What a text stands for: High: 3"""

    @model_validator(mode="after")
    def _one_place(self) -> ReadText:
        places = (self.field, self.project_field, self.issue_field, self.labels, self.builtin)
        if sum(place is not None for place in places) != 1:
            raise must("must name exactly one place: field, project_field, labels or property", "write {field: Reach}")
        if self.labels and self.values:
            raise must("must not give values beside labels", "labels: {size/S: 1} gives them already")
        return self

    @property
    def field_name(self) -> str | None:
        return self.field or self.project_field or (f"issue:{self.issue_field}" if self.issue_field else None)


def _reads(value: object) -> object:
    return [_read(one) for one in value] if isinstance(value, list) else [_read(value)]


def _read(value: object) -> object:
    if isinstance(value, str):
        return {"field": value}
    if not isinstance(value, dict | ReadText):
        raise must(f"must be the name of a field or a place such as {{labels: …}}, not {shown(value)}")
    return value


Reads = Annotated[
    tuple[ReadText, ...],
    Field(min_length=1),
    BeforeValidator(_reads, json_schema_input_type=str | ReadText | list[str | ReadText]),
]


class TableText(Text):
    """A CSV file beside this one. Its first line names the columns; a row counts for an issue when the key fits."""

    file: Name
    """A path, relative to this folder: revenue.csv"""
    key: Name | None = None
    """The column that says which issue (or customer, or component) a row is about; the first one, when left out."""
    column: Name | None = None
    """The column with the value; may be left out where there are only two."""
    by: Name = "key"
    """What the key is held against: key (or web address), labels, components, milestone, sprint, scope, reporter,
    assignees, or a fact such as customer."""
    prefix: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """Join only by what begins with this, and without it: customer/ for labels such as customer/acme."""
    combine: Combine | None = None
    """What becomes of several rows for one issue: sum, max, min, first or count. Left out, a second row is a mistake."""


def _words(value: object) -> object:
    return [value] if isinstance(value, str) else value


class LinksText(Text):
    """How many issues are linked to this one, by a link of the tool or by a mention, in either direction."""

    project: Annotated[tuple[Name, ...], BeforeValidator(_words, json_schema_input_type=Name | tuple[Name, ...])] = ()
    """Only those of these Jira projects or repositories: SUP"""
    source: Annotated[tuple[Name, ...], BeforeValidator(_words, json_schema_input_type=Name | tuple[Name, ...])] = ()
    """Only those of these sources, by name or kind."""
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_words, json_schema_input_type=Kind | tuple[Kind, ...])] = ()
    """Only these kinds: bug"""
    relation: Annotated[
        tuple[LinkKind, ...], BeforeValidator(_words, json_schema_input_type=LinkKind | tuple[LinkKind, ...])
    ] = ()
    """Only these relations, seen from this issue: blocks, blocked_by, relates …"""
    open: Flag | None = None
    """true: only open ones; false: only closed ones. Of issues that syncd does not read, their state when this one was
    read last."""


class FactText(Text):
    """Something that rules may read, and where it stands. Under the name of a source or of its kind stands the name of
    a field, or a place in full, or a list of places that are tried in order."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Reads] = Field(init=False)

    type: Type | None = None
    """number, unless the values say otherwise."""
    labels: Values | None = None
    """For all sources: label: value"""
    builtin: Annotated[Builtin | None, Field(alias="property")] = None
    """For all sources: something that every issue has."""
    table: TableText | None = None
    """For all sources: a CSV file, joined by key."""
    links: LinksText | None = None
    """How many issues are linked: {project: SUP, open: true}. Only for score and adjust."""
    voices: Ask | None = None
    """What users say: count, people, customers, weight, recent or latest. Only for score and adjust."""
    values: Values | None = None
    """What a text stands for, wherever no values of its own are given."""
    default: Value | None = None
    """Taken where nothing else is found."""
    required: Flag = False
    """Work without it has no score, and says so."""
    expires: Duration | None = None
    """A value on an issue that nobody touched for longer counts as missing."""


class AdjustText(Text):
    """Applied in the written order to the scaled score: × multiply, then + add, then at least, at most."""

    name: Name
    when: Condition | None = None
    """All work, when left out."""
    because: Annotated[str, Field(max_length=300)] = ""
    """The reason, shown with every score it changed."""
    multiply: Formula | None = None
    add: Formula | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _does_something(self) -> AdjustText:
        if all(step is None for step in (self.multiply, self.add, self.at_least, self.at_most)):
            raise must("changes nothing", "give it multiply, add, at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise must(f"wants at least {self.at_least:g} and at most {self.at_most:g}", "swap the two")
        return self


class PartText(Text):
    """A framework that a formula puts on a scale with scaled(NAME)."""

    framework: Name | None = None
    """The framework, when it is not the name of the part."""
    inputs: dict[Name, Formula] | None = None
    """Another fact or an expression in place of an input."""
    weights: dict[Name, Number] | None = None
    """For weighted: fact: weight"""
    then: Formula | None = None
    """For moscow and kano: what orders work within a class."""


class LinesText(Text):
    """From which number on there is much of it."""

    value: Number | None = None
    effort: Number | None = None


class ScoreText(Text):
    """How facts become a score."""

    framework: Name | None = None
    """rice, ice, wsjf, cd3, moscow, kano, opportunity, value_effort or weighted; or an expression of your own."""
    scale: Scale = Scale.RAW
    """raw leaves the numbers as they are; minmax and percentile spread them over 0 … 100."""
    inputs: dict[Name, Formula] | None = None
    """For frameworks with inputs: another fact or an expression in place of one: {reach: users * 2}"""
    weights: dict[Name, Number] | None = None
    """For weighted: fact: weight"""
    then: Formula | None = None
    """For moscow and kano: what orders work within a class."""
    quadrants: LinesText | None = None
    """For value_effort: where the lines between the quadrants run; the middle of the open backlog, when left out."""
    formula: Formula | None = None
    """An expression of your own, in place of a framework."""
    parts: dict[Name, PartText] | None = None
    """Frameworks that scaled(NAME) in the formula stands for, where they need inputs of their own."""

    @model_validator(mode="after")
    def _some_way(self) -> ScoreText:
        if self.framework is None and self.formula is None:
            raise must("needs a framework or a formula", "write `framework: rice`")
        return self


def _score(value: object) -> object:
    """A text alone is a formula."""
    return {"formula": value} if isinstance(value, str) else value


Score = Annotated[ScoreText, BeforeValidator(_score, json_schema_input_type=str | ScoreText)]


class HorizonText(Text):
    capacity: Capacities | None = None
    """40 effort or 12 items, or one for each team: {payments: 40 effort, web: 25 items, others: 5 items}. Only the last
    horizon may have none and takes the rest."""


def _horizon(value: object) -> object:
    return {} if value is None else value


class HorizonsText(Text):
    """The horizons of the roadmap from near to far, under names of your own: now, next, later."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[
        str, Annotated[HorizonText, BeforeValidator(_horizon, json_schema_input_type=HorizonText | None)]
    ] = Field(init=False)

    hysteresis: Annotated[Number, Field(ge=0)] = 0.0
    """Points of score by which work must win before it crosses a border it did not cross last time."""
    effort_when_missing: Annotated[Number, Field(gt=0)] = 1.0
    """The effort taken where nobody estimated."""
    team: Formula | None = None
    """Whose work it is, where capacities are given by team: the name of a text fact, scope, or an expression."""

    @property
    def named(self) -> dict[str, HorizonText]:
        extra: dict[str, Any] = self.__pydantic_extra__
        return extra


class BacklogText(Text):
    """A backlog of its own: what its filter takes is scored and ranked apart. What it leaves out is as written above."""

    name: Name
    filter: Condition | None = None
    """Which work it takes of what the backlogs above it left; only the last may have none and takes all the rest."""
    score: Score | None = None
    adjust: tuple[AdjustText, ...] | None = None
    horizons: HorizonsText | None = None


class ScoringText(Text):
    """The file scoring.yaml."""

    facts: dict[Name, FactText] = Field(default_factory=dict)
    voices: Voices | None = None
    """What users say about issues: a file beside this one, voices.csv, or several."""
    score: Score | None = None
    """Without it, work is scored by priority, votes and age."""
    adjust: tuple[AdjustText, ...] = ()
    horizons: HorizonsText = HorizonsText()
    backlogs: tuple[BacklogText, ...] = ()
    """Without them, there is one backlog of everything. Work belongs to the first whose filter holds."""
    rest: Name = "rest"
    """The name of the backlog of what no filter takes; none leaves it unranked."""
