"""syncd.yaml as people write it: the daemon's settings, the sources, the policy."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from syncd.config.text.measures import MeasuresText
from syncd.config.text.quantities import Condition, Duration, Flag, Name, Number, Share, Text, Whole, must, shown
from syncd.config.text.service import AccessText, HeartbeatText, TracesText
from syncd.config.text.tell import TellText
from syncd.config.text.windows import WindowsText
from syncd.core.backlog import Kind, Status
from syncd.core.expressions.guess import did_you_mean
from syncd.core.permission.leave import Mode
from syncd.core.rules import OnEdit

Priority = Annotated[Whole, Field(ge=1, le=5)]

_STORE: Final = r"^(sqlite|postgresql(\+psycopg)?)://"


def _store(value: str) -> str:
    # The value may hold a password, so it is not repeated.
    if not re.match(_STORE, value):
        raise must("must be the address of a database", "write sqlite:///var/syncd.db or postgresql://HOST/DATABASE")
    return value


Store = Annotated[Name, AfterValidator(_store)]

_ADDRESS: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")


def host_and_port(address: str) -> tuple[str, int]:
    """127.0.0.1:8080 or [::1]:8080 in its two parts. Raises ValueError."""
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match["port"]) > 65_535:
        raise must("must be an address and a port", "write 127.0.0.1:8080, or 0.0.0.0:8080 in a container")
    return match["six"] or match["host"], int(match["port"])


def _listen(value: str) -> str:
    host_and_port(value)
    return value


Listen = Annotated[Name, AfterValidator(_listen)]

_PAGE: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9./-]*)?")


def _page(value: str) -> str:
    if not _PAGE.fullmatch(value):
        raise must("must be a web address without a query", "write https://syncd.example.com")
    return value.rstrip("/")


Page = Annotated[Name, AfterValidator(_page)]


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    AUTO = "auto"
    """Text on a terminal, JSON everywhere else."""
    TEXT = "text"
    JSON = "json"


class DaemonText(Text):
    """How the daemon runs. Each of these can be set by an environment variable, too: SYNCD_STORE, SYNCD_POLL …"""

    store: Annotated[Store, Field(repr=False)] = "sqlite:///var/syncd.db"
    """Where syncd keeps what it knows: sqlite:///PATH or postgresql://…"""
    poll: Duration = timedelta(seconds=60)
    """How often each source is asked what changed."""
    census: Duration = timedelta(hours=1)
    """How often each source is asked which issues still exist, the only way to see a deletion."""
    sweep: Duration = timedelta(days=1)
    """How often each source is read whole again, in case its own search missed a change."""
    listen: Listen | None = None
    """Where to serve webhooks, health, metrics and the page, such as 127.0.0.1:8080; nothing is served without it."""
    public_url: Page | None = None
    """Where people find the page, such as https://syncd.example.com: notes on issues and messages then link to it."""
    access: AccessText = AccessText()
    heartbeat: HeartbeatText = HeartbeatText()
    traces: TracesText = TracesText()
    tell: dict[Name, TellText] = Field(default_factory=dict)
    """Who gets a message when something waits for people: a name of your choice for each, such as
    team: {url: {env: SLACK_WEBHOOK}, form: slack}."""
    sync_every_write: Flag = False
    """A store in a file: let every write outlive a power cut, not only people's decisions, writes to trackers and webhooks.
    Slower; what is lost otherwise the trackers tell again."""
    keep_history: Annotated[Duration, Field(ge=timedelta(days=1))] = timedelta(days=365)
    """How long runs, replaced plans, the course of ranks, and issues that are gone are kept."""
    keep_journal: Annotated[Duration, Field(ge=timedelta(days=1))] = timedelta(days=730)
    """How long it is kept what was written, for `syncd history` and `syncd undo`. What is still ours stays longer."""
    lease: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(seconds=90)
    """With several processes on one PostgreSQL: when another takes over from one that went silent. Keep it at one and a
    half times the longest answer that is waited for, or longer."""
    log_level: LogLevel = LogLevel.INFO
    """debug, info, warning or error."""
    log_format: LogFormat = LogFormat.AUTO
    """text, json, or auto: text on a terminal and JSON everywhere else."""


