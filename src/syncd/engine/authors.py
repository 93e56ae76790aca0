"""Finds out who changed what syncd wrote, where `bots` are listed: asked about disputed places alone, once for each change."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from syncd.connector.errors import ConnectorError, Transient
from syncd.connector.protocol import TellsAuthors
from syncd.core.issue import Ref
from syncd.core.permission.authors import WINDOW, Traced, Word, counted, trace
from syncd.core.permission.ownership import Disputed, Ledger, disputed
from syncd.engine.items import Items
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.store.errors import LeaseLost

log = structlog.get_logger()

MOST: Final = 1_000
"""Places that one cycle asks about; the rest follow with the next ones, and are people's until then."""
PATIENCE: Final = timedelta(minutes=15)
"""How long a tool that refuses to tell is not asked again."""

Key = tuple[Ref, str]


class Authors:
    """Of one process. Remembers when there is nothing to ask."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settled: object = None
        """What was known when nothing was left to ask."""
        self._refused: dict[str, float] = {}
        """Until when (of the monotonic clock) a source is not asked again."""

    def questions(self, sources: Sequence[Source], items: Items) -> Mapping[str, Sequence[Disputed]]:
        """The disputed places of those of the sources that can be asked now; none while nothing changed since all was told."""
        world = self._world
        listing = {source.name: source for source in sources if world.rules.sources[source.name].bots}
        state = (items.version, world.rules.digest, tuple(sorted(items.seen.items())), tuple(listing))
        if not listing or self._settled == state:
            return {}
        self._settled = state
        now, found = time.monotonic(), {}
        for name, source in listing.items():
            if not source.fresh or source.broken is not None or self._refused.get(name, now) > now:
                self._settled = None  # it is asked when it can be
                continue
            ledger: Ledger = world.store.ledger.load(name)
            about = (item for ref, item in items.items.items() if ref.source == name)
            found[name] = list(disputed(about, ledger, world.rules))
        return found

    def ask(self, source: Source, about: Sequence[Disputed]) -> bool:
        """Whether the store knows more than before. A failure is told and leaves the places to people until the next try."""
        world, name = self._world, source.name
        bots, now = world.rules.sources[name].bots, world.clock()
        known = world.store.authors.load(name)
        fresh, held = [], {}
        for one in about:
            traced = known.get(_key(one))
            if traced is not None and traced.about(one.written.at, one.live, one.item.revision, bots):
                held[_key(one)] = traced
            else:
                fresh.append(one)
        if len(fresh) > MOST:
            self._settled, fresh = None, fresh[:MOST]
        found = {**held, **self._told(source, fresh)}
        most = world.rules.policy.limits.max_rewrites_over_bots
        found = {key: counted(traced, known.get(key), bots, most, now) for key, traced in found.items()}
        changed = {key: traced for key, traced in found.items() if traced != known.get(key)}
        keys = {_key(one) for one in about}
        over = [key for key, traced in known.items() if key not in keys and _is_over(traced, now - WINDOW)]
        if not changed and not over:
            return False
        try:
            world.store.authors.keep(name, changed, over)
        except LeaseLost as error:
            log.warning("not stored", source=name, because=str(error))
            return False
        for one in about:
            if (traced := changed.get(_key(one))) is not None:
                _tell(one, traced, known.get(_key(one)), bots)
        return True

    def _told(self, source: Source, about: Sequence[Disputed]) -> dict[Key, Traced]:
        connector = source.connector
        if not about or not isinstance(connector, TellsAuthors):
            return {}
        handles = {one.item.ref.id: one.item.handles for one in about}
        try:
            said = connector.authors([(one.item.ref.id, one.place) for one in about], handles)
        except ConnectorError as error:
            if not isinstance(error, Transient):
                self._refused[source.name] = time.monotonic() + PATIENCE.total_seconds()
            log.warning("nobody told who changed it", source=source.name, places=len(about), error=str(error))
        except Stopped:
            raise
        except Exception:
            self._refused[source.name] = time.monotonic() + PATIENCE.total_seconds()
            log.exception("this is a bug in syncd or in its connector", source=source.name)
        else:
            return {
                _key(one): trace(
                    said.get((one.item.ref.id, one.place)),
                    one.written.at,
                    one.written.value,
                    one.live,
                    one.item.revision,
                )
                for one in about
            }
        self._settled = None
        return {}


def _key(one: Disputed) -> Key:
    return one.item.ref, one.place


def _is_over(traced: Traced, before: datetime) -> bool:
    """Whether nothing of it is needed any more: syncd's value stands there, and no rewrite counts."""
    return not traced.rewrites or traced.rewrites[-1] < before


def _tell(one: Disputed, traced: Traced, before: Traced | None, bots: frozenset[str]) -> None:
    author = traced.author(bots)
    said = {"source": one.item.ref.source, "key": one.item.key, "place": one.place, "by": author.name}
    if author.word is Word.BOT and (before is None or before.counted != traced.counted):
        log.info("changed by a bot, written again", rewrites=author.rewrites, **said)
    elif author.word is Word.FOUGHT and (before is None or not before.yields):
        log.warning("a bot writes over syncd again and again, so syncd yields", rewrites=author.rewrites, **said)
