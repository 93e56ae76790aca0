"""Where a pull goes on: one JSON text that also keeps what a new process would otherwise have to ask for again."""

from __future__ import annotations

import hashlib

import msgspec

from syncd_jira.fields import FieldMap
from syncd_jira.settings import JiraSettings

_FORMAT = 2


class SiteFacts(msgspec.Struct, frozen=True):
    """What a site says about itself and us."""

    cloud: bool
    base: str
    """The address people use, without a slash at the end."""
    version: str
    account: str
    """Jira's id of the account: accountId on Cloud, user name on Data Center."""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    format: int
    asks: str
    """Names what is asked for; another value means that everything has to be read again."""
    site: SiteFacts
    fields: FieldMap
    fields_at: int
    """When the fields were read, epoch seconds of the server's clock."""
    since: int
    """Everything changed before this moment of the server's clock is known; epoch seconds."""
    recent: dict[str, int] = {}
    """What is already known of the time near `since`: id → updated, epoch milliseconds."""
    scopes: tuple[str, ...] = ()
    """Present keys of the projects in scope, where they differ from the configured ones."""
    full: bool = False
    """A full pull is under way, up to the page `token` (Cloud) and the id `after`."""
    token: str | None = None
    after: str | None = None
    by_id: bool = False
    """It reads lists of ids, and issues by id: `token` leads to the list, `after` is the last id that was read."""


_decoder = msgspec.json.Decoder(State)
_encoder = msgspec.json.Encoder()


def asks(settings: JiraSettings, names: frozenset[str]) -> str:
    """A short name of everything that decides which issues and fields a pull brings."""
    parts = (
        (settings.url, settings.api),
        sorted(settings.projects),
        settings.jql,
        sorted(names),
        sorted(settings.fields.items()),
        (settings.sprint_field, settings.epic_field),
        settings.comments,
    )
    return hashlib.blake2b(_encoder.encode(parts), digest_size=8).hexdigest()


def new_state(asked: str, site: SiteFacts, fields: FieldMap, fields_at: int, since: int) -> State:
    return State(_FORMAT, asked, site, fields, fields_at, since)


def write(state: State) -> str:
    return _encoder.encode(state).decode()


def read(text: str | None, asked: str) -> State | None:
    """None when there is none, when it is of another format, or when something else is asked for now."""
    if not text:
        return None
    try:
        state = _decoder.decode(text)
    except msgspec.DecodeError:
        return None
    return state if state.format == _FORMAT and state.asks == asked else None
