"""The contract of a connector: one configured source, read and written in the common shapes of `core.issue` and `core.plan`.

Calls block, do not retry and do not sleep: threads, retries, pacing and the journal belong to the engine. A connector
is used by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from syncd.connector.errors import ConnectorError
from syncd.connector.hint import Read
from syncd.core.issue import FieldPatch, Ref, SourceIssue, Touch
from syncd.core.plan import Edit, Move
from syncd.core.safety.noise import Toll

Cursor = str
"""Where the next pull goes on; opaque to everyone but the connector. Survives restarts, and changes of the configuration."""


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a pull or fetch. It is stored in one transaction together with `cursor`.

    `cursor` None means that this is not a safe place to stop: a crash here starts again at the last cursor. The last
    page of a pull always has a cursor. `orders` gives the native order of a scope (ids, top first) where the pull
    happened to see the whole of it. `gone` are ids that the tool said are deleted or moved out of scope.
    """

    issues: Sequence[SourceIssue] = ()
    patches: Sequence[FieldPatch] = ()
    cursor: Cursor | None = None
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: Sequence[str] = ()
    total: int | None = None
    """About how many issues the whole pull will bring, where the tool says so; for progress bars only."""


class FieldType(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    OPTION = "option"
    DATE = "date"
    ITERATION = "iteration"
    LABELS = "labels"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    name: str
    """The name used in the configuration."""
    id: str
    type: FieldType
    writable: bool
    options: tuple[str, ...] = ()
    """What an option field offers; empty where the tool does not show it."""


class Can(StrEnum):
    READ = "read"
    FIELDS = "fields"
    LABELS = "labels"
    MOVE = "move"
    NOTE = "note"
    """Write, edit and delete comments of our own."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a source is and allows, asked at start and after Refused or Locked."""

    tool: str
    """For people: "Jira Cloud", "Jira Data Center 10.3", "GitHub"."""
    account: str
    """Who we are there, for people."""
    scopes: tuple[str, ...]
    """The projects or repositories in scope, by their present names."""
    can: frozenset[Can]
    fields: Mapping[str, FieldInfo]
    """By configured name; a wanted field that does not exist is absent."""
    order_scopes: tuple[str, ...] = ()
    """The scopes that `order` and `reorder` accept: Jira project keys; owner/number of a GitHub project."""
    now: datetime | None = None
    """The server's clock, to measure skew."""
    similar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each wanted field that does not exist, existing names that look like it."""
    account_id: str | None = None
    """The same as `Touch.by` names us (`TellsAuthors`), by the one name that nobody else can take."""
    missing_permissions: Mapping[Can, tuple[str, ...]] = field(default_factory=dict)
    """What the account lacks, by what it is needed for: "Edit Issues in PAY". Whether it is needed, the engine knows."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request about to leave."""

    host: str
    method: str
    resource: str
    """A short stable name for limits and counters: search, issue, rank, graphql, issues, labels … never with ids."""
    mutates: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing came back (connection failed or timed out). Header names are lower case."""

    status: int
    seconds: float
    headers: Mapping[str, str]


class Transport(Protocol):
    """The engine's side of every request: pacing, the write gate, counting. One per source."""

    def before(self, call: Call) -> None:
        """Called before a request leaves; may block for pacing. Raises a ConnectorError when it must not leave."""

    def after(self, call: Call, answer: Answer) -> None:
        """Called after each answer, also a failed one."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a connector is built with besides its settings."""

    source: str
    """The configured name, part of every Ref."""
    transport: Transport
    read_fields: frozenset[str]
    """Extra fields that rules read, by configured name."""
    write_fields: frozenset[str]
    """Fields that syncd writes; they are read too, so that a difference can be seen."""
    order: bool
    """True when the native order is read and written."""
    clock: Callable[[], datetime]
    """The present, aware, UTC. For token lifetimes only; what the server says comes first."""
    note: bool = False
    """True when notes are kept: whether the account may comment is then worth asking."""
    label: str | None = None
    """A label that syncd sets on issues, whose description may bear a mark (`connector.claims`); None: it sets none."""


class Connector(Protocol):
    """One configured source. What must hold:

    * `pull` repeats freely and omits nothing; `pull(None)` is everything in scope.
    * `apply` and `reorder` yield one outcome per edit or move, in order: None when the tool confirmed it, or the
      error; they raise only what concerns the source as a whole (Transient before anything left, Locked).
    * only ConnectorErrors escape.
    """

    def describe(self) -> Description: ...

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        """Everything changed at or after the cursor; repeating is allowed, omitting is not.

        A cursor may come from a process that wanted other fields or another scope; what is wanted now must be complete.
        """

    def census(self) -> Iterator[str]:
        """The ids in scope now: the only way to see a deletion. Raises rather than end early."""

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        """Fresh copies, not from a search index; an issue that is gone or out of scope is left out. Pages have no cursor.

        `handles` gives, by id, what this connector stored in `SourceIssue.handles`; it may lack ids.
        """

    def order(self, scope: str) -> Sequence[str]:
        """The native order of the scope now, ids, top first."""

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]: ...

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        """Moves are made in order; after the first failure the rest are yielded as Stale without being sent."""

    def close(self) -> None: ...


