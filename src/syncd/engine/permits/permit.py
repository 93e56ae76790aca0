"""Which part of a plan may be written now, which part waits for a person, and why: modes, approvals, brakes, holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.permission.leave import Mode, WriteKind
from syncd.core.permission.windows import Closed
from syncd.core.plan import Plan
from syncd.core.safety.brakes import Brake
from syncd.core.safety.portions import kinds_of, part, runnable
from syncd.core.telling.subjects import LOOK
from syncd.core.writing.writes import write_of_move
from syncd.engine.permits import approvals, holds, windows
from syncd.engine.permits.scope import changed_scope
from syncd.engine.world import Source, World

Approve = Callable[[Plan], str | None]
"""Asked about the part of a plan that waits for a person; gives the name of who approves it, or None."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What the caller of a cycle lets it write."""

    write: bool = True
    approve: Approve | None = None
    only: Collection[str] | None = None
    """Digests: nothing is written but what was approved by these."""


@dataclass(frozen=True, slots=True)
class Ruling:
    runs: Plan
    """May be written now."""
    waits: Plan
    """What a person may approve; empty when nothing waits for one."""
    because: tuple[str, ...] = ()
    """Why not all of the plan is written: one sentence each, with the next step."""
    brakes: tuple[Brake, ...] = ()
    whole: bool = False
    """True when `runs` is all that the plan says."""
    unasked: int = 0
    """How many issues of `runs` no person approved."""

    @property
    def waits_for(self) -> str | None:
        """All the reasons as one text, None when the whole plan is written."""
        return "; ".join(self.because) or None


@dataclass(frozen=True, slots=True)
class Case:
    """A plan with what has to be known to rule on it."""

    plan: Plan
    brakes: Callable[[Plan, str], Sequence[Brake]]
    """The brakes that a part trips, and the command that lets it go on all the same."""
    outside: Mapping[str, frozenset[str]]
    """By order scope, the issues that are to be moved there and are not in it yet."""


def rule(world: World, source: Source, case: Case, leave: Leave) -> Ruling:
    """Writes nothing to the source; approvals that no longer fit the plan are ended."""
    plan, nothing = case.plan, Plan(case.plan.source)
    if plan.empty:
        return Ruling(nothing, nothing, whole=True)
    if source.reading:
        return Ruling(nothing, nothing, (f"{source.name} is still being read",))
    if source.broken is not None:
        return Ruling(nothing, nothing, (f"{source.name} could not be read in this cycle",))
    mode_of = source.configured.rules.mode_of
    because = _observed(source, plan)
    shown = part(plan, lambda kind, _: mode_of(kind) is not Mode.OBSERVE)
    if shown.empty:
        return Ruling(nothing, nothing, tuple(because))
    allowed = approvals.allowed(world, source.name, plan, leave.only)
    rest = part(shown, lambda _, write: write not in allowed) if allowed else shown
    why = _reviewed(world, source)
    waits = rest if why is not None else part(rest, lambda kind, _: mode_of(kind) is Mode.REVIEW)
    goes = nothing if why is not None else part(rest, lambda kind, _: mode_of(kind) is Mode.AUTO)
    brakes: Sequence[Brake] = ()
    if not goes.empty:
        brakes = case.brakes(goes, f"syncd apply --plan {rest.digest}")
        waits, goes = (rest, nothing) if brakes else (waits, goes)
    if (hold := holds.in_force(world.store, source.name)) is not None:
        return Ruling(nothing, waits, (holds.waits(source.name, hold),), tuple(brakes))
    if not waits.empty:
        if leave.write and leave.approve is not None and (by := leave.approve(waits)):
            approvals.grant(world, source.name, waits, by)
            waits, rest = nothing, goes
        else:
            because += [brake.message for brake in brakes] or [_look(waits, rest, why)]
    if shut := windows.shut(world.rules.windows, source.name, sorted(kinds_of(shown)), world.clock()):
        because += [_shut(source, one, shown, world) for one in shut]
    denied = frozenset(kind for one in shut for kind in one.kinds)
    # What nobody approved stays for a later cycle where only certain approvals are to be carried out.
    runs = runnable(shown, waits if leave.only is None else rest, case.outside)
    if (behind := _behind(shown, waits, runs)) and leave.only is None:
        because.append(behind)
    if denied:
        runs = part(runs, lambda kind, _: kind not in denied)
        goes = part(goes, lambda kind, _: kind not in denied)
    if not runs.empty and not source.fresh:
        source.schedule.wake()
        first = f"{source.name} is read once more first: people may have been there since"
        return Ruling(nothing, waits, (*because, first), tuple(brakes))
    unasked = goes.size if leave.only is None else 0
    return Ruling(runs, waits, tuple(because), tuple(brakes), runs.digest == plan.digest, unasked)


def _behind(shown: Plan, waits: Plan, runs: Plan) -> str | None:
    """Moves that nobody has to approve and that wait all the same: they make no sense before others."""
    known = {
        write_of_move(scope, move) for plan in (waits, runs) for scope, moves in plan.moves.items() for move in moves
    }
    held = [
        move.key for scope, moves in shown.moves.items() for move in moves if write_of_move(scope, move) not in known
    ]
    if not held:
        return None
    named = ", ".join(held[:3]) + (f" and {len(held) - 3:,} more" if len(held) > 3 else "")
    return (
        f"{named} {'moves' if len(held) == 1 else 'move'} after that: below an issue whose own move waits, "
        "or onto a board that an edit which waits puts it on"
    )


def _shut(source: Source, one: Closed, shown: Plan, world: World) -> str:
    what = source.name if one.kinds == kinds_of(shown) else f"{listed(sorted(one.kinds))} of {source.name}"
    return f"{what} {windows.sentence(one, world.rules.windows)}"


def kinds_in_mode(source: Source, plan: Plan, mode: Mode) -> list[WriteKind]:
    """The kinds of write in this plan that have the mode."""
    return sorted(kind for kind in kinds_of(plan) if source.configured.rules.mode_of(kind) is mode)


def _observed(source: Source, plan: Plan) -> list[str]:
    seen = kinds_in_mode(source, plan, Mode.OBSERVE)
    if not seen:
        return []
    if len(seen) == len(kinds_of(plan)):
        return [f"{source.name} is in mode observe: nothing is written"]
    return [f"{listed(seen)} of {source.name}: mode observe, nothing is written"]


def _reviewed(world: World, source: Source) -> str | None:
    """Why a person must look at everything that nobody approved yet, whatever the modes."""
    if not world.store.approvals.ever(source.name):
        return "the first plan of a source is always reviewed"
    state = world.store.sources.get(source.name)
    if state.review_because is not None:
        return f"{state.review_because}, and this would write again"
    return changed_scope(source, state)


def _look(waits: Plan, rest: Plan, why: str | None) -> str:
    look = f"{LOOK}, then run `syncd apply --plan {waits.digest}`"
    if why is not None:
        return f"{why}: {look}"
    return look if waits is rest or waits.digest == rest.digest else f"{listed(sorted(kinds_of(waits)))}: {look}"


def listed(kinds: Sequence[WriteKind]) -> str:
    """`fields, labels and order`"""
    words = [kind.value for kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
