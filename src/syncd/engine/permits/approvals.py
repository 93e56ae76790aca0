"""Approvals: a person's word for exactly these writes. It survives what else changes, and it expires.

`syncd approve` drops one into the letter box, the running daemon takes it out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from syncd.core.plan import Plan
from syncd.core.writing.writes import Agreed, Write, agreed_moves, writes_of
from syncd.engine.permits.letters import Box, Kind
from syncd.engine.permits.scope import scope_of
from syncd.engine.world import World
from syncd.store.plans import StoredPlan

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Approval:
    digest: str
    by: str


def send(box: Box, approval: Approval) -> None:
    """Leaves the approval whole or not at all."""
    box.drop(Kind.APPROVAL, approval.digest, {"digest": approval.digest, "by": approval.by})


def receive(world: World, box: Box) -> list[Approval]:
    """Takes the approvals out and records those that name a plan which was shown; the others are void and logged."""
    taken: list[Approval] = []
    for said in box.opened(Kind.APPROVAL):
        digest, by = said.get("digest"), said.get("by")
        if digest is None or by is None:
            log.warning("unreadable approval dropped")
            continue
        approval = Approval(digest, by)
        if approve(world, digest, by) is None:
            log.warning("approval is void: no source has this plan", digest=digest, by=by)
        else:
            taken.append(approval)
    return taken


def approve(world: World, digest: str, by: str) -> Plan | None:
    """Records the approval of a plan that was shown, or of its waiting part; returns it, None when nobody saw such a plan."""
    stored = world.store.plans.find(digest)
    if stored is None or stored.plan.source not in world.sources:
        return None
    plan = stored.plan if stored.digest == digest else stored.waiting
    grant(world, plan.source, plan, by, present=_is_present(world, stored))
    return plan


def grant(world: World, source: str, plan: Plan, by: str, *, present: bool = True) -> None:
    """Allows exactly the writes of this plan, and takes what a person saw as the base that later changes are held against.

    `present` False: it was decided under other rules or another scope, so nobody saw what these make of it.
    """
    now = world.clock()
    world.store.approvals.void(source, now=now, before=now - lifetime(world))
    world.store.approvals.give(plan, by, now=now)
    if present or world.store.sources.get(source).rules_seen is None:
        scope = scope_of(world.sources[source])
        world.store.sources.set(source, review_because=None, scope=scope, rules_seen=world.rules.digest)
    log.info("approved", source=source, digest=plan.digest, by=by)


def under(world: World, source: str) -> dict[str, object]:
    """What a plan of now is decided under, for the record of its run."""
    return {"rules": world.rules.digest, "scope": dict(scope_of(world.sources[source]))}


def _is_present(world: World, stored: StoredPlan) -> bool:
    """Whether this is the source's latest plan, decided under the rules and the scope of now."""
    source = stored.plan.source
    newest, run = world.store.plans.newest(source), world.store.runs.find(stored.run)
    told = run.summary.get(source) if run is not None else None
    if newest is None or newest[0] != stored.digest or not isinstance(told, dict):
        return False
    return {name: told.get(name) for name in ("rules", "scope")} == under(world, source)


def allowed(world: World, source: str, plan: Plan, only: Collection[str] | None) -> frozenset[Write]:
    """The writes of this plan that somebody approved. An approved write whose place is to show something else by now is
    void, and so are those that are too old."""
    now, store = world.clock(), world.store.approvals
    since = now - lifetime(world)
    known = store.allowed(source, since=since)
    if not known:
        return known
    wanted = {(write.issue, write.place): write for write in writes_of(plan)}
    differ = [write for write in known if wanted.get((write.issue, write.place), write) != write]
    if differ:
        store.spend(source, differ, now=now, void=True)
        log.info("approved writes are void: something else is wanted there now", source=source, writes=len(differ))
    given = known if only is None else store.allowed(source, since=since, only=only)
    return given.difference(differ)


def agreed(world: World) -> dict[str, Agreed]:
    """The moves that people approved and that were not made yet, by source."""
    since, store = world.clock() - lifetime(world), world.store.approvals
    found = {name: agreed_moves(store.allowed(name, since=since, moves=True)) for name in world.sources}
    return {name: moves for name, moves in found.items() if moves}


def told(world: World, source: str, now: datetime) -> list[str]:
    """What became of approved writes that were not made: a sentence or two for each approval of the last days that has any."""
    latest = world.store.plans.latest(source)
    wanted = frozenset(writes_of(latest.plan)) if latest is not None else frozenset[Write]()
    sentences: list[str] = []
    for one in world.store.approvals.listed(source):
        ends = one.at + lifetime(world)
        if now - ends > lifetime(world):
            continue
        of = f"of {_writes(one.writes)} that {one.by} approved (plan {one.digest})"
        if one.left and ends > now:
            left = world.store.approvals.allowed(source, since=now - lifetime(world), only=[one.digest])
            due = len(left & wanted)
            idle = f", {len(left) - due:,} not wanted at present" if len(left) > due else ""
            sentences.append(f"{due:,} {of} not made yet{idle}; the approval ends {ends:%d %b, %H:%M} UTC")
        elif one.left:
            sentences.append(f"{one.left:,} {of} not made before it ended, {ends:%d %b, %H:%M} UTC")
        if one.void:
            sentences.append(
                f"{one.void:,} {of} not made: something else is wanted there since, and waits for an approval of its own"
            )
    return sentences


def _writes(count: int) -> str:
    return f"{count:,} write{'' if count == 1 else 's'}"


def lifetime(world: World) -> timedelta:
    return world.rules.policy.approvals_expire