class KeepsNotes(Protocol):
    """What a connector has besides when its tool has comments (`Spec.note`). `apply` then takes edits with one `SetNote`.

    A note is a comment of our own account that begins with `core.plan.NOTE_MARK`, or carries it where people do not see
    it. Never another one is touched. What must hold for a `SetNote`:

    * It looks for the note first, and only makes one when there is none: a crash between request and answer doubles nothing.
    * `before` None: a note that is found is ours all the same, and edited in place.
    * `before` a text: the note must still say it (or `after` already). Where a person changed or deleted it, the outcome is
      `Refused(..., theirs=True)`, and nothing is written.
    * `after` None deletes it.
    """

    def notes(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Mapping[str, str | None]:
        """Our note on each of these issues, as `SetNote.after` gave it; None where there is none. Gone issues are left out.

        A note that a person changed gives another text than any of ours.
        """


@runtime_checkable
class Counter(Protocol):
    """What a connector may do besides: a key result is then measured by a query in the tool's own words."""

    def count(self, query: str) -> int:
        """How many issues the query finds now, in scope of the source or not. Changes nothing.

        Never zero for a query that the tool does not understand: that is Refused. Nor for an answer that is only a part
        of the truth: that is Transient.
        """


@runtime_checkable
class TellsAuthors(Protocol):
    """What a connector has besides when its tool remembers who changed what (`Spec.authors`)."""

    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        """Who changed these places (id and place, as in `core.issue.Touch`), the newest change of each first. Changes nothing.

        Asked rarely, and about many places at once. Not all of the past is needed: it is followed back to where a place
        last showed what syncd wrote, and counts as a person's where it does not lead there. A place whose changes the tool
        does not remember, and an issue that is gone, is left out; nothing is ever guessed. Raises a ConnectorError.
        """


@runtime_checkable
class Priced(Protocol):
    """What a connector may do besides: a plan then says what writing it costs."""

    def toll(self) -> Toll:
        """What writing costs at this tool, as far as it is known; may ask for our permissions, once. `seconds_apart` and
        `moves_at_once` are taken from the `Spec`."""


class Simulator(Protocol):
    """A connector's honest local server, for the demo, tests and benchmarks. It listens on 127.0.0.1."""

    url: str
    """Base URL, such as http://127.0.0.1:40123"""

    def close(self) -> None: ...


def _at_once(settings: object) -> float:
    return 0.0


def _its_own(settings: object) -> str | None:
    return None


def _apart(one: object, other: object) -> str | None:
    return None


def _all_settings(settings: Any) -> Mapping[str, str]:
    # Secrets are masked by their type.
    return {key: str(value) for key, value in settings.model_dump(mode="json", exclude_defaults=True).items()}


@dataclass(frozen=True, slots=True)
class Spec:
    """What an entry point in the group `syncd.connectors` names."""

    kind: str
    """The word used as `kind:` in syncd.yaml."""
    settings: type[BaseModel]
    """Strict pydantic model of this kind's keys under `sources: NAME:`; secrets are SecretStr."""
    build: Callable[[Any, Wiring], Connector]
    """`(settings, wiring)`; makes no request. Raises nothing but ConnectorError."""
    check: Callable[[Any, Wiring], Sequence[str]]
    """Static checks of settings against what is to be written, without network; sentences, empty when fine.
    For example: Jira labels cannot hold spaces, so the prefix `road map/` is refused."""
    label_ok: Callable[[str], str | None]
    """None when the tool can hold this label, else a sentence."""
    text_keys: tuple[str, ...]
    """Regular expressions that find this tool's issues in anybody's text: keys and web addresses. Each has a named group
    `key`, or `scope` and `number` (the key is then `scope#number`), or `number` alone (short form, same scope, only
    looked for in texts of this same kind)."""
    simulate: Callable[[Path, Sequence[Path]], Simulator] | None = None
    """Start the simulator with its state file in the given folder, loaded from JSONL files; None when it has none."""
    key_signs: tuple[str, ...] = ()
    """Pieces of text, one of which stands in whatever `text_keys` find (`#` in acme/web#7), so that a text without any is not
    searched. Empty: every text is."""
    note: bool = False
    """True when its connectors are `KeepsNotes`."""
    authors: bool = False
    """True when its connectors are `TellsAuthors`: sources of this kind may then list `bots`."""
    seconds_between_writes: Callable[[Any], float] = _at_once
    """`(settings)`: how far apart mutating requests to this tool leave, as its makers advise or the settings say."""
    account: Callable[[Any], str | None] = _its_own
    """`(settings)`: names the server and the account without telling a secret. Sources of one account share its limits.
    None: the source shares with no other."""
    moves_at_once: int = 1
    """How many issues `reorder` moves in one call where each is placed directly below the one before it."""
    scope: Callable[[Any], Mapping[str, str]] = _all_settings
    """`(settings)`: what decides which issues belong to the source (projects, repositories, filters), for people, by the
    setting's name. After a change of it a person looks at the next plan."""
    site: Callable[[Any], str | None] = _its_own
    """`(settings)`: the address of the server, within which an issue's id names one issue. After a change of it the known
    issues must be found there, or nothing is read and written. None: never asked."""
    overlap: Callable[[Any, Any], str | None] = _apart
    """`(settings, settings)` of two sources of this kind: what both of them read in any case, for people (`the project PAY`).
    Such sources are refused: each would take what the other writes for a person's. None: they may be apart."""
    hint: Read | None = None
    """Reads a webhook delivery; the settings then have a key `webhook` (`hint.WebhookKey | None`). None: only polled."""
    hint_bytes: int = 5_000_000
    """The largest delivery that the tool sends."""


__all__ = [
    "Answer",
    "Call",
    "Can",
    "Connector",
    "ConnectorError",
    "Counter",
    "Cursor",
    "Description",
    "FieldInfo",
    "FieldType",
    "KeepsNotes",
    "Page",
    "Ref",
    "Simulator",
    "Spec",
    "TellsAuthors",
    "Transport",
    "Wiring",
]
