"""The rules as types: what `syncd.yaml`, `okrs.yaml` and `scoring.yaml` say, checked and with expressions parsed.

Built by `syncd.config.load`; a value of these types is valid by construction. `digest` names the whole of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from syncd.core.backlog import FactValue, Kind, Status
from syncd.core.expressions.language import Expression, Type
from syncd.core.issue import LinkKind
from syncd.core.permission.leave import Limits, Mode, WriteKind
from syncd.core.permission.windows import ALWAYS, Windows
from syncd.core.scoring_rules import (
    Adjustment,
    Backlog,
    Framework,
    Horizon,
    Horizons,
    Quadrants,
    Scale,
    TeamCapacity,
)
from syncd.core.voices import Ask, Voices

__all__ = [
    "Adjustment", "Backlog", "Builtin", "FactRead", "FactRule", "Framework", "Horizon", "Horizons", "KeyResult",
    "LinkCount", "NormalizeRules", "Objective", "OkrRules", "OnEdit", "Policy", "Quadrants", "ReadField", "ReadLabels",
    "ReadProperty", "ReadTable", "Rules", "Scale", "Slot", "SourceRules", "Target", "TeamCapacity", "TextKeys",
]  # fmt: skip


class Builtin(StrEnum):
    """Properties every issue has, usable as the source of a fact (`{property: votes}`)."""

    VOTES = "votes"
    REACTIONS = "reactions"
    WATCHERS = "watchers"
    COMMENTS = "comments"
    PRIORITY = "priority"
    MILESTONE = "milestone"
    SPRINT = "sprint"
    COMPONENTS = "components"
    DUE = "due"
    KIND = "kind"
    CREATED = "created"
    REPORTER = "reporter"
    ASSIGNEES = "assignees"
    SCOPE = "scope"
    SPRINT_END = "sprint_end"


@dataclass(frozen=True, slots=True)
class ReadField:
    """Take the value of a field of the tool; `values` maps an option's text to a value ("High" → 3), keys casefolded."""

    field: str
    values: Mapping[str, FactValue] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """Take the value of the first label that is present, in the written order; label names are casefolded."""

    values: tuple[tuple[str, FactValue], ...]


@dataclass(frozen=True, slots=True)
class ReadProperty:
    """Take a property that every issue has; `values` maps texts as in ReadField (for priority, milestone, kind …)."""

    property: Builtin
    values: Mapping[str, FactValue] = dataclasses.field(default_factory=dict)


class Join(StrEnum):
    """What of an issue a file's key is held against, where it is not a fact."""

    KEY = "key"
    """Also its web address."""
    LABELS = "labels"
    SCOPE = "scope"
    MILESTONE = "milestone"
    SPRINT = "sprint"
    COMPONENTS = "components"
    REPORTER = "reporter"
    ASSIGNEES = "assignees"


class Combine(StrEnum):
    """What becomes of several rows for one issue."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    FIRST = "first"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class ReadTable:
    """Take the value that a file's rows give for the issue."""

    file: str
    column: str
    by: Join | str
    """A text names a fact, which is read first."""
    rows: Mapping[str, tuple[tuple[FactValue, int], ...]]
    """Casefolded key → the value and the line of each row with it."""
    prefix: str = ""
    """Of what is joined only what begins with this, casefolded, and without it."""
    combine: Combine = Combine.FIRST


