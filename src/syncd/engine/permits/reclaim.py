"""After a store was put back from a copy: what its own account wrote since then becomes syncd's again.

The copy knows nothing of these writes, so that they look like people's. The tracker knows who made them. Only where every
change since what the copy remembers was made by syncd's own account is a place syncd's; where a person was
there in between, and where the tracker does not tell, it stays a person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from syncd.connector.claims import Claims
from syncd.connector.protocol import TellsAuthors
from syncd.core.issue import Ref, Touch
from syncd.core.permission.authors import Word, trace
from syncd.core.plan import NOTE
from syncd.core.writing.reorder import ORDER
from syncd.engine.items import Items
from syncd.engine.permits.claim import CannotClaim, own, rival_at
from syncd.engine.permits.pins import Theirs, kept
from syncd.engine.world import Source, World

log = structlog.get_logger()

RECLAIM = "reclaim by "
"""How the ledger names the run of a value that was found to be syncd's."""
AT_ONCE: Final = 1_000
"""Places in one question."""


@dataclass(frozen=True, slots=True)
class Reclaimed:
    account: str
    """For people: whose changes counted as syncd's."""
    ours: Sequence[Theirs]
    """The places that are syncd's again."""
    left: Sequence[Theirs]
    """Those that stay people's."""
    unmarked: Sequence[str] = ()
    """A sentence for each part of the tracker that cannot bear our mark."""


def reclaim(world: World, source: Source, items: Items, by: str) -> Reclaimed:
    """Takes the places back, marks the source anew, and lets the next plan wait for a person. Raises ConnectorError, and
    CannotClaim where another syncd's mark stands.

    The mirror must have been read after the store was put back.
    """
    with world.work.having([source.name]):
        return _reclaim(world, source, items, by)


def _reclaim(world: World, source: Source, items: Items, by: str) -> Reclaimed:
    if isinstance(source.connector, Claims) and (other := rival_at(world, source, source.connector)) is not None:
        raise CannotClaim(
            f"another syncd ({other}) writes to {source.name}. If it does no more, run first: syncd takeover {source.name}"
        )
    told = source.connector.describe()
    theirs = kept(world, (item for ref, item in items.items.items() if ref.source == source.name))
    ours = list(_ours(world, source, items, theirs, told.account_id)) if told.account_id is not None else []
    world.store.ledger.adopt([(one.ref, one.place, one.live) for one in ours], f"{RECLAIM}{by}", now=world.clock())
    world.store.authors.release((one.ref, one.place) for one in ours)
    because = f"the store was put back from a copy; {by} took back what syncd had written since"
    world.store.sources.set(source.name, review_because=because)
    unmarked = own(world, source, source.connector) if isinstance(source.connector, Claims) else []
    left = [one for one in theirs if one not in ours]
    log.info("reclaimed", source=source.name, places=len(ours), left=len(left), account=told.account, by=by)
    return Reclaimed(told.account, ours, left, unmarked)


def _ours(world: World, source: Source, items: Items, theirs: Sequence[Theirs], account: str) -> Iterator[Theirs]:
    about = [one for one in theirs if one.slot not in (ORDER, NOTE)]
    told = _told(source, items, about)
    us = frozenset({account.casefold()})
    for one in about:
        item = items.items[one.ref]
        line = (one.after or item.updated, "")
        traced = trace(told.get((one.ref.id, one.place)), line, one.ours, one.live, item.revision)
        if traced.author(us).word is Word.BOT:
            yield one


def _told(source: Source, items: Items, about: Sequence[Theirs]) -> Mapping[tuple[str, str], Sequence[Touch]]:
    connector = source.connector
    if not isinstance(connector, TellsAuthors):
        return {}
    found: dict[tuple[str, str], Sequence[Touch]] = {}
    for start in range(0, len(about), AT_ONCE):
        some = about[start : start + AT_ONCE]
        handles = {one.ref.id: items.items[Ref(source.name, one.ref.id)].handles for one in some}
        places = [(one.ref.id, one.place) for one in some]
        found |= source.pace.patiently(partial(connector.authors, places, handles))
    return found
