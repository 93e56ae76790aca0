"""Finds out who changed what syncd wrote, where `bots` are listed: asked about disputed places alone, once for each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog

from syncd.connector.errors import ConnectorError, Locked, Refused
from syncd.connector.protocol import TellsAuthors
from syncd.core.issue import Ref
from syncd.core.permission.authors import WINDOW, Traced, Word, counted, trace
from syncd.core.permission.ownership import Disputed, Ledger, Written, disputed
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


class Questions(NamedTuple):
    about: Sequence[Disputed]
    ledger: Ledger
    """Of the source."""


class Authors:
    """Of one process. Remembers when there is nothing to ask."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settled: object = None
        """What was known when nothing was left to ask."""
        self._refused: dict[str, datetime] = {}
        """When a source refused to tell."""

    def questions(self, sources: Sequence[Source], items: Items) -> Mapping[str, Questions]:
        """The disputed places of those of the sources that can be asked now; none while nothing changed since all was told."""
        world = self._world
        listing = {source.name: source for source in sources if world.rules.sources[source.name].bots}
        state = (items.version, world.rules.digest, tuple(sorted(items.seen.items())), tuple(listing))
        if not listing or self._settled == state:
            return {}
        self._settled = state
        found: dict[str, Questions] = {}
        for name, source in listing.items():
            if not source.fresh or source.broken is not None or self._waits(name):
                self._settled = None  # it is asked when it can be
                continue
            ledger: Ledger = world.store.ledger.load(name)
            about = (item for ref, item in items.items.items() if ref.source == name)
            found[name] = Questions(list(disputed(about, ledger, world.rules)), ledger)
        return found

    def _waits(self, name: str) -> bool:
        """Also a clock that was set back ends it."""
        at = self._refused.get(name)
        return at is not None and timedelta(0) <= self._world.clock() - at < PATIENCE

    def ask(self, source: Source, questions: Questions) -> bool:
        """Whether the store knows more than before. A failure is told and leaves the places to people until the next try."""
        world, name, about = self._world, source.name, questions.about
        bots, now = world.rules.sources[name].bots, world.clock()
        known = world.store.authors.load(name)
        fresh, held = [], {}
        for one in about:
            traced = known.get(_key(one))
            if traced is not None and traced.about(one.written.line, one.live, one.item.revision, bots):
                held[_key(one)] = traced
            else:
                fresh.append(one)
        if len(fresh) > MOST:
            self._settled, fresh = None, fresh[:MOST]
        found = {**held, **self._told(source, fresh)}
        most = world.rules.policy.limits.max_rewrites_over_bots
        found = {key: counted(traced, known.get(key), bots, most, now) for key, traced in found.items()}
        changed = {key: traced for key, traced in found.items() if traced != known.get(key)}
        settled = {key: traced for key, traced in known.items() if key not in {_key(one) for one in about}}
        over = [key for key, traced in settled.items() if _is_over(traced, questions.ledger.get(key), now)]
        for key in settled.keys() - set(over):
            # How often syncd wrote there still counts; who it was does not.
            emptied = replace(settled[key], accounts=(), whole=False, revision="")
            changed |= {key: emptied} if emptied != known[key] else {}
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
            if isinstance(error, Refused | Locked):
                self._refused[source.name] = self._world.clock()
            log.warning("nobody told who changed it", source=source.name, places=len(about), error=str(error))
        except Stopped:
            raise
        except Exception:
            self._refused[source.name] = self._world.clock()
            log.exception("this is a bug in syncd or in its connector", source=source.name)
        else:
            return {
                _key(one): trace(
                    said.get((one.item.ref.id, one.place)),
                    one.written.line,
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


def _is_over(traced: Traced, line: Written | None, now: datetime) -> bool:
    """Whether nothing is needed any more of a place that shows what syncd wrote: no rewrite there counts."""
    return (not traced.rewrites and traced.granted is None) or line is None or now - line.at >= WINDOW


def _tell(one: Disputed, traced: Traced, before: Traced | None, bots: frozenset[str]) -> None:
    author = traced.author(bots)
    said = {"source": one.item.ref.source, "key": one.item.key, "place": one.place, "by": author.name}
    if author.word is Word.BOT and (before is None or before.granted != traced.granted):
        log.info("changed by a bot, written again", rewrites=author.rewrites, **said)
    elif author.word is Word.FOUGHT and (before is None or not before.yields):
        log.warning("a bot writes over syncd again and again, so syncd yields", rewrites=author.rewrites, **said)
