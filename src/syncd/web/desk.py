"""Where pages and API get what they show: the last decision as a picture, made once for each decision."""

from __future__ import annotations

import threading
from datetime import date, timedelta

from syncd.engine.foresee import foresee
from syncd.engine.outlook import Seen
from syncd.engine.pins import Theirs, kept
from syncd.engine.world import World
from syncd.store.plans import StoredPlan
from syncd.web.picture import Picture

WEEK = timedelta(days=7)


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

    @property
    def unread(self) -> list[str]:
        """Sources that were never read completely: without them no ranking would be true."""
        get = self.world.store.sources.get
        return [name for name in self.world.rules.sources if get(name).last_success is None]

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
        key = (world.today(), [(run.run, run.finished) for run in world.store.runs.last(1)])
        if self._foreseen is None or self._foreseen[0] != key:
            self._foreseen = key, Seen(foresee(world.store, world.rules, world.today()), world.rules)
        return self._foreseen[1]

    def _since(self, seen: Seen) -> date | None:
        """A week ago, or the first day that is known where that is later; None on that day itself."""
        first = self.world.store.memory.first_day()
        if first is None or first >= seen.decision.as_of:
            return None
        return max(first, seen.decision.as_of - WEEK)
