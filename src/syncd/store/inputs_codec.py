"""The inputs of one piece of work as text: what is as usual is left out, so that a row has a few hundred bytes."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from syncd.core.backlog import BacklogItem, Fact, FactValue, Kind, OkrLink, Status, Work
from syncd.core.issue import Ref, Sprint
from syncd.core.permission.ownership import Pin, Pins
from syncd.core.reports.inputs import RESTLESS, Inputs
from syncd.core.voices import Heard


class _Named(msgspec.Struct, array_like=True):
    source: str
    id: str
    key: str


class _Wire(msgspec.Struct, omit_defaults=True):
    key: str
    title: str
    created: datetime
    kind: Kind = Kind.STORY
    status: Status = Status.TODO
    priority: int = 3
    priority_name: str | None = None
    scope: str = ""
    due: date | None = None
    effort: float | None = None
    """Only where it is no fact."""
    sprint: Sprint | None = None
    milestone: str | None = None
    components: tuple[str, ...] = ()
    votes: int = 0
    labels: tuple[str, ...] = ()
    facts: dict[str, tuple[str, float | str | bool | tuple[str, ...]]] = {}
    """Name → origin and value."""
    days: dict[str, tuple[str, date]] = {}
    """The same for dates, which could not be told from texts."""
    twins: tuple[_Named, ...] = ()
    parent: tuple[str, str] | None = None
    blocks: tuple[tuple[str, str], ...] = ()
    blocked_by: tuple[tuple[str, str], ...] = ()
    okr: tuple[str, str | None, str] | None = None
    score: tuple[float, str] | None = None
    horizon: tuple[str, str] | None = None
    heard: tuple[int, int, int, float, int, date, int] | None = None
    """As the fields of `Heard`."""
    basis: str = ""
    updated: datetime | None = None
    comments: int | None = None
    watchers: int | None = None
    reactions: int | None = None
    state: str | None = None
    assignees: tuple[str, ...] | None = None
    reporter: str | None = None


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(_Wire)


def encode_inputs(inputs: Inputs) -> tuple[str, str]:
    """The text, and the part of it in which a difference is a change."""
    work, pins = inputs.work, inputs.pins
    item = work.primary
    wire = _Wire(
        key=item.key,
        title=item.title,
        created=item.created,
        kind=item.kind,
        status=item.status,
        priority=item.priority,
        priority_name=item.priority_name,
        scope=item.scope,
        due=item.due,
        effort=None if "effort" in work.facts else item.effort,
        sprint=item.sprint,
        milestone=item.milestone,
        components=item.components,
        votes=item.votes,
        labels=work.labels,
        facts={
            name: (fact.origin, fact.value) for name, fact in work.facts.items() if not isinstance(fact.value, date)
        },
        days={name: (fact.origin, fact.value) for name, fact in work.facts.items() if isinstance(fact.value, date)},
        twins=tuple(_Named(twin.ref.source, twin.ref.id, twin.key) for twin in work.twins),
        parent=None if work.parent is None else (work.parent.source, work.parent.id),
        blocks=_pairs(work.blocks),
        blocked_by=_pairs(work.blocked_by),
        okr=None if work.okr is None else (work.okr.objective, work.okr.key_result, _short(work.okr.because)),
        score=None if pins.score is None else (pins.score.value, pins.score.because),
        horizon=None if pins.horizon is None else (pins.horizon.value, pins.horizon.because),
        heard=None
        if (h := work.heard) is None
        else (h.count, h.people, h.customers, h.weight, h.recent, h.latest, h.below),
    )
    for name in inputs.restless:
        setattr(wire, name, getattr(item, name))
    compared = _ENCODER.encode(wire).decode()
    return f'{compared[:-1]},"basis":"{inputs.basis}"}}', compared


def decode_inputs(source: str, id_: str, text: str) -> Inputs:
    wire = _DECODER.decode(text)
    restless = {name: value for name in RESTLESS if (value := getattr(wire, name)) is not None}
    pairs: dict[str, tuple[str, FactValue]] = {**wire.facts, **wire.days}
    facts = {name: Fact(value, origin) for name, (origin, value) in pairs.items()}
    effort = facts.get("effort")
    known = effort.value if effort is not None and isinstance(effort.value, float) else wire.effort
    item = BacklogItem(
        ref=Ref(source, id_), key=wire.key, url="", scope=wire.scope, revision="", title=wire.title, kind=wire.kind,
        status=wire.status, state=restless.get("state", ""), priority=wire.priority, created=wire.created,
        updated=restless.get("updated", wire.created), priority_name=wire.priority_name, due=wire.due, effort=known,
        sprint=wire.sprint, milestone=wire.milestone, components=wire.components, votes=wire.votes,
        comments=restless.get("comments", 0), watchers=restless.get("watchers", 0),
        reactions=restless.get("reactions", 0), assignees=restless.get("assignees", ()),
        reporter=restless.get("reporter"),
    )  # fmt: skip
    work = Work(
        item,
        tuple(_twin(item, twin) for twin in wire.twins),
        None if wire.parent is None else Ref(*wire.parent),
        tuple(Ref(*pair) for pair in wire.blocks),
        tuple(Ref(*pair) for pair in wire.blocked_by),
        None if wire.okr is None else OkrLink(*wire.okr),
        facts,
        wire.labels,
        None if wire.heard is None else Heard(*wire.heard),
    )
    pins = Pins(None if wire.horizon is None else Pin(*wire.horizon), None if wire.score is None else Pin(*wire.score))
    return Inputs(work, pins, frozenset(restless), wire.basis)


def _short(because: str) -> str:
    """Without the text of the rule, which the rules of the moment have."""
    return because.partition(": ")[0]


def _pairs(refs: tuple[Ref, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((ref.source, ref.id) for ref in refs)


def _twin(primary: BacklogItem, named: _Named) -> BacklogItem:
    """Open, since the work was: which member kept it open does not matter any more."""
    return BacklogItem(
        ref=Ref(named.source, named.id), key=named.key, url="", scope="", revision="", title=primary.title,
        kind=primary.kind, status=Status.TODO, state="", priority=primary.priority, created=primary.created,
        updated=primary.created,
    )  # fmt: skip
