"""Follows the hints of webhooks at the start of a cycle: fresh copies of what they name, before the pull.

A hint is where to look and nothing more, so a wrong, old or made-up one can at most cost a request: only what a look at the
source shows enters the mirror, and only what belongs to the configured scope.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from syncd.connector.errors import ConnectorError, Transient
from syncd.connector.hint import Hint
from syncd.connector.protocol import Page
from syncd.engine.reading.inbox import Hints
from syncd.engine.reading.pull import Found
from syncd.engine.schedule import over
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.store.errors import StoreError

log = structlog.get_logger()

BETWEEN_SWEEPS = timedelta(minutes=15)
"""A hint may ask for a whole reading this often: renaming many labels is one deed of a person."""


def follow(world: World, source: Source, found: Found) -> None:
    """Takes the source's hints and looks. Raises only Stopped: the pull that follows tells what is wrong with a source."""
    hints = world.inbox.take(source.name)
    if hints is None:
        return
    state = world.store.sources.get(source.name)
    if state.last_success is None:
        world.inbox.done(source.name, hints)
        return  # a source that was never read whole is about to be
    if hints.order:
        world.store.sources.set(source.name, last_order=None)
    early = False
    if hints.whole and over(state.last_sweep, BETWEEN_SWEEPS, world.clock()):
        world.store.sources.set(source.name, last_sweep=None)
    elif hints.whole:
        early = True
        if not (hints.ids or hints.order):
            return  # it waits
    try:
        if hints.ids:
            source.pace.patiently(lambda: _look(world, source, hints, found))
    except Stopped:
        raise
    except Transient as error:
        log.info("hints wait", source=source.name, ids=len(hints.ids), because=str(error))
        return
    except ConnectorError as error:
        log.warning("hints were dropped", source=source.name, ids=len(hints.ids), because=str(error))
    except StoreError:
        raise
    except Exception:  # a bug: it would come again with every cycle
        world.inbox.done(source.name, hints)
        raise
    world.inbox.done(source.name, hints, again=Hint("", whole=True) if early else None)


def _look(world: World, source: Source, hints: Hints, found: Found) -> None:
    name, mirror = source.name, world.store.mirror
    known = mirror.handles(name, hints.ids)
    handles: Mapping[str, Mapping[str, str]] = {**hints.handles, **known}
    seen: set[str] = set()
    for page in source.connector.fetch(sorted(hints.ids), handles):
        world.stop.check()
        page = _inside(source, page, known)
        found.changed |= mirror.save(name, page, now=world.clock()).changed
        found.gone.update(page.gone)
        seen.update(issue.ref.id for issue in page.issues)
        seen.update(page.gone)
    unseen = known.keys() - seen
    lost = mirror.mark_gone(name, unseen & hints.gone, now=world.clock())
    found.gone |= lost
    if unseen - hints.gone:
        # Moved out of scope, or hidden from us: a census tells which, with the brakes of a census.
        world.store.sources.set(name, last_census=None)
    log.info("followed hints", source=name, ids=len(hints.ids), changed=len(found.changed), gone=len(lost))


def _inside(source: Source, page: Page, known: Container[str]) -> Page:
    """Without issues that a pull would not bring, where the connector's fetch would."""
    new = [issue.ref.id for issue in page.issues if issue.ref.id not in known]
    ask = getattr(source.connector, "in_scope", None)  # hint.KnowsScope
    if not new or ask is None:
        return page
    refused = frozenset(new) - ask(new)
    if not refused:
        return page
    return replace(
        page,
        issues=[issue for issue in page.issues if issue.ref.id not in refused],
        patches=[patch for patch in page.patches if patch.id not in refused],
    )