FactRead = ReadField | ReadLabels | ReadProperty | ReadTable


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How many issues of a kind are linked, in either direction; empty tuples do not choose."""

    scopes: tuple[str, ...] = ()
    """Casefolded Jira project keys or owner/repository."""
    sources: tuple[str, ...] = ()
    """Names or kinds of sources."""
    kinds: tuple[Kind, ...] = ()
    relations: tuple[LinkKind, ...] = ()
    """Seen from the issue that has the fact."""
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class FactRule:
    """Where a fact comes from: the reads are tried in order, then the default."""

    name: str
    type: Type
    reads: Mapping[str, tuple[FactRead, ...]]
    """By source kind (jira, github) or source name (a name beats its kind, "*" comes last)."""
    default: FactValue | None = None
    required: bool = False
    """A missing required fact leaves the work unscored, with a reason."""
    expires_days: int | None = None
    links: LinkCount | None = None
    """Counted once issues are linked, in place of any read; known of work only."""
    voices: Ask | None = None
    """What users say, counted likewise."""

    @property
    def of_work(self) -> bool:
        """Whether it is known of work only, once issues are linked."""
        return self.links is not None or self.voices is not None


@dataclass(frozen=True, slots=True)
class KeyResult:
    id: str
    title: str
    start: float = 0.0
    target: float = 1.0
    current: float | None = None
    """None: unknown. A measured one is put in at the beginning of a cycle, see `core.readings`."""
    unit: str = ""
    due: date | None = None
    match: Expression | None = None
    owner: str | None = None
    measured: bool = False
    """Its current value is measured and does not stand in okrs.yaml."""
    current_from: str = ""
    """For people, of a measured one: where its value comes from and since when, or why there is none."""

    @property
    def progress(self) -> float | None:
        """(current − start) ÷ (target − start), 0 … 1 and beyond; None when nobody measured."""
        if self.current is None or self.target == self.start:
            return None
        return (self.current - self.start) / (self.target - self.start)


@dataclass(frozen=True, slots=True)
class Objective:
    id: str
    title: str
    weight: float = 1.0
    starts: date | None = None
    ends: date | None = None
    key_results: tuple[KeyResult, ...] = ()
    match: Expression | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class OkrRules:
    objectives: tuple[Objective, ...] = ()
    label_prefix: str = "okr/"
    """A label such as okr/KR1 or okr/O1 that a person sets links by hand and beats every match."""
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """By source kind or name: a field whose text is an objective or key result id."""
    pull_at_most: float | None = None
    """Points by which adjustments that read `okr.*` may move a score together; None: see `core.scoring.outcome_pull`."""


@dataclass(frozen=True, slots=True)
class NormalizeRules:
    """How one source's words map to ours. All keys are casefolded; what is not listed falls back to the defaults."""

    statuses: Mapping[str, Status] = dataclasses.field(default_factory=dict)
    kinds: Mapping[str, Kind] = dataclasses.field(default_factory=dict)
    priorities: Mapping[str, int] = dataclasses.field(default_factory=dict)
    kind_labels: Mapping[str, Kind] = dataclasses.field(default_factory=dict)
    """For tools without issue types: label → kind."""
    priority_labels: Mapping[str, int] = dataclasses.field(default_factory=dict)
    status_labels: Mapping[str, Status] = dataclasses.field(default_factory=dict)
    """For tools that only know open and closed: label → status of an open issue."""
    status_field: str | None = None
    """A field (a GitHub project's Status) that refines the status of an open issue through `statuses`."""
    ignore: Expression | None = None
    """Issues for which this holds are left out of the backlog (listed with the reason `ignored`)."""


class Slot(StrEnum):
    """What syncd shows in a source."""

    SCORE = "score"
    RANK = "rank"
    HORIZON = "horizon"
    OBJECTIVE = "objective"
    KEY_RESULT = "key_result"


class OnEdit(StrEnum):
    YIELD = "yield"
    """A person's change wins and stays (the default)."""
    REASSERT = "reassert"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a slot is shown: exactly one of `field` and `label` (a prefix such as roadmap/) is set."""

    slot: Slot
    field: str | None = None
    label: str | None = None
    on_edit: OnEdit = OnEdit.YIELD
    adopt: bool = False
    """Take over a non-empty value that syncd never wrote."""
    key: str = dataclasses.field(init=False, compare=False)
    """The ledger's name of this place, unique within a source."""

    def __post_init__(self) -> None:
        # A prefix has no case: who writes it anew in other letters means the same labels.
        key = f"field:{self.field}" if self.field is not None else f"label:{(self.label or '').casefold()}"
        object.__setattr__(self, "key", key)


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What the pure core must know of a configured source."""

    name: str
    kind: str
    normalize: NormalizeRules
    targets: tuple[Target, ...] = ()
    order: bool = False
    """Keep the tool's native order."""
    order_on_edit: OnEdit = OnEdit.YIELD
    """YIELD: an issue that a person dragged keeps its place."""
    moves_at_once: int = 1
    """How many issues that follow each other the tool moves in one call."""
    most_calls: int | None = None
    """When the fewest moves need more calls than this, the fewest calls are made instead; None: never."""
    note: bool = False
    """Keep the receipt in one comment on the issue (`core.writing.note`)."""
    modes: Mapping[WriteKind, Mode] = dataclasses.field(default_factory=dict)
    """What is not in here is reviewed."""
    bots: frozenset[str] = frozenset()
    """Accounts whose edits are no person's, casefolded (`core.permission.authors`)."""

    def mode_of(self, kind: WriteKind) -> Mode:
        return self.modes.get(kind, Mode.REVIEW)

    @property
    def writes(self) -> bool:
        """False when no kind of write is ever made."""
        return any(self.mode_of(kind) is not Mode.OBSERVE for kind in WriteKind)

    @property
    def modes_text(self) -> str:
        """`auto`, or `fields auto, labels auto, order review, note review`."""
        found = {self.mode_of(kind) for kind in WriteKind}
        if len(found) == 1:
            return found.pop().value
        return ", ".join(f"{kind.value} {self.mode_of(kind).value}" for kind in WriteKind)


