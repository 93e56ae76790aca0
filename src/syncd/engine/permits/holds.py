"""A person's hold: writing to a source stops within one request, in whatever process, until a person resumes it.

The store keeps the hold; a letter that nobody took out yet counts like the store and comes before it, so that the word
of a command is in force as soon as its file is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from syncd.connector.errors import Transient
from syncd.engine.permits.letters import Box, Kind, box_of
from syncd.engine.stop import Stopped
from syncd.store.letters import Body
from syncd.store.open import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hold:
    by: str
    because: str | None = None
    since: datetime | None = None

    def __str__(self) -> str:
        return f"held by {self.by}: {self.because}" if self.because else f"held by {self.by}"


class Held(Stopped):
    """A mutating request wanted to leave while its source is held. Nothing was sent; reading goes on."""

    def __init__(self, source: str, hold: Hold) -> None:
        Transient.__init__(self, f"{source} is {hold}; nothing more is sent until `syncd resume {source}`")


def in_force(store: Store, source: str) -> Hold | None:
    """The hold on a source as of now."""
    said = box_of(store).peek(Kind.WRITING, source)
    if said is not None:
        return _hold(said)
    state = store.sources.get(source)
    return None if state.held_by is None else Hold(state.held_by, state.held_because, state.held_since)


def waits(source: str, hold: Hold) -> str:
    """One sentence for the plan of a held source."""
    return f"{hold}; go on with `syncd resume {source}`"


def send(box: Box, sources: Iterable[str], hold: Hold | None) -> None:
    """Asks for a hold on these sources, or with None for its end."""
    for source in sources:
        if hold is None:
            box.drop(Kind.WRITING, source, {"source": source})
        else:
            since = hold.since.isoformat() if hold.since else None
            box.drop(
                Kind.WRITING,
                source,
                {"source": source, "by": hold.by, "because": hold.because, "since": since},
            )


def receive(store: Store) -> None:
    """Makes the letters' word the store's."""
    for said in box_of(store).opened(Kind.WRITING):
        source, hold = said.get("source"), _hold(said)
        if source is None:
            log.warning("unreadable letter dropped", kind=Kind.WRITING.value)
            continue
        keep(store, source, hold)
        log.info("held" if hold else "resumed", source=source, by=hold.by if hold else None)


def keep(store: Store, source: str, hold: Hold | None) -> None:
    store.sources.set(
        source,
        held_by=hold.by if hold else None,
        held_because=hold.because if hold else None,
        held_since=hold.since if hold else None,
    )


def _hold(said: Body) -> Hold | None:
    by, since = said.get("by"), said.get("since")
    if by is None:
        return None
    try:
        return Hold(by, said.get("because"), datetime.fromisoformat(since) if since else None)
    except ValueError:
        return Hold(by, said.get("because"))
