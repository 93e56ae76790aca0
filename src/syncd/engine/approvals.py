"""`syncd approve` drops an approval into the letter box, the running daemon takes it out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from syncd.engine import letters
from syncd.engine.letters import Kind
from syncd.engine.world import World

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Approval:
    digest: str
    by: str


def send(box: Path, approval: Approval) -> None:
    """Leaves the approval whole or not at all."""
    letters.drop(box, Kind.APPROVAL, approval.digest, {"digest": approval.digest, "by": approval.by})


def receive(world: World, box: Path | None) -> list[Approval]:
    """Takes the approvals out and records those that name a source's latest plan; the others are void and logged."""
    taken: list[Approval] = []
    for said in letters.opened(box, Kind.APPROVAL):
        digest, by = said.get("digest"), said.get("by")
        if digest is None or by is None:
            log.warning("unreadable approval dropped")
            continue
        approval = Approval(digest, by)
        if record(world, approval):
            taken.append(approval)
        else:
            log.warning("approval is void: no source has this plan any more", digest=digest, by=by)
    return taken


def record(world: World, approval: Approval) -> bool:
    """Keeps it for the sources whose latest plan it names; False when there is none."""
    plans, digest = world.store.plans, approval.digest
    named = [name for name in world.sources if (p := plans.latest(name)) is not None and p.digest == digest]
    for name in named:
        plans.approve(name, digest, approval.by, now=world.clock())
        log.info("approved", source=name, digest=digest, by=approval.by)
    return bool(named)