class TargetText(Text):
    """A place in the tool where syncd shows something: a field, or a label family such as roadmap/."""

    field: Name | None = None
    project_field: Name | None = None
    """The same as `field`, for a field of a GitHub project."""
    issue_field: Name | None = None
    """The same as `field`, for an issue field of a GitHub organization."""
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """The prefix of the labels, such as roadmap/"""
    on_edit: OnEdit = OnEdit.YIELD
    """When a person changes the value: `yield` leaves it to them, `reassert` writes ours again."""
    adopt: Flag = False
    """Take over values that stood there before syncd came."""

    @model_validator(mode="after")
    def _one_place(self) -> TargetText:
        if sum(place is not None for place in (self.field, self.project_field, self.issue_field, self.label)) != 1:
            raise must(
                "must name exactly one place: field or label", "write {field: Priority Score} or {label: roadmap/}"
            )
        return self

    @property
    def field_name(self) -> str | None:
        return self.field or self.project_field or (f"issue:{self.issue_field}" if self.issue_field else None)


def _listed(value: object) -> object:
    if isinstance(value, str):
        raise must(
            f"must say whether '{value}' is a field or a label", f"write {{field: {value}}} or {{label: {value}}}"
        )
    return value if isinstance(value, list | tuple) else [value]


Targets = Annotated[
    tuple[TargetText, ...], BeforeValidator(_listed, json_schema_input_type=TargetText | list[TargetText])
]


class OrderText(Text):
    """How the tool's own order is kept."""

    on_edit: OnEdit = OnEdit.YIELD
    """When a person drags an issue: `yield` leaves it below what it was dropped below, `reassert` ranks it again."""
    most_calls: Annotated[Whole, Field(ge=1)] | None = 200
    """The fewest issues are moved, in the fewest calls that this takes; where these are more than so many, the fewest calls
    are made, and issues that stand right are moved along. Write null to always move the fewest."""


def _how(value: object) -> object:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        raise must(f"must be true or false, not {shown(value)}", "or say how: `order: {on_edit: reassert}`")
    return {True: {}, False: None}.get(value, value) if isinstance(value, bool) else value


Order = Annotated[OrderText | None, BeforeValidator(_how, json_schema_input_type=Flag | OrderText | None)]


class WriteText(Text):
    """What syncd shows in the source, and where. What is not listed is not written."""

    score: Targets = ()
    """The score, into a number field."""
    rank: Targets = ()
    """The place in the one backlog, into a number field."""
    horizon: Targets = ()
    """now, next, later …"""
    objective: Targets = ()
    """The id of the objective that the work serves."""
    key_result: Targets = ()
    """The id of the key result that the work serves."""
    note: Flag = False
    """Keep the score and its reasons in one comment on the issue: made for the first `rank_top` ranks, then edited in place."""
    order: Order = None
    """Keep the tool's own order (Jira's backlog, the rows of a GitHub project) in the order of the ranks: `true`, or how."""


class NormalizeText(Text):
    """What this source's own words mean. Only words that syncd does not know by itself need a line."""

    statuses: dict[Name, Status] = Field(default_factory=dict)
    """Status name: todo, active, done or dropped."""
    kinds: dict[Name, Kind] = Field(default_factory=dict)
    """Issue type: initiative, epic, story, task, bug, subtask or other."""
    priorities: dict[Name, Priority] = Field(default_factory=dict)
    """Priority name: 1 (highest) to 5 (lowest)."""
    kind_labels: dict[Name, Kind] = Field(default_factory=dict)
    priority_labels: dict[Name, Priority] = Field(default_factory=dict)
    status_labels: dict[Name, Status] = Field(default_factory=dict)
    """For tools that only know open and closed."""
    status_field: Name | None = None
    """A field that says more about the status of an open issue, such as Status of a GitHub project."""
    ignore: Condition | None = None
    """Issues for which this holds stay out of the backlog."""


class ModesText(Text):
    """A mode for each kind of write; what is not listed is reviewed."""

    fields: Mode = Mode.REVIEW
    labels: Mode = Mode.REVIEW
    order: Mode = Mode.REVIEW
    note: Mode = Mode.REVIEW


Account = Annotated[Name, Field(max_length=200)]


