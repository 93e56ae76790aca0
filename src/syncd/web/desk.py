"""Where pages and API get what they show: the last decision as a picture, made once for each decision."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import structlog

from syncd.engine.memory.foresee import foresee
from syncd.engine.permits.pins import Theirs, kept
from syncd.engine.telling.outlook import Seen
from syncd.engine.world import World
from syncd.store.plans import StoredPlan
from syncd.web.picture import Picture

log = structlog.get_logger()

WEEK = timedelta(days=7)
LOOK_SECONDS = 1.0
"""So often whoever keeps pictures ready looks whether that is still wanted."""


def keep_ready(desk: Desk, ended: Callable[[], bool]) -> None:
    """Prepares each decision's pictures until it is ended: in a thread of its own neither the cycle nor a visitor waits."""
    known = 0
    while not ended():
        decisions = desk.world.outlook.await_decision(known, LOOK_SECONDS)
        if decisions == known or ended():
            continue
        known = decisions
        try:
            desk.prepare()
        except Exception as error:  # whoever asks for the page meets it again, and gets the traceback logged
            log.warning("a picture could not be prepared", error=str(error))


class Desk:
    """Any thread may ask. Reads the world and changes nothing of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lock = threading.Lock()
        self._pictures: dict[str, Picture] = {}
        self._of: Seen | None = None
        self._foreseen: tuple[object, Seen] | None = None
        self._plans: dict[str, StoredPlan] = {}
        self._kept: tuple[Seen, list[Theirs]] | None = None

    def prepare(self) -> None:
        """Makes the pictures of the last decision of this process before somebody asks for them."""
        seen = self.world.outlook.seen
        for name in seen.rules.backlog_names if seen is not None else ():
            picture = self.picture(name)
            if self.world.outlook.seen is not seen:
                return  # a newer decision: the pictures of this one are of no use any more
            if picture is not None:
                picture.prepare()

    @property
    def unread(self) -> list[str]:
        """Sources that were never read completely: without them no ranking would be true."""
        get = self.world.store.sources.get
        return [name for name in self.world.rules.sources if get(name).last_success is None]

    @property
    def trouble(self) -> dict[str, str]:
        """Why a source cannot be read, by source."""
        states = self.world.store.sources.all()
        return {name: one.problem for name in self.world.rules.sources if (one := states.get(name)) and one.problem}

    @property
    def progress(self) -> list[tuple[str, int]]:
        """How many issues of each source arrived so far."""
        return [(name, self.world.store.mirror.count(name)) for name in self.world.rules.sources]

    def picture(self, backlog: str = "") -> Picture | None:
        """One backlog as of the last decision, the first one where none has this name; None until every source was
        read once."""
        with self._lock:
            seen = self.world.outlook.seen or self._foresee()
            if seen is None:
                return None
            if self._of is not seen:
                self._pictures, self._of = {}, seen
            names = seen.rules.backlog_names
            name = backlog if backlog in names else names[0]
            if name not in self._pictures:
                since = self._since(seen)
                was = self.world.store.memory.ranks_on(since) if since is not None else {}
                self._pictures[name] = Picture(seen.decision.of(name), seen.rules.of(name), name, names, was, since)
            return self._pictures[name]

    def plan(self, source: str) -> StoredPlan | None:
        """The latest plan of a source; read whole only when it was decided again, since it may be large."""
        plans, kept = self.world.store.plans, self._plans.get(source)
        newest = plans.newest(source)
        if newest is None or kept is None or (kept.digest, kept.run) != newest:
            kept = plans.latest(source)
            if kept is not None:
                self._plans[source] = kept
        return kept

    def kept(self) -> list[Theirs]:
        """The places that people have, as of the last decision of this process; nothing where another one decides."""
        seen = self.world.outlook.seen
        if seen is None:
            return []
        with self._lock:
            if self._kept is None or self._kept[0] is not seen:
                self._kept = seen, kept(self.world, seen.items.values())
            return self._kept[1]

    def _foresee(self) -> Seen | None:
        """Before the first cycle of this process, and where another process runs them: from the store."""
        if self.unread:
            return None
        world = self.world
        key = (world.loaded, world.today(), [(run.run, run.finished) for run in world.store.runs.last(1)])
        if self._foreseen is None or self._foreseen[0] != key:
            self._foreseen = key, Seen(foresee(world.store, world.rules, world.today()), world.rules)
        return self._foreseen[1]

    def _since(self, seen: Seen) -> date | None:
        """A week ago, or the first day that is known where that is later; None on that day itself."""
        first = self.world.store.memory.first_day()
        if first is None or first >= seen.decision.as_of:
            return None
        return max(first, seen.decision.as_of - WEEK)
