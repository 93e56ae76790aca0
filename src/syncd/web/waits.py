"""How each source stands as of now, from the store: the one place that pages, API and the numbers in the menu ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syncd.engine.pacing.limits import Pause
from syncd.engine.permits import holds, letters
from syncd.engine.permits.holds import Hold
from syncd.engine.world import World
from syncd.store.plans import StoredPlan
from syncd.store.sources import SourceState
from syncd.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Standing:
    name: str
    word: str
    """broken, held, paused, new or works: the first that is true"""
    state: SourceState
    hold: Hold | None
    pause: Pause | None
    plan: StoredPlan | None
    """The latest; None before the first decision."""
    approved_by: str | None
    """Who approved what waits of this plan, while it is not written yet."""
    waits_for: str | None
    """What the last run said this source's plan waits for."""
    written: bool
    """Whether the last run has written from this very plan."""

    @property
    def needs_a_person(self) -> bool:
        """Whether the plan would be written if somebody approved it."""
        return (
            self.plan is not None
            and not self.plan.waiting.empty
            and self.approved_by is None
            and self.waits_for is not None
            and self.word != "broken"
        )


def standings(desk: Desk, now: datetime) -> list[Standing]:
    return list(_standings(desk, now))


def _standings(desk: Desk, now: datetime) -> Iterator[Standing]:
    world = desk.world
    states = world.store.sources.all()
    runs = world.store.runs.last(50)  # replicas each have runs of their own
    for name in world.rules.sources:
        state = states.get(name, SourceState())
        hold = holds.in_force(world.store, name)
        pause = None
        if state.paused_until is not None and state.paused_until > now:
            pause = Pause(state.paused_until, state.paused_because or "a limit")
        plan = desk.plan(name)
        words = {"broken": state.problem, "held": hold, "paused": pause, "new": state.last_success is None}
        word = next((word for word, true in words.items() if true), "works")
        said: dict[str, object] = next((one for run in runs if isinstance(one := run.summary.get(name), dict)), {})
        waits = said.get("waits_for")
        yield Standing(
            name=name,
            word=word,
            state=state,
            hold=hold,
            pause=pause,
            plan=plan,
            approved_by=_approver(world, name, plan),
            waits_for=str(waits) if waits else None,
            written=plan is not None
            and said.get("digest") == plan.digest
            and bool(said.get("applied") or said.get("moved")),
        )


def _approver(world: World, name: str, plan: StoredPlan | None) -> str | None:
    """Also of an approval that the process which writes has not taken out yet."""
    if plan is None or plan.waiting_digest is None:
        return None
    digests = (plan.digest, plan.waiting_digest)
    box = letters.box_of(world.store)
    for digest in digests:
        if (letter := box.peek(letters.Kind.APPROVAL, digest)) is not None:
            return letter.get("by")
    return next((one.by for one in world.store.approvals.listed(name) if one.left and one.digest in digests), None)