def _modes(value: object) -> object:
    """One word stands for all kinds."""
    if not isinstance(value, str):
        return value
    words = [mode.value for mode in Mode]
    if value not in words:
        raise must(
            f"must be observe, review or auto, not {shown(value)}{did_you_mean(value, words)}",
            "or give each kind of write its own: `mode: {fields: auto, labels: auto, order: review}`",
        )
    return dict.fromkeys(ModesText.model_fields, value)


Modes = Annotated[ModesText, BeforeValidator(_modes, json_schema_input_type=Mode | ModesText)]


class SourceText(Text):
    """One tracker account. The keys that are not listed here belong to its kind and are checked by its connector."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any] = Field(init=False)

    kind: Name | None = None
    """jira or github; may be left out when the source's name is its kind."""
    mode: Modes = ModesText()
    """observe: show plans; review: write what was approved; auto: write, once the first plan was approved. One word for
    all, or one for each kind of write: {fields: auto, labels: auto, order: review, note: review}."""
    write: WriteText = WriteText()
    bots: tuple[Account, ...] = ()
    """Accounts whose edits are no person's: where one of them changes what syncd wrote, syncd writes it again. As the tool
    shows them: a login of GitHub (with [bot] where it is one), a display name, e-mail address, id or user name of Jira."""
    normalize: NormalizeText = NormalizeText()


class LimitsText(Text):
    """Brakes: a plan beyond one of these waits for a person."""

    max_changed_share: Share = 0.3
    """Of the open items of a source, in one plan."""
    max_changed_min_items: Annotated[Whole, Field(ge=0)] = 20
    """Plans up to this many issues never trip a share, nor do rankings of so few."""
    max_changed_items: Annotated[Whole, Field(ge=1)] = 2_000
    """Issues in one plan."""
    max_changed_share_new_rules: Share = 0.1
    """Of the open items of a source, in the first plan after a change of the rules."""
    max_shrink_share: Share = 0.5
    """A source that loses more of its issues than this between two looks is taken for broken."""
    max_rank_churn: Share = 0.2
    """Of all pairs of issues: how many change places against the ranking when the last plan went out; shuffling gives 50 %."""
    rank_churn_top: Annotated[Whole, Field(ge=2)] | None = None
    """Count the first so many ranks only; without it all."""
    max_score_shift: Share = 0.3
    """How far the scores as a whole may move at once (0 %: not at all, 100 %: all of them past all of the old ones)."""
    max_writes_per_hour: Annotated[Whole, Field(ge=1)] = 5_000
    """Issues that are written to without anybody's approval."""
    max_notifications_per_hour: Annotated[Whole, Field(ge=1)] = 2_000
    """Notifications that such writes are thought to send."""
    max_dragged_share: Share = 0.1
    """When people move more of a native order than this between two looks (and more than max_changed_min_items issues),
    it is a new order: nothing is pinned, and the next plan waits for a person."""
    max_rewrites_over_bots: Annotated[Whole, Field(ge=0)] = 3
    """How often within a day syncd writes over accounts under `bots` in one place; after that it yields as to a person."""


class PolicyText(Text):
    """How the one backlog is made of several sources, and how careful syncd is."""

    prefer: tuple[Name, ...] = ()
    """Source names or kinds, best first: whose facts win where two issues are the same work."""
    twins: Flag = True
    """Treat issues that say they are the same work as one."""
    blockers: Flag = True
    """Work scores at least as much as what waits for it."""
    inherit_okr: Flag = True
    """A child serves what its parent serves."""
    rank_top: Annotated[Whole, Field(ge=1)] = 100
    """Ranks are shown for the first so many only."""
    deadband: Annotated[Number, Field(ge=0)] = 0.5
    """A score that moved by less than this is not written again."""
    score_digits: Annotated[Whole, Field(ge=0, le=3)] = 1
    approvals_expire: Duration = timedelta(days=7)
    """How long what a person approved, and what could not be written yet, stays approved."""
    limits: LimitsText = LimitsText()


class SyncdText(DaemonText):
    """The file syncd.yaml."""

    sources: Annotated[dict[Name, SourceText], Field(min_length=1)]
    """A name of your choice for each tracker account, with its kind, token and what belongs to the backlog."""
    policy: PolicyText = PolicyText()
    windows: WindowsText = WindowsText()
    """Change windows: when syncd may write."""
    measures: MeasuresText = MeasuresText()
