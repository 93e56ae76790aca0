"""A letter box beside the store: `syncd approve` drops an approval, the running daemon takes it out.

The store belongs to one process; a letter needs no access to it and survives both sides' restarts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import structlog

from syncd.engine.world import World

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Approval:
    digest: str
    by: str


def send(box: Path, approval: Approval) -> None:
    """Leaves the approval whole or not at all."""
    box.mkdir(parents=True, exist_ok=True)
    draft = box / f".{approval.digest}.{os.getpid()}"
    draft.write_text(json.dumps({"digest": approval.digest, "by": approval.by}), encoding="utf-8")
    draft.replace(box / f"{approval.digest}.json")


def waiting(box: Path) -> bool:
    """True when there is a letter."""
    return box.is_dir() and any(box.glob("*.json"))


def receive(world: World, box: Path) -> list[Approval]:
    """Takes the letters out and records those that name a source's latest plan; the others are void and logged."""
    taken: list[Approval] = []
    for letter in sorted(box.glob("*.json")) if box.is_dir() else ():
        try:
            said = json.loads(letter.read_text(encoding="utf-8"))
            approval = Approval(str(said["digest"]), str(said["by"]))
        except (ValueError, KeyError, TypeError):
            log.warning("unreadable approval dropped", file=str(letter))
            letter.unlink(missing_ok=True)
            continue
        plans = world.store.plans
        named = [
            name for name in world.sources if (p := plans.latest(name)) is not None and p.digest == approval.digest
        ]
        for name in named:
            plans.approve(name, approval.digest, approval.by, now=world.clock())
            log.info("approved", source=name, digest=approval.digest, by=approval.by)
        if named:
            taken.append(approval)
        else:
            log.warning("approval is void: no source has this plan any more", digest=approval.digest, by=approval.by)
        letter.unlink(missing_ok=True)
    return taken
