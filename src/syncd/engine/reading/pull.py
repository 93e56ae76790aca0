"""Brings one source's mirror up to date: changes since the cursor, now and then a census, and the native order.

A broken, empty or half-read source changes nothing: a cursor is stored with its page, and ids are only taken for gone
when the tool says so or a whole census misses them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from syncd.connector.errors import ConnectorError, Locked
from syncd.core.scoring.phrasing import percent
from syncd.engine.news import Pulled, Pulling
from syncd.engine.reading.inspect import introduce
from syncd.engine.schedule import over, spread
from syncd.engine.world import Source, World

log = structlog.get_logger()


@dataclass(slots=True)
class Found:
    """What a look at a source brought; filled as it goes, so that a pull that breaks off still tells what it stored."""

    changed: set[str] = field(default_factory=set)
    """Ids whose issue differs from before, new ones included."""
    gone: set[str] = field(default_factory=set)
    error: ConnectorError | None = None


def pull(world: World, source: Source, found: Found, *, census: bool = False) -> None:
    """Reads until the source says that there is no more. Raises the ConnectorError that ended it."""
    began, settings = time.monotonic(), world.loaded.settings
    mirror, now = world.store.mirror, world.clock
    introduce(world, source)
    state = world.store.sources.get(source.name)
    first = state.last_success is None
    if over(state.last_sweep, spread(settings.sweep, source.name, state.last_sweep), now()):
        if not first:
            mirror.forget_cursor(source.name)
        world.store.sources.set(source.name, last_sweep=now())
    orders: set[str] = set()
    due = over(state.last_census, spread(settings.census, source.name, state.last_census), now())
    before = mirror.ids(source.name) if due or census else frozenset()

    def read() -> None:
        done = 0
        for page in source.connector.pull(mirror.cursor(source.name)):
            world.stop.check()
            saved = mirror.save(source.name, page, now=now())
            found.changed |= saved.changed
            found.gone.update(page.gone)
            orders.update(page.orders)
            done += len(page.issues)
            world.watch(Pulling(source.name, done, page.total))

    source.pace.patiently(read)
    if first:
        world.store.sources.set(source.name, last_census=now())
    elif census or due:
        _census(world, source, before, found)
    _orders(world, source, already=orders, changed=bool(found.changed or found.gone))
    changed, gone = len(found.changed), len(found.gone)
    source.learned = source.learned or bool(changed or gone)
    if changed or gone or due or source.counted is None:
        source.counted = mirror.count(source.name)  # takes as long as there are issues: a quiet look goes without
    count = source.counted
    world.watch(Pulled(source.name, count, changed, gone, time.monotonic() - began))
    tell_log = log.info if changed or gone else log.debug
    tell_log("pulled", source=source.name, issues=count, changed=changed, gone=gone, first=first)


def _census(world: World, source: Source, known: frozenset[str], found: Found) -> None:
    """Compares the ids in scope with ours. Issues missing there are asked for once more before they count as gone."""
    there = frozenset(source.pace.patiently(lambda: list(source.connector.census())))
    missing = known - there
    limit = world.rules.policy.limits.max_shrink_share
    if known and len(missing) > max(limit * len(known), 10):
        raise Locked(
            f"{source.name} now shows {len(there)} of {len(known)} known issues; more than {percent(limit)} are missing, which "
            f"looks like a lost permission or a broken search. Check the account's access; nothing was changed"
        )
    handles = {issue.ref.id: issue.handles for issue in world.store.mirror.issues(source.name, missing)}
    still_there = _fetch(world, source, missing, handles, found)
    lost = missing - still_there
    world.store.mirror.mark_gone(source.name, lost, now=world.clock())
    found.gone |= lost
    _fetch(world, source, there - world.store.mirror.ids(source.name), {}, found)
    world.store.sources.set(source.name, last_census=world.clock())


def _fetch(
    world: World, source: Source, ids: frozenset[str], handles: Mapping[str, Mapping[str, str]], found: Found
) -> frozenset[str]:
    """Stores fresh copies of the issues; returns the ids that exist."""
    seen: set[str] = set()
    for page in source.connector.fetch(sorted(ids), handles) if ids else ():
        found.changed |= world.store.mirror.save(source.name, page, now=world.clock()).changed
        seen.update(issue.ref.id for issue in page.issues)
    return frozenset(seen)


def _orders(world: World, source: Source, *, already: set[str], changed: bool) -> None:
    """Reads the native order where it is kept by us and may have moved."""
    if not source.configured.rules.order:
        return
    state = world.store.sources.get(source.name)
    stale = over(state.last_order, timedelta(hours=1), world.clock())
    if not (changed or stale):
        return
    known = world.store.mirror.orders(source.name)
    for scope in known or source.connector.describe().order_scopes:
        if scope not in already:
            read_order(world, source, scope)
    world.store.sources.set(source.name, last_order=world.clock())


def read_order(world: World, source: Source, scope: str) -> tuple[str, ...]:
    """The native order as the tool has it now, stored."""
    ids = tuple(source.pace.patiently(lambda: source.connector.order(scope)))
    world.store.mirror.save_order(source.name, scope, ids, now=world.clock())
    return ids