@dataclass(frozen=True, slots=True)
class Policy:
    prefer: tuple[str, ...] = ()
    """Source names or kinds, best first: whose facts win among twins. Unlisted ones follow in configured order."""
    twins: bool = True
    blockers: bool = True
    """Work scores at least as much as what it blocks."""
    inherit_okr: bool = True
    rank_top: int = 100
    """Ordinals are shown for the first N only."""
    deadband: float = 0.5
    """Score differences below this write nothing."""
    score_digits: int = 1
    approvals_expire: timedelta = timedelta(days=7)
    """How long an approved write that was not made yet stays approved."""
    limits: Limits = dataclasses.field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class TextKeys:
    """How one kind of tool's keys look in text; see `connector.protocol.Spec.text_keys`."""

    kind: str
    patterns: tuple[str, ...]
    signs: tuple[str, ...] = ()
    """One of these stands in whatever a pattern finds; empty: not known."""


@dataclass(frozen=True, slots=True)
class Rules:
    sources: Mapping[str, SourceRules]
    facts: Mapping[str, FactRule]
    framework: Framework
    scale: Scale = Scale.RAW
    adjustments: tuple[Adjustment, ...] = ()
    horizons: Horizons = dataclasses.field(default_factory=Horizons)
    okrs: OkrRules = dataclasses.field(default_factory=OkrRules)
    policy: Policy = dataclasses.field(default_factory=Policy)
    windows: Windows = ALWAYS
    text_keys: tuple[TextKeys, ...] = ()
    reads_body: bool = False
    digest: str = ""
    """Twelve hex digits of the texts these rules were read from."""
    backlogs: tuple[Backlog, ...] = ()
    """Work belongs to the first whose filter holds. Empty: there is one backlog, of everything."""
    rest: str | None = "rest"
    """The name of the backlog of what no filter took, ruled by what stands here; None: it is in no backlog."""
    voices: Voices | None = None
    """What users say. It is data, and not part of the digest."""
    page: str | None = None
    """Where people find syncd's page, without a slash at the end: notes link to it."""

    def of(self, backlog: str) -> Rules:
        """The rules of one backlog alone. Raises KeyError for one that there is not."""
        if not self.backlogs:
            return self
        alone = dataclasses.replace(self, backlogs=())
        for one in self.backlogs:
            if one.name == backlog:
                return dataclasses.replace(
                    alone,
                    framework=one.framework,
                    scale=one.scale,
                    adjustments=one.adjustments,
                    horizons=one.horizons,
                )
        if backlog != self.rest:
            raise KeyError(backlog)
        return alone

    @property
    def backlog_names(self) -> tuple[str, ...]:
        """In the order in which they are asked for work; a single backlog has the name ""."""
        if not self.backlogs:
            return ("",)
        named = tuple(one.name for one in self.backlogs)
        takes_all = self.backlogs[-1].filter is None
        return named if takes_all or self.rest is None else (*named, self.rest)

    @property
    def parts(self) -> tuple[Rules, ...]:
        """The rules of each backlog, in the order of `backlog_names`."""
        return tuple(self.of(name) for name in self.backlog_names)

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Of all backlogs, each once."""
        return tuple(dict.fromkeys(horizon.name for part in self.parts for horizon in part.horizons.names))

    def reads(self, fact: FactRule, source: str) -> tuple[FactRead, ...]:
        """The reads of a fact that apply to a source: by its name, else by its kind, and then those for all."""
        own = fact.reads.get(source)
        if own is None:
            own = fact.reads.get(self.sources[source].kind, ())
        return (*own, *fact.reads.get("*", ()))
